"""From one person's mask to trimap, alpha and foreground, on the part of the picture around the person."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bgrsr_data.media.masks import Box, box_of
from bgrsr_data.trimaps.draw import Band, band_for, draw_trimap, mark_others
from bgrsr_data.trimaps.matte import extract_foreground, refine_alpha
from bgrsr_data.trimaps.options import TrimapOptions
from bgrsr_data.trimaps.unfit import refuse_unfit

MARGIN = 2  # how often the band's reach is left around the person's box: half of it is sure background


@dataclass(frozen=True, slots=True)
class CutOut:
    """A person, cropped with a margin; h and w are the crop's size.

    Attributes:
        box: Where the crop lies in the picture.
        mask: (h, w) bool.
        trimap: (h, w) uint8: 0 background, 128 unknown, 255 foreground.
        alpha: (h, w) float32 [0, 1].
        foreground: (h, w, 3) uint8 sRGB, straight.
        band: The unknown band.
        fallback: The method's solver failed, and the guided filter took its place.
    """

    box: Box
    mask: NDArray[np.bool_]
    trimap: NDArray[np.uint8]
    alpha: NDArray[np.float32]
    foreground: NDArray[np.uint8]
    band: Band
    fallback: bool = False


def cut_out(
    rgb: NDArray[np.uint8], mask: NDArray[np.bool_], others: NDArray[np.bool_], options: TrimapOptions
) -> CutOut:
    """Cut one person out.

    Args:
        rgb: (H, W, 3) uint8, sRGB.
        mask: (H, W) bool, True on the person.
        others: (H, W) bool, True on every other person and on crowds, also where they overlap this one.
        options: Width of the band, smallest size, how alpha is found.

    Returns:
        The person, cropped.

    Raises:
        Rejection: The person is unfit, for one of the reasons of unfit.py.
    """
    refuse_unfit(mask, options.min_side_px)
    band = band_for(int(mask.sum()), options)
    box = crop_around(mask, band)
    left, top, right, bottom = box
    window = np.s_[top:bottom, left:right]
    rgb, mask = np.ascontiguousarray(rgb[window]), np.ascontiguousarray(mask[window])
    trimap, own = mark_others(draw_trimap(mask, band), mask, others[window])
    alpha, fallback = refine_alpha(
        rgb, mask, own, band.inside_px, method=options.method, max_solve_px=options.max_solve_px
    )
    return CutOut(box, mask, trimap, alpha, extract_foreground(rgb, alpha), band, fallback)


def crop_around(mask: NDArray[np.bool_], band: Band) -> Box:
    """The part of the picture that a person's files hold: all parts of the person, and what surrounds them."""
    left, top, right, bottom = box_of(mask)
    margin = MARGIN * band.reach_px
    height, width = mask.shape
    return max(0, left - margin), max(0, top - margin), min(width, right + margin), min(height, bottom + margin)
