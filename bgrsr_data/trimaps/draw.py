"""Trimaps from person masks.

A mask's outline is uncertain by a few pixels, and hair lies outside of it. The trimap marks that band as unknown, so
that a matting network spends its loss there (Xu et al., "Deep Image Matting", CVPR 2017,
https://arxiv.org/abs/1703.03872).
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from bgrsr_data.errors import Rejection
from bgrsr_data.trimaps.options import TrimapOptions

BACKGROUND, UNKNOWN, FOREGROUND = 0, 128, 255


def band_for(area_px: int, options: TrimapOptions) -> int:
    """Half-width of the unknown band for a person of `area_px` pixels; it grows with the person's size."""
    return int(np.clip(round(options.band * area_px**0.5), options.min_band_px, options.max_band_px))


def draw_trimap(mask: NDArray[np.bool_], band_px: int, *, others: NDArray[np.bool_] | None = None) -> NDArray[np.uint8]:
    """Label each pixel background, unknown or foreground.

    Args:
        mask: (H, W) bool, True on the person.
        band_px: Half-width of the unknown band, in pixels, at least 1.
        others: (H, W) bool, True on crowds and other persons: unknown, never sure background.

    Returns:
        (H, W) uint8, each value BACKGROUND, UNKNOWN or FOREGROUND.

    Raises:
        Rejection: "too-thin", the person is thinner than the band, so no foreground is left.
    """
    disk = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * band_px + 1, 2 * band_px + 1))
    person = mask.astype(np.uint8)
    trimap = np.full(mask.shape, UNKNOWN, np.uint8)
    trimap[cv2.dilate(person, disk) == 0] = BACKGROUND
    # Where the picture's border cuts the person off there is no outline to be unsure of.
    trimap[cv2.erode(person, disk, borderType=cv2.BORDER_REPLICATE) == 1] = FOREGROUND
    if others is not None:
        trimap[others & (trimap == BACKGROUND)] = UNKNOWN
    if not (trimap == FOREGROUND).any():
        raise Rejection("too-thin", f"no foreground is left inside a band of {band_px} px")
    return trimap
