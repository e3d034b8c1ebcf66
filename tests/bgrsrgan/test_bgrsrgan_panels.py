"""Panels: every picture where its title says, and the worst part as it is."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from bgrsrgan.light import upscale
from bgrsrgan.pictures.panels import (
    CAPTION_PX,
    CELL_WIDTH_PX,
    GAP_PX,
    TITLE_PX,
    columns_of,
    draw_panels,
    worst_places,
)

CELL = (300, 400)


def _noise(seed: int, height: int = 480, width: int = 640) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


def _cell(sheet: np.ndarray, top: int, column: int) -> np.ndarray:
    left = GAP_PX + column * (CELL_WIDTH_PX + GAP_PX)
    return sheet[top : top + CELL[0], left : left + CELL[1]]


def test_pictures_stand_in_their_row_and_under_their_title() -> None:
    """Pictures of the cell's size are not resampled, so each can be found to the bit."""
    columns = {title: [_noise(10 * row + place, *CELL) for row in range(3)] for place, title in enumerate("ab")}
    sheet = draw_panels(columns, ["", "", ""])
    assert sheet.shape == (TITLE_PX + 3 * (300 + GAP_PX + CAPTION_PX), GAP_PX + 2 * (400 + GAP_PX), 3)
    for row in range(3):
        top = TITLE_PX + row * (300 + GAP_PX + CAPTION_PX)
        for place, pictures in enumerate(columns.values()):
            assert np.array_equal(_cell(sheet, top, place), pictures[row])


def test_a_title_and_a_caption_are_written_beside_the_pictures_and_not_on_them() -> None:
    columns = {"a": [_noise(0, *CELL)]}
    plain, told = draw_panels({"": columns["a"]}, [""]), draw_panels(columns, ["worst of all"])
    changed = np.flatnonzero((plain != told).any(axis=(1, 2)))
    assert ((changed < TITLE_PX) | (changed >= TITLE_PX + 300)).all()
    assert (changed < TITLE_PX).any()
    assert (changed >= TITLE_PX + 300).any()


def test_a_close_up_shows_the_part_pixel_for_pixel_below_the_whole() -> None:
    columns = {"a": [_noise(0), _noise(1)], "b": [_noise(2), _noise(3)]}
    places = [(16, 32), (240, 180)]
    sheet = draw_panels(columns, ["", ""], places=places)
    tall = 2 * (300 + GAP_PX) + CAPTION_PX
    for row, (left, top) in enumerate(places):
        for place, pictures in enumerate(columns.values()):
            shown = _cell(sheet, TITLE_PX + row * tall + 300 + GAP_PX, place)
            assert np.array_equal(shown, pictures[row][top : top + 300, left : left + 400])


@pytest.mark.parametrize(("left", "top"), [(0, 0), (240, 176), (128, 64)])
def test_the_worst_part_is_found_and_lies_within_the_picture(left: int, top: int) -> None:
    wrong = torch.zeros(2, 3, 480, 640)
    wrong[1, :, top : top + 300, left : left + 400] = 0.1
    assert worst_places(wrong) == [(0, 0), (left, top)]


def test_pictures_hardly_larger_than_a_cell_need_no_close_up() -> None:
    assert worst_places(torch.rand(1, 3, 360, 480)) is None


def test_a_smaller_picture_is_shown_as_large_as_the_others() -> None:
    small, large = torch.rand(1, 3, 6, 8), torch.rand(1, 3, 12, 16)
    columns = columns_of({"input": small, "output": large})
    expected = (upscale(small)[0] * 255).round().byte().permute(1, 2, 0).numpy()
    assert np.array_equal(columns["input"][0], expected)
    assert columns["output"][0].shape == (12, 16, 3)
