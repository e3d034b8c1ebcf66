"""Where the frame is surely screen, surely subject, and where the two mix.

Worked out on 4×4 blocks, so that only the mixed ones are ever looked at pixel by pixel.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from bgrsr_data.keying.blocks import BLOCK, Blocks
from bgrsr_data.keying.fill import push_pull
from bgrsr_data.keying.plate import Plate, likeness

_RAMP = 0.3  # softness from which a steep ramp could be taken for core
Floats = NDArray[np.float32]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Regions:
    """What each 4×4 block is.

    Attributes:
        screen: (h, w) bool, surely screen.
        core: (h, w) bool, subject.
        band: (h, w) bool, to be unmixed: what is neither, and the core that may be the steep end of a ramp.
        rim: (h, w) bool, core near enough to the screen to carry its light.
        pure: (h, w) bool, sure core with no screen between its parts: far from the screen's colour, or of one colour.
    """

    screen: Mask
    core: Mask
    band: Mask
    rim: Mask
    pure: Mask


def divide(blocks: Blocks, plate: Plate, softness: Floats) -> Regions:
    """Divide a frame into screen, subject and band.

    Args:
        blocks: The frame in blocks.
        plate: The clean plate.
        softness: (h, w) float32 [0, 1], how soft the edge nearby is.

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
    grey = (depth > max(6.0, 0.007 * long_side)) & (high < 0.10 + 3 * noise)
    core = grey | (depth > 0.06 * long_side)
    calm = (depth > max(8.0, 0.01 * long_side)) & (odd | (even & (high < 0.55)))
    core |= cv2.morphologyEx(calm.astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3), np.uint8)) > 0
    pure = (high < 0.15 + 3 * noise) | (high - low < 0.12 + 4 * noise)
    ramp = core & _ramp(blocks, level, grey, depth, softness)
    between = _closed(core) & pure & (depth > 6) & ~core
    core, ramp = core | between, ramp | between & (softness > _RAMP)
    reach = cv2.dilate((~screen).astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    rim = core & (depth < 0.08 * long_side)
    return Regions(~reach, core, reach & ~core | ramp, rim, core & pure & ~ramp)


def _ramp(blocks: Blocks, level: Floats, grey: Mask, depth: Floats, softness: Floats) -> Mask:
    """Where a soft edge's steep end may pass for core: less like the core beyond the ramp than like a mixture.

    A subject far from grey on the other side of the screen's hue (pink before green) has a key value well below 0; its
    mixture with a third of screen is then as grey as sure subject may be.
    """
    long_side = BLOCK * max(grey.shape)
    limit = max(6.0, 0.0094 * long_side)
    beyond = grey & (depth > limit)
    if softness.max() <= _RAMP or not beyond.any():
        return np.zeros_like(grey)
    key = np.asarray(blocks.mean @ blocks.axis / level, np.float32)
    own = push_pull(key[..., None], beyond.astype(np.float32))[..., 0]
    mixed = blocks.high / level >= own + 0.04 + 2 * blocks.noise
    return np.asarray(mixed & (softness > _RAMP) & (depth <= 3 * limit), np.bool_)


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
