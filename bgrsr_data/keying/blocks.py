"""The frame at one cell per 4×4 pixels: the scale at which everything but the edge is decided.

Besides its mean, a block tells the least and the greatest key value of its pixels. On the screen they differ by the
noise only, so a block with a hair in it gives itself away, although its mean may look like screen.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from bgrsr_data.compiled import compiled
from bgrsr_data.keying.light import Light

BLOCK = 4
_RANGE_OF_16 = 3.53  # expected range of 16 normal values, in standard deviations
# Direction of skin from grey in linear light, from sRGB (205, 166, 127).
_SKIN = np.array([0.740, -0.071, -0.669], np.float32)
LEAST_NOISE = 0.003  # of a key value: a codec hides the rest, and its own errors are of this size
_ENOUGH = 8192  # values that tell a median
Floats = NDArray[np.float32]
Mask = NDArray[np.bool_]
Pixel = TypeVar("Pixel", np.uint8, np.float32)


@dataclass(frozen=True, slots=True)
class Blocks:
    """A frame in 4×4 blocks.

    Attributes:
        mean: (h, w, 3) float32, working light.
        low: (h, w) float32, least key value in the block; the mean screen is at 1, grey at 0.
        high: (h, w) float32, greatest key value in the block.
        axis: (3,) float32, the direction of the key.
        noise: Standard deviation of a screen pixel's key value.
        noise_light: The same for one channel, working light.
    """

    mean: Floats
    low: Floats
    high: Floats
    axis: Floats
    noise: float
    noise_light: float

    @property
    def spread(self) -> Floats:
        """(h, w) float32: greatest less least key value of each block."""
        return np.asarray(self.high - self.low, np.float32)


def dot(a: Floats, b: Floats) -> Floats:
    """Dot product over the last axis, which broadcasts."""
    return np.asarray(np.einsum("...i,...i->...", a, b), np.float32)


def key_axis(plate: Floats) -> Floats:
    """The direction in which the screen differs from grey, scaled so that the screen is at 1 and grey at 0.

    Where skin lies on the screen's side of grey (a yellow screen), the direction is turned until skin is near 0 too.

    Args:
        plate: (..., 3) float32 screen colours.

    Returns:
        (..., 3) float32: its dot product with a colour is the colour's key value.
    """
    chroma = plate - plate.mean(-1, keepdims=True)
    warm = np.clip(chroma @ _SKIN, 0, None)[..., None]
    axis = chroma - 0.9 * warm * _SKIN
    return np.asarray(axis / np.maximum(dot(axis, chroma), 1e-8)[..., None], np.float32)


def key_value(light: Floats, axis: Floats) -> Floats:
    """Key value of each colour.

    Args:
        light: (h, w, 3) float32, working light.
        axis: (3,) float32, the direction of the key.

    Returns:
        (h, w) float32.
    """
    return np.asarray(cv2.transform(light, axis.reshape(1, 3)), np.float32)


def summarise(rgb: NDArray[np.uint8], light: Light, region: Mask, axis: Floats | None = None) -> Blocks:
    """Reduce a frame to its blocks, in one pass over its bytes.

    Args:
        rgb: (H, W, 3) uint8, sRGB, contiguous, sides multiples of 4.
        light: The working light.
        region: The screen, roughly: bool at any size.
        axis: (3,) float32, the direction of the key; that of the screen's median colour unless given.

    Returns:
        The blocks, (H/4, W/4).
    """
    h, w = rgb.shape[0] // BLOCK, rgb.shape[1] // BLOCK
    inside = _blocks_of(region, (h, w))
    if axis is None:
        axis = key_axis(_median(light.decode(rgb[2::BLOCK, 2::BLOCK][inside])))
    mean, low, high = np.empty((h, w, 3), np.float32), np.empty((h, w), np.float32), np.empty((h, w), np.float32)
    _reduce(rgb, light.of_byte, axis, mean, low, high)
    noise = max(float(_median(high[inside] - low[inside])) / _RANGE_OF_16, LEAST_NOISE)
    return Blocks(mean, low, high, axis, noise, noise / float(np.linalg.norm(axis)))


def _blocks_of(region: Mask, size: tuple[int, int]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows and columns of blocks all over a region, as many as tell a median; of the whole frame if it is empty."""
    inside = cv2.resize(region.astype(np.uint8), size[::-1], interpolation=cv2.INTER_NEAREST).ravel()
    places = np.flatnonzero(inside if inside.any() else inside == 0)
    rows, columns = np.divmod(places[:: 1 + len(places) // _ENOUGH], size[1])
    return rows, columns


@compiled
def _reduce(rgb: NDArray[np.uint8], of_byte: Floats, axis: Floats, mean: Floats, low: Floats, high: Floats) -> None:
    """Mean light of each block, and the least and greatest key value of its 16 pixels."""
    from_red, from_green, from_blue = axis[0], axis[1], axis[2]
    part = np.float32(1 / BLOCK**2)
    for y in range(low.shape[0]):
        for x in range(low.shape[1]):
            red = green = blue = np.float32(0)
            least, greatest = np.float32(np.inf), np.float32(-np.inf)
            for i in range(BLOCK):
                row = rgb[BLOCK * y + i]
                for j in range(BLOCK * x, BLOCK * x + BLOCK):
                    r, g, b = of_byte[row[j, 0]], of_byte[row[j, 1]], of_byte[row[j, 2]]
                    red, green, blue = red + r, green + g, blue + b
                    key = from_red * r + from_green * g + from_blue * b
                    least, greatest = min(least, key), max(greatest, key)
            mean[y, x, 0], mean[y, x, 1], mean[y, x, 2] = red * part, green * part, blue * part
            low[y, x], high[y, x] = least, greatest


def _median(values: Floats) -> Floats:
    return np.asarray(np.median(values, axis=0), np.float32)


def by_block(image: NDArray[Pixel]) -> NDArray[Pixel]:
    """A view of (H, W) or (H, W, c), sides multiples of 4, as (H/4, W/4, 4, 4) or (H/4, W/4, 4, 4, c)."""
    h, w, *channels = image.shape
    return image.reshape(h // BLOCK, BLOCK, w // BLOCK, BLOCK, *channels).swapaxes(1, 2)
