"""What a small studio does to light: an uneven screen, a person who moves, a shadow, spill, a shutter, a noisy sensor.

Everything is computed in linear light, where light adds up. A frame is the mean of several instants while the shutter
is open, so fast movements smear person and alpha alike, and the alpha that comes out is exact for that frame.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

WIDTH, HEIGHT, FPS = 640, 480, 25
SHUTTER_S = 0.5 / FPS
LUNGE_S = 0.2  # a quick lean to the side takes so long
MAX_INSTANTS = 17

Array = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Pose:
    """Where a person stands and how they move.

    Args:
        anchor: The point (x, y) of the photograph that the person turns around, in pixels.
        place: Where the anchor is in the frame at rest, in pixels.
        scale: Frame pixels per pixel of the photograph.
        lunges: Quick leans: (start in seconds, end in seconds, pixels to the right).
        sway_px: Amplitude of the slow movement.
        phase: Makes the slow movement of two shots differ, radians.
    """

    anchor: tuple[float, float]
    place: tuple[float, float]
    scale: float
    lunges: tuple[tuple[float, float, float], ...] = ()
    sway_px: float = 9.0
    phase: float = 0.0

    def at(self, time_s: float) -> Array:
        """The 2×3 matrix from the photograph to the frame at a moment."""
        lean = sum(
            px * float(_ease((time_s - start) / LUNGE_S) - _ease((time_s - end) / LUNGE_S))
            for start, end, px in self.lunges
        )
        turn = 2 * np.pi * time_s
        right = self.sway_px * (np.sin(0.31 * turn + self.phase) + 0.35 * np.sin(0.83 * turn + 2 * self.phase)) + lean
        down = 2.5 * np.sin(0.55 * turn + 1.3 + self.phase)
        angle = 1.3 * np.sin(0.27 * turn + 0.7 + self.phase) - 0.035 * lean
        scale = self.scale * (1 + 0.015 * np.sin(0.19 * turn + 2.1 + self.phase))
        matrix = cv2.getRotationMatrix2D(self.anchor, angle, scale)
        matrix[:, 2] += (self.place[0] + right - self.anchor[0], self.place[1] + down - self.anchor[1])
        return np.asarray(matrix, np.float32)

    def speed_px(self, time_s: float) -> float:
        """How far the head (250 px above the anchor in the photograph) moves while the shutter is open."""
        head = np.array([self.anchor[0], self.anchor[1] - 250, 1], np.float32)
        ends = [self.at(time_s + half) @ head for half in (-SHUTTER_S / 2, SHUTTER_S / 2)]
        return float(np.hypot(*(ends[1] - ends[0])))


def expose(premultiplied: Array, pose: Pose, time_s: float) -> Array:
    """What the sensor gathers of the person while the shutter is open.

    Args:
        premultiplied: (h, w, 4) float32, linear RGB times alpha, and alpha.
        pose: The movement.
        time_s: The middle of the exposure.

    Returns:
        (HEIGHT, WIDTH, 4) float32, premultiplied likewise: the alpha is exact for this frame.
    """
    instants = min(MAX_INSTANTS, 2 + int(pose.speed_px(time_s)))
    moments = time_s + SHUTTER_S * ((np.arange(instants) + 0.5) / instants - 0.5)
    total = np.zeros((HEIGHT, WIDTH, 4), np.float32)
    for moment in moments:
        total += cv2.warpAffine(premultiplied, pose.at(float(moment)), (WIDTH, HEIGHT), flags=cv2.INTER_LINEAR)
    return np.asarray(total / np.float32(instants), np.float32)


def hang_screen(colour: Array, rng: np.random.Generator, *, unevenness: float = 1.0) -> Array:
    """A cloth screen: light from one side, a hot spot, darker corners, soft folds, a drift of hue.

    Args:
        colour: (3,) float32, linear light, in even light.
        rng: Decides where everything is.
        unevenness: 0 for a perfect screen.

    Returns:
        (HEIGHT, WIDTH, 3) float32, linear light.
    """
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32) / HEIGHT
    x -= 0.5 * WIDTH / HEIGHT
    y -= 0.5
    side = rng.choice([-1, 1]) * rng.uniform(0.3, 0.45) * x - rng.uniform(0.1, 0.3) * y
    spot_x, spot_y = rng.uniform(-0.45, 0.45), rng.uniform(-0.35, 0.0)
    spot = 0.4 * np.exp(-(((x - spot_x) / 0.38) ** 2) - ((y - spot_y) / 0.33) ** 2)
    light = 0.85 + unevenness * (side + spot - 0.35 * (x**2 + y**2) + 0.02 * _cloud(rng, 60))
    light *= 1 + unevenness * _folds(x, y, rng)
    tint = np.stack([_cloud(rng, 120) * 0.05, _cloud(rng, 160) * 0.01, _cloud(rng, 140) * 0.06], -1)
    screen = light.clip(0.2)[..., None] * colour * (1 + unevenness * tint)
    return np.asarray(np.clip(screen, 0, 1), np.float32)


def light_frame(person: Array, plate: Array, *, spill: float, shadow: float) -> Array:
    """Put the person in front of the plate: the person's shadow falls on it, its light falls on the person.

    Args:
        person: (H, W, 4) float32, premultiplied linear RGB and alpha.
        plate: (H, W, 3) float32, linear light.
        spill: Share of the screen's light that comes back from the person's rim.
        shadow: How much darker the plate is where the shadow is deepest.

    Returns:
        (H, W, 3) float32, linear light.
    """
    alpha = person[..., 3]
    small = cv2.resize(alpha, None, fx=0.125, fy=0.125, interpolation=cv2.INTER_AREA)
    cast = cv2.warpAffine(small, np.array([[1, 0, 5], [0, 1, 2]], np.float32), small.shape[::-1])
    cast = cv2.resize(cv2.GaussianBlur(cast, (0, 0), 3.5), (plate.shape[1], plate.shape[0]))
    behind = plate * (1 - shadow * cast)[..., None]
    open_side = cv2.resize(1 - cv2.GaussianBlur(small, (0, 0), 2.2), (plate.shape[1], plate.shape[0]))
    bounced = spill * (0.12 + open_side**1.5)[..., None] * plate.mean((0, 1))
    front = person[..., :3] + bounced * (0.8 * person[..., :3] + 0.06 * alpha[..., None])
    return np.asarray(front + behind * (1 - alpha)[..., None], np.float32)


def soften(array: Array) -> Array:
    """What the lens does: a blur of less than half a pixel, of light (H, W, 3) and alpha (H, W) alike."""
    return np.asarray(cv2.GaussianBlur(array, (0, 0), 0.45), np.float32)


def add_noise(linear: Array, rng: np.random.Generator, *, read: float, shot: float) -> Array:
    """Sensor noise: a constant part and one that grows with the root of the light, a little smeared by demosaicking.

    Args:
        linear: (H, W, 3) float32, linear light.
        rng: Of this frame.
        read: Standard deviation in the dark.
        shot: Standard deviation of the growing part at full light.

    Returns:
        Same shape, float32.
    """
    grain = rng.standard_normal(linear.shape, np.float32)
    grain = 0.75 * grain + 0.9 * cv2.GaussianBlur(grain, (0, 0), 0.8)
    return np.asarray(linear + grain * np.sqrt(read**2 + shot**2 * np.maximum(linear, 0)), np.float32)


def _ease(share: float) -> float:
    x = min(max(share, 0.0), 1.0)
    return x * x * (3 - 2 * x)


def _cloud(rng: np.random.Generator, size_px: int) -> Array:
    """Smooth noise of unit deviation with lumps of about `size_px`."""
    coarse = rng.standard_normal((HEIGHT // size_px + 3, WIDTH // size_px + 3)).astype(np.float32)
    cloud = cv2.resize(coarse, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)
    return np.asarray(cloud / cloud.std(), np.float32)


def _folds(x: Array, y: Array, rng: np.random.Generator) -> Array:
    """Soft hanging folds: each a bright flank beside a dark one, fading along its length."""
    folds = np.zeros_like(x)
    for _ in range(6):
        across = x + rng.uniform(-0.25, 0.25) * y + 0.015 * _cloud(rng, 110)
        z = (across - rng.uniform(-0.6, 0.6)) / rng.uniform(0.012, 0.035)
        folds += rng.uniform(0.04, 0.11) * z * np.exp(0.5 - z * z / 2) * np.clip(0.5 + 0.5 * _cloud(rng, 150), 0, 1)
    return folds
