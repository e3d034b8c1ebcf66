"""A soft alpha and a foreground from a picture, a mask and its trimap.

The mask is refined by the guided filter: within a small window alpha is a linear function of the picture's colour, so
edges of the picture become edges of alpha (He, Sun and Tang, "Guided Image Filtering", PAMI 2013,
https://arxiv.org/abs/1505.00996).
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from bgrsr_data.keying.fill import push_pull
from bgrsr_data.trimaps.draw import BACKGROUND, FOREGROUND

SMOOTHNESS = 1e-4


def refine_alpha(
    rgb: NDArray[np.uint8], mask: NDArray[np.bool_], trimap: NDArray[np.uint8], radius_px: int
) -> NDArray[np.float32]:
    """Refine a hard mask in the trimap's unknown band.

    Args:
        rgb: (H, W, 3) uint8, sRGB.
        mask: (H, W) bool, True on the person.
        trimap: (H, W) uint8; its sure pixels are kept.
        radius_px: Half the side of the filter's window.

    Returns:
        (H, W) float32 [0, 1], 0 on BACKGROUND, 1 on FOREGROUND.
    """
    guide = rgb.astype(np.float32) / np.float32(255)
    alpha = np.clip(_guided_filter(guide, mask.astype(np.float32), radius_px), 0, 1)
    alpha[trimap == BACKGROUND] = 0
    alpha[trimap == FOREGROUND] = 1
    return alpha


def extract_foreground(
    rgb: NDArray[np.uint8], alpha: NDArray[np.float32], trimap: NDArray[np.uint8]
) -> NDArray[np.uint8]:
    """Take the old background out of the edge's colour: there, the sure foreground's colour is continued outward.

    Args:
        rgb: (H, W, 3) uint8, sRGB.
        alpha: (H, W) float32 [0, 1].
        trimap: (H, W) uint8.

    Returns:
        (H, W, 3) uint8 sRGB, straight; the bytes of `rgb` where alpha is 1.
    """
    sure = ((trimap == FOREGROUND) | (alpha >= 1)).astype(np.float32)
    continued = push_pull(rgb.astype(np.float32), sure)
    own = (alpha[..., None] ** 2).astype(np.float32)
    mixed = rgb * own + continued * (1 - own)
    return np.where(alpha[..., None] >= 1, rgb, np.clip(np.rint(mixed), 0, 255)).astype(np.uint8)


def _guided_filter(guide: NDArray[np.float32], values: NDArray[np.float32], radius_px: int) -> NDArray[np.float32]:
    """Guided filter with a colour guide: (H, W, 3) and (H, W) float32 in, (H, W) float32 out."""
    side = (2 * radius_px + 1, 2 * radius_px + 1)

    def mean(x: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.asarray(cv2.blur(x, side), np.float32)

    mean_guide, mean_values = mean(guide), mean(values)
    covariance = mean(guide * values[..., None]) - mean_guide * mean_values[..., None]
    products = np.stack([mean(guide * guide[..., i : i + 1]) for i in range(3)], -1)
    variance = products - mean_guide[..., None] * mean_guide[..., None, :] + SMOOTHNESS * np.eye(3, dtype=np.float32)
    slope = np.linalg.solve(variance, covariance[..., None])[..., 0].astype(np.float32)
    offset = mean_values - (slope * mean_guide).sum(-1)
    return np.asarray((mean(slope) * guide).sum(-1) + mean(offset), np.float32)
