"""The subject's own colour: without the screen seen through it, and without the screen's light on it.

In the band the colour is the most likely one between what is left after taking the screen out of the pixel, (C −
(1−a)B)/a, and the colours of the core nearby: the former is sure where alpha is high, the latter where it is low.
Then the screen's light is taken away along the screen's own colour, down to what the core shows.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bgrsr_data.compiled import compiled, inlined
from bgrsr_data.keying.band import PIXELS, Band
from bgrsr_data.keying.blocks import BLOCK, Blocks, Mask, key_value
from bgrsr_data.keying.fill import tiled
from bgrsr_data.keying.light import CELLS, Light
from bgrsr_data.keying.plate import Plate
from bgrsr_data.keying.regions import Regions

_TILE = 4  # blocks: finer than the core's own colours change
# A surface of reflectance r lit by the screen returns about r + 0.08 of that light; no edge gets more than this share.
_MOST_SPILL = np.float32(0.8)
f32 = np.float32
Bytes = NDArray[np.uint8]
Floats = NDArray[np.float32]
Colour = tuple[f32, f32, f32]


def allowed_key(blocks: Blocks, plate: Plate, regions: Regions) -> Floats:
    """The key value that the subject has of its own, from its core beyond the screen's light, continued outward.

    Args:
        blocks: The frame in blocks.
        plate: The clean plate.
        regions: What each block is.

    Returns:
        (h, w) float32, at least 0 (grey) and at most 1 (screen).
    """
    deep = regions.core & ~regions.rim
    deep = deep if deep.any() else regions.core
    level = np.maximum(key_value(plate.light, blocks.axis), np.float32(0.05))
    key = np.clip(key_value(blocks.mean, blocks.axis) / level, 0, 1)[..., None]
    return tiled(np.asarray(key, np.float32), deep, _TILE)[..., 0]


class Spill(NamedTuple):
    """The screen's light on the subject.

    Attributes:
        axis: (3,) float32, the direction of the key.
        noise: Standard deviation of one channel, working light.
        strength: How much of it is taken off, 0 to 1.
    """

    axis: Floats
    noise: float
    strength: float


@compiled
def paint_band(
    foreground: Bytes, alpha: Floats, band: Band, around: Floats, allowed: Floats, light: Light, spill: Spill
) -> None:
    """Write the foreground's colour into the band.

    Args:
        foreground: (H, W, 3) uint8 sRGB, changed in the band.
        alpha: (H, W) float32 [0, 1].
        band: The pixels, and the screen behind them.
        around: (n, 9) float32, mean and covariance of the subject at each block.
        allowed: (h, w) float32, the key value that the subject has of its own.
        light: The working light.
        spill: The screen's light on the subject.
    """
    found, share = np.empty((3, PIXELS), f32), np.empty(PIXELS, f32)
    axis, strength = (spill.axis[0], spill.axis[1], spill.axis[2]), f32(spill.strength)
    noise = f32(spill.noise)
    for n in range(len(band.rows)):
        y, x = BLOCK * band.rows[n], BLOCK * band.columns[n]
        for p in range(PIXELS):
            share[p] = alpha[y + p // BLOCK, x + p % BLOCK]
        if not share.any():
            continue  # nothing of it is seen: the colours beside it will be continued here
        own = allowed[band.rows[n], band.columns[n]]
        mean = (around[n, 0], around[n, 1], around[n, 2])
        spread = (around[n, 3] + around[n, 6] + around[n, 8]) / f32(3) + f32(0.03) * _mean_square(mean) + f32(1e-5)
        for p in range(PIXELS):
            plate = (band.behind[n, 0, p], band.behind[n, 1, p], band.behind[n, 2, p])
            pixel = (band.seen[n, 0, p], band.seen[n, 1, p], band.seen[n, 2, p])
            colour = _recovered(pixel, plate, mean, spread, share[p], noise)
            found[0, p], found[1, p], found[2, p] = _despilled(colour, plate, axis, own, strength)
        _write(foreground, y, x, found, light)


@compiled
def paint_rim(foreground: Bytes, rim: Mask, plates: Floats, allowed: Floats, light: Light, spill: Spill) -> None:
    """Take the screen's light off the core's rim.

    Args:
        foreground: (H, W, 3) uint8 sRGB, changed in the rim.
        rim: (h, w) bool.
        plates: (h, w, 3) float32, the screen, working light.
        allowed: (h, w) float32, the key value that the subject has of its own.
        light: The working light.
        spill: The screen's light on the subject.
    """
    found = np.empty((3, PIXELS), f32)
    axis, strength = (spill.axis[0], spill.axis[1], spill.axis[2]), f32(spill.strength)
    for row in range(rim.shape[0]):
        for column in range(rim.shape[1]):
            if rim[row, column]:
                y, x, own = BLOCK * row, BLOCK * column, allowed[row, column]
                plate = (plates[row, column, 0], plates[row, column, 1], plates[row, column, 2])
                for p in range(PIXELS):
                    for k in range(3):
                        found[k, p] = light.of_byte[foreground[y + p // BLOCK, x + p % BLOCK, k]]
                for p in range(PIXELS):
                    colour = (found[0, p], found[1, p], found[2, p])
                    found[0, p], found[1, p], found[2, p] = _despilled(colour, plate, axis, own, strength)
                _write(foreground, y, x, found, light)


@inlined
def _recovered(c: Colour, b: Colour, m: Colour, spread: f32, alpha: f32, noise: f32) -> Colour:
    """The most likely colour between the rest (C − (1−a)B)/a and the core's mean m, not below 0."""
    left = f32(1) - alpha
    doubt = noise * noise + ((f32(0.04) * left) ** 2 + f32(0.05**2) * alpha * left) * _mean_square(b)
    trust = alpha * spread
    total = doubt + alpha * trust
    return (
        max((m[0] * doubt + (c[0] - left * b[0]) * trust) / total, f32(0)),
        max((m[1] * doubt + (c[1] - left * b[1]) * trust) / total, f32(0)),
        max((m[2] * doubt + (c[2] - left * b[2]) * trust) / total, f32(0)),
    )


@inlined
def _mean_square(c: Colour) -> f32:
    return (c[0] * c[0] + c[1] * c[1] + c[2] * c[2]) / f32(3)


@inlined
def _despilled(c: Colour, b: Colour, axis: Colour, allowed: f32, strength: f32) -> Colour:
    """The colour without the screen's light b that its key value, beyond what is allowed, shows; not below 0."""
    key = (axis[0] * c[0] + axis[1] * c[1] + axis[2] * c[2]) / max(
        axis[0] * b[0] + axis[1] * b[1] + axis[2] * b[2], f32(0.05)
    )
    lit = max(key, f32(0))
    own = max((c[0] + c[1] + c[2] - lit * (b[0] + b[1] + b[2])) / f32(3), f32(0))
    excess = strength * max(min(key - allowed, _MOST_SPILL * (own + f32(0.08))), f32(0))
    return max(c[0] - excess * b[0], f32(0)), max(c[1] - excess * b[1], f32(0)), max(c[2] - excess * b[2], f32(0))


@inlined
def _write(foreground: Bytes, y: int, x: int, colours: Floats, light: Light) -> None:
    """Encode a block's colours, each to the nearest byte, as `Light.encode` does."""
    for p in range(PIXELS):
        for k in range(3):
            value = min(colours[k, p], f32(1))
            least = light.byte_at[int(value * f32(CELLS))]
            foreground[y + p // BLOCK, x + p % BLOCK, k] = least + (value >= light.steps[least])
