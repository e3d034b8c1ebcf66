"""How evenly a set shows its people, poses and places, in figures and in a few lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from bgrsr_data.combine.balance import pose_of
from bgrsr_data.combine.split import SPLITS
from bgrsr_data.records import Background, Combination, Foreground, Frame

LACKING = {
    "train": "people and two places or more that no source forces into another split",
    "val": "three people and six places or more, not forced into another split, and --val-share above 0",
    "test": "two people and four places or more, not forced into another split, and --test-share above 0",
}


@dataclass(frozen=True, slots=True)
class Share:
    """How often things of one sort are shown in a split: how many there are, the fewest times and the most."""

    count: int
    fewest: int
    most: int

    def __str__(self) -> str:
        return f"{self.fewest:,}" if self.fewest == self.most else f"{self.fewest:,}-{self.most:,}"


@dataclass(frozen=True, slots=True)
class SplitShares:
    """What one split shows, and how often."""

    split: str
    combinations: int
    people: Share
    poses: Share
    originals: Share
    targets: Share


def measure_shares(
    rows: Sequence[Combination],
    foregrounds: Iterable[Foreground],
    backgrounds: Iterable[Background],
    frames: Iterable[Frame] = (),
) -> list[SplitShares]:
    """The shares of every split.

    Args:
        rows: The combinations.
        foregrounds: All that they show.
        backgrounds: All that they show; they are counted by place.
        frames: What the foregrounds were cut from, where that is known: it tells of poses.
    """
    frame_of = {frame.id: frame for frame in frames}
    person_of = {f.id: (f.person, pose_of(f, frame_of.get(f.original))) for f in foregrounds}
    place_of = {b.id: b.place for b in backgrounds}
    return [_of_split(split, [r for r in rows if r.split == split], person_of, place_of) for split in SPLITS]


def describe_shares(shares: Sequence[SplitShares]) -> Iterator[str]:
    """A line for each split, and what is missing where one is empty."""
    for share in shares:
        if share.combinations:
            yield (
                f"  {share.split}: {share.combinations:,} combinations; {_many(share.people, 'person', 'people')} "
                f"{share.people} times each, {_many(share.poses, 'pose', 'poses')} {share.poses}, "
                f"{_many(share.targets, 'place', 'places')} {share.targets} as target, {share.originals} as original"
            )
        else:
            yield f"  {share.split}: none; it takes {LACKING[share.split]}"


def as_dicts(shares: Iterable[SplitShares]) -> list[dict[str, Any]]:
    """For programs."""
    return [asdict(share) for share in shares]


def say_short(rows: Sequence[Combination], budget: int | None, per_foreground: int) -> str | None:
    """A line where the budget is not spent, for every foreground has its most already."""
    if budget is None or len(rows) >= budget:
        return None
    return (
        f"  {len(rows):,} of the budget of {budget:,}: there are no more at {per_foreground} a foreground; "
        "raise --per-foreground, or key more frames"
    )


def _of_split(
    split: str,
    rows: Sequence[Combination],
    person_of: Mapping[str, tuple[str, str]],
    place_of: Mapping[str, str],
) -> SplitShares:
    return SplitShares(
        split,
        len(rows),
        people=_share(person_of[row.foreground][0] for row in rows),
        poses=_share(person_of[row.foreground][1] for row in rows),
        originals=_share(place_of[row.original_background] for row in rows),
        targets=_share(place_of[row.target_background] for row in rows),
    )


def _share(names: Iterable[str]) -> Share:
    counts = Counter(names).values()
    return Share(len(counts), min(counts, default=0), max(counts, default=0))


def _many(share: Share, one: str, many: str) -> str:
    return f"{share.count} {one if share.count == 1 else many}"
