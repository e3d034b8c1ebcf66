"""Which pictures of a clip are worth a file: the sharpest of each window of time, spread evenly under a limit.

One pass: a picture is measured on its luma while it is decoded, and no more than two are held at a time. A window never
reaches over a cut, so every shot is seen.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np

from bgrsr_data.frames.sharpness import measure_sharpness, shrink
from bgrsr_data.frames.shots import ShotCounter
from bgrsr_data.media.picture import Picture


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """A decoded picture and what was measured on it.

    Args:
        picture: The picture.
        index: Its place among all decoded ones.
        shot: The number of its shot.
        sharpness: Variance of the Laplacian of the 640-wide grey picture.
    """

    picture: Picture
    index: int
    shot: int
    sharpness: float


@dataclass(slots=True)
class Curve:
    """What is remembered of every decoded picture: its sharpness and shot, in order."""

    sharpness: list[float] = field(default_factory=list)
    shots: list[int] = field(default_factory=list)


def between(pictures: Iterable[Picture], start_s: Fraction, end_s: Fraction | None) -> Iterator[Picture]:
    """Only the pictures from `start_s` up to `end_s`, in seconds after the first one."""
    first: Fraction | None = None
    for picture in pictures:
        first = picture.time_s if first is None else first
        if end_s is not None and picture.time_s - first >= end_s:
            return
        if picture.time_s - first >= start_s:
            yield picture


def measure(pictures: Iterable[Picture], curve: Curve) -> Iterator[Measured]:
    """Measure each picture, and note it in `curve`."""
    counter = ShotCounter()
    for index, picture in enumerate(pictures):
        grey = shrink(picture.luma())
        curve.sharpness.append(measure_sharpness(grey))
        curve.shots.append(counter.push(grey))
        yield Measured(picture, index, curve.shots[-1], curve.sharpness[-1])


def pick_sharpest(measured: Iterable[Measured], window_s: Fraction) -> Iterator[Measured]:
    """Give the sharpest picture of each window; of equals the first.

    Args:
        measured: In order of time.
        window_s: Length of a window; the first begins with the first picture, a cut ends one early.
    """
    best: Measured | None = None
    best_window, first = (0, 0), Fraction(0)
    for one in measured:
        first = first if best else one.picture.time_s
        window = (one.shot, int((one.picture.time_s - first) / window_s))
        if best and window != best_window:
            yield best
        if best is None or window != best_window or one.sharpness > best.sharpness:
            best, best_window = one, window
    if best:
        yield best


def thin(shots: Sequence[int], max_per_shot: int | None, max_per_clip: int | None) -> list[int]:
    """Choose frames so that neither limit is passed, spread evenly.

    Args:
        shots: The shot of each frame, in order of time.
        max_per_shot: At most so many of one shot; None: all.
        max_per_clip: At most so many in all; None: all.

    Returns:
        The indices kept, in order.
    """
    by_shot: dict[int, list[int]] = defaultdict(list)
    for index, shot in enumerate(shots):
        by_shot[shot].append(index)
    kept = [index for indices in by_shot.values() for index in _spread(indices, max_per_shot)]
    return _spread(sorted(kept), max_per_clip)


def _spread(indices: list[int], count: int | None) -> list[int]:
    if count is None or len(indices) <= count:
        return indices
    places = (np.arange(count) + 0.5) * len(indices) / count
    return [indices[int(place)] for place in places]
