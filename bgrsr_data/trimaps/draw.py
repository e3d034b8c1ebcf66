"""Trimaps from person masks.

A mask's outline is uncertain by a few pixels, and hair lies outside of it. The trimap marks that band as unknown, so
that a matting network spends its loss there (Xu et al., "Deep Image Matting", CVPR 2017,
https://arxiv.org/abs/1703.03872). The band follows the outline at a distance (Borgefors, "Distance transformations in
digital images", 1986), which grows with the person, is larger inside than outside, and larger where hair is.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from bgrsr_data.compiled import compiled
from bgrsr_data.trimaps.head import hair_zone
from bgrsr_data.trimaps.options import TrimapOptions
from bgrsr_data.trimaps.unfit import Reason, unfit

Floats = NDArray[np.float32]

BACKGROUND, UNKNOWN, FOREGROUND = 0, 128, 255


@dataclass(frozen=True, slots=True)
class Band:
    """The unknown band along an outline.

    Attributes:
        inside_px: Its width inside the outline, in pixels, along the body.
        outside_px: Its width outside.
        hair: How many times as wide it is around the head, at least 1.
    """

    inside_px: int
    outside_px: int
    hair: float = 1.0

    @property
    def reach_px(self) -> int:
        """How far from the mask a pixel may be unknown."""
        return int(np.ceil(self.outside_px * self.hair))


def band_for(area_px: int, options: TrimapOptions) -> Band:
    """The band around a person of `area_px` pixels."""

    def width(share: float) -> int:
        return int(np.clip(round(share * area_px**0.5), options.min_band_px, options.max_band_px))

    return Band(width(options.inside), width(options.outside), options.hair)


def draw_trimap(mask: NDArray[np.bool_], band: Band) -> NDArray[np.uint8]:
    """Label each pixel background, unknown or foreground.

    Args:
        mask: (H, W) bool, True on the person. Where it touches an edge of the array the picture's border cuts the
            person off: there is no outline to be unsure of.
        band: Width of the unknown band.

    Returns:
        (H, W) uint8, each value BACKGROUND, UNKNOWN or FOREGROUND.

    Raises:
        Rejection: "too-thin", the person is thinner than the band, so no foreground is left.
    """
    person = mask.view(np.uint8)
    trimap = np.empty(mask.shape, np.uint8)
    core = _label(
        np.asarray(cv2.distanceTransform(person, cv2.DIST_L2, cv2.DIST_MASK_5), np.float32),
        np.asarray(cv2.distanceTransform(1 - person, cv2.DIST_L2, cv2.DIST_MASK_5), np.float32),
        1 + (band.hair - 1) * hair_zone(mask), band.inside_px, band.outside_px, trimap,
    )  # fmt: skip
    if not core:
        raise unfit(Reason.TOO_THIN, f"no foreground is left inside a band of {band.inside_px} px")
    return trimap


@compiled
def _label(
    inside: Floats, outside: Floats, wider: Floats, inside_px: int, outside_px: int, trimap: NDArray[np.uint8]
) -> int:
    """Write the label of each pixel, by its distances from the outline; how many are foreground.

    `wider` tells how many times as wide the band is, for each pixel, line or column: its sides are those of the picture
    or 1.
    """
    height, width = trimap.shape
    down, along = int(wider.shape[0] > 1), int(wider.shape[1] > 1)
    core = 0
    for y in range(height):
        for x in range(width):
            times = wider[y * down, x * along]
            if inside[y, x] > inside_px * times:
                trimap[y, x] = FOREGROUND
                core += 1
            elif outside[y, x] > outside_px * times:
                trimap[y, x] = BACKGROUND
            else:
                trimap[y, x] = UNKNOWN
    return core


def mark_others(
    trimap: NDArray[np.uint8], mask: NDArray[np.bool_], others: NDArray[np.bool_]
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Let other persons and crowds be unknown.

    What they claim is never sure background, since a matting network should not learn that a person is none. What they
    claim of this person's own mask is never sure foreground.

    Args:
        trimap: (H, W) uint8, of this person alone.
        mask: (H, W) bool, this person's.
        others: (H, W) bool, True on crowds and other persons.

    Returns:
        The trimap, and the one to find this person's alpha by, where others are background as far as they lie outside
        the band; both (H, W) uint8.

    Raises:
        Rejection: "covered", others claim all that would be sure foreground.
    """
    own = np.where(others & mask, UNKNOWN, trimap).astype(np.uint8)
    if not (own == FOREGROUND).any():
        raise unfit(
            Reason.COVERED, f"others claim {(others & mask).sum() / mask.sum():.0%} of the person, all that is sure"
        )
    return np.where(others, UNKNOWN, own).astype(np.uint8), own
