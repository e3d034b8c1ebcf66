"""What a person's outline does to light: a soft shadow on what is behind, and a band where the room's light wraps in.

Both are soft, so they are made on a coarse grid and then spread over the picture.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bgrsr_data.combine.cutouts import Placed, draw
from bgrsr_data.combine.resample import Size, scale, soften, taps
from bgrsr_data.records import Combination

CELLS = 120  # rows of the grid, whatever the picture's size
SHADOW_REACH = 8.0  # half-width of its soft edge, in cells: 7 % of the picture's height
EDGE_REACH = 2.5  # of the band into which light wraps, in cells: 2 %
DEEP = 0.25  # where so little of what is around is outside, the band ends
NONE = np.empty((0, 0), np.float32)


@dataclass(frozen=True, slots=True)
class Surround:
    """What the person's outline does to light.

    Args:
        shade: (H, W) float32, how dark the person's soft shadow is; (0, 0) where there is none.
        edge: (h, w) float32 over the placed person, 1 on the outline, 0 deep inside; (0, 0) where no light wraps.
    """

    shade: NDArray[np.float32]
    edge: NDArray[np.float32]


def surround(person: Placed, row: Combination, size: Size) -> Surround:
    """Draw the shadow and the band of wrapped light of a person in a picture of `size`, as far as the row asks."""
    wraps = row.wrap > 0 or row.spill > 0
    if not person.planes.size or not (wraps or row.shadow > 0):
        return Surround(NONE, NONE)
    cell = size[1] / min(CELLS, size[1])
    columns, rows = (
        taps(n, float(-first), cell, max(1, round(whole / cell)))
        for n, first, whole in zip(person.planes.shape[:0:-1], (person.left, person.top), size, strict=True)
    )
    cover = scale(person.planes[3:], rows, columns)
    shade = _shade(cover, row, size, cell) if row.shadow > 0 else NONE
    return Surround(shade, _edge(cover, person, cell) if wraps else NONE)


def _shade(cover: NDArray[np.float32], row: Combination, size: Size, cell: float) -> NDArray[np.float32]:
    """The person's silhouette, soft, on the side and a little lower: as a lamp above the camera throws it."""
    far, low, side, _ = draw(row.seed, "shadow")
    right = (0.03 + 0.06 * far) * size[1] * (-1 if side < 0.5 else 1)
    down = (0.01 + 0.04 * low) * size[1]
    soft = soften(cover, SHADOW_REACH)
    columns, rows = (
        taps(n, -shift / cell, 1 / cell, count, kernel="bilinear", extend=True)
        for n, shift, count in zip(soft.shape[:0:-1], (right, down), size, strict=True)
    )
    return scale(soft, rows, columns).reshape(size[::-1])


def _edge(cover: NDArray[np.float32], person: Placed, cell: float) -> NDArray[np.float32]:
    outside = np.float32(1) - soften(cover, EDGE_REACH)
    near = np.clip((2 * outside - np.float32(DEEP)) / np.float32(1 - DEEP), 0, 1) ** 2
    columns, rows = (
        taps(n, first / cell, 1 / cell, count, kernel="bilinear", extend=True)
        for n, first, count in zip(
            near.shape[:0:-1], (person.left, person.top), person.planes.shape[:0:-1], strict=True
        )
    )
    return scale(near, rows, columns).reshape(person.planes.shape[1:])
