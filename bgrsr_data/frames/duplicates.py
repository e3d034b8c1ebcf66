"""Near-duplicates: pictures whose difference hashes nearly agree.

A difference hash (dHash) tells, for a picture of 9×8, whether each pixel is brighter than the one to its left. Coding
noise and small changes of light flip few of the 64 bits. A person who talks before a locked camera flips as few; what
moved there shows in the levels of a thumbnail.
"""

from __future__ import annotations

from collections.abc import Iterable

import cv2
import numpy as np
from numpy.typing import NDArray


def hash_picture(grey: NDArray[np.uint8]) -> int:
    """Difference hash.

    Args:
        grey: (H, W) uint8.

    Returns:
        64 bits, row by row from the top left, the first in the highest place.
    """
    small = cv2.resize(grey, (9, 8), interpolation=cv2.INTER_AREA)
    bits = np.packbits(small[:, 1:] > small[:, :-1])
    return int.from_bytes(bits.tobytes(), "big")


def draw_thumbnail(grey: NDArray[np.uint8]) -> str:
    """The picture as 8×8 grey levels.

    Args:
        grey: (H, W) uint8, full range.

    Returns:
        128 hex digits, row by row from the top left.
    """
    return np.asarray(cv2.resize(grey, (8, 8), interpolation=cv2.INTER_AREA), np.uint8).tobytes().hex()


def distance(one: int, other: int) -> int:
    """In how many bits two hashes differ."""
    return (one ^ other).bit_count()


def nearest(value: int, kept: Iterable[int]) -> int:
    """The distance to the nearest of `kept`; 65, more than any, where there is none."""
    return min((distance(value, other) for other in kept), default=65)
