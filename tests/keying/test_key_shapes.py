from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from pydantic import ValidationError

from bgrsr_data.errors import InputError
from bgrsr_data.keying.drawing import draw_shapes
from bgrsr_data.keying.options import KeyOptions
from bgrsr_data.media.images import write_image

SIZE = (90, 160)


def test_a_rectangle_marks_the_pixels_from_left_upper_to_right_lower_corner() -> None:
    marked = draw_shapes(["0.25,0,0.5,1"], SIZE)
    assert marked is not None
    expected = np.zeros(SIZE, np.bool_)
    expected[:, 40:80] = True
    assert np.array_equal(marked, expected)


def test_shares_and_pixels_may_stand_side_by_side() -> None:
    marked = draw_shapes(["0,10px,16px,1"], SIZE)
    assert marked is not None
    assert marked[10:, :16].all()
    assert marked.sum() == 80 * 16


def test_a_polygon_marks_what_is_inside_of_its_corners() -> None:
    marked = draw_shapes(["0,0 1,0 0,1"], SIZE)
    assert marked is not None
    assert marked[1, 1]
    assert marked[1, 150]
    assert marked[85, 1]
    assert not marked[85, 150]
    assert abs(marked.mean() - 0.5) < 0.02


def test_several_shapes_add_up_and_none_marks_nothing() -> None:
    marked = draw_shapes(["0,0,0.1,1", "0.9,0,1,1"], SIZE)
    assert marked is not None
    assert marked.mean() == pytest.approx(0.2)
    assert draw_shapes([], SIZE) is None


def test_a_mask_is_scaled_to_the_frame_and_white_is_marked(tmp_path: Path) -> None:
    mask = np.zeros((45, 80), np.uint8)
    mask[:, 60:] = 255
    write_image(tmp_path / "mask.png", mask)
    marked = draw_shapes([str(tmp_path / "mask.png")], SIZE)
    assert marked is not None
    assert marked[:, 121:].all()
    assert not marked[:, :119].any()


def test_a_mask_that_was_painted_anew_is_read_anew(tmp_path: Path) -> None:
    path = tmp_path / "mask.png"
    for left in (10, 100):
        mask = np.zeros(SIZE, np.uint8)
        mask[:, left : left + 20 + left] = 255
        write_image(path, mask)
        marked = draw_shapes([str(path)], SIZE)
        assert marked is not None
        assert np.array_equal(marked, mask > 0)


@pytest.mark.parametrize("shape", ["0,0,1", "0.5", "0,0 1,1", "0,0 1,0 1", "0 0 1 1"])
def test_too_few_corners_are_refused_with_how_it_is_done(shape: str) -> None:
    with pytest.raises(ValidationError, match=r"must be a rectangle as left,top,right,bottom, a polygon"):
        KeyOptions(garbage=(shape,))


@pytest.mark.parametrize("shape", ["0,0,1.2,1", "-0.1,0,1,1", "0,0 96,0 1,1", "-5px,0,1,1"])
def test_what_is_outside_of_any_frame_is_refused(shape: str) -> None:
    with pytest.raises(ValidationError, match="must lie in the frame: shares are 0 to 1"):
        KeyOptions(subject=(shape,))


def test_what_is_outside_of_this_frame_is_refused_with_its_size() -> None:
    with pytest.raises(InputError, match=r"'0,0,161px,1' goes outside the frame of 160x90 px at 161px"):
        draw_shapes(["0,0,161px,1"], SIZE)


@pytest.mark.parametrize("shape", ["0.5,0,0.5,1", "0.6,0,0.5,1"])
def test_a_rectangle_of_no_width_is_refused(shape: str) -> None:
    with pytest.raises(InputError, match="marks nothing"):
        draw_shapes([shape], SIZE)


def test_masks_that_cannot_be_used_are_refused(tmp_path: Path) -> None:
    write_image(tmp_path / "empty.png", np.zeros((45, 80), np.uint8))
    with pytest.raises(InputError, match=r"empty.png: marks nothing; what is white"):
        draw_shapes([str(tmp_path / "empty.png")], SIZE)
    write_image(tmp_path / "square.png", np.full((64, 64), 255, np.uint8))
    with pytest.raises(InputError, match=r"square.png: is 64x64 px, and the frame 160x90; .* not of another shape"):
        draw_shapes([str(tmp_path / "square.png")], SIZE)
    (tmp_path / "page.png").write_text("<html>")
    with pytest.raises(InputError, match="is not an image"):
        draw_shapes([str(tmp_path / "page.png")], SIZE)


def test_an_empty_text_lifts_what_was_given_before() -> None:
    options = KeyOptions.model_validate({"garbage": [""], "mattes": "", "hint": ""})
    assert options == KeyOptions()
