"""The subject's own colour: without the screen seen through it, and without the screen's light on it.

In the band the colour is the most likely one between what is left after taking the screen out of the pixel, (C − (1−a)B)/a,
and the colours of the core nearby: the former is sure where alpha is high, the latter where it is low. Then the screen's
light is taken away along the screen's own colour, down to what the core shows.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bgrsr_data.keying.fill import push_pull, resize
from bgrsr_data.keying.plate import Plate, key_axis
from bgrsr_data.keying.regions import BLOCK, Regions

Floats = NDArray[np.float32]


def recover(pixels: Floats, alpha: Floats, plate: Floats, subject: Floats, noise: float) -> Floats:
    """The foreground colour of band pixels.

    Args:
        pixels: (n, 3) float32, working light.
        alpha: (n,) float32 [0, 1].
        plate: (n, 3) float32.
        subject: (n, 9) float32, mean and covariance nearby.
        noise: Standard deviation of the pixels.

    Returns:
        (n, 3) float32, not below 0.
    """
    a = alpha[:, None]
    rest = pixels - (1 - a) * plate
    spread = subject[:, [3, 6, 8]].mean(1, keepdims=True) + 0.03 * (subject[:, :3] ** 2).mean(1, keepdims=True) + 1e-5
    doubt = noise**2 + ((1 - a) * 0.04 * plate) ** 2 + (0.05 * plate) ** 2 * a * (1 - a)
    colour = (subject[:, :3] * doubt + a * rest * spread) / (doubt + a * a * spread)
    return np.clip(colour, 0, None).astype(np.float32)


def allowed_key(cells: Floats, plate: Plate, regions: Regions) -> Floats:
    """The key value that the subject has of its own, from its core beyond the screen's light, continued outward.

    Args:
        cells: (h, w, 3) float32 blocks of 4×4 pixels, working light.
        plate: The clean plate.
        regions: The frame's regions.

    Returns:
        (h, w, 1) float32, at least 0 (grey) and below 1 (screen).
    """
    deep = regions.core & ~regions.rim
    deep = deep if deep.any() else regions.core
    key = np.clip((cells * key_axis(plate.light)).sum(-1, keepdims=True), 0, 1)
    return push_pull(np.asarray(key, np.float32), deep.astype(np.float32))


def despill(colours: Floats, plate: Floats, allowed: Floats, strength: float) -> Floats:
    """Take the screen's light off foreground colours.

    Args:
        colours: (n, 3) float32, working light.
        plate: (n, 3) float32, the screen there.
        allowed: (n,) float32, the key value that the subject has of its own (0 for grey, screen = 1).
        strength: 0 to 1.

    Returns:
        (n, 3) float32, not below 0.
    """
    excess = np.clip((colours * key_axis(plate)).sum(1) - allowed, 0, None)
    return np.clip(colours - strength * excess[:, None] * plate, 0, None).astype(np.float32)


def continue_outward(foreground: NDArray[np.uint8], alpha: Floats) -> NDArray[np.uint8]:
    """Fill what alpha hides with the colours beside it, so that later scaling shows no fringe.

    Args:
        foreground: (H, W, 3) uint8, sides multiples of 4.
        alpha: (H, W) float32.

    Returns:
        (H, W, 3) uint8: untouched where alpha > 0.
    """
    h, w = alpha.shape
    small = (w // BLOCK, h // BLOCK)
    weight = resize(alpha[..., None], small, 3)[..., 0]
    colours = resize((foreground * alpha[..., None]).astype(np.float32), small, 3) / np.maximum(weight, 1e-6)[..., None]
    filled = push_pull(colours, np.clip(4 * weight, 0, 1).astype(np.float32))
    whole = resize(filled, (w, h))
    return np.where((alpha > 0)[..., None], foreground, np.clip(whole + 0.5, 0, 255).astype(np.uint8))
