"""Where the frame is surely screen, surely subject, and where the two mix.

Worked out on 4×4 blocks, so that only the mixed ones are ever looked at pixel by pixel.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from bgrsr_data.keying.blocks import BLOCK, Blocks
from bgrsr_data.keying.plate import Plate, likeness

Floats = NDArray[np.float32]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Regions:
    """What each 4×4 block is.

    Attributes:
        screen: (h, w) bool, surely screen.
        core: (h, w) bool, surely subject.
        band: (h, w) bool, neither.
        rim: (h, w) bool, core near enough to the screen to carry its light.
        pure: (h, w) bool, core with no screen between its parts: far from the screen's colour, or of one colour.
    """

    screen: Mask
    core: Mask
    band: Mask
    rim: Mask
    pure: Mask


def divide(blocks: Blocks, plate: Plate) -> Regions:
    """Divide a frame into screen, subject and band.

    Args:
        blocks: The frame in blocks.
        plate: The clean plate.

    Returns:
        The regions.
    """
    noise = blocks.noise
    long_side = BLOCK * max(blocks.low.shape)
    level = np.maximum(plate.light @ blocks.axis, 0.05)
    low, high = blocks.low / level, blocks.high / level
    scale, rest = likeness(blocks.mean, plate.light)
    alike = (rest < 0.05 + 2 * noise) & (np.abs(scale - 1) < 0.05 + 2 * noise)
    screen = alike & (low > 0.93 - 4 * noise) & (high < 1.1 + 5 * noise)
    screen = cv2.morphologyEx(screen.astype(np.uint8), cv2.MORPH_OPEN, np.ones((2, 2), np.uint8)) > 0
    screen = _to_the_border(screen)
    even = high - low < 0.06 + 3 * noise
    odd = even & (rest > 0.25)  # of one colour, and not the screen's: green clothes before teal
    depth = _depth_px(screen | ((high > 0.8) & ~odd))
    core = (depth > max(6.0, 0.007 * long_side)) & (high < 0.10 + 3 * noise)
    core |= depth > 0.06 * long_side
    calm = (depth > max(8.0, 0.01 * long_side)) & (odd | (even & (high < 0.55)))
    core |= cv2.morphologyEx(calm.astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3), np.uint8)) > 0
    pure = (high < 0.15 + 3 * noise) | (high - low < 0.12 + 4 * noise)
    core |= _closed(core) & pure & (depth > 6)
    reach = cv2.dilate((~screen).astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    rim = core & (depth < 0.08 * long_side)
    return Regions(~reach, core, reach & ~core, rim, core & pure)


def _to_the_border(screen: Mask) -> Mask:
    """Call a border block screen where the block two further in is: cameras darken or frame the outermost."""
    grown = screen.copy()
    for view, inner in (
        (grown, screen),
        (grown[::-1], screen[::-1]),
        (grown.T, screen.T),
        (grown.T[::-1], screen.T[::-1]),
    ):
        view[:2] |= inner[2]
    return grown


def _closed(mask: Mask) -> Mask:
    return np.asarray(cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8)) > 0)


def _depth_px(screen: Mask) -> Floats:
    if not screen.any():
        return np.full(screen.shape, np.inf, np.float32)
    return np.asarray(BLOCK * cv2.distanceTransform((~screen).astype(np.uint8), cv2.DIST_L2, 3), np.float32)
