from __future__ import annotations

import cv2
import numpy as np
import pytest
from keying_scenes import SCREENS, Floats, compose, disc
from numpy.typing import NDArray

from bgrsr_data.errors import Rejection
from bgrsr_data.keying.core import Key, key_image
from bgrsr_data.keying.mattes import Mattes
from bgrsr_data.keying.options import KeyOptions
from bgrsr_data.media.colour import to_linear, to_srgb8

SKIN = (205, 166, 127)
CLOTH = (30, 110, 50)
SIZE = (360, 640)


def key(rgb: NDArray[np.uint8], mattes: Mattes | None = None) -> Key:
    return key_image(rgb, KeyOptions(), mattes=mattes)


def marked(top: int, bottom: int, left: int, right: int) -> NDArray[np.bool_]:
    mask = np.zeros(SIZE, np.bool_)
    mask[top:bottom, left:right] = True
    return mask


def before_green(front: NDArray[np.uint8], alpha: Floats) -> NDArray[np.uint8]:
    """A picture (H, W, 3) before a slightly noisy green screen."""
    share = alpha[..., None]
    light = share * to_linear(front) + (1 - share) * to_linear(np.array(SCREENS["green"], np.uint8))
    return to_srgb8((light + 0.002 * np.random.default_rng(1).standard_normal(light.shape)).astype(np.float32))


@pytest.fixture
def studio() -> NDArray[np.uint8]:
    """A person before a screen; a big lamp that stands free of the border, and a studio to the left."""
    rgb = compose(SCREENS["green"], SKIN, size=SIZE, noise=0.002).rgb.copy()
    rgb[:, :150] = (90, 80, 75)
    rgb[150:330, 520:580] = (40, 40, 45)
    return rgb


def test_garbage_is_taken_away_and_the_rest_is_as_good_as_without_it(studio: NDArray[np.uint8]) -> None:
    garbage = marked(0, 360, 0, 156) | marked(140, 340, 510, 590)
    without, found = key(studio).alpha, key(studio, Mattes(garbage=garbage)).alpha
    assert without[160:320, 525:575].min() > 0.9
    assert found[garbage].max() == 0
    truth = disc(*SIZE)
    assert np.abs(found - truth).mean() < 0.004
    assert found[cv2.erode(truth, np.ones((25, 25))) == 1].min() == 1


def test_the_foreground_under_garbage_is_the_subjects_and_not_the_garbages(studio: NDArray[np.uint8]) -> None:
    garbage = marked(0, 360, 0, 156) | marked(140, 340, 510, 590)
    found = key(studio, Mattes(garbage=garbage)).foreground
    assert np.abs(found[200:280, 530:570].astype(float).mean((0, 1)) - SKIN).max() < 16


def test_a_small_screen_in_a_large_room_is_found_once_the_room_is_garbage() -> None:
    rgb = np.full((*SIZE, 3), (120, 110, 100), np.uint8)
    rgb[60:260, 230:410] = compose(SCREENS["green"], SKIN, size=(200, 180), noise=0.002).rgb
    with pytest.raises(Rejection, match="no-screen"):
        key(rgb)
    found = key(rgb, Mattes(garbage=~marked(64, 256, 234, 406))).alpha
    assert found[160, 320] == 1
    assert found[70:90, 240:260].max() < 0.02


def test_green_clothes_that_are_held_out_stay_with_the_camera_s_edge_and_their_own_colour() -> None:
    truth, front = disc(*SIZE), np.full((*SIZE, 3), SKIN, np.uint8)
    front[200:] = CLOTH
    rgb = before_green(front, truth)
    inner = cv2.erode((truth > 0.99).astype(np.uint8), np.ones((25, 25), np.uint8)) > 0
    subject = inner & marked(210, 360, 0, 640)
    without, found = key(rgb).alpha, key(rgb, Mattes(subject=subject))
    assert without[subject].mean() < 0.7
    assert found.alpha[subject].min() == 1
    assert np.array_equal(found.foreground[subject], rgb[subject])
    assert (
        np.abs(found.alpha - truth).mean() < 0.002
    )  # the edge lies 12 px outside of the matte, and is as sharp as ever
    assert np.abs(found.alpha - truth).mean() < 0.02 * np.abs(without - truth).mean()


def test_where_both_overlap_garbage_wins(studio: NDArray[np.uint8]) -> None:
    both = marked(150, 200, 300, 340)
    assert key(studio, Mattes(garbage=both, subject=both)).alpha[both].max() == 0


def test_mattes_over_the_whole_screen_are_rejected_and_said_to_be() -> None:
    rgb = compose(SCREENS["green"], SKIN, size=SIZE, noise=0.002).rgb
    with pytest.raises(Rejection, match="covers the whole frame"):
        key(rgb, Mattes(garbage=np.ones(SIZE, np.bool_)))
    with pytest.raises(Rejection, match="cover all of the screen"):
        key(rgb, Mattes(subject=np.ones(SIZE, np.bool_)))


def test_a_mask_of_an_odd_size_fits_to_the_pixel() -> None:
    size = (181, 323)
    rgb = compose(SCREENS["blue"], SKIN, size=size, noise=0.002).rgb
    garbage = np.zeros(size, np.bool_)
    garbage[:, 301:] = True
    subject = np.zeros(size, np.bool_)
    subject[85:97, 150:171] = True
    found = key(rgb, Mattes(garbage, subject))
    assert found.alpha.shape == size
    assert found.alpha[garbage].max() == 0
    assert found.alpha[subject].min() == 1


def test_a_hole_deep_inside_is_closed_and_a_gap_that_shows_the_screen_stays() -> None:
    truth = disc(*SIZE).copy()
    cv2.circle(truth, (320, 230), 25, 0.0, -1)  # under the arm
    front = np.full((*SIZE, 3), SKIN, np.uint8)
    cv2.circle(front, (320, 130), 14, (40, 160, 70), -1)  # a badge of nearly the screen's colour
    rgb, inside = before_green(front, truth), cv2.erode(disc(*SIZE), np.ones((31, 31), np.uint8)) > 0.99
    without, found = key(rgb).alpha, key(rgb, Mattes(inside=np.asarray(inside, np.bool_))).alpha
    assert without[126:134, 316:324].max() < 0.5
    assert found[126:134, 316:324].min() == 1
    assert found[222:238, 312:328].max() == 0


def test_a_piece_far_from_the_person_is_none_and_what_hangs_on_the_person_stays(studio: NDArray[np.uint8]) -> None:
    rgb = studio.copy()
    rgb[170:190, 320:500] = SKIN  # an arm that reaches out of what is near
    near = marked(20, 340, 190, 450)
    found = key(rgb, Mattes(near=near)).alpha
    assert found[160:320, 525:575].max() == 0
    assert found[:, :140].max() == 0
    assert found[175:185, 330:490].min() > 0.9
