"""Linear light in 16 bits, and pictures as planes of it.

Cached pictures hold uint16, 65535 for 1: the darkest level of sRGB is 20 of these. What is computed is float32 [0, 1].
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from bgrsr_data.compiled import compiled
from bgrsr_data.media.colour import light_of, srgb_of

ONE = 65535


LIGHT_OF_SRGB8: NDArray[np.uint16] = np.array([round(ONE * light_of(v / 255)) for v in range(256)], np.uint16)
SRGB8_OF_LIGHT: NDArray[np.uint8] = np.array([round(255 * srgb_of(v / ONE)) for v in range(ONE + 1)], np.uint8)


def decode(srgb: NDArray[np.uint8]) -> NDArray[np.uint16]:
    """Planes of linear light, (3, h, w) uint16, of an sRGB picture, (h, w, 3) uint8."""
    planes = np.empty((3, *srgb.shape[:2]), np.uint16)
    _decode(srgb, LIGHT_OF_SRGB8, planes)
    return planes


def decode_covered(srgb: NDArray[np.uint8], alpha: NDArray[np.uint8]) -> NDArray[np.uint16]:
    """Planes of premultiplied linear light and of alpha.

    Args:
        srgb: (h, w, 3) uint8, straight colour.
        alpha: (h, w) uint8.

    Returns:
        (4, h, w) uint16: red, green, blue times alpha, and alpha.
    """
    planes = np.empty((4, *alpha.shape), np.uint16)
    _decode_covered(srgb, alpha, LIGHT_OF_SRGB8, planes)
    return planes


def encode(planes: NDArray[np.float32]) -> NDArray[np.uint8]:
    """The sRGB picture, (H, W, 3) uint8, of planes of linear light, (3, H, W) float32; outside of [0, 1] is clipped."""
    srgb = np.empty((*planes.shape[1:], 3), np.uint8)
    _encode(planes, SRGB8_OF_LIGHT, srgb)
    return srgb


def to_16bit(planes: NDArray[np.float32]) -> NDArray[np.uint16]:
    """Planes of float32, clipped to [0, 1], as uint16."""
    return (np.clip(planes, 0, 1) * np.float32(ONE) + np.float32(0.5)).astype(np.uint16)


@compiled
def _decode(srgb: NDArray[np.uint8], light: NDArray[np.uint16], planes: NDArray[np.uint16]) -> None:
    for y in range(srgb.shape[0]):
        for x in range(srgb.shape[1]):
            for c in range(3):
                planes[c, y, x] = light[srgb[y, x, c]]


@compiled
def _decode_covered(
    srgb: NDArray[np.uint8], alpha: NDArray[np.uint8], light: NDArray[np.uint16], planes: NDArray[np.uint16]
) -> None:
    for y in range(srgb.shape[0]):
        for x in range(srgb.shape[1]):
            cover = np.int64(alpha[y, x])
            for c in range(3):
                planes[c, y, x] = (np.int64(light[srgb[y, x, c]]) * cover + 127) // 255
            planes[3, y, x] = cover * 257


@compiled
def quantize_line(light: NDArray[np.float32], level: NDArray[np.uint16]) -> None:
    """Write a row of linear light, (3, W) float32, as (3, W) uint16."""
    for c in range(3):
        row, levels = light[c], level[c]
        for x in range(row.size):
            value = min(max(row[x], np.float32(0)), np.float32(1))
            levels[x] = np.uint16(np.int32(value * np.float32(65535) + np.float32(0.5)))


@compiled
def encode_line(level: NDArray[np.uint16], srgb_of_light: NDArray[np.uint8], srgb: NDArray[np.uint8]) -> None:
    """Encode a row, (3, W) uint16 linear light, as (W, 3) uint8; the table is `SRGB8_OF_LIGHT`."""
    for x in range(level.shape[1]):
        for c in range(3):
            srgb[x, c] = srgb_of_light[level[c, x]]


@compiled
def _encode(planes: NDArray[np.float32], srgb_of_light: NDArray[np.uint8], srgb: NDArray[np.uint8]) -> None:
    level = np.empty((3, planes.shape[2]), np.uint16)
    for y in range(planes.shape[1]):
        quantize_line(planes[:, y], level)
        encode_line(level, srgb_of_light, srgb[y])


def mean_light(planes: NDArray[Any]) -> tuple[float, float, float]:
    """Mean of red, green and blue over what is covered (planes of three or four), in whole numbers until the end."""
    sums = [int(plane.sum(dtype=np.uint64)) for plane in planes]
    cover = sums[3] if len(sums) == 4 else ONE * planes[0].size
    red, green, blue = (total / cover if cover else 0.0 for total in sums[:3])
    return red, green, blue
