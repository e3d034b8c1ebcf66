"""sRGB and linear light.

Light adds up in linear values, so every blend of two colours (an edge pixel, a shadow, a resize) is done there.
Files and screens hold sRGB (IEC 61966-2-1).
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

_LINEAR_OF_8BIT: NDArray[np.float32] = np.array(
    [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in np.arange(256) / 255.0], np.float32
)
_LEVELS = 1 << 14
_SRGB8_OF_LEVEL: NDArray[np.uint8] = np.array(
    [
        round(255 * (v * 12.92 if v <= 0.0031308 else 1.055 * v ** (1 / 2.4) - 0.055))
        for v in np.arange(_LEVELS) / (_LEVELS - 1)
    ],
    np.uint8,
)


def to_linear(srgb: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Decode sRGB.

    Args:
        srgb: (...,) uint8 [0, 255], any shape.

    Returns:
        Same shape, float32 [0, 1], linear light.
    """
    if not srgb.size:
        return np.zeros(srgb.shape, np.float32)
    flat = np.ascontiguousarray(srgb).reshape(-1, 1)
    return np.asarray(cv2.LUT(flat, _LINEAR_OF_8BIT), np.float32).reshape(srgb.shape)


def to_srgb(linear: NDArray[np.float32]) -> NDArray[np.float32]:
    """Encode linear light as sRGB, exactly; values outside [0, 1] are clipped.

    Args:
        linear: (...,) float32, any shape.

    Returns:
        Same shape, float32 [0, 1], sRGB.
    """
    value = np.clip(linear, 0.0, 1.0)
    return np.where(value <= 0.0031308, value * 12.92, 1.055 * np.power(value, 1 / 2.4) - 0.055).astype(np.float32)


def to_srgb8(linear: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Encode linear light as 8-bit sRGB by a table of 16,384 levels: a level off at most, in the deepest shadows.

    Args:
        linear: (...,) float32, any shape; values outside [0, 1] are clipped.

    Returns:
        Same shape, uint8 [0, 255], sRGB.
    """
    level = np.multiply(linear, np.float32(_LEVELS - 1), dtype=np.float32)
    level += np.float32(0.5)
    np.clip(level, 0, _LEVELS - 1, out=level)
    return _SRGB8_OF_LEVEL.take(level.astype(np.intp))


def luma(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Grey values (BT.601 weights on sRGB values), the usual input of sharpness measures.

    Args:
        rgb: (H, W, 3) uint8, sRGB.

    Returns:
        (H, W) uint8.
    """
    return np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), np.uint8)
