"""Where the frame is surely screen, surely subject, and where the two mix.

Worked out on 4×4 blocks, so that only the mixed ones are ever looked at pixel by pixel.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from bgrsr_data.compiled import compiled
from bgrsr_data.keying.blocks import BLOCK, Blocks
from bgrsr_data.keying.fill import tiled
from bgrsr_data.keying.plate import Plate, like

_TILE = 8  # blocks over which the sure core's colour is averaged
_TURN = 0.25  # of the plate's length: what must be left of it at right angles to the subject's colour
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
    noise, long_side = blocks.noise, BLOCK * max(blocks.low.shape)
    low, high, key, scale, rest = _measured(blocks.mean, blocks.low, blocks.high, blocks.axis, plate.light)
    alike = (rest < 0.05 + 2 * noise) & (np.abs(scale - 1) < 0.05 + 2 * noise)
    screen = alike & (low > 0.93 - 4 * noise) & (high < 1.1 + 5 * noise)
    screen = _to_the_border(_morph(screen, cv2.MORPH_OPEN, 2))
    spread = high - low
    even = spread < 0.06 + 3 * noise
    step = 0.2 + 0.3 * np.maximum(rest - 0.25 - 6 * noise, 0)  # what a block may differ by and show no screen
    plain = even | (spread < step - 1.4 * softness)
    odd = plain & (rest > 0.25)  # of one colour, and not the screen's: green clothes before teal
    depth = _depth_px(screen | ((high > 0.8) & ~odd))
    grey = (depth > max(6.0, 0.007 * long_side)) & (high < 0.10 + 3 * noise)
    core = grey | (depth > 0.06 * long_side)
    calm = (depth > max(8.0, 0.01 * long_side)) & (odd | (even & (high < 0.55)))
    core |= _morph(calm, cv2.MORPH_OPEN, 3)
    pure = (high < 0.15 + 3 * noise) | (spread < 0.12 + 4 * noise)
    core |= _own(blocks, plate, screen, core & pure, ~(core | screen) & (spread < 0.25 * np.maximum(scale, 1)))
    ramp = core & _ramp(key, high, grey, depth, softness, noise)
    between = _morph(core, cv2.MORPH_CLOSE, 5) & pure & (depth > 6) & ~core
    core, ramp = core | between, ramp | between & (softness > _RAMP)
    reach = _morph(~screen, cv2.MORPH_DILATE, 3)
    rim = core & (depth < 0.08 * long_side)
    return Regions(~reach, core, reach & ~core | ramp, rim, core & pure & ~ramp)


def _own(blocks: Blocks, plate: Plate, screen: Mask, sure: Mask, asked: Mask) -> Mask:
    """Which of the blocks asked about are of the subject's own colours: no screen shows, although they are not grey.

    Each is keyed along a direction of its own, at right angles to the colour of the sure core nearby: all shades of
    that colour are at 0 there, and the plate is at 1.
    """
    seed = _morph(sure, cv2.MORPH_ERODE, 3)
    if not seed.any():
        return seed
    depth = _depth_px(screen)
    deep = depth > max(8.0, 0.01 * BLOCK * max(screen.shape))
    asked = asked & deep
    near = _morph(asked, cv2.MORPH_DILATE, 7)  # what the dilation and the opening below look at
    subject = tiled(blocks.mean, seed, _TILE)
    key = _key_beside(blocks.mean, plate.light, subject, near, np.float32(_TURN + 4 * blocks.noise))
    around = cv2.dilate(key, np.ones((3, 3), np.uint8))
    return _morph(deep & (around < 0.10 + 3 * blocks.noise), cv2.MORPH_OPEN, 3) & asked


@compiled
def _key_beside(mean: Floats, plate: Floats, subject: Floats, where: Mask, turn: np.float32) -> Floats:
    """Key of blocks along their plate's part at right angles to the subject's colour; 1 where that part is small."""
    h, w = mean.shape[:2]
    key = np.ones((h, w), np.float32)
    for y in range(h):
        for x in range(w):
            if where[y, x]:
                p, q, s = plate[y, x, 0], plate[y, x, 1], plate[y, x, 2]
                f, g, b = subject[y, x, 0], subject[y, x, 1], subject[y, x, 2]
                share = (p * f + q * g + s * b) / max(f * f + g * g + b * b, np.float32(1e-8))
                i, j, k = p - share * f, q - share * g, s - share * b
                length = i * p + j * q + k * s
                if length > turn * turn * (p * p + q * q + s * s):
                    key[y, x] = (i * mean[y, x, 0] + j * mean[y, x, 1] + k * mean[y, x, 2]) / length
    return key


@compiled
def _measured(
    mean: Floats, low: Floats, high: Floats, axis: Floats, plate: Floats
) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    """Least, greatest and mean key value of each block with the plate's at 1, and how `like` the plate it is."""
    h, w = low.shape
    least, most, key = np.empty_like(low), np.empty_like(low), np.empty_like(low)
    scale, rest = np.empty_like(low), np.empty_like(low)
    one = np.float32(1)
    for y in range(h):
        for x in range(w):
            r, g, b = mean[y, x, 0], mean[y, x, 1], mean[y, x, 2]
            p, q, s = plate[y, x, 0], plate[y, x, 1], plate[y, x, 2]
            share = one / max(p * axis[0] + q * axis[1] + s * axis[2], np.float32(0.05))
            least[y, x], most[y, x] = low[y, x] * share, high[y, x] * share
            key[y, x] = (r * axis[0] + g * axis[1] + b * axis[2]) * share
            scale[y, x], rest[y, x] = like(r, g, b, p, q, s)
    return least, most, key, scale, rest


def _morph(mask: Mask, how: int, side: int) -> Mask:
    """OpenCV's morphology on a mask, by a square."""
    return np.asarray(cv2.morphologyEx(mask.view(np.uint8), how, np.ones((side, side), np.uint8)), np.uint8) > 0


def _ramp(key: Floats, high: Floats, grey: Mask, depth: Floats, softness: Floats, noise: float) -> Mask:
    """Where a soft edge's steep end may pass for core: less like the core beyond the ramp than like a mixture.

    A subject far from grey on the other side of the screen's hue (pink before green) has a key value well below 0; its
    mixture with a third of screen is then as grey as sure subject may be.
    """
    limit = max(6.0, 0.0094 * BLOCK * max(grey.shape))
    beyond = grey & (depth > limit)
    if softness.max() <= _RAMP or not beyond.any():
        return np.zeros_like(grey)
    own = tiled(key[..., None], beyond, max(1, max(grey.shape) // 240))[..., 0]
    return np.asarray((high >= own + 0.04 + 2 * noise) & (softness > _RAMP) & (depth <= 3 * limit), np.bool_)


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


def _depth_px(screen: Mask) -> Floats:
    if not screen.any():
        return np.full(screen.shape, np.inf, np.float32)
    return np.asarray(BLOCK * cv2.distanceTransform((~screen).astype(np.uint8), cv2.DIST_L2, 3), np.float32)
