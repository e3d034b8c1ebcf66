"""Scaling of pictures that hold linear light (or any quantity that adds up)."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray


def resize(values: NDArray[np.float32], size: tuple[int, int]) -> NDArray[np.float32]:
    """Scale to `size`: the area average when it shrinks, bicubic when it grows.

    Args:
        values: (h, w) or (h, w, C) float32, linear light or alpha.
        size: (width, height) wanted.

    Returns:
        (H, W) or (H, W, C) float32; bicubic may overshoot a little.
    """
    shrinks = size[1] < values.shape[0]
    filtering = cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(values, size, interpolation=filtering), np.float32)
