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

from bgrsr_data.keying.regions import Regions

Floats = NDArray[np.float32]
Mask = NDArray[np.bool_]
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
    count, labels, stats, centres = cv2.connectedComponentsWithStats(present.astype(np.uint8), connectivity=8)
    if count <= 1:
        return np.zeros((h, w), np.bool_)
    mass = np.bincount(labels[solid], minlength=count).astype(np.float32)
    mass[0] = 0
    central = 1 - 0.8 * np.abs(centres[:, 0] / w - 0.5) * 2
    subject = int((mass * central).argmax())
    gone = (mass < np.maximum(0.01 * mass[subject], 2)) | _clinging(np.asarray(stats, np.int32), mass, w, h)
    gone[[0, subject]] = False
    return np.asarray(gone[labels], np.bool_)


def _clinging(stats: NDArray[np.int32], mass: Floats, w: int, h: int) -> Mask:
    """Pieces that touch the left, right or upper border and stay near it, and thin ones that stand on the lower."""
    left, top = stats[:, cv2.CC_STAT_LEFT], stats[:, cv2.CC_STAT_TOP]
    right, bottom = left + stats[:, cv2.CC_STAT_WIDTH], top + stats[:, cv2.CC_STAT_HEIGHT]
    at_left, at_right = right < _MARGIN * w, left > (1 - _MARGIN) * w
    beside = (at_left & (left <= 1)) | (at_right & (right >= w - 1))
    thin = mass < _THIN * w * stats[:, cv2.CC_STAT_HEIGHT]
    stand = (at_left | at_right) & (bottom >= h - 1) & thin
    return np.asarray(beside | stand | ((top <= 1) & (bottom < _MARGIN * h)), np.bool_)
