"""What is no part of the shot before the screen: bars around the picture, and the studio beyond the screen's edges.

Bars are rows and columns of one grey at both ends of the frame (letterbox, pillarbox, a frame drawn around). The
screen's own edge is a straight line, which a person's outline is not: where the first cells of the screen from the
left, the right or above lie on one line that begins at a corner, the screen ends there and what is beyond is studio.
"""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from bgrsr_data.keying.mattes import Mattes
from bgrsr_data.keying.screen import MIN_SIDE, SHORT_SIDE

_EVEN = 12  # sRGB levels by which the pixels of a bar may differ, and its channels
_STEP = 8  # every which pixel of a row or column is looked at
_BLUR_PX = 2  # how far coding and scaling carry a bar into the picture
_ON_LINE = 1.0  # cells by which the screen's first cell may be off its edge's line
_STEEP = 0.35  # of the line: cells aside per cell along
_STRAIGHT, _CORNER = 0.6, 0.15  # share of rows on the line; share of rows that are a corner
_FARTHEST = 0.35  # of the frame, on average: an edge further in is none
Mask = NDArray[np.bool_]
Rows = NDArray[np.float32]


def find_bars(rgb: NDArray[np.uint8]) -> Mask | None:
    """Find bars above and below, or left and right, or both.

    Args:
        rgb: (H, W, 3) uint8, sRGB.

    Returns:
        (H, W) bool, True on the bars and the pixels that they blur; None when there are none.
    """
    height, width = rgb.shape[:2]
    top, bottom = _both_ends(rgb[:, ::_STEP])
    left, right = _both_ends(rgb[top : height - bottom : _STEP].transpose(1, 0, 2))
    inner = (height - top - bottom - 2 * _BLUR_PX, width - left - right - 2 * _BLUR_PX)
    if not top + left or min(inner) < MIN_SIDE:
        return None
    bars = np.ones((height, width), np.bool_)
    y, x = (start + _BLUR_PX if start else 0 for start in (top, left))
    bars[y : height - (bottom + _BLUR_PX if bottom else 0), x : width - (right + _BLUR_PX if right else 0)] = False
    return bars


def _both_ends(lines: NDArray[np.uint8]) -> tuple[int, int]:
    """How many lines at the start and at the end are bars of one and the same grey; (0, 0) unless both are."""
    first, last = _bar(lines, lines[0]), _bar(lines[::-1], lines[0])
    alike = min(first, last) > 0 and first + last < len(lines) and abs(first - last) <= 0.25 * max(first, last) + 4
    return (first, last) if alike else (0, 0)


def _bar(lines: NDArray[np.uint8], like: NDArray[np.uint8]) -> int:
    """How many of the first lines are of one grey, and of the same as the line `like`."""
    tone = float(like.mean())
    for count, line in enumerate(lines):
        if int(line.max()) - int(line.min()) > _EVEN or abs(float(line.mean()) - tone) > _EVEN:
            return count
    return len(lines)


def find_studio(region: Mask, shape: tuple[int, int]) -> Mask | None:
    """Find what lies beyond the screen's left, right and upper edges.

    Args:
        region: Where the screen is: (h, w) bool at any size.
        shape: Height and width of the frame.

    Returns:
        (H, W) bool, True beyond; None when the screen fills the frame.
    """
    shrink = max(1.0, min(region.shape) / SHORT_SIDE)
    size = (round(region.shape[1] / shrink), round(region.shape[0] / shrink))
    cells = cv2.resize(region.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST) > 0
    beyond = np.zeros(cells.shape, np.bool_)
    for turned in (np.s_[:], np.s_[:, ::-1]):
        edge = _edge(cells[turned], both=False)
        if edge is not None:
            beyond[turned] |= np.arange(cells.shape[1]) < edge[:, None] + 1
    above = _edge(cells.T, both=True)
    if above is not None:
        here = cells & (np.arange(cells.shape[0])[:, None] < above[None] + 2 * _ON_LINE + 1)
        beyond |= (np.arange(cells.shape[0])[:, None] < above[None] + 1) & here.any(0)
    if not beyond.any():
        return None
    return np.asarray(cv2.resize(beyond.astype(np.uint8), shape[::-1], interpolation=cv2.INTER_NEAREST) > 0)


def _edge(cells: Mask, *, both: bool) -> Rows | None:
    """The line on which the rows' first screen cells lie.

    Args:
        cells: (h, w) bool, True on the screen.
        both: Whether the line may begin at the last row as well as at the first.

    Returns:
        (h,) float32, cells of each row before the line; None when there is no straight edge.
    """
    rows = np.flatnonzero(cells.any(1))
    first = cells.argmax(1)[rows].astype(np.float32)
    corner = max(3, round(_CORNER * len(rows)))
    if len(rows) < 3 * corner or max(first[:corner].min(), first[-corner:].min() if both else 0) < 1:
        return None
    line = _straight(rows.astype(np.float32), first)
    if line is None:
        return None
    on = np.abs(first - line[0] - line[1] * rows) <= _ON_LINE
    ends = max(on[:corner].mean(), on[-corner:].mean() if both else 0)
    edge = np.asarray(line[0] + line[1] * np.arange(len(cells)), np.float32)
    fits = on.mean() >= _STRAIGHT and ends >= 0.8 and 1 <= edge.mean() <= _FARTHEST * cells.shape[1]
    return edge if fits else None


def _straight(rows: Rows, first: Rows) -> tuple[float, float] | None:
    """The line through two of the points that most others lie on (Fischler and Bolles, 1981), all pairs of 24 tried."""
    some = np.unique(np.linspace(0, len(rows) - 1, 24).astype(int))
    i, j = (some[k] for k in np.triu_indices(len(some), 1))
    slope = (first[j] - first[i]) / (rows[j] - rows[i])
    start = first[i] - slope * rows[i]
    flat = np.abs(slope) <= _STEEP
    if not flat.any():
        return None
    slope, start = slope[flat], start[flat]
    on = np.abs(first - start[:, None] - slope[:, None] * rows) <= _ON_LINE
    best = on[on.sum(1).argmax()]
    fitted = np.polynomial.polynomial.polyfit(rows[best], first[best], 1)
    return float(fitted[0]), float(fitted[1])


def add_garbage(mattes: Mattes | None, garbage: Mask | None) -> Mattes | None:
    """Mark what was found as surely no subject, beside what a person said.

    Args:
        mattes: What a person or a segmenter said of the frame.
        garbage: (H, W) bool.

    Returns:
        Both; the very same mattes when nothing was found.
    """
    if garbage is None:
        return mattes
    if mattes is None:
        return Mattes(garbage=garbage)
    return replace(mattes, garbage=garbage if mattes.garbage is None else mattes.garbage | garbage)
