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

from bgrsr_data.keying.blocks import Blocks, dot
from bgrsr_data.keying.fill import push_pull, resize

Floats = NDArray[np.float32]
Mask = NDArray[np.bool_]
# Tile side in blocks; how far a block's brightness and colour may be from the pass before (relative).
_PASSES = ((16, 0.45, 0.25), (8, 0.25, 0.15), (4, 0.16, 0.08), (2, 0.13, 0.06))


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
        seen = self.light[self.known] if self.known.any() else self.light.reshape(-1, 3)
        return np.asarray(seen.mean(0), np.float32)


def likeness(light: Floats, plate: Floats) -> tuple[Floats, Floats]:
    """How bright a colour is as screen, and how far it is from being screen at any brightness.

    Args:
        light: (..., 3) float32 colours.
        plate: (..., 3) float32 screen there.

    Returns:
        Brightness (...,) as a multiple of the plate's, and the rest relative to the plate's length.
    """
    length = np.maximum(dot(plate, plate), np.float32(1e-8))
    scale = dot(light, plate) / length
    rest = np.asarray(light - scale[..., None] * plate, np.float32)
    return np.asarray(scale, np.float32), np.sqrt(dot(rest, rest) / length)


def estimate_plate(blocks: Blocks, region: Mask) -> Plate:
    """Estimate the clean plate.

    Args:
        blocks: The frame in blocks.
        region: Where the screen is, roughly: bool at any size.

    Returns:
        The plate, as large as the blocks.
    """
    h, w = blocks.low.shape
    mask = cv2.resize(region.astype(np.uint8), (w, h), interpolation=cv2.INTER_NEAREST) > 0
    calm = blocks.spread < (0.06 + 6.5 * blocks.noise) * np.clip(blocks.high, 0.3, None)
    for tile, brightness, colour in _PASSES:
        plate = tiled(blocks.mean, _eroded(mask & calm), tile)
        scale, rest = likeness(blocks.mean, plate)
        mask = (np.abs(scale - 1) < brightness) & (rest < colour + 2 * blocks.noise)
    known = _eroded(mask & calm)
    return Plate(tiled(blocks.mean, known, 2), known, mask)


def _eroded(mask: Mask) -> Mask:
    smaller = cv2.erode(mask.astype(np.uint8), np.ones((3, 3), np.uint8), borderValue=1) > 0
    return smaller if smaller.any() else mask


def tiled(light: Floats, mask: Mask, tile: int) -> Floats:
    """Average the masked blocks over tiles, fill the tiles that have none, and come back to full size.

    Args:
        light: (h, w, 3) float32.
        mask: (h, w) bool, at least one True.
        tile: Side of a tile, in blocks.

    Returns:
        (h, w, 3) float32.
    """
    h, w = mask.shape
    size = (max(1, -(-w // tile)), max(1, -(-h // tile)))
    weight = np.asarray(cv2.resize(mask.astype(np.float32), size, interpolation=cv2.INTER_AREA), np.float32)
    total = cv2.resize(light * mask[..., None], size, interpolation=cv2.INTER_AREA)
    mean = np.asarray(total / np.maximum(weight, 1e-6)[..., None], np.float32)
    return resize(push_pull(mean, np.asarray(np.clip(4 * weight, 0, 1), np.float32)), (w, h))
