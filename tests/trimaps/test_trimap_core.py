"""Trimaps of hand-drawn masks: sure inside, sure outside, and unknown in between."""

from __future__ import annotations

import numpy as np
import pytest
from persons import disk, person, standing

from bgrsr_data.errors import Rejection
from bgrsr_data.media.masks import box_of
from bgrsr_data.trimaps.core import cut_out
from bgrsr_data.trimaps.draw import BACKGROUND, FOREGROUND, UNKNOWN, Band, band_for, draw_trimap, mark_others
from bgrsr_data.trimaps.options import TrimapOptions
from bgrsr_data.trimaps.unfit import refuse_unfit

OPTIONS = TrimapOptions()


def even(band_px: int) -> Band:
    """As wide inside as outside, and around the head."""
    return Band(band_px, band_px)


@pytest.mark.parametrize(
    "mask", [disk(), person(), standing(), standing().T.copy()], ids=["disk", "bust", "up", "down"]
)
@pytest.mark.parametrize("band", [even(1), Band(3, 2, 1.5), Band(9, 7, 1.2), Band(2, 9, 4)])
def test_every_mask_pixel_is_foreground_or_unknown(mask: np.ndarray, band: Band) -> None:
    trimap = draw_trimap(mask, band)
    assert set(np.unique(trimap[mask])) == {UNKNOWN, FOREGROUND}
    assert set(np.unique(trimap)) == {BACKGROUND, UNKNOWN, FOREGROUND}


@pytest.mark.parametrize("mask", [disk(), person()], ids=["disk", "person"])
def test_no_foreground_is_outside_the_mask_and_the_band_lies_on_both_sides(mask: np.ndarray) -> None:
    trimap = draw_trimap(mask, even(4))
    assert mask[trimap == FOREGROUND].all()
    assert not mask[trimap == BACKGROUND].any()
    unknown = trimap == UNKNOWN
    assert (unknown & mask).any()
    assert (unknown & ~mask).any()


def test_the_band_of_a_straight_edge_is_as_wide_as_asked_for_on_each_side() -> None:
    mask = np.zeros((80, 80), bool)
    mask[:, 40:] = True
    row = draw_trimap(mask, even(5))[40]
    assert (row[:35] == BACKGROUND).all()
    assert (row[35:45] == UNKNOWN).all()
    assert (row[45:] == FOREGROUND).all()


def test_a_person_thinner_than_the_band_is_rejected() -> None:
    mask = np.zeros((100, 100), bool)
    mask[20:80, 48:53] = True
    with pytest.raises(Rejection) as unfit:
        draw_trimap(mask, even(4))
    assert unfit.value.reason == "too-thin"
    assert (draw_trimap(mask, even(2)) == FOREGROUND).any()


def test_a_person_whom_the_border_cuts_off_is_sure_up_to_the_border() -> None:
    trimap = draw_trimap(person(), even(6))
    assert (trimap[-1, 50:150] == FOREGROUND).all()
    cut_left = person()[:, 60:].copy()
    assert (draw_trimap(cut_left, even(6))[100:, 0] == FOREGROUND).all()


def test_the_band_is_as_wide_as_asked_for_inside_and_outside_and_wider_around_the_head() -> None:
    trimap = draw_trimap(standing(), Band(4, 3, 2.0))
    body, head = trimap[150], trimap[45]
    first, top = int(np.argmax(standing()[150])), int(np.argmax(standing()[45]))
    assert (body[: first - 3] == BACKGROUND).all()
    assert (body[first - 3 : first + 4] == UNKNOWN).all()
    assert body[first + 4] == FOREGROUND
    assert head[top - 4] == UNKNOWN
    above = np.argmax(standing()[:, 120])
    assert (trimap[: above - 6, 120] == BACKGROUND).all()
    assert (trimap[above - 6 : above + 8, 120] == UNKNOWN).all()
    assert trimap[above + 8, 120] == FOREGROUND


def test_what_others_claim_is_never_sure_and_all_else_stays() -> None:
    mask, others = person(), np.zeros((160, 200), bool)
    others[:60, 150:] = True
    others[80:100, 100:200] = True  # overlaps the person
    alone = draw_trimap(mask, even(4))
    trimap, own = mark_others(alone, mask, others)
    assert (trimap[others] == UNKNOWN).all()
    assert (trimap[~others] == alone[~others]).all()
    assert (own[others & mask] == UNKNOWN).all()
    assert (own[~(others & mask)] == alone[~(others & mask)]).all()  # a neighbour is background to this person's alpha


