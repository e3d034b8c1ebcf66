"""The clean plate: what the camera would see with nobody before the screen.

The screen is not one colour: light falls unevenly, cloth wrinkles, the subject throws a shadow. The plate follows all of it:
pixels that look like the screen are averaged over ever smaller tiles, each pass judging the pixels against the pass before,
and what the subject hides is filled by push-pull.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from bgrsr_data.keying.fill import push_pull, resize
from bgrsr_data.keying.screen import Screen

Floats = NDArray[np.float32]
Mask = NDArray[np.bool_]
# Tile side in cells, how far brightness and colour of a pixel may be from the pass before (relative).
_PASSES = ((16, 0.45, 0.30), (8, 0.25, 0.18), (4, 0.14, 0.12), (2, 0.10, 0.09))


@dataclass(frozen=True, slots=True)
class Plate:
    """The screen without the subject, at one cell per 4×4 pixels.

    Attributes:
        light: (h, w, 3) float32, the working light (linear unless asked otherwise).
        known: (h, w) bool, where it was seen and not filled in.
    """

    light: Floats
    known: Mask


def key_axis(plate: Floats) -> Floats:
    """The direction in which the screen differs from grey, scaled so that the screen is at 1 and grey at 0.

    Args:
        plate: (..., 3) float32 screen colours.

    Returns:
        (..., 3) float32: its dot product with a colour is the colour's key value.
    """
    chroma = plate - plate.mean(-1, keepdims=True)
    return np.asarray(chroma / np.maximum((chroma * chroma).sum(-1, keepdims=True), 1e-8), np.float32)


def likeness(light: Floats, plate: Floats) -> tuple[Floats, Floats]:
    """How bright a pixel is as screen, and how far its colour is from being screen at any brightness.

    Args:
        light: (..., 3) float32 pixels.
        plate: (..., 3) float32 screen there.

    Returns:
        Brightness (...,) as a multiple of the plate's, and the rest relative to the plate's length.
    """
    length = np.maximum((plate * plate).sum(-1), 1e-8)
    scale = (light * plate).sum(-1) / length
    rest = light - scale[..., None] * plate
    return np.asarray(scale, np.float32), np.asarray(np.sqrt((rest * rest).sum(-1) / length), np.float32)


def estimate_plate(cells: Floats, screen: Screen) -> Plate:
    """Estimate the clean plate.

    Args:
        cells: (h, w, 3) float32, the frame at one cell per 4×4 pixels, working light.
        screen: Where the screen is, roughly.

    Returns:
        The plate, as large as `cells`.
    """
    h, w = cells.shape[:2]
    mask = cv2.resize(screen.region.astype(np.uint8), (w, h), interpolation=cv2.INTER_NEAREST) > 0
    for tile, brightness, colour in _PASSES:
        plate = _tiled(cells, _eroded(mask), tile)
        scale, rest = likeness(cells, plate)
        mask = (np.abs(scale - 1) < brightness) & (rest < colour)
    known = _eroded(mask)
    return Plate(_tiled(cells, known, 2), known)


def _eroded(mask: Mask) -> Mask:
    smaller = cv2.erode(mask.astype(np.uint8), np.ones((3, 3), np.uint8), borderValue=1) > 0
    return smaller if smaller.any() else mask


def _tiled(cells: Floats, mask: Mask, tile: int) -> Floats:
    """Average the masked cells over tiles, fill the tiles that have none, and come back to full size."""
    h, w = mask.shape
    size = (max(1, -(-w // tile)), max(1, -(-h // tile)))
    weight = cv2.resize(mask.astype(np.float32), size, interpolation=cv2.INTER_AREA)
    total = resize(cells * mask[..., None], size, cv2.INTER_AREA)
    mean = total / np.maximum(weight, 1e-6)[..., None]
    return resize(push_pull(mean, np.clip(4 * weight, 0, 1)), (w, h))
