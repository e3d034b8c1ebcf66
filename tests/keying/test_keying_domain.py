"""In which light a picture's edges were mixed is found from the edges, and only where the screen is drawn."""

import cv2
import numpy as np
import pytest
from keying_scenes import SCREENS, compose, disc

from bgrsr_data.keying.core import key_image
from bgrsr_data.keying.domain import find_domain
from bgrsr_data.keying.options import KeyOptions

ANYWHERE = np.ones((9, 16), np.bool_)
SUBJECTS = {"black": (12, 10, 9), "brown": (70, 45, 30), "skin": (205, 166, 127), "white": (240, 240, 235)}


def blended_in_srgb(screen, subject):
    alpha = disc(180, 320)[..., None]
    mixed = alpha * np.array(subject, np.float32) + (1 - alpha) * np.array(screen, np.float32)
    return (mixed + 0.5).astype(np.uint8)


@pytest.mark.parametrize("screen", ["green", "blue"])
@pytest.mark.parametrize("subject", SUBJECTS)
def test_edges_blended_by_an_editor_are_told_from_those_that_light_mixed(screen: str, subject: str) -> None:
    assert find_domain(blended_in_srgb(SCREENS[screen], SUBJECTS[subject]), ANYWHERE) == "srgb"
    assert find_domain(compose(SCREENS[screen], SUBJECTS[subject]).rgb, ANYWHERE) == "linear"


def test_a_frame_with_grain_was_mixed_by_light_whatever_its_edges_look_like() -> None:
    rgb = blended_in_srgb(SCREENS["green"], SUBJECTS["skin"])
    grain = np.random.default_rng(3).normal(0, 1.2, rgb.shape)
    assert find_domain(np.clip(rgb + grain, 0, 255).astype(np.uint8), ANYWHERE) == "linear"


def test_a_frame_without_soft_edges_tells_nothing_and_is_taken_as_a_camera_s() -> None:
    alpha = (disc(180, 320) > 0.5).astype(np.float32)
    assert find_domain(compose(SCREENS["green"], alpha=alpha).rgb, ANYWHERE) == "linear"


def test_the_keyer_left_to_itself_keys_a_blended_picture_as_exactly_as_one_that_is_told() -> None:
    rgb = blended_in_srgb(SCREENS["green"], SUBJECTS["skin"])
    found, told = (key_image(rgb, KeyOptions(domain=domain)).alpha for domain in ("auto", "srgb"))
    assert np.array_equal(found, told)
    assert (
        np.abs(found - disc(180, 320)).mean()
        < 0.25 * np.abs(key_image(rgb, KeyOptions(domain="linear")).alpha - disc(180, 320)).mean()
    )


def test_a_frame_scaled_up_is_decided_as_before() -> None:
    rgb = blended_in_srgb(SCREENS["green"], SUBJECTS["brown"])
    larger = cv2.resize(rgb, None, fx=1.5, fy=1.5, interpolation=cv2.INTER_LINEAR)
    assert find_domain(np.asarray(larger, np.uint8), ANYWHERE) == "srgb"
