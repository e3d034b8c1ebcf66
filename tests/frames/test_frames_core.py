"""Sharpness, shots, duplicates and the choice among them, on arrays."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from bgrsr_data.frames.duplicates import distance, hash_picture, nearest
from bgrsr_data.frames.select import thin
from bgrsr_data.frames.sharpness import SubjectCurve, measure_sharpness, relate_sharpness, shrink
from bgrsr_data.frames.shots import ShotCounter


def texture(seed: int, height: int = 90, width: int = 160) -> np.ndarray:
    noise = np.random.default_rng(seed).integers(0, 256, (9, 16), np.uint8)
    return np.asarray(cv2.resize(noise, (width, height), interpolation=cv2.INTER_CUBIC))


def test_sharpness_is_the_variance_of_the_laplacian() -> None:
    picture = np.zeros((5, 5), np.uint8)
    picture[2, 2] = 10  # Laplacian: -40 there, 10 at its four neighbours, 0 elsewhere
    expected = (40**2 + 4 * 10**2) / 25 - 0.0**2
    assert measure_sharpness(picture) == pytest.approx(expected)


def test_blur_lowers_sharpness() -> None:
    picture = texture(1)
    assert measure_sharpness(cv2.GaussianBlur(picture, (0, 0), 3)) < 0.5 * measure_sharpness(picture)


def test_large_pictures_are_measured_640_wide_and_small_ones_as_they_are() -> None:
    assert shrink(np.zeros((1080, 1920), np.uint8)).shape == (360, 640)
    assert shrink(np.zeros((100, 300), np.uint8)).shape == (100, 300)


def test_a_frame_is_compared_with_the_three_on_each_side_of_its_shot() -> None:
    sharpness = [900, 100, 100, 100, 50, 100, 100, 100, 900]
    assert relate_sharpness(sharpness, [0] * 9, 4) == pytest.approx(0.5)
    assert relate_sharpness([100, 100, 400], [0, 0, 1], 1) == pytest.approx(1.0)


def test_a_frame_without_neighbours_has_a_ratio_of_one() -> None:
    assert relate_sharpness([7.0], [0], 0) == 1.0
    assert relate_sharpness([7.0, 0.0, 0.0], [0, 0, 0], 0) == 1.0


def hand_before(wall: np.ndarray, at: int, *, shutter_px: int = 1) -> np.ndarray:
    """A small textured hand, 40 px wide, moving to the right before a wall."""
    light = np.zeros(wall.shape)
    for shift in range(shutter_px):
        picture = wall.copy()
        left = 60 + at + shift - shutter_px // 2
        picture[80:120, left : left + 40] = cv2.resize(texture(7, 9, 9), (40, 40), interpolation=cv2.INTER_CUBIC)
        light += picture
    return (light / shutter_px).round().astype(np.uint8)


def subject_ratios(greys: list[np.ndarray], shots: list[int] | None = None) -> list[float]:
    curve = SubjectCurve()
    for grey, shot in zip(greys, shots or [0] * len(greys), strict=True):
        curve.push(grey, shot)
    curve.finish()
    return curve.ratios


@pytest.mark.parametrize("factor", [1, 2])
def test_a_small_blurred_hand_shows_before_a_sharp_wall(factor: int) -> None:
    wall = texture(1, 192, 320)
    wall[:, 180:] = np.kron(texture(2, 24, 18)[:, :18], np.ones((8, 8), np.uint8))[:, :140]
    greys = [hand_before(wall, 4 * at, shutter_px=12 if at == 5 else 1) for at in range(11)]
    greys = [cv2.resize(grey, None, fx=factor, fy=factor, interpolation=cv2.INTER_CUBIC) for grey in greys]
    ratios = subject_ratios(greys)
    assert ratios[5] < 0.6
    assert ratios[5] < 0.8 * min(ratios[:5] + ratios[6:])
    whole = [measure_sharpness(grey) for grey in greys]
    assert relate_sharpness(whole, [0] * 11, 5) > 0.9, "the whole picture hardly tells"


def test_a_still_wall_out_of_focus_does_not_count_against_its_subject() -> None:
    wall = np.asarray(cv2.GaussianBlur(texture(1, 192, 320), (0, 0), 6))
    assert min(subject_ratios([hand_before(wall, 4 * at) for at in range(11)])) > 0.8


def test_grain_on_a_still_picture_is_no_loss_of_sharpness() -> None:
    draw, wall = np.random.default_rng(2), texture(1, 192, 320)
    greys = [np.clip(wall + draw.normal(0, 3, wall.shape), 0, 255).astype(np.uint8) for _ in range(9)]
    assert min(subject_ratios(greys)) > 0.95


def test_each_shot_is_measured_by_itself_and_each_picture_gets_a_figure() -> None:
    walls = [texture(1, 192, 320), np.asarray(cv2.GaussianBlur(texture(2, 192, 320), (0, 0), 4))]
    greys = [hand_before(walls[at // 5], 4 * at) for at in range(10)]
    alone = subject_ratios(greys[:5]) + subject_ratios(greys[5:])
    assert subject_ratios(greys, [0] * 5 + [1] * 5) == alone
    assert len(alone) == 10
    assert subject_ratios(greys[:1]) == [1.0]


def test_a_change_of_size_in_mid_stream_begins_anew() -> None:
    greys = [texture(1, 192, 320)] * 4 + [texture(1, 96, 160)] * 4
    assert subject_ratios(greys) == [1.0] * 8


def test_a_cut_begins_a_shot_and_a_slow_change_does_not() -> None:
    counter = ShotCounter()
    one, other = texture(1), texture(2)
    fade = [cv2.addWeighted(one, 1 - t, other, t, 0) for t in np.linspace(0, 1, 20)]
    assert [counter.push(grey) for grey in (*fade, one, one, other)] == [0] * 20 + [1, 1, 2]


def test_a_picture_that_always_changes_has_no_cuts() -> None:
    counter = ShotCounter()
    shots = [counter.push(texture(seed)) for seed in range(20)]
    assert max(shots) <= 1


def test_the_hash_says_where_the_picture_grows_brighter_to_the_right() -> None:
    ramp = np.tile(np.arange(9, dtype=np.uint8) * 20, (8, 1))
    assert hash_picture(ramp) == 2**64 - 1
    assert hash_picture(np.ascontiguousarray(ramp[:, ::-1])) == 0
    assert distance(hash_picture(ramp), 0) == 64


def test_coding_noise_hardly_moves_the_hash_and_another_picture_does() -> None:
    picture = texture(3, 288, 360)
    grain = np.random.default_rng(0).normal(0, 3, picture.shape)
    noisy = np.clip(picture + grain, 0, 255).astype(np.uint8)
    assert distance(hash_picture(picture), hash_picture(noisy)) <= 2
    assert distance(hash_picture(picture), hash_picture(texture(4, 288, 360))) > 10


def test_the_nearest_of_none_is_further_than_any() -> None:
    assert nearest(5, []) == 65
    assert nearest(5, [7, 4]) == 1


def test_limits_spread_what_they_keep() -> None:
    assert thin([0] * 9, None, 3) == [1, 4, 7]
    assert thin([0, 0, 0, 0, 1, 1], 2, None) == [1, 3, 4, 5]
    assert thin([0, 1, 2], None, None) == [0, 1, 2]
