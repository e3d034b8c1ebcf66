"""The checkerboard shows what a key leaves, blended as light is."""

from __future__ import annotations

import numpy as np

from bgrsr_data.review.previews import DARK, LIGHT, LONG_SIDE_PX, TILE_PX, draw_on_checkerboard


def test_holes_show_the_board_and_the_person_hides_it() -> None:
    colour = np.full((2 * TILE_PX, 2 * TILE_PX, 3), (200, 30, 60), np.uint8)
    alpha = np.full(colour.shape[:2], 255, np.uint8)
    alpha[:, TILE_PX:] = 0
    drawn = draw_on_checkerboard(colour, alpha)
    assert np.abs(drawn[0, 0].astype(int) - (200, 30, 60)).max() <= 1
    assert drawn[0, -1].tolist() == [LIGHT] * 3
    assert drawn[-1, -1].tolist() == [DARK] * 3


def test_half_of_white_over_the_board_is_half_of_the_light() -> None:
    alpha = np.full((8, 8), 128, np.uint8)
    drawn = draw_on_checkerboard(np.full((8, 8, 3), 255, np.uint8), alpha)
    light = 128 / 255 + (127 / 255) * ((DARK / 255 + 0.055) / 1.055) ** 2.4
    expected = 255 * (1.055 * light ** (1 / 2.4) - 0.055)
    assert abs(int(drawn[0, 0, 0]) - expected) <= 1


def test_a_large_picture_is_shown_small_in_its_own_aspect() -> None:
    drawn = draw_on_checkerboard(np.zeros((1080, 1920, 3), np.uint8), np.zeros((1080, 1920), np.uint8))
    assert drawn.shape == (540, LONG_SIDE_PX, 3)
