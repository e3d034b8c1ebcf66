"""Plan combinations: which foreground, before which background, to be moved before which other one.

Nothing is rendered here. What a row holds hangs on the names of what it joins (`draw`), and without a budget which rows
there are hangs on no other foreground (`balance`): one that a reviewer rejects takes its own combinations away and
leaves all others as they were.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set

from bgrsr_data.combine.balance import Ring, Stocks, deal, pose_of
from bgrsr_data.combine.draw import draw_row, too_small
from bgrsr_data.combine.material import PLACES, places_of, split_material
from bgrsr_data.combine.options import CombineOptions
from bgrsr_data.errors import InputError
from bgrsr_data.records import Background, Clip, Combination, Foreground, Frame, Split, content_hash

Triple = tuple[Foreground, Background, Background, int]  # who, before what, to be moved before what, how often already


def plan_combinations(
    foregrounds: Sequence[Foreground],
    backgrounds: Sequence[Background],
    clips: Sequence[Clip],
    options: CombineOptions,
    left_out: Set[str] = frozenset(),
    frames: Sequence[Frame] = (),
    repeats: Sequence[Frame | Background] = (),
) -> list[Combination]:
    """Draw `per_foreground` combinations for every foreground, within its split, or as many as the budget allows.

    A split needs two places, so that there is something to replace: a foreground whose split has fewer gets none, and
    one that is too small for a webcam's picture gets none either.

    Args:
        foregrounds: Every foreground there is.
        backgrounds: Every background there is.
        clips: What they were made from.
        options: How many, which seed, which shares, which range of each value.
        left_out: Ids of foregrounds and backgrounds that decide splits like all others, but are not used: what a
            reviewer rejects moves nobody else to another split.
        frames: What the foregrounds were cut from, and the other frames of those clips: their looks tie what is one
            footage under two names, their order in the clip and their faces serve the balance.
        repeats: Pictures of those clips that need not be in the set (`leaks.read_repeats`): they tie as well.

    Returns:
        The combinations, sorted by id.

    Raises:
        InputError: There is nothing to combine, or forced splits would leak.
    """
    used = [background for background in backgrounds if background.id not in left_out]
    people = [foreground for foreground in foregrounds if foreground.id not in left_out]
    _refuse_too_little(people, foregrounds, used, backgrounds)
    split_of = split_material(foregrounds, backgrounds, clips, options, frames, repeats)
    places = places_of(used, split_of)
    people = [f for f in people if len(places.get(split_of[f.id], ())) >= PLACES and not too_small(f, options)]
    if options.budget is None:
        triples = _walk(people, backgrounds, split_of, options, left_out, frames)
    else:
        triples = _deal(people, used, split_of, options, frames)
    rows = [draw_row(f, before, after, split_of[f.id], options, copy=copy) for f, before, after, copy in triples]
    return sorted(rows, key=lambda row: row.id)


def _walk(
    people: Iterable[Foreground],
    backgrounds: Iterable[Background],
    split_of: Mapping[str, Split],
    options: CombineOptions,
    left_out: Set[str],
    frames: Iterable[Frame],
) -> Iterator[Triple]:
    """`per_foreground` for each."""
    rings = {
        split: Ring([b for b in backgrounds if split_of[b.id] == split], options.seed, left_out)
        for split in {split_of[f.id] for f in people}
    }
    turn_of = _Turns(frames)
    for foreground in people:
        turn = turn_of(foreground)
        start = _number(options.seed, foreground.clip if turn is not None else foreground.id)
        for pair in rings[split_of[foreground.id]].walk(start, turn or 0, options.per_foreground):
            yield foreground, *pair


def _deal(
    people: Sequence[Foreground],
    used: Iterable[Background],
    split_of: Mapping[str, Split],
    options: CombineOptions,
    frames: Iterable[Frame],
) -> Iterator[Triple]:
    """As many as the budget allows, evenly."""
    poses = {frame.id: frame for frame in frames}
    stocks = {
        split: Stocks([b for b in used if split_of[b.id] == split], options.seed)
        for split in {split_of[f.id] for f in people}
    }
    return deal(
        people,
        {f.id: pose_of(f, poses.get(f.original)) for f in people},
        {f.id: stocks[split_of[f.id]] for f in people},
        budget=options.budget or 0,
        each=options.per_foreground,
        seed=options.seed,
    )


class _Turns:
    """Where a foreground comes in the order of its clip's frames."""

    def __init__(self, frames: Iterable[Frame]) -> None:
        self._frames = {frame.id: frame for frame in frames}
        self._times: dict[str, list[tuple[int, str]]] = {}
        for frame in self._frames.values():
            if frame.original is None:  # as extracted: what happens to it later moves no other
                self._times.setdefault(frame.clip, []).append((frame.pts, frame.id))
        for times in self._times.values():
            times.sort()

    def __call__(self, foreground: Foreground) -> int | None:
        frame = self._frames.get(foreground.original)
        times = self._times.get(frame.clip) if frame else None
        return bisect_left(times, (frame.pts, frame.original or frame.id)) if frame and times else None


def _number(*names: object) -> int:
    return int(content_hash(*names)[:8], 16)


def _refuse_too_little(
    people: Sequence[Foreground],
    foregrounds: Sequence[Foreground],
    used: Sequence[Background],
    backgrounds: Sequence[Background],
) -> None:
    """Say what is missing where nothing can be combined."""
    if not foregrounds:
        raise InputError("there is no foreground to combine: key green-screen footage or draw trimaps first")
    if not people:
        raise InputError(
            f"there is no foreground to combine: review leaves out all {len(foregrounds)}; accept some with: "
            "bgrsr review open, then bgrsr review pull; or go without --only-accepted"
        )
    places = {background.place for background in used}
    if len(places) < 2:
        out = len(backgrounds) - len(used)
        reviewed = f" ({out} backgrounds are rejected by review)" if out else ""
        raise InputError(
            f"there are no two places to combine with, but {len(places)}{reviewed}: "
            "fetch more pictures with --role background"
        )
