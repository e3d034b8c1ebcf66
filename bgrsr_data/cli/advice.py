"""What a person may want to say otherwise of the footage that they have just added: told once, on stderr."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import typer

from bgrsr_data.cli.output import counted
from bgrsr_data.ledger import Ledger
from bgrsr_data.licences import is_known
from bgrsr_data.records import Clip, Source, make_id
from bgrsr_data.shortcomings import PEOPLE
from bgrsr_data.sources import STAGE, place_of

_OF_PEOPLE = ("greenscreen", "talking-head")
_MOST_NAMES = 8


def advise(ledger: Ledger, added: Sequence[Source]) -> None:
    """Say who was found, which licence is missing, and where several people may count as one."""
    if not ledger.count(Source.kind, STAGE):
        typer.echo(f"there is no source yet; add people: bgrsr {PEOPLE}", err=True)
    places = {place_of(source) for source in added}
    ours = {source.id for source in ledger.rows(Source, STAGE) if place_of(source) in places}
    clips = [clip for clip in ledger.rows(Clip, "fetch") if clip.source in ours]
    for line in _advice(clips):
        typer.echo(line, err=True)


def without_whole(known: Sequence[Source], added: Sequence[Source], folders: Sequence[Path]) -> list[str]:
    """Sources that are a whole folder, which is now added person by person: they would be there twice.

    Args:
        known: What the workspace holds.
        added: What was made of them.
        folders: The folders that it was made of.

    Returns:
        Their ids.
    """
    wholes, places = {os.path.realpath(folder.expanduser()) for folder in folders}, {place_of(one) for one in added}
    roles = {source.role for source in added}
    return [one.id for one in known if one.path in wholes and one.role in roles and place_of(one) not in places]


def _advice(clips: Sequence[Clip]) -> Iterator[str]:
    people = [clip for clip in clips if clip.role in _OF_PEOPLE]
    named = sorted({clip.person for clip in people}, key=str.casefold)
    if len(named) > 1:
        more = f", … and {len(named) - _MOST_NAMES} more" if len(named) > _MOST_NAMES else ""
        yield f"{counted(len(named), 'person')}: {', '.join(named[:_MOST_NAMES])}{more}"
    unnamed = Counter(clip.source for clip in people if clip.person == make_id("person", clip.source))
    if several := sum(n for n in unnamed.values() if n > 1):
        how = 'if each sub-folder is a person, repeat it with --person "{folder}", if each file is, with "{file}"'
        yield f"{several} clips count as one person, who is in one split alone; {how}"
    if unknown := sum(not is_known(clip.licence) for clip in clips):
        how = "repeat it with --source-licence, as CC-BY-4.0, if you know it"
        yield f"the licence of {counted(unknown, 'clip')} is unknown, so exports refuse them; {how}"
