"""The subject's own colour: without the screen seen through it, and without the screen's light on it.

In the band the colour is the most likely one between what is left after taking the screen out of the pixel, (C −
(1−a)B)/a, and the colours of the core nearby: the former is sure where alpha is high, the latter where it is low.
Then the screen's light is taken away along the screen's own colour, down to what the core shows.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from bgrsr_data.keying.blocks import BLOCK, Blocks
from bgrsr_data.keying.fill import push_pull
from bgrsr_data.keying.plate import Plate
from bgrsr_data.keying.regions import Regions

# A surface of reflectance r lit by the screen returns about r + 0.08 of that light; no edge gets more than this share.
_MOST_SPILL = 0.8
_HIDDEN = 0.05
Floats = NDArray[np.float32]


def recover(pixels: Floats, plate: Floats, subject: Floats, alpha: Floats, noise: float) -> Floats:
    """The foreground colour of band pixels.

    Args:
        pixels: (3, n) float32, working light.
        plate: (3, n) float32, the screen there.
        subject: (9, n) float32, mean and covariance nearby.
        alpha: (n,) float32 [0, 1].
        noise: Standard deviation of one channel, working light.

    Returns:
        (3, n) float32, not below 0.
    """
    left = 1 - alpha
    spread = (subject[3] + subject[6] + subject[8]) / 3 + 0.03 * (subject[:3] ** 2).mean(0) + 1e-5
    doubt = noise**2 + ((0.04 * left) ** 2 + 0.05**2 * alpha * left) * (plate * plate).mean(0)
    rest = pixels - left * plate
    colour = (subject[:3] * doubt + rest * (alpha * spread)) / (doubt + alpha * alpha * spread)
    return np.asarray(np.clip(colour, 0, None), np.float32)


def allowed_key(blocks: Blocks, plate: Plate, regions: Regions) -> Floats:
    """The key value that the subject has of its own, from its core beyond the screen's light, continued outward.

    Args:
        blocks: The frame in blocks.
        plate: The clean plate.
        regions: What each block is.

    Returns:
        (h, w, 1) float32, at least 0 (grey) and at most 1 (screen).
    """
    deep = regions.core & ~regions.rim
    deep = deep if deep.any() else regions.core
    key = np.clip(blocks.mean @ blocks.axis / np.maximum(plate.light @ blocks.axis, 0.05), 0, 1)[..., None]
    return push_pull(np.asarray(key, np.float32), np.asarray(deep, np.float32))


def despill(colours: Floats, plate: Floats, axis: Floats, allowed: Floats, strength: float) -> Floats:
    """Take the screen's light off foreground colours.

    Args:
        colours: (3, n) float32, working light.
        plate: (3, n) float32, the screen there.
        axis: (3,) float32, the direction of the key.
        allowed: (n,) float32, the key value that the subject has of its own (0 for grey, screen = 1).
        strength: 0 to 1.

    Returns:
        (3, n) float32, not below 0.
    """
    key = (axis @ colours) / np.maximum(axis @ plate, 0.05)
    own = np.clip((colours - np.clip(key, 0, None) * plate).mean(0), 0, None)
    excess = np.clip(np.minimum(key - allowed, _MOST_SPILL * (own + 0.08)), 0, None)
    return np.asarray(np.clip(colours - strength * excess * plate, 0, None), np.float32)


def continue_outward(foreground: NDArray[np.uint8], alpha: Floats) -> NDArray[np.uint8]:
    """Fill what alpha hides with the colours beside it, so that later scaling shows no fringe.

    Args:
        foreground: (H, W, 3) uint8, sides multiples of 4.
        alpha: (H, W) float32.

    Returns:
        (H, W, 3) uint8: untouched where alpha is above 0.05.
    """
    h, w = alpha.shape
    small = (w // BLOCK, h // BLOCK)
    square = np.ascontiguousarray(alpha[::2, ::2]) ** 2
    seen = np.ascontiguousarray(foreground[::2, ::2])
    weight = np.asarray(cv2.resize(square, small, interpolation=cv2.INTER_AREA), np.float32)
    weighted = cv2.multiply(seen, cv2.merge([square] * 3), dtype=cv2.CV_32F)
    colours = cv2.resize(weighted, small, interpolation=cv2.INTER_AREA)
    mean = np.asarray(colours / np.maximum(weight, 1e-6)[..., None], np.float32)
    filled = push_pull(mean, np.asarray(np.clip(8 * weight, 0, 1), np.float32))
    whole = cv2.resize(np.clip(filled + 0.5, 0, 255).astype(np.uint8), (w, h), interpolation=cv2.INTER_LINEAR)
    cv2.copyTo(foreground, (alpha > _HIDDEN).astype(np.uint8), whole)
    return np.asarray(whole, np.uint8)
