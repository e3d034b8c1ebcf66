"""sRGB and linear light.

Light adds up in linear values, so every blend of two colours (an edge pixel, a shadow, a resize) is done there.
Files and screens hold sRGB (IEC 61966-2-1).
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray


def light_of(srgb: float) -> float:
    """Linear light of one sRGB value, both in [0, 1]: what tables are made of."""
    return srgb / 12.92 if srgb <= 0.04045 else float(((srgb + 0.055) / 1.055) ** 2.4)


def srgb_of(light: float) -> float:
    """The way back."""
    return light * 12.92 if light <= 0.0031308 else float(1.055 * light ** (1 / 2.4) - 0.055)


_LINEAR_OF_8BIT: NDArray[np.float32] = np.array([light_of(v / 255) for v in range(256)], np.float32)
_LEVELS = 1 << 14
_SRGB8_OF_LEVEL: NDArray[np.uint8] = np.array(
    [round(255 * srgb_of(v / (_LEVELS - 1))) for v in range(_LEVELS)], np.uint8
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
