"""A head that moves while the shutter is open, before an unevenly lit screen: its key is known exactly.

Every moment is drawn as a disc with an anti-aliased rim; premultiplied colour and coverage are averaged over the
moments in linear light, as a shutter does, and laid over the screen.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from keying_scenes import SCREENS, Floats
from numpy.typing import NDArray

from bgrsr_data.media.colour import to_linear, to_srgb8

HEIGHT, WIDTH = 360, 640
MOMENTS = 33
BACKDROP = np.full(3, 0.18, np.float32)  # mid grey, linear: a leftover of any screen shows on it


@dataclass(frozen=True)
class Moved:
    """A blurred frame (H, W, 3) uint8 sRGB; its alpha (H, W), and straight foreground (H, W, 3), linear."""

    rgb: NDArray[np.uint8]
    alpha: Floats
    foreground: Floats

    @property
    def edge(self) -> NDArray[np.bool_]:
        """Where the true alpha is neither 0 nor 1."""
        return np.asarray((self.alpha > 0.01) & (self.alpha < 0.99))


def move_head(subject: tuple[int, int, int], *, blur_px: float, angle_deg: float, seed: int = 1) -> Moved:
    """Photograph a head that moves on a straight line.

    Args:
        subject: sRGB of its lit side; the other is half as bright.
        blur_px: Way moved while the shutter is open.
        angle_deg: Direction of the way.
        seed: Of the sensor's noise.
    """
    rows, columns = np.mgrid[:HEIGHT, :WIDTH].astype(np.float32)
    way = blur_px * np.array([np.cos(np.radians(angle_deg)), np.sin(np.radians(angle_deg))])
    covered, light = np.zeros((HEIGHT, WIDTH), np.float32), np.zeros((HEIGHT, WIDTH, 3), np.float32)
    for moment in np.linspace(-0.5, 0.5, MOMENTS):
        x, y = columns - WIDTH / 2 - moment * way[0], rows - HEIGHT / 2 - moment * way[1]
        inside = np.clip(100.5 - np.hypot(x, y), 0, 1).astype(np.float32)
        shade = (0.75 + 0.25 * np.sin(x / 40)).astype(np.float32)
        covered += inside / MOMENTS
        light += inside[..., None] * shade[..., None] * to_linear(np.array(subject, np.uint8)) / MOMENTS
    lamp = 0.75 + 0.5 * columns / WIDTH - 0.2 * ((rows - HEIGHT / 2) / HEIGHT) ** 2
    screen = lamp[..., None] * to_linear(np.array(SCREENS["green"], np.uint8))
    mixed = light + (1 - covered)[..., None] * screen
    noisy = mixed + 0.002 * np.random.default_rng(seed).standard_normal(mixed.shape)
    straight = light / np.maximum(covered, 1e-3)[..., None]
    return Moved(to_srgb8(noisy.astype(np.float32)), covered, np.asarray(straight, np.float32))


def composite(alpha: Floats, foreground: Floats) -> Floats:
    """(H, W, 3) linear: the foreground, linear, over the backdrop."""
    return np.asarray(foreground * alpha[..., None] + BACKDROP * (1 - alpha[..., None]), np.float32)


def edge_error(moved: Moved, alpha: Floats, foreground: NDArray[np.uint8]) -> float:
    """Mean sRGB levels by which the composite of a key differs from the true one, over the moved edge."""
    found = to_srgb8(composite(alpha, to_linear(foreground))).astype(np.float32)
    true = to_srgb8(composite(moved.alpha, moved.foreground)).astype(np.float32)
    return float(np.abs(found - true)[moved.edge].mean())


def fringe(moved: Moved, alpha: Floats, foreground: NDArray[np.uint8]) -> float:
    """Mean green beyond the true composite's, as a share of the screen's own green, over the moved edge."""
    excess = composite(alpha, to_linear(foreground)) - composite(moved.alpha, moved.foreground)
    green = excess[..., 1] - (excess[..., 0] + excess[..., 2]) / 2
    screen = to_linear(np.array(SCREENS["green"], np.uint8))
    own = screen[1] - (screen[0] + screen[2]) / 2
    return float(np.clip(green, 0, None)[moved.edge].mean() / own)
