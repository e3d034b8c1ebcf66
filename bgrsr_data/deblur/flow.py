"""Dense motion between two frames, and one frame moved onto another.

Dense inverse search (Kroeger et al., "Fast optical flow using dense inverse search", ECCV 2016).
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from bgrsr_data.media.colour import luma


def find_flow(frame: NDArray[np.uint8], other: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Where each pixel of `frame` lies in `other`.

    Args:
        frame: (H, W) uint8 luma.
        other: Same shape.

    Returns:
        (H, W, 2) float32, pixels to the right and down.
    """
    search = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    return np.asarray(search.calc(frame, other, np.zeros((*frame.shape, 2), np.float32)), np.float32)


def move(
    values: NDArray[np.uint8] | NDArray[np.float32], flow: NDArray[np.float32], interpolation: int = cv2.INTER_CUBIC
) -> NDArray[np.float32]:
    """Fetch for each pixel what lies where the flow points.

    Args:
        values: (H, W) or (H, W, C).
        flow: (H, W, 2) float32, pixels.
        interpolation: OpenCV's.

    Returns:
        Same shape, float32; the border's values beyond the border.
    """
    rows, columns = np.mgrid[: flow.shape[0], : flow.shape[1]].astype(np.float32)
    moved = cv2.remap(
        values, columns + flow[..., 0], rows + flow[..., 1], interpolation, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(moved, np.float32)


def align(frame: NDArray[np.uint8], other: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Move another frame onto this one.

    Args:
        frame: (H, W, 3) uint8, sRGB.
        other: Same shape.

    Returns:
        (H, W, 3) uint8, sRGB.
    """
    moved = move(other, find_flow(luma(frame), luma(other)))
    return np.rint(np.clip(moved, 0, 255)).astype(np.uint8)
