"""The licence ledger: for every picture that is handed on, whose it is and what may be done with it.

licences.parquet, licences.csv   a line for each foreground, background, trimap and combination
licences.md                      the same by licence, and by piece of footage, for a person to read
ATTRIBUTION.txt                  the credits that are due, to hand on with the set

A combination's line says what follows from its parts (terms.py). Yes and no are what the licence says; an empty cell
is what nobody told.
"""

from __future__ import annotations

import csv
import io
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Any

from bgrsr_data.export.rights import Rights, attribution
from bgrsr_data.export.terms import Terms, mix, terms_of
from bgrsr_data.licences import canonical
from bgrsr_data.records import Clip, Combination

PARQUET, CSV, MARKDOWN, CREDITS = "licences.parquet", "licences.csv", "licences.md", "ATTRIBUTION.txt"
_YES = {True: "yes", False: "no", None: ""}
KINDS = ("combination", "foreground", "trimap", "background")


@dataclass(frozen=True, slots=True)
class Line:
    """One picture, and the right to use it.

    Attributes:
        id: Of its row.
        kind: One of KINDS.
        split: Where it is a combination.
        licence: In one spelling; of a combination the strictest of its parts', "not-shareable" where they contradict.
        attribution, commercial, derivatives, share_alike, redistribution: As of Terms.
        why: What contradicts what, in words; empty as a rule.
        footage: Ids of the clips it shows: a combination's person, room, and room to come.
        sources: Ids of their sources.
        licences: Theirs, in the same order.
        titles, creators, urls: Theirs.
        credit: The credit lines that the footage asks for.
    """

    id: str
    kind: str
    split: str | None
    licence: str
    attribution: bool | None
    commercial: bool | None
    derivatives: bool | None
    share_alike: bool | None
    redistribution: bool | None
    why: str
    footage: list[str]
    sources: list[str]
    licences: list[str]
    titles: list[str]
    creators: list[str]
    urls: list[str]
    credit: list[str]


@dataclass(frozen=True, slots=True)
class Held:
    """What a set holds under one licence.

    Attributes:
        licence: In one spelling.
        clips, people, foregrounds, backgrounds: How many, of footage under this licence.
        combinations: How many show footage under it.
        result: How many come to be under it as a whole.
        terms: What it asks and allows.
    """

    licence: str
    clips: int
    people: int
    foregrounds: int
    backgrounds: int
    combinations: int
    result: int
    terms: Terms


def licence_lines(rows: Sequence[Combination], rights: Rights, *, trimaps: Iterable[str] = ()) -> Iterator[Line]:
    """A line for each combination, and for each picture that one of them is made of.

    Args:
        rows: The combinations.
        rights: Of their footage.
        trimaps: Ids of the trimaps that go with them.
    """
    for row in rows:
        mixed = rights.mixed(row)
        yield _line(row.id, "combination", row.split, mixed.licence, mixed.terms, mixed.conflict, rights.parts(row))
    shown = {row.foreground: "foreground" for row in rows} | dict.fromkeys(trimaps, "trimap")
    shown |= {name: "background" for row in rows for name in (row.original_background, row.target_background)}
    for name, kind in sorted(shown.items(), key=lambda pair: (KINDS.index(pair[1]), pair[0])):
        clip = rights.clips[rights.clip_of[name]]
        terms = terms_of(clip.licence)
        yield _line(name, kind, None, terms.licence, terms, "", (clip,))


def held(rows: Sequence[Combination], rights: Rights, *, clips: Iterable[Clip] | None = None) -> list[Held]:
    """What there is under each licence, the one with the most combinations first.

    Args:
        rows: The combinations.
        rights: Of their footage.
        clips: The footage to count; by default what the combinations show.
    """
    used = list(clips) if clips is not None else clips_of(rows, rights)
    made = {row.foreground for row in rows}
    behind = {name for row in rows for name in (row.original_background, row.target_background)}
    shows = Counter(name for row in rows for name in {canonical(clip.licence) for clip in rights.parts(row)})
    result = Counter(rights.mixed(row).licence for row in rows)
    by_licence: dict[str, list[Clip]] = {name: [] for name in result}
    for clip in used:
        by_licence.setdefault(canonical(clip.licence), []).append(clip)
    cut, rooms = (Counter(_licence_of(name, rights) for name in some) for some in (made, behind))
    people = defaultdict[str, set[str]](set)
    for name in made:
        clip = rights.clips[rights.clip_of[name]]
        people[canonical(clip.licence)].add(clip.person)
    found = [
        Held(name, len(some), len(people[name]), cut[name], rooms[name], shows[name], result[name], _terms(name))
        for name, some in by_licence.items()
    ]
    return sorted(found, key=lambda one: (-one.combinations, -one.clips, one.licence))


def clips_of(rows: Iterable[Combination], rights: Rights) -> list[Clip]:
    """The footage that combinations show, each once, sorted by title and id."""
    found = {clip.id: clip for row in rows for clip in rights.parts(row)}
    return sorted(found.values(), key=lambda clip: (clip.title, clip.id))


