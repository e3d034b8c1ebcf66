"""How sharp a picture is, and how sharp for its place in the clip.

The variance of the Laplacian (Pech-Pacheco et al., "Diatom autofocusing in brightfield microscopy", ICPR 2000) grows
with focus, but as much with what is seen: a beard is sharper than a wall. Within a few frames of one shot the content
hardly changes, so there the ratio to the neighbours tells motion blur from plain content.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

GREY_WIDTH = 640
_PERCENTILE = 80


def shrink(luma: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Average down to a width of 640, so that figures of different resolutions compare; smaller ones stay.

    Args:
        luma: (H, W) uint8.

    Returns:
        (h, w) uint8, w at most 640.
    """
    height, width = luma.shape
    grey = np.ascontiguousarray(luma)
    if width <= GREY_WIDTH:
        return grey
    size = (GREY_WIDTH, max(1, round(height * GREY_WIDTH / width)))
    return np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.uint8)


def measure_sharpness(grey: NDArray[np.uint8]) -> float:
    """Variance of the Laplacian.

    Args:
        grey: (h, w) uint8, as `shrink` gives it.

    Returns:
        At least 0; 0 for a flat picture.
    """
    return float(cv2.meanStdDev(cv2.Laplacian(grey, cv2.CV_16S))[1].item() ** 2)


def relate_sharpness(sharpness: Sequence[float], shots: Sequence[int], index: int, reach: int = 3) -> float:
    """Sharpness of one frame over the 80th percentile of its neighbours within its shot.

    Args:
        sharpness: Of every decoded frame, in order.
        shots: The shot of each, in order.
        index: The frame in question.
        reach: So many neighbours count on each side.

    Returns:
        About 1 for a frame as sharp as those around it, well below 1 for a blurred one; 1 where it has no neighbour.
    """
    around = range(max(0, index - reach), min(len(sharpness), index + reach + 1))
    others = [sharpness[i] for i in around if i != index and shots[i] == shots[index]]
    usual = float(np.percentile(others, _PERCENTILE)) if others else 0.0
    return sharpness[index] / usual if usual > 0 else 1.0
