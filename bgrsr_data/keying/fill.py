"""Filling what is not known from what is around it, as a membrane stretched over the gaps.

Known values are averaged down a pyramid until every cell has one, and come back up where nothing finer is known
(Gortler et al., "The Lumigraph", SIGGRAPH 1996, section 4.2). On each level two sweeps let every unknown cell settle
to the mean of its four neighbours, which over the whole pyramid solves Laplace's equation nearly (Brandt, "Multi-level
adaptive solutions to boundary-value problems", Mathematics of Computation 31, 1977): beside the subject the clean
plate goes on as it came, where push-pull alone leaves steps.

The compiled loops take the channels as a tuple, whose length is part of its type: each count of channels gets code of
its own, without a loop.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from bgrsr_data.compiled import compiled

Floats = NDArray[np.float32]
Mask = NDArray[np.bool_]
Channels = tuple[int, ...]
_TILE_KNOWN = np.float32(4)  # a tile counts wholly once a quarter of it is known


def push_pull(values: Floats, weight: Floats) -> Floats:
    """Continue `values` smoothly into the cells whose weight is small.

    Args:
        values: (h, w, c) float32, any channel count.
        weight: (h, w) float32 [0, 1], how much each cell is known; at least one is above 0.

    Returns:
        (h, w, c) float32: `values` where the weight is 1, the surroundings where it is 0.
    """
    channels = tuple(range(values.shape[2]))
    levels = [(np.ascontiguousarray(values, np.float32), np.ascontiguousarray(weight, np.float32))]
    while min(levels[-1][1].shape) > 1 and levels[-1][1].min() < 1:
        levels.append(_halved(*levels[-1], channels))
    filled = _averaged(*levels[-1])
    for finer in reversed(levels[:-1]):
        filled = _continued(*finer, filled, channels)
        _settle(filled, finer[1], channels)
    return filled


def _averaged(values: Floats, weight: Floats) -> Floats:
    """Fill what is not known with the mean of what is."""
    total = np.float32(max(float(weight.sum()), 1e-12))
    known = weight[..., None]
    mean = np.asarray((values * known).sum((0, 1)) / total, np.float32)
    return np.asarray(np.where(known > 0, values * known, 0) + (1 - known) * mean, np.float32)


@compiled
def _halved(values: Floats, weight: Floats, channels: Channels) -> tuple[Floats, Floats]:
    """Average each 2×2 cells by their weight; a cell is known as soon as one of its four is."""
    height, width = weight.shape
    h, w = (height + 1) // 2, (width + 1) // 2
    means, known = np.empty((h, w, len(channels)), np.float32), np.empty((h, w), np.float32)
    for y in range(h):
        bottom = min(2 * y + 2, height)
        for x in range(w):
            right = min(2 * x + 2, width)
            total = np.float32(0)
            for c in range(len(channels)):
                means[y, x, c] = 0
            for i in range(2 * y, bottom):
                for j in range(2 * x, right):
                    part = weight[i, j]
                    if part > 0:
                        total += part
                        for c in range(len(channels)):
                            means[y, x, c] += part * values[i, j, c]
            known[y, x] = min(total, np.float32(1))
            if total > 0:
                for c in range(len(channels)):
                    means[y, x, c] /= total
    return means, known


@compiled
def _continued(values: Floats, weight: Floats, coarse: Floats, channels: Channels) -> Floats:
    """Lay `values` by their weight over what the level above says, bilinearly: ¾ and ¼ of the two nearest cells."""
    height, width = weight.shape
    h, w = coarse.shape[:2]
    filled = np.empty_like(values)
    near, far = np.float32(0.75), np.float32(0.25)
    for y in range(height):
        y0 = y // 2
        y1 = min(max(y0 + (1 if y % 2 else -1), 0), h - 1)
        for x in range(width):
            known = weight[y, x]
            if known >= 1:
                for c in range(len(channels)):
                    filled[y, x, c] = values[y, x, c]
                continue
            x0 = x // 2
            x1 = min(max(x0 + (1 if x % 2 else -1), 0), w - 1)
            for c in range(len(channels)):
                above = near * coarse[y0, x0, c] + far * coarse[y0, x1, c]
                below = near * coarse[y1, x0, c] + far * coarse[y1, x1, c]
                around = near * above + far * below
                filled[y, x, c] = around if known <= 0 else known * values[y, x, c] + (1 - known) * around
    return filled


@compiled
def _settle(values: Floats, weight: Floats, channels: Channels) -> None:
    """Sweep down and up (Gauss-Seidel): each cell that is not known at all becomes the mean of its neighbours."""
    height, width = weight.shape
    quarter = np.float32(0.25)
    for sweep in range(2):
        for i in range(height):
            y = i if sweep == 0 else height - 1 - i
            above, below = max(y - 1, 0), min(y + 1, height - 1)
            for j in range(width):
                x = j if sweep == 0 else width - 1 - j
                if weight[y, x] <= 0:
                    left, right = max(x - 1, 0), min(x + 1, width - 1)
                    for c in range(len(channels)):
                        beside = values[y, left, c] + values[y, right, c]
                        values[y, x, c] = quarter * (values[above, x, c] + values[below, x, c] + beside)


def tiled(light: Floats, mask: Mask, tile: int) -> Floats:
    """Average the masked blocks over tiles, fill the tiles that have none, and come back to full size.

    Args:
        light: (h, w, c) float32.
        mask: (h, w) bool, at least one True.
        tile: Side of a tile, in blocks.

    Returns:
        (h, w, c) float32.
    """
    h, w = mask.shape
    small = push_pull(*_tile_means(light, mask, -(-h // tile), -(-w // tile), tuple(range(light.shape[2]))))
    return resize(small, (w, h))


@compiled
def _tile_means(light: Floats, mask: Mask, h: int, w: int, channels: Channels) -> tuple[Floats, Floats]:
    """Mean of the masked cells of each of h×w tiles, and how much that is known."""
    height, width = mask.shape
    means, counts = np.zeros((h, w, len(channels)), np.float32), np.zeros((h, w), np.float32)
    column = np.arange(width) * w // width
    for y in range(height):
        i = y * h // height
        for x in range(width):
            if mask[y, x]:
                j = column[x]
                counts[i, j] += 1
                for c in range(len(channels)):
                    means[i, j, c] += light[y, x, c]
    enough = np.float32(height * width / (h * w)) / _TILE_KNOWN
    for i in range(h):
        for j in range(w):
            count = counts[i, j]
            if count > 0:
                for c in range(len(channels)):
                    means[i, j, c] /= count
            counts[i, j] = min(np.float32(1), count / enough)
    return means, counts


def resize(values: Floats, size: tuple[int, int], how: int = cv2.INTER_LINEAR) -> Floats:
    """Resize any number of channels.

    Args:
        values: (h, w, c) float32.
        size: Width and height wanted.
        how: An OpenCV interpolation.

    Returns:
        (height, width, c) float32.
    """
    parts = [cv2.resize(values[..., i : i + 4], size, interpolation=how) for i in range(0, values.shape[2], 4)]
    whole = parts[0].reshape(size[1], size[0], -1) if len(parts) == 1 else np.dstack(parts)
    return np.asarray(whole, np.float32)