def licence_files(rows: Sequence[Combination], rights: Rights, *, trimaps: Iterable[str] = ()) -> dict[str, bytes]:
    """The four files by name; the same rows give the same bytes."""
    lines = list(licence_lines(rows, rights, trimaps=trimaps))
    return {
        PARQUET: _parquet(lines),
        CSV: _csv(lines).encode(),
        MARKDOWN: licences_markdown(rows, rights).encode(),
        CREDITS: attribution(clips_of(rows, rights)).encode(),
    }


def licences_markdown(rows: Sequence[Combination], rights: Rights) -> str:
    """What there is under each licence, and every piece of footage."""
    parts = ["# Licences\n", _MARKDOWN_ABOUT, _markdown_table(_held_rows(held(rows, rights)))]
    conflicts = Counter(rights.mixed(row).conflict for row in rows)
    if told := [f"- {count:,} combinations: {why}." for why, count in sorted(conflicts.items()) if why]:
        parts += ["\n## What contradicts each other\n", *told]
    footage = [_footage_row(clip) for clip in clips_of(rows, rights)]
    return "\n".join([*parts, "\n## Footage\n", _markdown_table(footage), ""])


_MARKDOWN_ABOUT = """\
Each piece of footage keeps its maker's licence. A combination shows up to three and may be used as the strictest of
them says; one line for each picture is in licences.csv and licences.parquet. “?” is what nobody told. No lawyer's
judgement.
"""


def _terms(name: str) -> Terms:
    """Of a licence, or of several joined by AND."""
    return mix(name.split(" AND ")).terms if " AND " in name else terms_of(name)


def _licence_of(name: str, rights: Rights) -> str:
    return canonical(rights.clips[rights.clip_of[name]].licence)


def _line(name: str, kind: str, split: str | None, licence: str, terms: Terms, why: str, clips: Sequence[Clip]) -> Line:
    return Line(
        name, kind, split, licence, terms.attribution, terms.commercial, terms.derivatives, terms.share_alike,
        terms.redistribution, why,
        footage=[clip.id for clip in clips],
        sources=[clip.source for clip in clips],
        licences=[canonical(clip.licence) for clip in clips],
        titles=[clip.title for clip in clips],
        creators=[clip.creator for clip in clips],
        urls=[clip.url or "" for clip in clips],
        credit=[clip.attribution or "" for clip in clips],
    )  # fmt: skip


def _parquet(lines: Sequence[Line]) -> bytes:
    import pyarrow as pa  # noqa: PLC0415 - slow
    import pyarrow.parquet as pq  # noqa: PLC0415

    kinds = {
        "str": pa.string(),
        "str | None": pa.string(),
        "bool | None": pa.bool_(),
        "list[str]": pa.list_(pa.string()),
    }
    schema = pa.schema([(field.name, kinds[str(field.type)]) for field in fields(Line)])
    columns = {field.name: [getattr(line, field.name) for line in lines] for field in fields(Line)}
    buffer = io.BytesIO()
    pq.write_table(pa.table(columns, schema=schema), buffer, compression="zstd")
    return buffer.getvalue()


def _csv(lines: Sequence[Line]) -> str:
    buffer = io.StringIO()
    names = [field.name for field in fields(Line)]
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(names)
    writer.writerows([_cell(getattr(line, name)) for name in names] for line in lines)
    return buffer.getvalue()


def _cell(value: object) -> object:
    """As a spreadsheet reads it: yes, no, or empty; lists by semicolons."""
    if isinstance(value, list):
        return "; ".join(value)
    return _YES[value] if value is None or isinstance(value, bool) else value


def _said(value: bool | None) -> str:
    return _YES[value] or "?"


def _held_rows(found: Iterable[Held]) -> list[dict[str, Any]]:
    return [
        {
            "licence": _linked(one.licence, one.terms.address), "footage": one.clips, "people": one.people,
            "foregrounds": one.foregrounds, "backgrounds": one.backgrounds, "shown in": one.combinations,
            "combinations under it": one.result, "commercial": _said(one.terms.commercial),
            "changes": _said(one.terms.derivatives), "share alike": _said(one.terms.share_alike),
            "credit": _said(one.terms.attribution),
        }
        for one in found
    ]  # fmt: skip


def _footage_row(clip: Clip) -> dict[str, Any]:
    terms = terms_of(clip.licence)
    return {
        "title": _linked(clip.title, clip.url or ""), "creator": clip.creator, "role": clip.role,
        "licence": _linked(terms.licence, terms.address), "credit line": clip.attribution or "",
    }  # fmt: skip


def _linked(text: str, address: str) -> str:
    return f"[{text}]({address})" if address else text


def _markdown_table(rows: Sequence[dict[str, Any]]) -> str:
    if not rows:
        return "Nothing."
    names = list(rows[0])
    lines = [names, ["---"] * len(names), *([_escaped(row[name]) for name in names] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _escaped(value: object) -> str:
    text = f"{value:,}" if isinstance(value, int) else " ".join(str(value).split())
    return text.replace("|", "\\|")
