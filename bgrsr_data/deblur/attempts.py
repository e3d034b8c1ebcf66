"""What can be made of a blurred frame and its neighbours, judged; arrays in, arrays out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bgrsr_data.deblur.fusion import fuse
from bgrsr_data.deblur.gate import Judgement, judge
from bgrsr_data.deblur.neighbours import Neighbour
from bgrsr_data.deblur.subject import Subject

# (the frame, the frames before and after it as far as there are) → the frame restored; (H, W, 3) uint8, sRGB, each.
Restore = Callable[[NDArray[np.uint8], Sequence[NDArray[np.uint8]]], NDArray[np.uint8]]
_FAR = 0.85  # what a neighbour's sharpness is worth for each step further away


@dataclass(frozen=True, slots=True, eq=False)
class Attempt:
    """A frame made sharper.

    Args:
        rgb: (H, W, 3) uint8, sRGB.
        method: How.
        judgement: Whether it may stand.
    """

    rgb: NDArray[np.uint8]
    method: str
    judgement: Judgement


def attempts(
    rgb: NDArray[np.uint8], neighbours: Sequence[Neighbour], subject: Subject, restore: Restore | None = None
) -> Iterator[Attempt]:
    """Do everything that can be done for a frame, the best first, and each only when it is asked for.

    Args:
        rgb: (H, W, 3) uint8, sRGB.
        neighbours: The frames around it in its shot, in order of time.
        subject: What was measured on them.
        restore: A learned restoration.
    """
    pictures = [neighbour.rgb for neighbour in neighbours]
    if (pair := _pair(neighbours, subject)) is not None:
        before, after = pair
        fused = fuse(rgb, before.rgb, after.rgb, before.away / (before.away - after.away))
        judgement = judge(fused.rgb, rgb, pictures, gain=subject.gain(fused.rgb), gain_db=fused.gain_db)
        yield Attempt(fused.rgb, "fusion", judgement)
    if restore is not None:
        around = [one.rgb for one in _nearest(neighbours)]
        restored = restore(rgb, around)
        judgement = judge(restored, rgb, pictures, gain=subject.gain(restored))
        yield Attempt(restored, str(getattr(restore, "name", "model")), judgement)


def _pair(neighbours: Sequence[Neighbour], subject: Subject) -> tuple[Neighbour, Neighbour] | None:
    """The neighbour before and the one after that tell most: sharp, and near."""
    before = [place for place, one in enumerate(neighbours) if one.away < 0][::-1]
    after = [place for place, one in enumerate(neighbours) if one.away > 0]
    if not before or not after:
        return None
    best = [max(side, key=lambda p: subject.others[p] * _FAR ** side.index(p)) for side in (before, after)]
    return neighbours[best[0]], neighbours[best[1]]


def _nearest(neighbours: Sequence[Neighbour]) -> list[Neighbour]:
    before = [one for one in neighbours if one.away < 0]
    after = [one for one in neighbours if one.away > 0]
    return [*before[-1:], *after[:1]]
