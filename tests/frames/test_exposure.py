"""Exposure: black frames, fades and flashes stand apart from dark and light scenes."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from bgrsr_data.frames.exposure import measure_exposure


def flat(red: int, green: int, blue: int, size: tuple[int, int] = (1080, 1920)) -> NDArray[np.uint8]:
    return np.full((*size, 3), (red, green, blue), np.uint8)


def test_a_black_frame_is_dark_all_over_and_a_white_one_bright() -> None:
    black, white = measure_exposure(flat(2, 2, 2)), measure_exposure(flat(255, 255, 255))
    assert (black.dark, black.bright, white.dark, white.bright) == (1, 0, 0, 1)
    assert black.brightness == pytest.approx(2 / 255)
    assert white.brightness == 1


def test_brightness_is_the_luma_and_a_lit_green_screen_is_not_clipped() -> None:
    screen = measure_exposure(flat(0, 255, 0))
    assert screen.brightness == pytest.approx(0.587, abs=0.002)
    assert screen.bright == 0


def test_shares_are_shares_of_the_area() -> None:
    rgb = flat(128, 128, 128)
    rgb[:270] = 0
    rgb[-108:] = 255
    exposure = measure_exposure(rgb)
    assert exposure.dark == pytest.approx(0.25, abs=0.01)
    assert exposure.bright == pytest.approx(0.1, abs=0.01)


def test_a_night_scene_of_the_same_mean_holds_more_picture_than_a_faded_one() -> None:
    """Grain that reaches out of the black counts as picture; an average of the pixels would hide it."""
    faded = flat(6, 6, 6)
    night = np.zeros_like(faded)
    night[np.random.default_rng(1).random(night.shape[:2]) < 1 / 6] = 36
    assert measure_exposure(night).brightness == pytest.approx(measure_exposure(faded).brightness, abs=0.01)
    assert measure_exposure(night).dark < 0.9
    assert measure_exposure(faded).dark == 1


@pytest.mark.parametrize("size", [(1, 1), (3, 700), (333, 517)])
def test_odd_sizes_are_measured_too(size: tuple[int, int]) -> None:
    assert measure_exposure(flat(100, 100, 100, size)).brightness == pytest.approx(100 / 255)
