"""Where a shot ends: the picture changes at once as a whole, and more than it did just before.

The mean absolute difference of 160×90 thumbnails finds hard cuts as surely as costlier measures. A fixed bound alone
takes a camera shaken or a light flickering for cuts, so a cut must also stand out from the differences before it.
"""

from __future__ import annotations

from collections import deque
from statistics import median

import cv2
import numpy as np
from numpy.typing import NDArray

_SIZE = (160, 90)
_LEAST = 20.0  # levels of 255
_TIMES_USUAL = 3.0
_REMEMBERED = 8


class ShotCounter:
    """Numbers the shots of a clip from 0, picture by picture."""

    def __init__(self) -> None:
        self._shot = 0
        self._last: NDArray[np.uint8] | None = None
        self._differences: deque[float] = deque(maxlen=_REMEMBERED)

    def push(self, grey: NDArray[np.uint8]) -> int:
        """Take the next picture.

        Args:
            grey: (h, w) uint8, of any size.

        Returns:
            The number of its shot.
        """
        thumbnail = np.asarray(cv2.resize(grey, _SIZE, interpolation=cv2.INTER_AREA), np.uint8)
        if self._last is not None:
            difference = cv2.norm(thumbnail, self._last, cv2.NORM_L1) / thumbnail.size
            usual = median(self._differences) if self._differences else 0.0
            self._shot += difference >= max(_LEAST, _TIMES_USUAL * usual)
            self._differences.append(difference)
        self._last = thumbnail
        return self._shot

    def cut(self) -> None:
        """Begin a shot with the next picture, whatever it shows: the pictures between were left out."""
        if self._last is not None:
            self._shot += 1
            self._last = None
            self._differences.clear()
