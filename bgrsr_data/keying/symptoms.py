"""What can be seen of a key's faults in its alpha and its frame, block by block.

One pass over the pixels; only blocks that are neither all subject nor all screen are looked at closely. There a second
opinion is asked: the plain colour-difference key (Vlahos, US patent 3,158,477, 1964) knows nothing of the subject's
colour and errs otherwise than unmixing does, so where the two differ one of them is wrong.
"""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from bgrsr_data.compiled import compiled
from bgrsr_data.keying.blocks import BLOCK

_CLEAR, _SOLID = np.float32(0.02), np.float32(0.98)  # alphas beyond which a pixel is not soft
_LEAST_LEVEL = np.float32(0.05)
_STEP = 2  # every second row tells enough
Floats = NDArray[np.float32]
Mask = NDArray[np.bool_]


class Symptoms(NamedTuple):
    """A key in 4×4 blocks, all (h, w) float32.

    Attributes:
        share: Mean alpha.
        least: Least alpha.
        soft: Share of pixels that are neither subject nor screen.
        detail: Variance of alpha within the block: hair and strands.
        dispute: Mean squared difference from the colour-difference key; 0 without soft pixels.
    """

    share: Floats
    least: Floats
    soft: Floats
    detail: Floats
    dispute: Floats


def look_at(alpha: Floats, rgb: NDArray[np.uint8], plate: Floats, axis: Floats, of_byte: Floats) -> Symptoms:
    """Look at every whole block of a key.

    Args:
        alpha: (H, W) float32 [0, 1].
        rgb: The frame, uint8 sRGB, at least as large.
        plate: (H/4, W/4, 3) float32 or larger, the clean plate in the working light.
        axis: (3,) float32, the direction of the key.
        of_byte: (256,) float32, the working light of each byte.

    Returns:
        The symptoms, (H // 4, W // 4).
    """
    h, w = alpha.shape[0] // BLOCK, alpha.shape[1] // BLOCK
    found = np.zeros((len(Symptoms._fields), h, w), np.float32)
    _look(alpha, rgb, plate, axis, of_byte, found)
    return Symptoms(*found)


@compiled
def _look(
    alpha: Floats, rgb: NDArray[np.uint8], plate: Floats, axis: Floats, of_byte: Floats, found: NDArray[np.float32]
) -> None:
    for y in range(found.shape[1]):
        for x in range(found.shape[2]):
            top, left = BLOCK * y, BLOCK * x
            first = alpha[top, left]
            others = 0
            for i in range(top, top + BLOCK):
                for j in range(left, left + BLOCK):
                    others += alpha[i, j] != first
            if others == 0 and first * (1 - first) == 0:
                found[0, y, x] = found[1, y, x] = first
                continue
            found[0, y, x], found[1, y, x], found[2, y, x], found[3, y, x] = _spread(alpha, top, left)
            if found[2, y, x] > 0:
                found[4, y, x] = _dispute(alpha, rgb, plate[y, x], axis, of_byte, top, left)


@compiled
def _spread(alpha: Floats, top: int, left: int) -> tuple[np.float32, np.float32, np.float32, np.float32]:
    """A block's mean, least, soft share and variance."""
    total = square = soft = np.float32(0)
    least = np.float32(1)
    for i in range(top, top + BLOCK):
        for j in range(left, left + BLOCK):
            value = alpha[i, j]
            total, square, least = total + value, square + value * value, min(least, value)
            soft += np.float32(1) if _CLEAR < value < _SOLID else np.float32(0)
    mean = total / BLOCK**2
    return mean, least, soft / BLOCK**2, max(square / BLOCK**2 - mean * mean, np.float32(0))


@compiled
def _dispute(
    alpha: Floats, rgb: NDArray[np.uint8], plate: Floats, axis: Floats, of_byte: Floats, top: int, left: int
) -> np.float32:
    """Mean squared difference of a block's alpha from what its key values alone say."""
    level = max(plate[0] * axis[0] + plate[1] * axis[1] + plate[2] * axis[2], _LEAST_LEVEL)
    total = np.float32(0)
    for i in range(top, top + BLOCK, _STEP):
        for j in range(left, left + BLOCK):
            pixel = rgb[i, j]
            key = (of_byte[pixel[0]] * axis[0] + of_byte[pixel[1]] * axis[1] + of_byte[pixel[2]] * axis[2]) / level
            other = min(max(1 - key, np.float32(0)), np.float32(1))
            total += (alpha[i, j] - other) ** 2
    return np.float32(total * _STEP / BLOCK**2)


def depth_px(seen: Mask) -> Floats:
    """(h, w) float32: how far each block is from the nearest marked one, in pixels of the frame; infinite without."""
    if not seen.any():
        return np.full(seen.shape, np.inf, np.float32)
    return np.asarray(BLOCK * cv2.distanceTransform((~seen).astype(np.uint8), cv2.DIST_L2, 3), np.float32)


def halved(grid: Floats) -> Floats:
    """Means over 2×2 cells, an odd last row or column left out."""
    h, w = grid.shape[0] // 2 * 2, grid.shape[1] // 2 * 2
    return np.asarray(cv2.resize(grid[:h, :w], (w // 2, h // 2), interpolation=cv2.INTER_AREA), np.float32)


def pieces(mask: Mask) -> NDArray[np.int32]:
    """(n, 5) left, top, width, height and area of what hangs together in a mask, diagonals too."""
    _, _, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8)
    return np.asarray(stats[1:], np.int32)
