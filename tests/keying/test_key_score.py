"""The score falls with what spoils a key, and says why in words."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from keying_scenes import SCREENS, compose, disc

from bgrsr_data.keying.core import key_image
from bgrsr_data.keying.options import KeyOptions
from bgrsr_data.keying.quality import HALF, expected_error, flicker, scored
from bgrsr_data.keying.reasons import reasons
from bgrsr_data.keying.symptoms import depth_px, look_at, pieces

SKIN = (205, 166, 127)
SIZE = (360, 640)
GREEN_LIGHT = np.array([0.0, 0.44, 0.05], np.float32)
AXIS = np.array([-0.5, 1.0, -0.5], np.float32) / np.float32(0.415)  # GREEN_LIGHT is at 1, grey at 0
LINEAR = (np.arange(256) / 255).astype(np.float32)


def scores_of(scene_rgb):
    return key_image(scene_rgb, KeyOptions()).scores


def look(alpha, rgb):
    plate = np.broadcast_to(GREEN_LIGHT, (alpha.shape[0] // 4, alpha.shape[1] // 4, 3))
    return look_at(alpha.astype(np.float32), rgb, np.ascontiguousarray(plate), AXIS, LINEAR)


def test_a_block_tells_its_mean_its_least_its_soft_share_and_its_variance() -> None:
    alpha = np.zeros((8, 12), np.float32)
    alpha[:4, 4:8] = 1
    alpha[:4, 8:] = np.repeat([[0.0, 0.5, 0.5, 1.0]], 4, axis=0)
    found = look(alpha, np.zeros((8, 12, 3), np.uint8))
    assert found.share[0].tolist() == [0, 1, 0.5]
    assert found.least[0].tolist() == [0, 1, 0]
    assert found.soft[0].tolist() == [0, 0, 0.5]
    assert found.detail[0].tolist() == [0, 0, 0.125]


def test_the_second_opinion_agrees_where_alpha_follows_the_key_value_and_not_elsewhere() -> None:
    rgb = np.zeros((4, 8, 3), np.uint8)
    rgb[..., 1] = np.rint(255 * 0.44 * 0.5)  # half of the screen over black, and half of its blue
    rgb[..., 2] = np.rint(255 * 0.05 * 0.5)
    alpha = np.full((4, 8), 0.5, np.float32)
    alpha[:, 4:] = 0.9
    found = look(alpha, rgb)
    assert found.dispute[0] == pytest.approx([0, 0.16], abs=0.01)


def test_depth_is_counted_in_pixels_from_the_nearest_marked_block() -> None:
    mask = np.zeros((5, 5), np.bool_)
    mask[2, 0] = True
    assert depth_px(mask)[2].tolist() == pytest.approx([0, 4, 8, 12, 16], rel=0.06)
    assert np.isinf(depth_px(np.zeros((2, 2), np.bool_))).all()


def test_pieces_that_touch_at_a_corner_are_one() -> None:
    assert pieces(np.eye(4, dtype=np.bool_))[:, 4].tolist() == [4]


def test_one_half_is_the_score_of_the_error_that_is_named_so() -> None:
    figures = scores_of(compose(SCREENS["green"], SKIN, size=SIZE).rgb)
    for error in (0.0, 0.5, HALF, 20.0):
        more = scored(figures | {"studio": figures["studio"] + (error - figures["expected"]) / 1e3})
        assert more["expected"] == pytest.approx(error, abs=1e-6)
        assert more["score"] == pytest.approx(HALF / (HALF + error))


@pytest.mark.parametrize("figure", ["islands", "haze", "chroma_lost", "dispute", "ripple", "studio", "flicker"])
def test_what_spoils_a_key_raises_the_error_that_is_expected(figure: str) -> None:
    figures = scores_of(compose(SCREENS["green"], SKIN, size=SIZE).rgb)
    assert expected_error(figures | {figure: 5.0}) > 1.1 * expected_error(figures)


def test_holes_that_are_cut_into_a_subject_are_seen_and_named() -> None:
    alpha = disc(*SIZE)
    whole = scores_of(compose(SCREENS["green"], SKIN, size=SIZE, alpha=alpha).rgb)
    torn = alpha.copy()
    for x in range(250, 400, 28):
        for y in range(110, 240, 60):
            cv2.rectangle(torn, (x, y), (x + 13, y + 31), 0.0, -1)
    spoiled = scores_of(compose(SCREENS["green"], SKIN, size=SIZE, alpha=torn).rgb)
    assert spoiled["holes"] > whole["holes"] + 0.03
    assert spoiled["score"] < whole["score"]
    assert any("holes" in reason for reason in reasons(spoiled))


def test_a_subject_of_nearly_the_screens_colour_scores_below_one_of_another() -> None:
    plain = scores_of(compose(SCREENS["green"], SKIN, size=SIZE, noise=0.002).rgb)
    green = scores_of(compose(SCREENS["green"], (90, 150, 80), size=SIZE, noise=0.002).rgb)
    assert green["dispute"] > 3 * plain["dispute"]
    assert green["score"] < plain["score"]


def test_a_codec_that_blurs_colour_lowers_the_score() -> None:
    alpha = disc(*SIZE)
    for radius in range(124, 160, 6):  # rings as thin as hair
        cv2.circle(alpha, (320, 180), radius, 0.9, 1, cv2.LINE_AA)
    rgb = compose(SCREENS["green"], (60, 40, 30), size=SIZE, alpha=alpha).rgb
    options = [cv2.IMWRITE_JPEG_QUALITY, 80, cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_420]
    coded = cv2.imdecode(cv2.imencode(".jpg", rgb[..., ::-1], options)[1], cv2.IMREAD_COLOR)[..., ::-1]
    clean, blurred = scores_of(rgb), scores_of(np.ascontiguousarray(coded))
    assert blurred["chroma_lost"] > clean["chroma_lost"] + 0.5
    assert blurred["score"] < clean["score"]


def test_alpha_that_changes_where_the_picture_does_not_flickers() -> None:
    rng = np.random.default_rng(2)
    rgb = rng.integers(0, 255, (64, 96, 3)).astype(np.uint8)
    alpha = rng.random((64, 96)).astype(np.float32)
    other = np.clip(alpha + 0.1, 0, 1.1).astype(np.float32)
    assert flicker(alpha, rgb, alpha, rgb) == 0
    assert flicker(other, rgb, alpha, rgb) == pytest.approx(10, rel=0.01)
    moved = np.roll(rgb, 7, axis=1)
    assert flicker(other, moved, alpha, rgb) < 3


def test_reasons_come_worst_first_and_a_clean_key_has_none() -> None:
    clean = scores_of(compose(SCREENS["green"], SKIN, size=SIZE).rgb)
    assert reasons(clean) == []
    told = reasons({"holes": 0.06, "spill": 0.6, "noise": 0.001, "flicker": 3.3})
    assert told == [
        "the screen's colour is left on the edge: 60 % of it",
        "holes in the subject: 6.0 % of it",
        "the edge flickers where nothing moves: 3.3 (dtSSD)",
    ]


def test_a_poor_key_always_has_a_reason() -> None:
    assert len(reasons({"score": 0.2, "holes": 0.01, "noise": 0.01})) == 1
