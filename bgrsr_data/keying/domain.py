"""Whether a picture's edges were mixed in linear light or in encoded pixels.

A camera adds light and encodes the sum; an editor that blends encoded pixels does it the other way round. The two lie
far apart: half of black over a screen of 200 is 146 in the one and 100 in the other, and a key that takes the one for
the other has every edge too thin or too thick. The edge itself tells which it was: its pixels lie on a straight line
between the subject's colour and the screen's in the light in which they were mixed, and on a curve in the other.

Only a drawn screen, without any grain, leaves room for the question: what a camera saw was mixed in linear light.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from bgrsr_data.compiled import compiled
from bgrsr_data.keying.blocks import key_axis
from bgrsr_data.media.colour import to_linear

REACH_PX = 4  # how far from an edge's pixel its two pure colours are looked for
_DRAWN = 0.6  # share of the screen's pixels that equal those a few pixels away exactly; the rest has strands of hair
_AWAY_PX = 16
_ROWS = 360  # of the frame are looked at, more or less
_LEAST_PIXELS = 40
_QUANTUM = np.float32(1e-4)  # squared error of sRGB that 8 bits and anti-aliasing leave
_STRAIGHTER = 0.1  # how much straighter (in e-folds of squared error) encoded pixels have to be
_SURE_SCREEN, _LOW, _HIGH, _SURE_SUBJECT = 0.02, 0.2, 0.8, 0.94  # rough alphas
_TABLE = to_linear(np.arange(256, dtype=np.uint8))
Floats = NDArray[np.float32]
Domain = Literal["linear", "srgb"]


def find_domain(rgb: NDArray[np.uint8], region: NDArray[np.bool_]) -> Domain:
    """Tell in which light a frame's edges were mixed.

    Args:
        rgb: (H, W, 3) uint8, sRGB.
        region: Where the screen is, roughly: bool at any size.

    Returns:
        "srgb" where the screen is drawn and the edges are straight in encoded pixels, else "linear".
    """
    here, alike = _on_screen(rgb, region, int(np.count_nonzero(region)))
    if not len(here) or alike < _DRAWN * len(here):
        return "linear"
    screen = np.asarray(np.median(here, axis=0), np.uint8)
    errors = _edge_errors(rgb, _TABLE, screen, key_axis(to_linear(screen)))
    if len(errors) < _LEAST_PIXELS:
        return "linear"
    linear, encoded = np.median(errors, axis=0) + _QUANTUM
    return "srgb" if float(np.log(linear / encoded)) > _STRAIGHTER else "linear"


@compiled
def _on_screen(rgb: NDArray[np.uint8], region: NDArray[np.bool_], count: int) -> tuple[NDArray[np.uint8], int]:
    """(n, 3) pixels in the middle of the region's cells, and how many equal those some way below and to the right."""
    (height, width), (h, w) = rgb.shape[:2], region.shape
    here, found, alike = np.empty((count, 3), np.uint8), 0, 0
    for i in range(h):
        for j in range(w):
            if region[i, j]:
                y, x = (2 * i + 1) * height // (2 * h), (2 * j + 1) * width // (2 * w)
                away = rgb[min(y + _AWAY_PX, height - 1), min(x + _AWAY_PX, width - 1)]
                same = 0
                for k in range(3):
                    here[found, k] = rgb[y, x, k]
                    same += rgb[y, x, k] == away[k]
                alike += same == 3
                found += 1
    return here, alike


@compiled
def _encoded(light: np.float32) -> np.float32:
    if light <= np.float32(0.0031308):
        return np.float32(12.92) * light
    return np.float32(1.055) * light ** np.float32(1 / 2.4) - np.float32(0.055)


@compiled
def _rough_alpha(pixel: NDArray[np.uint8], table: Floats, axis: Floats) -> np.float32:
    key = table[pixel[0]] * axis[0] + table[pixel[1]] * axis[1] + table[pixel[2]] * axis[2]
    return np.float32(1) - np.float32(key)


@compiled
def _share(pixel: Floats, subject: Floats, screen: Floats) -> np.float32:
    """The share of subject that comes nearest to a pixel."""
    length = along = np.float32(1e-6)
    for k in range(3):
        step = subject[k] - screen[k]
        length += step * step
        along += (pixel[k] - screen[k]) * step
    return min(max(along / length, np.float32(0)), np.float32(1))


@compiled
def _pure_subject(rgb: NDArray[np.uint8], y: int, x: int, table: Floats, axis: Floats) -> tuple[int, int]:
    """Where the least screen is seen near an edge's pixel; (-1, -1) where no pure screen or no pure subject is."""
    where, most, least = (-1, -1), np.float32(_SURE_SUBJECT), np.float32(1)
    for far in range(1, REACH_PX + 1):
        for turn in range(9):
            beside = y + far * (turn // 3 - 1), x + far * (turn % 3 - 1)
            alpha = _rough_alpha(rgb[beside], table, axis)
            least = min(least, alpha)
            if alpha > most:
                where, most = beside, alpha
    return where if least < _SURE_SCREEN else (-1, -1)


@compiled
def _misfit(pixel: Floats, subject: Floats, screen: Floats, encode: bool) -> np.float32:
    """Squared distance (sRGB) of a pixel from the nearest mixture of subject and screen."""
    share = _share(pixel, subject, screen)
    total = np.float32(0)
    for k in range(3):
        mixed = screen[k] + share * (subject[k] - screen[k])
        total += (_encoded(mixed) - _encoded(pixel[k])) ** 2 if encode else (mixed - pixel[k]) ** 2
    return total


@compiled
def _edge_errors(rgb: NDArray[np.uint8], table: Floats, screen: NDArray[np.uint8], axis: Floats) -> Floats:
    """(n, 2): misfit of each edge pixel to what mixing light, and to what mixing encoded pixels, could give."""
    height, width = rgb.shape[:2]
    errors = np.empty((height * width // 8 + 1, 2), np.float32)
    count = 0
    for y in range(REACH_PX, height - REACH_PX, max(1, height // _ROWS)):
        for x in range(REACH_PX, width - REACH_PX):
            if count < len(errors) and _LOW < _rough_alpha(rgb[y, x], table, axis) < _HIGH:
                beside = _pure_subject(rgb, y, x, table, axis)
                if beside[0] >= 0:
                    seen, own = rgb[y, x], rgb[beside]
                    errors[count, 0] = _misfit(table[seen], table[own], table[screen], True)
                    scale = np.float32(1 / 255)
                    errors[count, 1] = _misfit(seen * scale, own * scale, screen * scale, False)
                    count += 1
    return errors[:count]
