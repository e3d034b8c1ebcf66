"""The colour of an edge, which a codec keeps at half the size of its light, made as sharp again as the light is.

JPEG and nearly every video keep one chroma value for four pixels (4:2:0) and quantise it harder than the luma. A key is
chroma, so its edges suffer most. But where two colours meet, chroma and luma change together: how steeply, a regression
over the surroundings tells (He, Sun and Tang, "Guided image filtering", TPAMI 2013), and the luma's fine detail times
that slope is the chroma's. It is added as far as the chroma lacks it: a picture with one chroma value for each pixel
has as much fine detail in its chroma's edges as in its luma's, and stays as it is.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from bgrsr_data.compiled import compiled, inlined
from bgrsr_data.keying.band import Band
from bgrsr_data.keying.blocks import BLOCK
from bgrsr_data.keying.light import Light

# ITU-R BT.709: what each channel adds to the luma.
_RED, _GREEN, _BLUE = 0.2126, 0.7152, 0.0722
_HALF = BLOCK // 2  # cells of 2×2 pixels along a block's side
_REACH = 2  # blocks around: where the slope is measured
_WEIGHTS = np.array([1, 4, 6, 4, 1], np.float32) / 16
_FLAT = 2e-4 * 255**2  # variance of luma (squared levels) below which nothing is believed of a slope
_EDGE, _EDGE_OF_LUMA = 24.0, 12.0  # levels that a block's cells differ by from which it is an edge, and not grain
_WHOLE, _LOST = 0.5, 0.35  # fine detail of chroma over luma's: from the one on nothing is added, to the other all is
_LEAST = 64  # edge blocks that tell
Floats = NDArray[np.float32]
Mask = NDArray[np.bool_]


def sharpen_chroma(rgb: NDArray[np.uint8], band: Band, light: Light, least: float = 0.0) -> float:
    """Give the chroma of the band's pixels the fine detail that a codec took from it.

    Args:
        rgb: (H, W, 3) uint8, sRGB, sides multiples of 4.
        band: The pixels; `seen` is changed.
        light: The working light of `seen`.
        least: How much is surely lost, 0 to 1: other frames of the clip showed it.

    Returns:
        How much of it was lost, 0 to 1.
    """
    if not len(band.rows):
        return 0.0
    near = _near(band)
    cells, moments = _reduce(rgb, near)
    lost = max(least, lost_detail(*_fine_detail(rgb, cells, band)))
    if lost > 0:
        _sharpen(rgb, cells, _slopes(moments, near, band), band, light.of_byte, lost)
    return lost


def chroma_lost(rgb: NDArray[np.uint8], edges: Mask) -> float:
    """How much of the chroma's fine detail a picture has lost, 0 to 1.

    Args:
        rgb: (H, W, 3) uint8, sRGB, sides multiples of 4.
        edges: (H/4, W/4) bool, blocks in which subject and screen meet.
    """
    rows, columns = np.nonzero(edges)
    nothing = np.empty((0, 3, BLOCK * BLOCK), np.float32)
    band = Band(rows, columns, nothing, nothing, (edges.shape[0], edges.shape[1]))
    return lost_detail(*_fine_detail(rgb, _reduce(rgb, _near(band))[0], band)) if len(rows) else 0.0


def _near(band: Band) -> Mask:
    """The blocks that the slopes are measured in."""
    marked = np.zeros(band.size, np.uint8)
    marked[band.rows, band.columns] = 1
    return np.asarray(cv2.dilate(marked, np.ones((2 * _REACH + 1,) * 2, np.uint8)) > 0, np.bool_)


def lost_detail(chroma: float, luma: float, blocks: int) -> float:
    """How much of the chroma's fine detail is lost, 0 to 1.

    Args:
        chroma: Fine detail over coarse at edges, of the chroma.
        luma: The same of the luma.
        blocks: How many blocks these were measured in.
    """
    if blocks < _LEAST:
        return 0.0
    return float(np.clip((_WHOLE - chroma / max(luma, 1e-6)) / (_WHOLE - _LOST), 0, 1))


@inlined
def _luma(r: float, g: float, b: float) -> float:
    return _RED * r + _GREEN * g + _BLUE * b


@compiled
def _reduce(rgb: NDArray[np.uint8], near: Mask) -> tuple[Floats, Floats]:
    """Luma, blue and red less luma of each 2×2 pixels, in levels; and their moments in each block."""
    h, w = near.shape
    cells, moments = np.zeros((_HALF * h, _HALF * w, 3), np.float32), np.zeros((h, w, 6), np.float32)
    for y in range(h):
        for x in range(w):
            if not near[y, x]:
                continue
            for i in range(_HALF * y, _HALF * y + _HALF):
                for j in range(_HALF * x, _HALF * x + _HALF):
                    r = g = b = np.float32(0)
                    for p in range(2 * i, 2 * i + 2):
                        for q in range(2 * j, 2 * j + 2):
                            r, g, b = r + rgb[p, q, 0], g + rgb[p, q, 1], b + rgb[p, q, 2]
                    luma = np.float32(_luma(float(r), float(g), float(b)) / 4)
                    cells[i, j, 0], cells[i, j, 1], cells[i, j, 2] = luma, b / 4 - luma, r / 4 - luma
                    for k in range(3):
                        moments[y, x, k] += cells[i, j, k] / _HALF**2
                        moments[y, x, 3 + k] += luma * cells[i, j, k] / _HALF**2
    return cells, moments


@compiled
def _slopes(moments: Floats, near: Mask, band: Band) -> Floats:
    """How much blue and red less luma change with the luma, around each block of the band: (n, 2)."""
    slopes = np.zeros((len(band.rows), 2), np.float32)
    total = np.empty(6)
    for n in range(len(band.rows)):
        weight = 0.0
        total[:] = 0
        for i in range(2 * _REACH + 1):
            for j in range(2 * _REACH + 1):
                y, x = band.rows[n] + i - _REACH, band.columns[n] + j - _REACH
                if 0 <= y < near.shape[0] and 0 <= x < near.shape[1]:
                    part = _WEIGHTS[i] * _WEIGHTS[j]
                    weight += part
                    for k in range(6):
                        total[k] += part * moments[y, x, k]
        luma = total[0] / weight
        variance = total[3] / weight - luma * luma + _FLAT
        for k in range(2):
            slopes[n, k] = (total[4 + k] / weight - luma * total[1 + k] / weight) / variance
    return slopes


@inlined
def _at(cells: Floats, i: int, j: int, k: int) -> float:
    """A value of the cells at a pixel, bilinearly."""
    y, x = i // 2, j // 2
    above, beside = y + 2 * (i % 2) - 1, x + 2 * (j % 2) - 1
    above = min(max(above, 0), cells.shape[0] - 1)
    beside = min(max(beside, 0), cells.shape[1] - 1)
    near = 9 * cells[y, x, k] + 3 * (cells[above, x, k] + cells[y, beside, k])
    return float(near + cells[above, beside, k]) / 16


@compiled
def _fine_detail(rgb: NDArray[np.uint8], cells: Floats, band: Band) -> tuple[float, float, int]:
    """Fine detail (pixels against cells) over coarse (cells against their block) at edges of chroma."""
    fine_chroma, coarse_chroma, fine_luma, coarse_luma, blocks = 0.0, 1e-6, 0.0, 1e-6, 0
    for n in range(len(band.rows)):
        y, x = _HALF * band.rows[n], _HALF * band.columns[n]
        chroma = luma = 0.0
        for k in range(3):
            a, b, c, d = cells[y, x, k], cells[y, x + 1, k], cells[y + 1, x, k], cells[y + 1, x + 1, k]
            mean = (a + b + c + d) / 4
            spread = 4 * ((a - mean) ** 2 + (b - mean) ** 2 + (c - mean) ** 2 + (d - mean) ** 2)
            if k:
                chroma += spread
            else:
                luma = spread
        if chroma < 4 * _EDGE**2 or luma < 4 * _EDGE_OF_LUMA**2:
            continue
        blocks += 1
        coarse_chroma += chroma
        coarse_luma += luma
        for i in range(2 * y, 2 * y + BLOCK):
            for j in range(2 * x, 2 * x + BLOCK):
                light = _luma(rgb[i, j, 0], rgb[i, j, 1], rgb[i, j, 2])
                fine_luma += (light - _at(cells, i, j, 0)) ** 2
                fine_chroma += (rgb[i, j, 2] - light - _at(cells, i, j, 1)) ** 2
                fine_chroma += (rgb[i, j, 0] - light - _at(cells, i, j, 2)) ** 2
    return fine_chroma / coarse_chroma, fine_luma / coarse_luma, blocks


@compiled
def _sharpen(rgb: NDArray[np.uint8], cells: Floats, slopes: Floats, band: Band, of_byte: Floats, lost: float) -> None:
    for n in range(len(band.rows)):
        to_blue, to_red = lost * slopes[n, 0], lost * slopes[n, 1]
        to_green = -(_BLUE * to_blue + _RED * to_red) / _GREEN
        for p in range(BLOCK * BLOCK):
            i, j = BLOCK * band.rows[n] + p // BLOCK, BLOCK * band.columns[n] + p % BLOCK
            r, g, b = float(rgb[i, j, 0]), float(rgb[i, j, 1]), float(rgb[i, j, 2])
            detail = _luma(r, g, b) - _at(cells, i, j, 0)
            band.seen[n, 0, p] = _light(of_byte, r + to_red * detail)
            band.seen[n, 1, p] = _light(of_byte, g + to_green * detail)
            band.seen[n, 2, p] = _light(of_byte, b + to_blue * detail)


@inlined
def _light(of_byte: Floats, level: float) -> float:
    """The light of a level between two bytes."""
    level = min(max(level, 0.0), 255.0)
    below = min(int(level), 254)
    return float(of_byte[below] + (level - below) * (of_byte[below + 1] - of_byte[below]))
