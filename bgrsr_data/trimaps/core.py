"""From one person's mask to trimap, alpha and foreground, on the part of the picture around the person."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bgrsr_data.errors import Rejection
from bgrsr_data.media.masks import box_of
from bgrsr_data.trimaps.draw import band_for, draw_trimap
from bgrsr_data.trimaps.matte import extract_foreground, refine_alpha
from bgrsr_data.trimaps.options import TrimapOptions

MARGIN = 3  # bands of background around the person's box


@dataclass(frozen=True, slots=True)
class CutOut:
    """A person, cropped with a margin; h and w are the crop's size.

    Attributes:
        mask: (h, w) bool.
        trimap: (h, w) uint8: 0 background, 128 unknown, 255 foreground.
        alpha: (h, w) float32 [0, 1].
        foreground: (h, w, 3) uint8 sRGB, straight.
        band_px: Half-width of the unknown band.
    """

    mask: NDArray[np.bool_]
    trimap: NDArray[np.uint8]
    alpha: NDArray[np.float32]
    foreground: NDArray[np.uint8]
    band_px: int


def cut_out(
    rgb: NDArray[np.uint8], mask: NDArray[np.bool_], others: NDArray[np.bool_], options: TrimapOptions
) -> CutOut:
    """Cut one person out.

    Args:
        rgb: (H, W, 3) uint8, sRGB.
        mask: (H, W) bool, True on the person.
        others: (H, W) bool, True on every other person and on crowds.
        options: Width of the band, smallest size.

    Returns:
        The person, cropped.

    Raises:
        Rejection: "too-small" or "too-thin".
    """
    left, top, right, bottom = box_of(mask)
    if min(right - left, bottom - top) < options.min_side_px:
        raise Rejection("too-small", f"{right - left}×{bottom - top} px; needs {options.min_side_px} px a side")
    band_px = band_for(int(mask.sum()), options)
    margin = MARGIN * band_px
    window = np.s_[max(0, top - margin) : bottom + margin, max(0, left - margin) : right + margin]
    rgb, mask = rgb[window], mask[window]
    trimap = draw_trimap(mask, band_px, others=others[window])
    alpha = refine_alpha(rgb, mask, trimap, max(2, band_px // 2))
    return CutOut(mask, trimap, alpha, extract_foreground(rgb, alpha, trimap), band_px)
