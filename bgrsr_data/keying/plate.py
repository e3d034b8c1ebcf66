"""The clean plate: what the camera would see with nobody before the screen.

The screen is not one colour: light falls unevenly, cloth wrinkles, the subject throws a shadow. The plate follows
all of it: blocks that look like the screen are averaged over ever smaller tiles, each pass judging the blocks
against the pass before, and what the subject hides is filled by push-pull.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from bgrsr_data.compiled import compiled, inlined
from bgrsr_data.keying.blocks import Blocks
from bgrsr_data.keying.fill import tiled

Floats = NDArray[np.float32]
Mask = NDArray[np.bool_]
# Tile side in blocks; how far a block's brightness and colour may be from the pass before (relative). A large frame is
# seen first at every other block. A tile of a small frame would be too wide to follow its light.
_LARGE = 400  # blocks on the longer side
_EVERY_OTHER = ((8, 0.45, 0.25), (4, 0.25, 0.15))
_EVERY = ((4, 0.13, 0.06),)
_SMALL = ((8, 0.25, 0.15), (4, 0.16, 0.08), (2, 0.13, 0.06))
_MOST_TILES = 1 / 20  # of the longer side


@dataclass(frozen=True, slots=True)
class Plate:
    """The screen without the subject, at one cell per 4×4 pixels.

    Attributes:
        light: (h, w, 3) float32, the working light (linear unless asked otherwise).
        known: (h, w) bool, where it was seen and not filled in.
        alike: (h, w) bool, what has about its colour, be it known or not.
    """

    light: Floats
    known: Mask
    alike: Mask

    @property
    def colour(self) -> Floats:
        """(3,) float32: its mean where it was seen, working light."""
        seen = self.known.astype(np.uint8) if self.known.any() else None
        return np.array(cv2.mean(self.light, seen)[:3], np.float32)


@inlined
def like(
    r: np.float32, g: np.float32, b: np.float32, p: np.float32, q: np.float32, s: np.float32
) -> tuple[np.float32, np.float32]:
    """How bright a colour is as screen, and how far it is from being screen at any brightness.

    Args:
        r: The colour's first channel.
        g: Its second.
        b: Its third.
        p: The plate's first channel there.
        q: Its second.
        s: Its third.

    Returns:
        Brightness as a multiple of the plate's, and the rest relative to the plate's length.
    """
    share = np.float32(1) / max(p * p + q * q + s * s, np.float32(1e-8))
    scale = (r * p + g * q + b * s) * share
    x, y, z = r - scale * p, g - scale * q, b - scale * s
    return scale, np.sqrt((x * x + y * y + z * z) * share)


def estimate_plate(blocks: Blocks, region: Mask) -> Plate:
    """Estimate the clean plate.

    Args:
        blocks: The frame in blocks.
        region: Where the screen is, roughly: bool at any size.

    Returns:
        The plate, as large as the blocks.
    """
    h, w = blocks.low.shape
    mask = cv2.resize(region.view(np.uint8), (w, h), interpolation=cv2.INTER_NEAREST) > 0
    calm = blocks.spread < (0.06 + 6.5 * blocks.noise) * np.clip(blocks.high, 0.3, None)
    if max(h, w) >= _LARGE:
        some = np.ascontiguousarray(blocks.mean[::2, ::2])
        half = _narrowed(some, mask[::2, ::2], calm[::2, ::2], _EVERY_OTHER, blocks.noise)
        mask = _narrowed(blocks.mean, half.repeat(2, 0)[:h].repeat(2, 1)[:, :w], calm, _EVERY, blocks.noise)
    else:
        passes = tuple(step for step in _SMALL if step[0] <= max(4, _MOST_TILES * max(h, w)))
        mask = _narrowed(blocks.mean, mask, calm, passes, blocks.noise)
    known = _eroded(mask & calm)
    return Plate(tiled(blocks.mean, known, 2), known, mask)


def _narrowed(mean: Floats, mask: Mask, calm: Mask, passes: tuple[tuple[int, float, float], ...], noise: float) -> Mask:
    """Call screen what is like the average of the screen nearby, pass by pass."""
    for tile, brightness, colour in passes:
        plate = tiled(mean, _eroded(mask & calm), tile)
        mask = _alike(mean, plate, np.float32(brightness), np.float32(colour + 2 * noise))
    return mask


def _eroded(mask: Mask) -> Mask:
    smaller = cv2.erode(mask.astype(np.uint8), np.ones((3, 3), np.uint8), borderValue=1) > 0
    return smaller if smaller.any() else mask


@compiled
def _alike(light: Floats, plate: Floats, brightness: np.float32, colour: np.float32) -> Mask:
    """The blocks whose `like` is within these, squared out so that no pixel divides."""
    h, w = light.shape[:2]
    alike = np.empty((h, w), np.bool_)
    for y in range(h):
        for x in range(w):
            r, g, b = light[y, x, 0], light[y, x, 1], light[y, x, 2]
            p, q, s = plate[y, x, 0], plate[y, x, 1], plate[y, x, 2]
            toward, length = r * p + g * q + b * s, p * p + q * q + s * s
            rest = (r * r + g * g + b * b) * length - toward * toward
            even = abs(toward - length) < brightness * length
            alike[y, x] = even & (rest < (colour * length) * (colour * length))
    return alike
