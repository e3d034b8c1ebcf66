"""Where the frame is surely screen, surely subject, and where the two mix.

Worked out on 4×4 blocks, so that only the mixed ones are ever looked at pixel by pixel.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from bgrsr_data.keying.plate import Plate, key_axis, likeness

BLOCK = 4
Floats = NDArray[np.float32]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Regions:
    """The frame in 4×4 blocks.

    Attributes:
        screen: (h, w) bool, surely screen.
        core: (h, w) bool, surely subject.
        band: (h, w) bool, neither.
        rim: (h, w) bool, core near enough to the band to carry the screen's light.
        depth_px: (h, w) float32, distance from the sure screen in pixels.
        noise: Standard deviation of a pixel's key value on the screen (screen = 1).
        noise_light: The same per channel, in working light.
    """

    screen: Mask
    core: Mask
    band: Mask
    depth_px: Floats
    rim: Mask
    noise: float
    noise_light: float


def divide(frame: Floats, cells: Floats, plate: Plate) -> Regions:
    """Divide a frame into screen, subject and band.

    Args:
        frame: (H, W, 3) float32, working light, sides multiples of 4.
        cells: (H/4, W/4, 3) float32, its blocks' means.
        plate: The clean plate.

    Returns:
        The regions.
    """
    low, high = _key_range(frame, plate)
    spread = high - low
    noise = float(np.median(spread[plate.known])) / 3.5 if plate.known.any() else 0.01
    noise = max(noise, 0.003)
    scale, rest = likeness(cells, plate.light)
    loose = 0.05 + 4 * noise
    screen = (
        (low > 1 - loose - 2 * noise)
        & (high < 1.25 + loose)
        & (rest < 0.06 + 3 * noise)
        & (np.abs(scale - 1) < loose + 0.05)
    )
    screen |= plate.known & (spread < 0.05 + 8 * noise)
    screen = cv2.morphologyEx(screen.astype(np.uint8), cv2.MORPH_OPEN, np.ones((2, 2), np.uint8)) > 0
    depth = _depth(screen)
    long_side = max(frame.shape[:2])
    core = (depth > max(6.0, 0.007 * long_side)) & (high < 0.10 + 3 * noise)
    core |= depth > 0.06 * long_side
    reach = cv2.dilate((~screen).astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    rim = core & (depth < 0.06 * long_side)
    size = float(np.linalg.norm(plate.light.mean((0, 1)) - plate.light.mean()))
    return Regions(~reach, core, reach & ~core, depth, rim, noise, noise * size)


def _key_range(frame: Floats, plate: Plate) -> tuple[Floats, Floats]:
    """The least and the greatest key value within each block, screen = 1 (one axis for the frame, scaled by the plate)."""
    axis = key_axis(np.asarray(plate.light[plate.known].mean(0) if plate.known.any() else plate.light.mean((0, 1))))
    key = cv2.transform(frame, axis.reshape(1, 3))
    block = np.ones((BLOCK, BLOCK), np.uint8)
    low = cv2.erode(key, block, anchor=(0, 0))[::BLOCK, ::BLOCK]
    high = cv2.dilate(key, block, anchor=(0, 0))[::BLOCK, ::BLOCK]
    local = np.maximum(plate.light @ axis, 0.05)
    return np.asarray(low / local, np.float32), np.asarray(high / local, np.float32)


def _depth(screen: Mask) -> Floats:
    if not screen.any():
        return np.full(screen.shape, np.inf, np.float32)
    return np.asarray(BLOCK * cv2.distanceTransform((~screen).astype(np.uint8), cv2.DIST_L2, 3), np.float32)