def test_a_person_whom_others_cover_is_rejected_with_the_share() -> None:
    mask = person()
    others = np.zeros_like(mask)
    others[15:] = True
    with pytest.raises(Rejection, match="covered: others claim 100% of the person") as unfit:
        mark_others(draw_trimap(mask, even(4)), mask, others)
    assert unfit.value.reason == "covered"


def test_a_hole_between_arm_and_body_is_kept_with_a_band_of_its_own() -> None:
    mask = disk(200, 80)
    mask[80:120, 80:120] = False
    trimap = draw_trimap(mask, even(4))
    assert (trimap[84:116, 84:116] == BACKGROUND).all()
    hole = trimap[76:124, 80:120]
    assert (hole[0] == UNKNOWN).all()
    assert trimap[70, 100] == FOREGROUND
    small = disk(200, 80)
    small[97:103, 97:103] = False
    assert (draw_trimap(small, even(4))[97:103, 97:103] == UNKNOWN).all()


def test_a_person_in_several_parts_is_cut_out_as_one() -> None:
    """A lamp post hides the middle."""
    mask = np.zeros((220, 300), bool)
    mask[40:180, 60:130] = True
    mask[40:180, 150:220] = True
    cut = cut_out(np.full((220, 300, 3), 90, np.uint8), mask, np.zeros_like(mask), OPTIONS)
    assert cut.mask.sum() == mask.sum()
    left = cut.box[0]
    assert (cut.trimap[100 - cut.box[1], [95 - left, 185 - left]] == FOREGROUND).all()


def test_the_band_grows_with_the_person_between_its_bounds_and_is_wider_inside() -> None:
    bands = [band_for(area, OPTIONS) for area in (10, 3_000, 30_000, 10_000_000)]
    for sides in ([band.inside_px for band in bands], [band.outside_px for band in bands]):
        assert sides == sorted(sides)
        assert sides[0] == OPTIONS.min_band_px
        assert sides[-1] == OPTIONS.max_band_px
    assert band_for(40_000, OPTIONS) == Band(12, 10, OPTIONS.hair)


def test_a_small_person_is_rejected_with_the_size() -> None:
    mask = np.zeros((200, 200), bool)
    mask[50:150, 50:80] = True
    with pytest.raises(Rejection, match=r"too-small: 30×100 px; needs 32 px"):
        cut_out(np.zeros((200, 200, 3), np.uint8), mask, np.zeros_like(mask), OPTIONS)


@pytest.mark.parametrize("side", ["left", "right", "upper", "lower"])
def test_a_sliver_at_the_border_is_rejected_and_half_a_person_is_not(side: str) -> None:
    turns = {"left": 0, "lower": 1, "right": 2, "upper": 3}[side]

    def cut_at(depth: int) -> np.ndarray:
        mask = np.zeros((400, 400), bool)
        mask[40:360, :depth] = True
        return np.ascontiguousarray(np.rot90(mask, turns))

    with pytest.raises(Rejection, match=f"sliver: the {side} border cuts 320 px off and leaves 40 px"):
        refuse_unfit(cut_at(40), 32)
    refuse_unfit(cut_at(80), 32)


def test_nobody_is_rejected_as_nobody() -> None:
    with pytest.raises(Rejection, match="empty: no pixel is marked"):
        refuse_unfit(np.zeros((50, 50), bool), 32)


def test_a_cut_out_is_cropped_around_the_person_and_fits_together() -> None:
    rgb = np.random.default_rng(0).integers(0, 256, (300, 400, 3), np.uint8)
    mask = np.zeros((300, 400), bool)
    mask[100:200, 150:230] = True
    cut = cut_out(rgb, mask, np.zeros_like(mask), OPTIONS)
    height, width = cut.mask.shape
    margin = 2 * cut.band.reach_px
    assert cut.mask.sum() == mask.sum()
    assert cut.box == (150 - margin, 100 - margin, 230 + margin, 200 + margin)
    assert (height, width) == (100 + 2 * margin, 80 + 2 * margin)
    assert cut.trimap.shape == cut.alpha.shape == (height, width)
    assert cut.foreground.shape == (height, width, 3)
    assert (cut.trimap[0] == BACKGROUND).all()


def test_the_box_of_a_mask_is_exclusive_to_the_right_and_below() -> None:
    mask = np.zeros((10, 20), bool)
    mask[2:5, 7:9] = True
    assert box_of(mask) == (7, 2, 9, 5)
    assert box_of(np.zeros((3, 3), bool)) == (0, 0, 0, 0)
