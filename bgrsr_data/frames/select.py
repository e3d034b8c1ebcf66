"""Which pictures of a clip are worth a file: the sharpest of each window of time, spread evenly under a limit.

One pass: a picture is measured on its luma while it is decoded, and only the last few are held, however long the clip.
A window never reaches over a cut, so every shot is seen.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from bgrsr_data.frames.sharpness import REACH, SubjectCurve, measure_sharpness, relate_sharpness, shrink
from bgrsr_data.frames.shots import ShotCounter
from bgrsr_data.media.picture import Picture


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """A decoded picture and what was measured on it.

    Args:
        picture: The picture.
        grey: (h, w) uint8, its luma, at most 640 wide.
        shot: The number of its shot.
        sharpness: Variance of the Laplacian of `grey`.
        ratio: Sharpness over that of its neighbours.
        subject_ratio: The same, of what moves.
    """

    picture: Picture
    grey: NDArray[np.uint8]
    shot: int
    sharpness: float
    ratio: float = 1.0
    subject_ratio: float = 1.0

    @property
    def worth(self) -> float:
        """Sharpness, less where what moves is blurred: a sharp wall does not make up for a blurred hand."""
        return self.sharpness * min(1.0, self.subject_ratio)


def measure(pictures: Iterable[Picture], shots: ShotCounter) -> Iterator[Measured]:
    """Measure each picture by itself."""
    for picture in pictures:
        grey = shrink(picture.luma())
        yield Measured(picture, grey, shots.push(grey), measure_sharpness(grey))


def relate(measured: Iterable[Measured]) -> Iterator[Measured]:
    """Compare each picture with its neighbours; so it is given three pictures late, or when its shot ends.

    Args:
        measured: Pictures without ratios, in order of time.
    """
    subject, waiting = SubjectCurve(), deque[Measured]()
    before = deque[Measured](maxlen=REACH)

    def ready() -> Iterator[Measured]:
        while subject.ratios:
            one = waiting.popleft()
            near = [*before, one, *islice(waiting, REACH)]
            ratio = relate_sharpness([n.sharpness for n in near], [n.shot for n in near], len(before))
            before.append(one)
            yield replace(one, ratio=ratio, subject_ratio=subject.ratios.pop(0))

    for one in measured:
        waiting.append(one)
        subject.push(one.grey, one.shot)
        yield from ready()
    subject.finish()
    yield from ready()


def pick_sharpest(measured: Iterable[Measured], window_s: Fraction) -> Iterator[Measured]:
    """Give the picture of each window that is worth most; of equals the first.

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
        if best is None or window != best_window or one.worth > best.worth:
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
