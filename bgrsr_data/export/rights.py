"""Who may do what with a set: the licence, maker and address behind every pair, and the credit that is due.

A pair shows up to three pieces of footage: the person's, the room they were in, and the room they are put in. It may go
where all three may go, and nowhere where one of them may not be changed (terms.py). Not a lawyer's judgement: who hands
a set on reads the licences.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from bgrsr_data.errors import InputError
from bgrsr_data.export.terms import Mixed, mix, terms_of
from bgrsr_data.licences import UNKNOWN, canonical, is_accepted, meant
from bgrsr_data.manifests import manifest_path, read_rows
from bgrsr_data.records import Background, Clip, Combination, Foreground, Trimap

ANY, OPEN = "any", "open"
CREDITS_HEAD = """\
Credits: title, maker, source, licence. All of it was changed: people were cut out, and people and places were scaled,
recoloured, degraded and put together. Each piece of footage keeps its own licence; licences.csv says which picture
shows which.

"""


@dataclass(frozen=True)
class Rights:
    """The footage behind the rows of a set.

    Attributes:
        clips: By id.
        clip_of: For each foreground, trimap and background, the clip it was made from.
    """

    clips: Mapping[str, Clip]
    clip_of: Mapping[str, str]

    @classmethod
    def read(cls, root: Path) -> Rights:
        """From the manifests of a workspace.

        Raises:
            InputError: One is missing.
        """
        clips = {row.id: row for row in read_rows(manifest_path(root, Clip), Clip)}
        made: list[Foreground | Background | Trimap] = [*read_rows(manifest_path(root, Foreground), Foreground)]
        made += read_rows(manifest_path(root, Background), Background)
        made += read_rows(manifest_path(root, Trimap), Trimap)
        clip_of = {row.id: row.clip for row in made}
        lost = {name: _lost(name) for name in clip_of.values() if name not in clips}
        return cls(clips | lost, clip_of)

    def parts(self, row: Combination) -> tuple[Clip, Clip, Clip]:
        """The footage of the person, of the room they were in, and of the room they are put in."""
        clips, of = self.clips, self.clip_of
        return (
            clips[of[row.foreground]], clips[of[row.original_background]], clips[of[row.target_background]]
        )  # fmt: skip

    def of(self, row: Combination) -> list[Clip]:
        """The footage that a pair shows, each once."""
        return list({clip.id: clip for clip in self.parts(row)}.values())

    def mixed(self, row: Combination) -> Mixed:
        """What follows for a pair from the licences of its parts."""
        return mix(clip.licence for clip in self.parts(row))


def choose_licensed(rows: Sequence[Combination], rights: Rights, licences: Sequence[str]) -> list[Combination]:
    """The pairs that may be handed on.

    Args:
        rows: All of them.
        rights: Of their footage.
        licences: Accepted licences, in any spelling; "open" for every one that is known and forbids neither commerce
            (NC), nor changes (ND), nor handing on, where these do not contradict each other; "any" for all but ND,
            which may be in no combination. None: as "open", but nothing is left out unasked.

    Raises:
        InputError: No licence was named and some footage is not open; one is a slip; or nothing is left.
    """
    _refuse_slips(licences, rights)
    may = {clip.id for clip in rights.clips.values() if _may(clip.licence, licences)}
    lenient = any(one != OPEN for one in licences)  # a contradiction of parts that were named is told, not refused

    def goes(row: Combination) -> bool:
        if not all(clip.id in may for clip in rights.parts(row)):
            return False
        mixed = rights.mixed(row)
        return not mixed.forbidden and (lenient or not mixed.conflict)

    kept = [row for row in rows if goes(row)]
    if not licences and len(kept) < len(rows):
        raise InputError(
            f"export: {len(rows) - len(kept):,} of {len(rows):,} combinations show footage that may not be handed on "
            f"without asking ({_told(rows, rights)}); leave them out with --licence {OPEN}, or take all but ND with "
            f"--licence {ANY}"
        )
    if not kept:
        have = ", ".join(sorted({canonical(clip.licence) for clip in rights.clips.values()}))
        why = "; what is ND may be in no combination" if any("-ND" in one for one in have.split(", ")) else ""
        raise InputError(f"export: no combination shows footage of {', '.join(licences)} alone; there is: {have}{why}")
    return kept


def _refuse_slips(licences: Sequence[str], rights: Rights) -> None:
    """Refuse what is probably misspelt: it would leave out, unseen, all that is under the licence that was meant."""
    for one in licences:
        if one not in (ANY, OPEN) and not any(_may(clip.licence, [one]) for clip in rights.clips.values()):
            words = difflib.get_close_matches(one.lower(), (ANY, OPEN), 1)
            if probable := meant(one) or next(iter(words), None):
                raise InputError(f"export: --licence {one} is no licence that is known; did you mean '{probable}'?")


def is_open(licence: str) -> bool:
    """Whether it is known to forbid neither commerce, nor changes, nor handing on."""
    return terms_of(licence).is_open


def attribution(clips: Iterable[Clip]) -> str:
    """The credits that are due: what was done to the footage, then a line for each piece, sorted.

    Title, author, source, licence, as Creative Commons recommends
    (https://wiki.creativecommons.org/wiki/Recommended_practices_for_attribution).
    """
    return CREDITS_HEAD + "".join(sorted({f"{credit(clip)}\n" for clip in clips}))


def credit(clip: Clip) -> str:
    """One piece of footage: “Title” by maker, its address, licence (address of its text); what it asks to say."""
    terms = terms_of(clip.licence)
    where = f", {clip.url}" if clip.url else ""
    text = f" ({terms.address})" if terms.address else ""
    asked = f" — {' '.join(clip.attribution.split())}" if clip.attribution else ""
    return f"“{clip.title}” by {clip.creator}{where}, {terms.licence}{text}{asked}"


def _lost(name: str) -> Clip:
    """Footage that no manifest tells of any more: so nobody tells its licence."""
    return Clip(
        id=name, source="", role="background", person="", licence=UNKNOWN, creator=UNKNOWN, title=name, path="",
        sha256="", media="still", width=0, height=0, frames=0, duration=Fraction(0), codec="",
    )  # fmt: skip


def _may(licence: str, accepted: Sequence[str]) -> bool:
    if ANY in accepted:
        return True
    named = [one for one in accepted if one != OPEN]
    return is_accepted(licence, named) or (is_open(licence) and (OPEN in accepted or not accepted))


def _told(rows: Sequence[Combination], rights: Rights) -> str:
    """As "unknown: 3 clips, as 'A talk'; CC-BY-NC-2.0: 1 clip, as 'A photograph'"; else what contradicts what."""
    refused: dict[str, dict[str, Clip]] = {}
    for row in rows:
        for clip in rights.of(row):
            if not is_open(clip.licence):
                refused.setdefault(canonical(clip.licence), {})[clip.id] = clip
    if not refused:
        return "; ".join(sorted({rights.mixed(row).conflict for row in rows} - {""}))
    return "; ".join(
        f"{licence}: {len(clips)} clip{'s' * (len(clips) > 1)}, as {next(iter(clips.values())).title!r}"
        for licence, clips in sorted(refused.items())
    )
