"""The edge that a moved subject leaves: half screen, half subject, over the whole way it went."""

from __future__ import annotations

import numpy as np
import pytest
from keying_scenes import SCREENS, Floats, compose, disc
from moving_scenes import Moved, edge_error, fringe, move_head
from numpy.typing import NDArray

from bgrsr_data.keying.blocks import Blocks, summarise
from bgrsr_data.keying.core import Key, key_image
from bgrsr_data.keying.light import Light
from bgrsr_data.keying.motion import edge_softness, without_smear
from bgrsr_data.keying.options import KeyOptions
from bgrsr_data.keying.plate import estimate_plate
from bgrsr_data.keying.screen import find_screen
from bgrsr_data.media.colour import to_linear

SOFT, SHARP = KeyOptions(), KeyOptions(motion=False)
PINK, BLOND, BROWN = (214, 120, 160), (235, 205, 165), (120, 74, 48)


def keyed(moved: Moved) -> tuple[Key, Key]:
    return key_image(moved.rgb, SOFT), key_image(moved.rgb, SHARP)


def error(moved: Moved, key: Key) -> float:
    return edge_error(moved, key.alpha, key.foreground)


@pytest.mark.parametrize("subject", [PINK, BLOND, BROWN], ids=["pink", "blond", "brown"])
@pytest.mark.parametrize(("blur_px", "angle_deg"), [(16, 20), (28, 70), (34, 130)])
def test_a_moved_edge_keeps_its_colour_better_than_when_it_is_keyed_as_a_sharp_one(
    subject: tuple[int, int, int], blur_px: float, angle_deg: float
) -> None:
    moved = move_head(subject, blur_px=blur_px, angle_deg=angle_deg)
    soft, sharp = keyed(moved)
    assert error(moved, soft) < 0.8 * error(moved, sharp)
    assert error(moved, soft) < 3.5


@pytest.mark.parametrize(("blur_px", "angle_deg"), [(16, 20), (28, 70), (34, 130)])
def test_no_more_than_two_thirds_of_the_green_is_left_around_a_pink_subject_that_moved(
    blur_px: float, angle_deg: float
) -> None:
    moved = move_head(PINK, blur_px=blur_px, angle_deg=angle_deg)
    left = [fringe(moved, key.alpha, key.foreground) for key in keyed(moved)]
    assert left[0] < 0.67 * left[1]


def test_the_ramp_of_a_moved_edge_is_as_long_in_the_key_as_in_truth() -> None:
    moved = move_head(PINK, blur_px=16, angle_deg=0)
    soft, sharp = keyed(moved)
    rim = moved.edge & (np.abs(np.arange(moved.rgb.shape[0]) - moved.rgb.shape[0] / 2) < 20)[:, None]
    assert np.abs(soft.alpha - moved.alpha)[rim].max() < 0.1
    assert np.abs(sharp.alpha - moved.alpha)[rim].max() > 0.3


def test_an_edge_in_focus_is_not_soft_and_a_moved_one_is() -> None:
    still = compose(SCREENS["green"], PINK, size=(360, 640), alpha=disc(360, 640, 0.7), noise=0.002).rgb
    assert softness_of(still).max() == 0
    assert softness_of(move_head(PINK, blur_px=28, angle_deg=0).rgb).max() > 0.9


@pytest.mark.parametrize("screen", SCREENS)
def test_a_frame_in_focus_is_keyed_the_same_whether_motion_is_looked_for_or_not(screen: str) -> None:
    still = compose(SCREENS[screen], alpha=disc(360, 640, 0.7), size=(360, 640), noise=0.002).rgb
    looked, not_looked = key_image(still, SOFT), key_image(still, SHARP)
    assert np.array_equal(looked.alpha, not_looked.alpha)
    assert np.array_equal(looked.foreground, not_looked.foreground)


def test_what_a_moved_subject_smears_over_the_screen_is_taken_off_the_plate() -> None:
    rows = np.arange(360, dtype=np.float32)[:, None]
    faint = np.asarray(0.05 * np.exp(-(((rows - 180) / 60) ** 2)) * np.ones((1, 640), np.float32))
    faint[:, :226], faint[:, 320:] = 0, 0
    alpha = np.maximum(np.roll(disc(360, 640, 8), 60, axis=1), faint)
    blocks = summarise_frame(compose(SCREENS["green"], BLOND, size=(360, 640), alpha=alpha, noise=0.002).rgb)
    before = estimate_plate(*blocks)
    after = without_smear(blocks[0], before, np.ones_like(blocks[0].low))
    true = to_linear(np.array(SCREENS["green"], np.uint8))
    smeared = np.asarray(faint[::4, ::4] > 0.03) & (np.arange(160) > 57) & (np.arange(160) < 62)
    off = [float(np.abs(plate.light[smeared] - true).mean()) for plate in (before, after)]
    assert off[1] < 0.5 * off[0]


def test_the_very_same_plate_comes_back_where_nothing_is_soft() -> None:
    blocks = summarise_frame(compose(SCREENS["green"], PINK).rgb)
    plate = estimate_plate(*blocks)
    assert without_smear(blocks[0], plate, np.zeros_like(blocks[0].low)) is plate


def summarise_frame(rgb: NDArray[np.uint8]) -> tuple[Blocks, NDArray[np.bool_]]:
    region = find_screen(rgb).region
    return summarise(rgb, Light.of("linear"), region), region


def softness_of(rgb: NDArray[np.uint8]) -> Floats:
    blocks, region = summarise_frame(rgb)
    return edge_softness(blocks, estimate_plate(blocks, region))
