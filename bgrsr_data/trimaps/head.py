"""Where a person's hair may be, from the mask alone: around the head, above the shoulders.

A head with its hair is about as tall as the body is wide on the average, whether the whole figure is seen or the
shoulders alone, and wider than an arm. So the head begins in the first line that is half as wide as the body, which
passes over raised hands, and all above it counts as well. Who lies has the head at either end of the figure.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from bgrsr_data.compiled import compiled

Floats = NDArray[np.float32]

_HEAD = 1.1  # height of head and neck over the mean width of the body
_FADE = 0.5  # over as much again, where hair falls upon the shoulders
_BODY = 0.5  # of the mean width: wider than an arm, narrower than a head
_HEADLESS = 0.8  # of the mean width where the upper border cuts: that is a chest
_LYING = 2.5  # spread along the picture over spread upward, in squares


def hair_zone(mask: NDArray[np.bool_]) -> Floats:
    """How much each line belongs to the head.

    Args:
        mask: (h, w) bool, True on the person; where it touches an edge of the array the picture ends there.

    Returns:
        (h, 1) float32 [0, 1]; (1, w) for who lies.
    """
    person = mask.view(np.uint8)
    shape = cv2.moments(person, binaryImage=True)
    if shape["mu20"] > _LYING * shape["mu02"] and not mask[-1].any():
        widths = widest_runs(np.ascontiguousarray(person.T))
        left, right = _zone(widths, shape["m00"], body=0), _zone(widths[::-1], shape["m00"], body=0)[::-1]
        return np.asarray(np.maximum(left, right)[None], np.float32)
    return np.asarray(_zone(widest_runs(person), shape["m00"], body=_BODY)[:, None], np.float32)


def _zone(widths: NDArray[np.int32], area: float, *, body: float) -> Floats:
    """1 from the first line to below the head, fading to 0 on the shoulders; 0 for who has no head in the picture.

    The head begins in the first line that is wider than `body` mean widths.
    """
    lines = np.flatnonzero(widths)
    mean = area / (lines[-1] + 1 - lines[0])
    if widths[0] >= _HEADLESS * mean:
        return np.zeros(len(widths), np.float32)
    chin = int(np.argmax(widths > body * mean)) + _HEAD * mean
    fading = np.clip(1 - (np.arange(len(widths)) - chin) / (_FADE * mean), 0, 1)
    return np.asarray(fading, np.float32)


@compiled
def widest_runs(person: NDArray[np.uint8]) -> NDArray[np.int32]:
    """The longest run of each line: the body, without what is beside it.

    Args:
        person: (h, w) uint8, 0 or 1, C order.

    Returns:
        (h,) int32.
    """
    h, w = person.shape
    widest = np.zeros(h, np.int32)
    for y in range(h):
        run = 0
        for x in range(w):
            run = run + 1 if person[y, x] else 0
            widest[y] = max(widest[y], run)
    return widest
