"""Taking away what is neither screen nor subject: the studio beside the screen, a stand, a marker, a wrinkle.

What hangs together is judged as one piece, on 4×4 blocks. The largest and most central piece is the subject.
Another piece stays when it is solid; it goes when there is nothing solid in it (a wrinkle, a marker), or when it
clings to the frame's left, right or upper border (the screen's edge, a lamp), or is thin and stands on the lower (a
stand).
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from bgrsr_data.compiled import compiled
from bgrsr_data.keying.regions import Regions

Floats = NDArray[np.float32]
Mask = NDArray[np.bool_]
Labels = NDArray[np.int32]
_FAINT, _SOLID = 0.01, 0.9
_MARGIN = 0.2
_THIN = 0.03  # of the frame's width: a stand is thinner on average, a raised hand is not


def find_strays(mean: Floats, regions: Regions) -> Mask:
    """Find the blocks that belong to no subject.

    Args:
        mean: (h, w) float32 [0, 1], mean alpha of each block.
        regions: What each block is.

    Returns:
        (h, w) bool, True where alpha should be 0.
    """
    h, w = mean.shape
    present, solid = mean > _FAINT, regions.core | (mean > _SOLID)
    count, labels = cv2.connectedComponents(present.view(np.uint8), connectivity=8)
    if count <= 1:
        return np.zeros((h, w), np.bool_)
    mass, column, boxes = _measured(np.asarray(labels, np.int32), solid, count)
    central = 1 - 0.8 * np.abs(column / w - 0.5) * 2
    subject = int((mass * central).argmax())
    gone = (mass < np.maximum(0.01 * mass[subject], 2)) | _clinging(boxes, mass, w, h)
    gone[[0, subject]] = False
    return np.asarray(gone[labels], np.bool_) if gone.any() else np.zeros((h, w), np.bool_)


@compiled
def _measured(labels: Labels, solid: Mask, count: int) -> tuple[Floats, NDArray[np.float64], Labels]:
    """Of each piece: how many blocks are solid, its mean column, and left, top, right and bottom; 0 is no piece."""
    h, w = labels.shape
    mass, column, area = np.zeros(count, np.float32), np.zeros(count), np.ones(count)
    boxes = np.empty((count, 4), np.int32)
    boxes[:, 0], boxes[:, 1], boxes[:, 2], boxes[:, 3] = w, h, 0, 0
    area[1:] = 0
    for y in range(h):
        x = 0
        while x < w:
            piece, start, whole = labels[y, x], x, 0
            while x < w and labels[y, x] == piece:
                whole += solid[y, x]
                x += 1
            if piece > 0:
                mass[piece] += whole
                area[piece] += x - start
                column[piece] += (x - start) * (start + x - 1) / 2
                box = boxes[piece]
                box[0], box[1], box[2], box[3] = min(box[0], start), min(box[1], y), max(box[2], x), y + 1
    return mass, column / area, boxes


def _clinging(boxes: Labels, mass: Floats, w: int, h: int) -> Mask:
    """Pieces that touch the left, right or upper border and stay near it, and thin ones that stand on the lower."""
    left, top, right, bottom = boxes.T
    at_left, at_right = right < _MARGIN * w, left > (1 - _MARGIN) * w
    beside = (at_left & (left <= 1)) | (at_right & (right >= w - 1))
    thin = mass < _THIN * w * (bottom - top)
    stand = (at_left | at_right) & (bottom >= h - 1) & thin
    return np.asarray(beside | stand | ((top <= 1) & (bottom < _MARGIN * h)), np.bool_)
