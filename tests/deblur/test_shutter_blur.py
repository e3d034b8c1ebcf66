"""The blur that deblurring is measured with: is it one?"""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from shutter import Shot, moments

from bgrsr_data.media.colour import to_linear


def ball(left: int) -> np.ndarray:
    """A bright textured square before a wall with a pattern."""
    picture = np.kron(np.random.default_rng(1).integers(70, 90, (20, 30, 3)), np.ones((8, 8, 1))).astype(np.uint8)
    square = cv2.resize(np.random.default_rng(2).integers(120, 250, (9, 9, 3), np.uint8), (54, 54))
    picture[50:104, left : left + 54] = square
    return picture


def test_what_moves_is_smeared_along_its_way_and_what_stays_is_as_it_was() -> None:
    shot = Shot("square", [ball(left) for left in range(80, 100, 3)])
    blurred = shot.expose(3, 12)
    changed = np.abs(blurred.astype(int) - shot.frames[3]).max(axis=-1) > 4
    assert changed[50:104, 80:92].mean() > 0.5, "it reaches over the wall on both sides"
    near = np.s_[28:126, 58:176]
    far = np.ones(changed.shape, bool)
    far[near] = False
    assert np.array_equal(blurred[far], shot.frames[3][far])


def test_an_open_shutter_gathers_as_much_light() -> None:
    shot = Shot("square", [ball(left) for left in range(80, 100, 3)])
    before, after = (to_linear(rgb)[40:114, 60:170].mean() for rgb in (shot.frames[3], shot.expose(3, 12)))
    assert after == pytest.approx(before, rel=0.02)


@pytest.mark.footage
def test_moments_come_untouched_and_blurred(footage: Path) -> None:
    some = list(moments(footage / "greenscreen" / "grid_bbaf2n.mpg", 3))
    assert [moment.kind for moment in some if moment.kind == "untouched"] == ["untouched"] * 3
    for moment in some:
        assert len(moment.neighbours) == 6
        assert np.array_equal(moment.frame, moment.true) == (moment.kind == "untouched")
        assert (moment.length_px > 0) == (moment.kind != "untouched")
