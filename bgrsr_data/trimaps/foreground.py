"""The foreground's colour under a soft alpha, by fast multi-level foreground estimation.

A pixel mixes two colours, I = α F + (1-α) B, which leaves one of them open. Both shall be smooth, the more so where
alpha changes; the two by two equations of one pixel and its four neighbours are solved in place, line by line, from a
picture of one pixel up to the whole, each size beginning with the last (Germer, Uelwer, Conrad and Harmeling, "Fast
Multi-Level Foreground Estimation", ICPR 2020, https://arxiv.org/abs/2006.14970).

pymatting has the method as `estimate_foreground_ml`, and a test holds the two together. Importing that library compiles
all its methods, a minute of a processor on a new machine; this kernel takes two seconds.
"""

from __future__ import annotations

from math import ceil, log2

import numpy as np
from numpy.typing import NDArray

from bgrsr_data.compiled import compiled

Floats = NDArray[np.float32]

SMOOTHNESS = 1e-5  # everywhere
AT_EDGES = 1.0  # of alpha, times its difference
SMALL_PX = 32  # up to this side ten passes are made, above it two
PASSES, FINE_PASSES = 10, 2


def estimate_foreground(image: Floats, alpha: Floats) -> Floats:
    """Solve for the foreground.

    Args:
        image: (H, W, 3) float32 [0, 1], linear light: that is where light mixes.
        alpha: (H, W) float32 [0, 1].

    Returns:
        (H, W, 3) float32 [0, 1], linear, straight; continued to where alpha is 0.
    """
    height, width = alpha.shape
    levels = max(1, ceil(log2(max(height, width))))
    front, back = _mean(image, alpha > 0.9), _mean(image, alpha < 0.1)
    for level in range(levels + 1):
        size = round(height ** (level / levels)), round(width ** (level / levels))
        front, back = _nearest(front, size), _nearest(back, size)
        passes = PASSES if max(size) <= SMALL_PX else FINE_PASSES
        _solve(_nearest(image, size), _nearest(alpha, size), front, back, passes)
    return front


def _mean(image: Floats, which: NDArray[np.bool_]) -> Floats:
    """(1, 1, 3): the mean colour of some pixels, black where there are none."""
    colour = image[which].mean(0, dtype=np.float64) if which.any() else np.zeros(3)
    return colour.astype(np.float32)[None, None]


def _nearest(values: Floats, size: tuple[int, int]) -> Floats:
    """Resize to (height, width) by the nearest pixel."""
    rows, columns = (np.arange(new) * old // new for new, old in zip(size, values.shape[:2], strict=True))
    return np.ascontiguousarray(values[rows[:, None], columns])


@compiled
def _solve(image: Floats, alpha: Floats, front: Floats, back: Floats, passes: int) -> None:
    """Improve `front` and `back` in place, each pixel from the latest of its neighbours."""
    height, width = alpha.shape
    wanted_front, wanted_back = np.empty(3, np.float32), np.empty(3, np.float32)
    one, none = np.float32(1), np.float32(0)
    for _ in range(passes):
        for y in range(height):
            for x in range(width):
                a = alpha[y, x]
                b = one - a
                aa, bb = a * a, b * b
                for c in range(3):
                    wanted_front[c] = a * image[y, x, c]
                    wanted_back[c] = b * image[y, x, c]
                for dy, dx in ((0, -1), (0, 1), (-1, 0), (1, 0)):
                    v, u = max(0, min(height - 1, y + dy)), max(0, min(width - 1, x + dx))
                    pull = np.float32(SMOOTHNESS) + np.float32(AT_EDGES) * abs(a - alpha[v, u])
                    aa += pull
                    bb += pull
                    for c in range(3):
                        wanted_front[c] += pull * front[v, u, c]
                        wanted_back[c] += pull * back[v, u, c]
                share = one / (aa * bb - a * b * a * b)
                for c in range(3):
                    f = share * (bb * wanted_front[c] - a * b * wanted_back[c])
                    g = share * (aa * wanted_back[c] - a * b * wanted_front[c])
                    front[y, x, c] = max(none, min(one, f))
                    back[y, x, c] = max(none, min(one, g))
