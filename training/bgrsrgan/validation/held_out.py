"""What all sets are judged by: people and places that none of them has learned from, keyed as well as it gets.

A leak flatters the set that leaks, and a spoiled key spoils the judge: a network that cuts a person out rightly would
be marked down for it. So whatever a training set shares with the judge is refused, or left out and told, and of each
person the best keys are taken, by their score. Figures are means over people: a long clip counts no more than a still.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from pathlib import Path

from bgrsr_data.errors import InputError
from bgrsr_data.leaks import Leak, find_leaks
from bgrsr_data.records import Combination
from bgrsrgan.validation.sets import Published, TrainingSet

HELD_OUT_SPLITS = ("val", "test")


@dataclass(frozen=True)
class HeldOut:
    """The judge.

    Attributes:
        published: Where it is from.
        rows: What is shown, one person after the other.
        left_out: What was left out because a set has learned from it, in words.
        least_score: The lowest score of its keys.
    """

    published: Published
    rows: tuple[Combination, ...]
    left_out: tuple[str, ...]
    least_score: float

    @property
    def people(self) -> list[str]:
        """Who is shown, in the order of the rows."""
        return list(dict.fromkeys(map(self.published.person, self.rows)))

    @property
    def places(self) -> int:
        """How many places are shown."""
        return len({place for row in self.rows for place in self.published.places(row)})

    @property
    def sha256(self) -> str:
        """Equal for judges that show the same."""
        return self.published.content(self.rows)


def hold_out(
    sets: Sequence[TrainingSet], source: Path | None, *, each: int, min_score: float, clean: bool | None = None
) -> HeldOut:
    """Choose what the sets are judged by.

    Args:
        sets: What is learned from.
        source: A published folder: all of it, or, of a folder that is compared itself, its val and test splits; None:
            those of the first set, without what another set has learned from.
        each: At most so many pictures of a person.
        min_score: Keys with a lower score are no truth.
        clean: Whether to leave out what leaks; by default where no source is given.

    Raises:
        InputError: It leaks; or nothing is left; or no key is good enough.
    """
    published = sets[0].published if source is None else _published(sets, source)
    learned_here = any(published is one.published for one in sets)
    rows = [row for row in published.combinations if not learned_here or row.split in HELD_OUT_SPLITS]
    if not rows:
        raise InputError(f"{published.root}: holds nothing out (no val, no test split); give another --held-out")
    rows, left_out = _without_leaks(rows, published, sets, clean=source is None if clean is None else clean)
    good = [row for row in rows if published.foregrounds[row.foreground].score >= min_score]
    if not good:
        best = max(published.foregrounds[row.foreground].score for row in rows)
        raise InputError(
            f"{published.root}: no key that is held out scores {min_score:g} or more (the best: {best:.2f}), so none "
            "can be trusted as the truth; key better footage, or lower --held-out-score"
        )
    chosen = tuple(_of_everyone(good, published, each))
    least = min(published.foregrounds[row.foreground].score for row in chosen)
    return HeldOut(published, chosen, tuple(left_out), least)


def _published(sets: Sequence[TrainingSet], source: Path) -> Published:
    same = [one.published for one in sets if one.published.root.resolve() == source.resolve()]
    return same[0] if same else Published.read(source)


def _without_leaks(
    rows: list[Combination], published: Published, sets: Sequence[TrainingSet], *, clean: bool
) -> tuple[list[Combination], list[str]]:
    """The rows that share nothing with any set, and what they were that do."""
    told: list[str] = []
    for one in {(one.published.root, one.sha256): one for one in sets}.values():
        while leaks := leaks_between(one, published, rows):
            if not clean:
                more = f" ({len(leaks)} such leaks)" if len(leaks) > 1 else ""
                raise InputError(
                    f"{published.root}: what is held out was learned from in {one.name}: {leaks[0]}{more}; "
                    "give another --held-out, or hold that out of the set"
                )
            names = {use.shown for leak in leaks for use in (leak.first, leak.second) if use.split == "test"}
            told += [f"{leak.what} in {one.name} too" for leak in leaks]
            kept = [row for row in rows if not names & _seen(row)]
            if not kept:
                raise InputError(
                    f"{published.root}: all that it holds out was learned from in {one.name}: {leaks[0]}; "
                    "give another --held-out"
                )
            rows = kept
    return rows, list(dict.fromkeys(told))


def leaks_between(one: TrainingSet, judge: Published, rows: Sequence[Combination]) -> list[Leak]:
    """Everything that a set learns from and a judge shows: people, places, clips, files, near-duplicates."""
    learned, mine = [row.model_copy(update={"split": "train"}) for row in one.rows], one.published
    judged = [row.model_copy(update={"split": "test"}) for row in rows]
    clips = judge.clips | mine.clips
    found = find_leaks(
        [*learned, *judged],
        foregrounds=(judge.foregrounds | mine.foregrounds).values(),
        backgrounds=(judge.backgrounds | mine.backgrounds).values(),
        clips=(clip.model_copy(update={"split": None}) for clip in clips.values()),  # where sources want it is past
        frames=(judge.frames | mine.frames).values(),
    )
    return [leak for leak in found if leak.first.split != leak.second.split]


def _seen(row: Combination) -> set[str]:
    return {row.foreground, row.original_background, row.target_background}


def _of_everyone(rows: Sequence[Combination], published: Published, each: int) -> list[Combination]:
    """At most `each` rows of every person, of their best keys, and of each key in turn."""
    of_person: dict[str, dict[str, list[Combination]]] = {}
    for row in rows:
        of_person.setdefault(published.person(row), {}).setdefault(row.foreground, []).append(row)
    chosen = []
    for _, keys in sorted(of_person.items()):
        best = sorted(keys, key=lambda name: (-published.foregrounds[name].score, name))[:each]
        turns = zip_longest(*(keys[name] for name in best))
        chosen += [row for turn in turns for row in turn if row is not None][:each]
    return chosen


def restricted(judge: HeldOut, ids: set[str]) -> HeldOut:
    """The judge with those pictures alone that a task can use."""
    return replace(judge, rows=tuple(row for row in judge.rows if row.id in ids))
