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

BLOCK = 4
_RANGE_OF_16 = 3.53  # expected range of 16 normal values, in standard deviations
# Direction of skin from grey in linear light, from sRGB (205, 166, 127).
_SKIN = np.array([0.740, -0.071, -0.669], np.float32)
LEAST_NOISE = 0.003  # of a key value: a codec hides the rest, and its own errors are of this size
_MOST_ROWS = 32000  # OpenCV maps at most 32767 rows at once
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


def summarise(frame: Floats, region: Mask) -> Blocks:
    """Reduce a frame to its blocks.

    Args:
        frame: (H, W, 3) float32, working light, sides multiples of 4.
        region: The screen, roughly: bool at any size.

    Returns:
        The blocks, (H/4, W/4).
    """
    size = (frame.shape[1] // BLOCK, frame.shape[0] // BLOCK)
    mean = np.asarray(cv2.resize(frame, size, interpolation=cv2.INTER_AREA), np.float32)
    inside = cv2.resize(region.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST) > 0
    inside = inside if inside.any() else np.ones_like(inside)
    screen = np.asarray(np.median(mean[inside], axis=0), np.float32)
    axis = key_axis(screen)
    key = cv2.transform(frame, axis.reshape(1, 3))
    block = np.ones((BLOCK, BLOCK), np.uint8)
    low = np.asarray(cv2.erode(key, block, anchor=(0, 0))[::BLOCK, ::BLOCK], np.float32)
    high = np.asarray(cv2.dilate(key, block, anchor=(0, 0))[::BLOCK, ::BLOCK], np.float32)
    noise = max(float(np.median((high - low)[inside])) / _RANGE_OF_16, LEAST_NOISE)
    return Blocks(mean, low, high, axis, noise, noise / float(np.linalg.norm(axis)))


def take(image: Floats, where: Mask) -> Floats:
    """The pixels of the marked blocks, channels first.

    Args:
        image: (H, W, c) float32, sides multiples of 4.
        where: (H/4, W/4) bool.

    Returns:
        (c, n): 16 pixels a block, row by row.
    """
    return np.ascontiguousarray(_by_block(image)[where].reshape(-1, image.shape[2]).T)


def put(image: NDArray[Pixel], where: Mask, pixels: NDArray[Pixel]) -> None:
    """Write pixels back where `take` found them.

    Args:
        image: (H, W, c), sides multiples of 4; changed.
        where: (H/4, W/4) bool.
        pixels: (c, n), in the order of `take`.
    """
    _by_block(image)[where] = pixels.T.reshape(-1, BLOCK, BLOCK, image.shape[2])


def spread_over(values: Floats, where: Mask) -> Floats:
    """One value per marked block, repeated for each of its pixels.

    Args:
        values: (H/4, W/4, c) float32.
        where: (H/4, W/4) bool.

    Returns:
        (c, n) float32, in the order of `take`.
    """
    return np.repeat(np.ascontiguousarray(values[where].T), BLOCK * BLOCK, axis=1)


def interpolated(values: Floats, where: Mask) -> Floats:
    """The values of a block grid at each pixel of the marked blocks, bilinearly.

    Args:
        values: (H/4, W/4, c) float32, at most 4 channels.
        where: (H/4, W/4) bool.

    Returns:
        (c, n) float32, in the order of `take`.
    """
    rows, columns = np.nonzero(where)
    inside = (np.arange(BLOCK, dtype=np.float32) + 0.5) / BLOCK - 0.5
    y = rows[:, None].astype(np.float32) + np.repeat(inside, BLOCK)
    x = columns[:, None].astype(np.float32) + np.tile(inside, BLOCK)
    parts = [
        cv2.remap(
            values, x[i : i + _MOST_ROWS], y[i : i + _MOST_ROWS], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
        for i in range(0, len(rows), _MOST_ROWS)
    ]
    return np.ascontiguousarray(np.concatenate(parts).reshape(-1, values.shape[2]).T)


def _by_block(image: NDArray[Pixel]) -> NDArray[Pixel]:
    """A view of (H, W, c) as (H/4, W/4, 4, 4, c)."""
    h, w, channels = image.shape
    return image.reshape(h // BLOCK, BLOCK, w // BLOCK, BLOCK, channels).swapaxes(1, 2)
