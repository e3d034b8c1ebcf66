"""Parts of one set, by filters: "is what I left in worth it?" without publishing, or copying, anything.

A variant is some filters joined by commas, as "min-score=0.5" or "no-deblur,people=8". Which people, places and pairs
stay where a number is asked for follows from their names alone, so that fewer are always some of more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import NamedTuple

from bgrsr_data.errors import InputError
from bgrsr_data.records import Combination, content_hash
from bgrsrgan.validation.sets import Published, TrainingSet, part_of

AGAIN_FROM = 1000  # the seeds of the same data tried again: none that a person would take for the first
Rows = list[Combination]


class Filter(NamedTuple):
    """What leaves some of a set out.

    Attributes:
        says: What stays, for `--help` and errors.
        keep: The rows that stay of those given, and the value as text.
        takes: What its value is; None where it has none.
    """

    says: str
    keep: Callable[[Published, Rows, str], Rows]
    takes: str | None = None


def _min_score(published: Published, rows: Rows, value: str) -> Rows:
    least = _number(value)
    return [row for row in rows if published.foregrounds[row.foreground].score >= least]


def _no_deblur(published: Published, rows: Rows, value: str) -> Rows:  # noqa: ARG001 - takes none
    frames = published.frames
    if not frames:
        raise InputError(f"{published.root}: no manifest says which frames were deblurred; publish it again")
    made = {name for name, frame in frames.items() if frame.decision in {"replaced", "improved"}}
    return [row for row in rows if published.foregrounds[row.foreground].original not in made]


def _without(published: Published, rows: Rows, value: str) -> Rows:
    def names(row: Combination) -> set[str]:
        shown = published.foregrounds[row.foreground]
        behind = [published.backgrounds[name] for name in (row.original_background, row.target_background)]
        clips = [published.clips[name] for name in (shown.clip, *(b.clip for b in behind)) if name in published.clips]
        said = {name for clip in clips for name in (clip.source, clip.title, clip.role)}
        return said | {shown.person, shown.clip, *(b.clip for b in behind), *published.places(row)}

    return [row for row in rows if value not in names(row)]


def _people(published: Published, rows: Rows, value: str) -> Rows:
    stay = _some({published.person(row) for row in rows}, value, "people")
    return [row for row in rows if published.person(row) in stay]


def _backgrounds(published: Published, rows: Rows, value: str) -> Rows:
    stay = _some({place for row in rows for place in published.places(row)}, value, "backgrounds")
    return [row for row in rows if stay.issuperset(published.places(row))]


def _pairs(published: Published, rows: Rows, value: str) -> Rows:  # noqa: ARG001 - rows have names of their own
    stay = _some({row.id for row in rows}, value, "pairs")
    return [row for row in rows if row.id in stay]


def _again(published: Published, rows: Rows, value: str) -> Rows:  # noqa: ARG001 - leaves nothing out
    return rows


FILTERS: Mapping[str, Filter] = MappingProxyType(
    {
        "min-score": Filter("keys with at least this score", _min_score, "0 to 1"),
        "no-deblur": Filter("people cut from frames that deblurring left alone", _no_deblur),
        "without": Filter(
            "all but one person, place, clip (id or title), source or role, as 'coco'", _without, "a name"
        ),
        "people": Filter("so many of the people", _people, "a number"),
        "backgrounds": Filter("what shows only so many of the places", _backgrounds, "a number"),
        "pairs": Filter("so many of the combinations", _pairs, "a number"),
        "again": Filter("all of it, learned with other seeds: what chance alone does", _again),
    }
)


def variant_of(whole: TrainingSet, spec: str) -> TrainingSet:
    """A part of a set.

    Args:
        whole: The set.
        spec: Filters, joined by commas.

    Raises:
        InputError: A filter is unknown, its value unfit, or it leaves nothing, or everything.
    """
    rows, names = list(whole.rows), []
    for word in filter(None, (part.strip() for part in spec.split(","))):
        name, equals, value = word.partition("=")
        names.append(name)
        if name not in FILTERS or (FILTERS[name].takes is None) == bool(equals):
            raise InputError(f"--variant {spec}: {name!r} is no filter, or its value is missing or too much; {known()}")
        try:
            rows = FILTERS[name].keep(whole.published, rows, value)
        except ValueError as error:
            raise InputError(f"--variant {spec}: {error}") from error
        if not rows:
            raise InputError(f"--variant {spec}: leaves nothing of {whole.name} to learn from{_scores(whole, names)}")
    again = "again" in names
    if len(rows) == len(whole.rows) and not again:
        none = f"leaves out none of the {len(rows):,} combinations of {whole.name}"
        raise InputError(f"--variant {spec}: {none}{_scores(whole, names)}")
    return part_of(whole, spec, rows, first_seed=AGAIN_FROM if again else 0)


def _scores(whole: TrainingSet, names: list[str]) -> str:
    """What a least score can be chosen from, where one was asked for."""
    if "min-score" not in names:
        return ""
    scores = [whole.published.foregrounds[row.foreground].score for row in whole.rows]
    return f": its keys score {min(scores):.2f} to {max(scores):.2f}"


def known() -> str:
    """The filters there are, in a line."""
    told = (f"{name}=VALUE ({f.takes}: {f.says})" if f.takes else f"{name} ({f.says})" for name, f in FILTERS.items())
    return "there are " + ", ".join(told)


def _number(value: str) -> float:
    try:
        return float(value)
    except ValueError:
        raise ValueError(f"{value!r} is no number") from None


def _some(names: Iterable[str], value: str, what: str) -> set[str]:
    """As many names as asked for, by a hash of each."""
    count, there = _number(value), sorted(names, key=lambda name: content_hash("variant", name))
    if count < 1 or count != int(count):
        raise ValueError(f"{what}={value} is no whole number above 0")
    return set(there[: int(count)])
