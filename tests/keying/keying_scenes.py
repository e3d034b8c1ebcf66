"""Frames whose key is known, because they are composed here by the formula that the keyer inverts."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from bgrsr_data.media.colour import to_linear, to_srgb8

SCREENS = {
    "green": (0, 177, 64),
    "blue": (0, 71, 187),
    "cyan": (70, 190, 235),
    "teal": (60, 160, 140),
    "yellow": (195, 200, 25),
    "red": (190, 20, 30),
    "magenta": (190, 30, 170),
}
GREY = (128, 128, 128)
Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Scene:
    """A frame (H, W, 3) uint8 sRGB, its alpha (H, W), and the colour of its subject."""

    rgb: NDArray[np.uint8]
    alpha: Floats
    foreground: NDArray[np.uint8]


def disc(height: int, width: int, soft_px: float = 2.0) -> Floats:
    """A disc in the middle, its edge soft."""
    alpha = np.zeros((height, width), np.float32)
    cv2.circle(alpha, (width // 2, height // 2), min(height, width) // 3, 1.0, -1)
    return np.asarray(cv2.GaussianBlur(alpha, (0, 0), soft_px), np.float32)


def compose(
    screen: tuple[int, int, int],
    subject: tuple[int, int, int] = GREY,
    *,
    size: tuple[int, int] = (180, 320),
    alpha: Floats | None = None,
    light: Floats | None = None,
    noise: float = 0.0,
) -> Scene:
    """Lay a subject of one colour over a screen in linear light.

    Args:
        screen: sRGB.
        subject: sRGB.
        size: Height and width.
        alpha: (H, W), a disc unless given.
        light: (H, W), brightness of the screen as a multiple.
        noise: Standard deviation, linear light.
    """
    alpha = disc(*size) if alpha is None else alpha
    behind = to_linear(np.array(screen, np.uint8)) * np.ones((*size, 3), np.float32)
    if light is not None:
        behind = behind * light[..., None]
    front = to_linear(np.array(subject, np.uint8))
    mixed = alpha[..., None] * front + (1 - alpha[..., None]) * behind
    mixed = mixed + noise * np.random.default_rng(7).standard_normal(mixed.shape)
    foreground = np.broadcast_to(np.array(subject, np.uint8), (*size, 3))
    return Scene(to_srgb8(mixed.astype(np.float32)), alpha, np.ascontiguousarray(foreground))
