"""The pixels of the marked blocks, gathered side by side with the screen behind them.

Only these blocks are looked at pixel by pixel. A block is 16 pixels, each channel one contiguous run: a loop over
them that is written for a single pixel becomes one instruction for all of them.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bgrsr_data.compiled import compiled, inlined
from bgrsr_data.keying.blocks import BLOCK, Mask
from bgrsr_data.keying.light import Light

PIXELS = BLOCK * BLOCK
# How near each row or column of pixels is to the middle of the block on its side, of the way from its own block's.
_BESIDE = np.array([0.375, 0.125, 0.125, 0.375], np.float32)
Floats = NDArray[np.float32]
Places = NDArray[np.int64]


class Band(NamedTuple):
    """n marked blocks of 16 pixels each.

    Attributes:
        rows: (n,) int64, where the blocks are in the grid of blocks.
        columns: (n,) int64.
        seen: (n, 3, 16) float32, the pixels row by row, working light.
        behind: (n, 3, 16) float32, the screen there.
        size: (2,) height and width of the grid of blocks.
    """

    rows: Places
    columns: Places
    seen: Floats
    behind: Floats
    size: tuple[int, int]

    def sample(self, grid: Floats) -> Floats:
        """The values of a coarser grid at the middle of each block, bilinearly.

        Args:
            grid: (h, w, c) float32, over the whole frame.

        Returns:
            (n, c) float32.
        """
        values = np.empty((len(self.rows), grid.shape[2]), np.float32)
        _sample(np.ascontiguousarray(grid), self, values)
        return values


def gather(rgb: NDArray[np.uint8], light: Light, plate: Floats, where: Mask) -> Band:
    """Gather the pixels of the marked blocks.

    Args:
        rgb: (H, W, 3) uint8, sRGB, contiguous, sides multiples of 4.
        light: The working light.
        plate: (H/4, W/4, 3) float32, the screen, working light; each pixel gets it bilinearly.
        where: (H/4, W/4) bool.

    Returns:
        The band.
    """
    rows, columns = np.nonzero(where)
    seen = np.empty((len(rows), 3, PIXELS), np.float32)
    behind = np.empty_like(seen)
    band = Band(rows, columns, seen, behind, (where.shape[0], where.shape[1]))
    _gather(rgb, light.of_byte, np.ascontiguousarray(plate), band)
    return band


@compiled
def _gather(rgb: NDArray[np.uint8], of_byte: Floats, plate: Floats, band: Band) -> None:
    for n in range(len(band.rows)):
        y, x = band.rows[n], band.columns[n]
        above, below = max(y - 1, 0), min(y + 1, plate.shape[0] - 1)
        left, right = max(x - 1, 0), min(x + 1, plate.shape[1] - 1)
        for i in range(BLOCK):
            beside, low = above if i < BLOCK // 2 else below, _BESIDE[i]
            for k in range(3):
                first = plate[y, left, k] + low * (plate[beside, left, k] - plate[y, left, k])
                here = plate[y, x, k] + low * (plate[beside, x, k] - plate[y, x, k])
                last = plate[y, right, k] + low * (plate[beside, right, k] - plate[y, right, k])
                for j in range(BLOCK):
                    end = first if j < BLOCK // 2 else last
                    band.behind[n, k, BLOCK * i + j] = here + _BESIDE[j] * (end - here)
                    band.seen[n, k, BLOCK * i + j] = of_byte[rgb[BLOCK * y + i, BLOCK * x + j, k]]


@inlined
def _between(position: np.float32, count: int) -> tuple[int, int, np.float32]:
    """The two cells that a position lies between, and how near it is to the second."""
    first = int(np.floor(position))
    return max(first, 0), min(first + 1, count - 1), position - np.float32(first)


@compiled
def _sample(grid: Floats, band: Band, values: Floats) -> None:
    down, across = np.float32(grid.shape[0] / band.size[0]), np.float32(grid.shape[1] / band.size[1])
    half = np.float32(0.5)
    for n in range(len(band.rows)):
        above, below, low = _between((np.float32(band.rows[n]) + half) * down - half, grid.shape[0])
        left, right, far = _between((np.float32(band.columns[n]) + half) * across - half, grid.shape[1])
        for k in range(grid.shape[2]):
            upper = grid[above, left, k] + far * (grid[above, right, k] - grid[above, left, k])
            lower = grid[below, left, k] + far * (grid[below, right, k] - grid[below, left, k])
            values[n, k] = upper + low * (lower - upper)
