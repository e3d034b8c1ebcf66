"""What a webcam makes of a scene: motion blur, few pixels, the sensor's noise, and a codec.

In the order of nature, all in linear light: shutter, sensor, encoding. Movement is blurred at the sensor's size, which
is the same for a linear filter, and a quarter of the work.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from bgrsr_data.combine.codec import code
from bgrsr_data.combine.cutouts import draw
from bgrsr_data.combine.draw import Camera
from bgrsr_data.combine.linear import encode
from bgrsr_data.combine.resample import scratch
from bgrsr_data.compiled import compiled
from bgrsr_data.records import Combination

MIDDLE = 0.21404114  # linear light of sRGB one half
MIDDLE_SLOPE = 1.0742  # sRGB over linear light, there
READ = 0.005  # light whose photons are as noisy as reading the sensor out
STEPS_PER_PX = 8


def film(light: NDArray[np.float32], camera: Camera | Combination) -> NDArray[np.uint8]:
    """Take the low-resolution input.

    Args:
        light: (3, h, w) float32, the linear light that falls on its pixels; may be changed.
        camera: Its blur, noise, codec and quality.

    Returns:
        (h, w, 3) uint8, sRGB.
    """
    if camera.blur_px > 0:
        light = smear(light, camera.blur_px, camera.blur_angle)
    if camera.noise > 0:
        add_noise(light, camera.noise, camera.seed)
    return code(encode(light), camera.codec, camera.quality)


def smear(light: NDArray[np.float32], length_px: float, angle: float) -> NDArray[np.float32]:
    """Blur along a line, as a steady movement does while the shutter is open.

    Args:
        light: (3, h, w) float32, linear light; goes on beyond its border as it ends there.
        length_px: Of the line.
        angle: Its direction in degrees, from the right, clockwise.
    """
    places, weights = _points(length_px, angle)
    reach = int(np.abs(places).max())
    padded = scratch("padded", (light.shape[1] + 2 * reach, light.shape[2] + 2 * reach), np.float32)
    out = np.empty_like(light)
    _smear(light, reach, places, weights, padded, out)
    return out


@lru_cache(256)
def _points(length_px: float, angle: float) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Where a line's kernel is not 0, as (k, 2) rows and columns from its middle, and its (k,) weights there."""
    line = line_kernel(length_px, angle)
    return np.argwhere(line > 0) - line.shape[0] // 2, line[line > 0]


def line_kernel(length_px: float, angle: float) -> NDArray[np.float32]:
    """A line as weights of pixels, (n, n) float32, n odd: points on it, each shared by the four pixels around it.

    Sine and cosine are rounded to 1e-6: their last bits differ between mathematical libraries.
    """
    along = round(math.cos(math.radians(angle)), 6), round(math.sin(math.radians(angle)), 6)
    reach = math.ceil(length_px / 2) + 1
    points = max(1, STEPS_PER_PX * math.ceil(length_px))
    kernel = np.zeros((2 * reach + 1, 2 * reach + 1))
    for point in range(points):
        distance = length_px * ((point + 0.5) / points - 0.5)
        x, y = reach + distance * along[0], reach + distance * along[1]
        j, i = math.floor(x), math.floor(y)
        for row, column in ((i, j), (i, j + 1), (i + 1, j), (i + 1, j + 1)):
            kernel[row, column] += (1 - abs(y - row)) * (1 - abs(x - column)) / points
    return kernel.astype(np.float32)


def add_noise(light: NDArray[np.float32], strength: float, seed: int) -> None:
    """Add a sensor's noise, in place.

    Its variance is that of photons, which grows with light, and of read-out, which does not (Foi et al., "Practical
    Poissonian-Gaussian noise modeling and fitting for single-image raw-data", 2008). The numbers are a hash of the
    sample's place and the seed, the bell curve the sum of its four bytes.

    Args:
        light: (3, h, w) float32, linear light.
        strength: Standard deviation at middle grey, in sRGB [0, 1].
        seed: Of the combination.
    """
    key = np.uint32(int(draw(seed, "noise")[0] * 2**32))
    unit = math.sqrt(4 * (256**2 - 1) / 12)  # standard deviation of the sum of four bytes
    gain = strength / MIDDLE_SLOPE / math.sqrt(MIDDLE + READ) / unit
    _add_noise(light.reshape(-1), key, np.float32(gain), np.float32(READ))


@compiled
def _smear(
    light: NDArray[np.float32],
    reach: int,
    places: NDArray[np.int64],
    weights: NDArray[np.float32],
    padded: NDArray[np.float32],
    out: NDArray[np.float32],
) -> None:
    height, width = light.shape[1:]
    for c in range(light.shape[0]):
        for y in range(padded.shape[0]):
            source, row = light[c, min(max(y - reach, 0), height - 1)], padded[y]
            for x in range(reach):
                row[x] = source[0]
                row[reach + width + x] = source[width - 1]
            for x in range(width):
                row[reach + x] = source[x]
        for y in range(height):
            row = out[c, y]
            for k in range(weights.size):
                left, weight = reach + places[k, 1], weights[k]
                moved = padded[reach + y + places[k, 0], left : left + width]
                if k == 0:
                    for x in range(width):
                        row[x] = weight * moved[x]
                else:
                    for x in range(width):
                        row[x] += weight * moved[x]


@compiled
def _add_noise(light: NDArray[np.float32], key: np.uint32, gain: np.float32, read: np.float32) -> None:
    """The hash is lowbias32 (Wellons, "Prospecting for hash functions", 2018)."""
    for i in range(light.size):
        h = np.uint32(np.uint32(i) * np.uint32(0x9E3779B9) + key)
        h = np.uint32((h ^ (h >> np.uint32(16))) * np.uint32(0x7FEB352D))
        h = np.uint32((h ^ (h >> np.uint32(15))) * np.uint32(0x846CA68B))
        h = np.uint32(h ^ (h >> np.uint32(16)))
        total = (h & np.uint32(255)) + ((h >> np.uint32(8)) & np.uint32(255))
        total += ((h >> np.uint32(16)) & np.uint32(255)) + (h >> np.uint32(24))
        bell = np.float32(np.int32(total) - np.int32(510))
        light[i] += gain * bell * np.sqrt(max(light[i], np.float32(0)) + read)
