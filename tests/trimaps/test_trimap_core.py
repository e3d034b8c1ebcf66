"""Trimaps of hand-drawn masks: sure inside, sure outside, and unknown in between."""

from __future__ import annotations

import numpy as np
import pytest

from bgrsr_data.errors import Rejection
from bgrsr_data.media.masks import box_of
from bgrsr_data.trimaps.core import cut_out
from bgrsr_data.trimaps.draw import BACKGROUND, FOREGROUND, UNKNOWN, band_for, draw_trimap
from bgrsr_data.trimaps.matte import extract_foreground, refine_alpha
from bgrsr_data.trimaps.options import TrimapOptions

OPTIONS = TrimapOptions()


def disk(side: int = 120, radius: int = 40) -> np.ndarray:
    y, x = np.mgrid[:side, :side] - side // 2
    return x**2 + y**2 <= radius**2


def person() -> np.ndarray:
    """A head on shoulders that the lower border cuts off."""
    mask = np.zeros((160, 200), bool)
    mask[20:80, 75:125] = True
    mask[80:, 40:160] = True
    return mask


@pytest.mark.parametrize("mask", [disk(), person()], ids=["disk", "person"])
@pytest.mark.parametrize("band", [1, 3, 9])
def test_every_mask_pixel_is_foreground_or_unknown(mask: np.ndarray, band: int) -> None:
    trimap = draw_trimap(mask, band)
    assert set(np.unique(trimap[mask])) == {UNKNOWN, FOREGROUND}
    assert set(np.unique(trimap)) == {BACKGROUND, UNKNOWN, FOREGROUND}


@pytest.mark.parametrize("mask", [disk(), person()], ids=["disk", "person"])
def test_no_foreground_is_outside_the_mask_and_the_band_lies_on_both_sides(mask: np.ndarray) -> None:
    trimap = draw_trimap(mask, 4)
    assert mask[trimap == FOREGROUND].all()
    assert not mask[trimap == BACKGROUND].any()
    unknown = trimap == UNKNOWN
    assert (unknown & mask).any()
    assert (unknown & ~mask).any()


def test_the_band_of_a_straight_edge_is_as_wide_as_asked_for_on_each_side() -> None:
    mask = np.zeros((80, 80), bool)
    mask[:, 40:] = True
    row = draw_trimap(mask, 5)[40]
    assert (row[:35] == BACKGROUND).all()
    assert (row[35:45] == UNKNOWN).all()
    assert (row[45:] == FOREGROUND).all()


def test_a_person_thinner_than_the_band_is_rejected() -> None:
    mask = np.zeros((100, 100), bool)
    mask[20:80, 48:53] = True
    with pytest.raises(Rejection) as unfit:
        draw_trimap(mask, 4)
    assert unfit.value.reason == "too-thin"
    assert (draw_trimap(mask, 2) == FOREGROUND).any()


def test_a_person_whom_the_border_cuts_off_is_sure_up_to_the_border() -> None:
    trimap = draw_trimap(person(), 6)
    assert (trimap[-1, 50:150] == FOREGROUND).all()
    cut_left = person()[:, 60:]
    assert (draw_trimap(cut_left, 6)[100:, 0] == FOREGROUND).all()


def test_crowds_and_others_are_unknown_and_never_sure_background_nor_change_the_person() -> None:
    mask, others = person(), np.zeros((160, 200), bool)
    others[:60, 150:] = True
    others[80:100, 100:200] = True  # overlaps the person
    trimap, alone = draw_trimap(mask, 4, others=others), draw_trimap(mask, 4)
    assert (trimap[others] != BACKGROUND).all()
    assert (trimap[~others] == alone[~others]).all()
    assert ((trimap == FOREGROUND) == (alone == FOREGROUND)).all()


def test_the_band_grows_with_the_person_between_its_bounds() -> None:
    bands = [band_for(area, OPTIONS) for area in (10, 3_000, 30_000, 10_000_000)]
    assert bands == sorted(bands)
    assert bands[0] == OPTIONS.min_band_px
    assert bands[-1] == OPTIONS.max_band_px


def test_a_small_person_is_rejected_with_the_size() -> None:
    mask = np.zeros((200, 200), bool)
    mask[50:150, 50:80] = True
    with pytest.raises(Rejection, match=r"too-small: 30×100 px; needs 32 px"):
        cut_out(np.zeros((200, 200, 3), np.uint8), mask, np.zeros_like(mask), OPTIONS)


def test_alpha_is_sure_where_the_trimap_is_and_finds_the_pictures_edge_in_between() -> None:
    """The picture's edge is 2 px right of the mask's: alpha follows the picture."""
    rgb = np.zeros((80, 80, 3), np.uint8)
    rgb[:, 42:] = (220, 180, 160)
    rgb[:, :42] = (20, 60, 30)
    mask = np.zeros((80, 80), bool)
    mask[:, 40:] = True
    trimap = draw_trimap(mask, 8)
    alpha = refine_alpha(rgb, mask, trimap, 4)
    assert (alpha[trimap == BACKGROUND] == 0).all()
    assert (alpha[trimap == FOREGROUND] == 1).all()
    assert alpha[40, 46] > 0.8
    assert alpha[40, 36] < 0.2
    assert alpha[40, 41] < alpha[40, 42]


def test_the_foreground_keeps_its_pixels_and_loses_the_old_background_at_the_edge() -> None:
    rgb = np.zeros((80, 80, 3), np.uint8)
    rgb[:, 40:] = (200, 100, 50)
    rgb[:, :40] = (0, 255, 0)
    mask = rgb[..., 0] == 200
    trimap = draw_trimap(mask, 4)
    alpha = np.where(mask, 1, 0.3).astype(np.float32)
    alpha[trimap == BACKGROUND] = 0
    foreground = extract_foreground(rgb, alpha, trimap)
    assert (foreground[mask] == rgb[mask]).all()
    edge = foreground[40, 38].astype(int)  # seen as pure green; the person's colour is continued there
    assert np.abs(edge - (200, 100, 50)).max() < 40


def test_a_cut_out_is_cropped_around_the_person_and_fits_together() -> None:
    rgb = np.random.default_rng(0).integers(0, 256, (300, 400, 3), np.uint8)
    mask = np.zeros((300, 400), bool)
    mask[100:200, 150:230] = True
    cut = cut_out(rgb, mask, np.zeros_like(mask), OPTIONS)
    height, width = cut.mask.shape
    assert cut.mask.sum() == mask.sum()
    assert cut.trimap.shape == cut.alpha.shape == (height, width)
    assert (height, width) == (100 + 6 * cut.band_px, 80 + 6 * cut.band_px)
    assert cut.foreground.shape == (height, width, 3)
    assert (cut.trimap[0] == BACKGROUND).all()


def test_the_box_of_a_mask_is_exclusive_to_the_right_and_below() -> None:
    mask = np.zeros((10, 20), bool)
    mask[2:5, 7:9] = True
    assert box_of(mask) == (7, 2, 9, 5)
    assert box_of(np.zeros((3, 3), bool)) == (0, 0, 0, 0)
