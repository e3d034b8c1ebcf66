"""The subject's colours continued under what alpha hides, so that later scaling and composition show no fringe."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from bgrsr_data.compiled import compiled
from bgrsr_data.keying.fill import push_pull

_CELL = 8  # pixels
_HIDDEN = np.float32(0.05)
Bytes = NDArray[np.uint8]
Floats = NDArray[np.float32]


def continue_outward(foreground: Bytes, alpha: Floats) -> None:
    """Fill what alpha hides with the colours beside it.

    Args:
        foreground: (H, W, 3) uint8 sRGB, sides multiples of 4; changed where alpha is at most 0.05.
        alpha: (H, W) float32 [0, 1].
    """
    h, w = alpha.shape
    colour = np.empty((-(-h // _CELL), -(-w // _CELL), 3), np.float32)
    weight = np.empty(colour.shape[:2], np.float32)
    _average(foreground, alpha, colour, weight)
    filled = cv2.convertScaleAbs(push_pull(colour, weight))
    hidden = (alpha <= _HIDDEN).view(np.uint8)
    cv2.copyTo(cv2.resize(filled, (w, h), interpolation=cv2.INTER_LINEAR), hidden, foreground)


@compiled
def _average(foreground: Bytes, alpha: Floats, colour: Floats, weight: Floats) -> None:
    """Mean colour of each cell, each pixel weighed by its squared alpha, and how much is known of it.

    Every other pixel of every other row tells it.
    """
    for y in range(weight.shape[0]):
        for x in range(weight.shape[1]):
            red = green = blue = total = np.float32(0)
            for i in range(_CELL * y, min(_CELL * y + _CELL, alpha.shape[0]), 2):
                for j in range(_CELL * x, min(_CELL * x + _CELL, alpha.shape[1]), 2):
                    if alpha[i, j] > 0:
                        share = alpha[i, j] * alpha[i, j]
                        red += share * np.float32(foreground[i, j, 0])
                        green += share * np.float32(foreground[i, j, 1])
                        blue += share * np.float32(foreground[i, j, 2])
                        total += share
            known = np.float32(1) / max(total, np.float32(1e-6))
            colour[y, x, 0], colour[y, x, 1], colour[y, x, 2] = red * known, green * known, blue * known
            weight[y, x] = min(np.float32(2) * total, np.float32(1))
