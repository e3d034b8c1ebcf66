"""Fusion of what neighbours foretell, and its gate: on real frames with a synthetic shutter, and on arrays."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import cv2
import numpy as np
import pytest
from shutter import Shot

from bgrsr_data.deblur.attempts import Attempt, attempts
from bgrsr_data.deblur.fusion import fuse
from bgrsr_data.deblur.gate import judge
from bgrsr_data.deblur.neighbours import Neighbour
from bgrsr_data.deblur.options import DeblurOptions
from bgrsr_data.deblur.subject import measure_subject
from bgrsr_data.media.colour import to_linear, to_srgb8
from bgrsr_data.media.video import decode

OPTIONS = DeblurOptions()
GREEN = (30, 180, 60)


def psnr(one: np.ndarray, other: np.ndarray) -> float:
    return float(10 * np.log10(255**2 / np.mean((one.astype(float) - other.astype(float)) ** 2)))


def around(frames: list[np.ndarray]) -> list[Neighbour]:
    half = len(frames) // 2
    return [Neighbour(rgb, at - half, at - half) for at, rgb in enumerate(frames) if at != half]


def attempted(frame: np.ndarray, neighbours: list[Neighbour]) -> Attempt:
    (attempt,) = attempts(frame, neighbours, measure_subject(frame, neighbours))
    return attempt


def seven_of(clip: Path, index: int) -> list[np.ndarray]:
    """The middle, up to 384×384, of seven consecutive frames around `index`."""
    seven = [picture.rgb() for picture in islice(decode(clip), index - 3, index + 4)]
    top, left = (max(0, side - 384) // 2 for side in seven[0].shape[:2])
    return [np.ascontiguousarray(rgb[top : top + 384, left : left + 384]) for rgb in seven]


@pytest.mark.footage
@pytest.mark.parametrize(
    ("name", "index", "length_px", "least_db"),
    [
        ("talking_heads/liveportrait_s18.mp4", 50, 12, 1.5),
        ("talking_heads/hdtf_WDA_KatieHill_000.mp4", 50, 12, 1.5),
        ("greenscreen/grid_bbaf2n.mpg", 30, 12, 1.0),
        ("greenscreen/aframe_man_axe.mp4", 100, 18, 1.0),
    ],
)
def test_fusion_comes_nearer_to_the_true_frame(
    footage: Path, name: str, index: int, length_px: float, least_db: float
) -> None:
    seven = seven_of(footage / name, index)
    blurred = Shot(name, seven).expose(3, length_px)
    attempt = attempted(blurred, around(seven))
    assert attempt.judgement.accepted(OPTIONS), str(attempt.judgement)
    assert psnr(attempt.rgb, seven[3]) - psnr(blurred, seven[3]) > least_db


@pytest.mark.footage
@pytest.mark.parametrize("index", [30, 50, 70])
def test_a_sharp_frame_among_sharp_ones_is_hardly_touched(footage: Path, index: int) -> None:
    seven = seven_of(footage / "talking_heads" / "liveportrait_s18.mp4", index)
    attempt = attempted(seven[3], around(seven))
    assert not attempt.judgement.accepted(OPTIONS)
    assert np.abs(attempt.rgb.astype(float) - seven[3]).mean() < 0.1


def card(left: float, *, shutter_px: int = 0) -> np.ndarray:
    """A textured card before a green screen, as a shutter sees it that is open while it moves `shutter_px`."""
    pattern = cv2.resize(np.random.default_rng(3).integers(60, 230, (10, 10, 3), np.uint8), (80, 80))
    total = np.zeros((160, 240, 3), np.float32)
    for shift in np.arange(-shutter_px / 2, shutter_px / 2 + 0.1, 0.5):
        picture = np.full((160, 240, 3), GREEN, np.uint8)
        place = np.array([[1, 0, left + shift], [0, 1, 40]], np.float32)
        cv2.warpAffine(pattern, place, (240, 160), dst=picture, borderMode=cv2.BORDER_TRANSPARENT)
        total += to_linear(picture)
    return to_srgb8(total / (2 * shutter_px + 1))


def test_a_moving_edge_before_a_screen_gets_its_colour_back() -> None:
    true, blurred = card(80), card(80, shutter_px=12)
    fused = fuse(blurred, card(74), card(86))
    assert fused.gain_db > 3
    edge = np.s_[44:116, 72:92]
    before, after = (np.abs(one[edge].astype(int) - true[edge]).mean() for one in (blurred, fused.rgb))
    assert after < 0.4 * before
    far = np.s_[:, :40]
    assert np.array_equal(fused.rgb[far], blurred[far])


def test_a_frame_that_is_not_in_the_middle_in_time_is_foretold_where_it_was() -> None:
    true, blurred = card(78), card(78, shutter_px=12)
    fused = fuse(blurred, card(74), card(86), share=1 / 3)
    assert psnr(fused.rgb, true) > psnr(blurred, true) + 3


def test_motion_that_is_not_even_is_corrected() -> None:
    true, blurred = card(81.5), card(81.5, shutter_px=12)
    fused = fuse(blurred, card(76), card(84))
    assert psnr(fused.rgb, true) > psnr(blurred, true) + 2


def textured(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (96, 128, 3), np.uint8)


def test_without_a_neighbour_on_each_side_nothing_is_tried() -> None:
    frame = card(80, shutter_px=8)
    for neighbours in ([], [Neighbour(card(74), -2, -2), Neighbour(card(77), -1, -1)], [Neighbour(card(86), 1, 1)]):
        assert list(attempts(frame, neighbours, measure_subject(frame, neighbours))) == []


def test_neighbours_that_are_as_blurred_change_nothing() -> None:
    frame, before, after = (card(left, shutter_px=12) for left in (80, 77, 83))
    assert not attempted(frame, [Neighbour(before, -1, -1), Neighbour(after, 1, 1)]).judgement.accepted(OPTIONS)


def test_a_still_scene_is_left_as_it_is() -> None:
    frame = textured(1)
    fused = fuse(frame, frame, frame)
    assert np.array_equal(fused.rgb, frame)
    assert fused.gain_db == 0


def test_another_colour_is_never_taken_over() -> None:
    blurred = card(80, shutter_px=12)
    strange = [np.clip(card(left) + np.array([60, 0, 0]), 0, 255).astype(np.uint8) for left in (74, 86)]
    attempt = attempted(blurred, [Neighbour(strange[0], -1, -1), Neighbour(strange[1], 1, 1)])
    assert not attempt.judgement.accepted(OPTIONS)


def test_odd_sizes_and_large_pictures_keep_their_shape() -> None:
    for size in ((121, 161), (33, 47), (1081, 1921)):
        three = [np.asarray(cv2.resize(card(left), size[::-1])) for left in (74, 80, 86)]
        assert fuse(three[1], three[0], three[2]).rgb.shape == (*size, 3)


def test_a_learned_restoration_is_tried_after_fusion_and_judged_by_what_is_seen() -> None:
    true, blurred = card(80), card(80, shutter_px=12)
    neighbours = [Neighbour(card(74), -1, -1), Neighbour(card(86), 1, 1)]
    seen = []

    def restore(frame: np.ndarray, others: list[np.ndarray]) -> np.ndarray:
        seen.append(len(others))
        return true

    fusion, learned = attempts(blurred, neighbours, measure_subject(blurred, neighbours), restore)
    assert (fusion.method, learned.method, seen) == ("fusion", "model", [2])
    assert learned.judgement.gain_db is None
    assert learned.judgement.accepted(OPTIONS)


def test_the_gate_refuses_ringing_and_a_colour_cast() -> None:
    sharp = (textured(2) // 2 + 60).astype(np.uint8)
    frame = to_srgb8(np.asarray(cv2.GaussianBlur(to_linear(sharp), (0, 0), 1.5), np.float32))
    assert judge(sharp, frame, [sharp], gain=1.0).accepted(OPTIONS)
    tinted = (sharp + np.array([4, 0, 0], np.uint8)).astype(np.uint8)
    assert judge(tinted, frame, [sharp], gain=1.0).colour_change == pytest.approx(4, abs=0.6)
    assert not judge(tinted, frame, [sharp], gain=1.0).accepted(OPTIONS)
    ringing = np.asarray(cv2.addWeighted(frame, 6, cv2.GaussianBlur(frame, (0, 0), 2), -5, 0))
    judgement = judge(ringing, frame, [frame], gain=1.0)
    assert judgement.overshoot > OPTIONS.max_overshoot
    assert not judgement.accepted(OPTIONS)


def test_the_gate_asks_for_a_sharper_subject_and_for_the_gain_that_a_method_foretells() -> None:
    frame = textured(2)
    assert not judge(frame, frame, [frame], gain=1.0, gain_db=0.1).accepted(OPTIONS)
    assert not judge(frame, frame, [frame], gain=0.1, gain_db=2.0).accepted(OPTIONS)
    assert judge(frame, frame, [frame], gain=0.2, gain_db=2.0).accepted(OPTIONS)
