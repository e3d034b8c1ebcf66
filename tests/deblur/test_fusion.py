"""Lucky fusion and its gate, on real frames with a synthetic shutter and on arrays."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import cv2
import numpy as np
import pytest

from bgrsr_data.deblur.fusion import fuse
from bgrsr_data.deblur.gate import judge
from bgrsr_data.deblur.options import DeblurOptions
from bgrsr_data.media.colour import luma, to_linear, to_srgb8
from bgrsr_data.media.video import decode

OPTIONS = DeblurOptions()


def psnr(one: np.ndarray, other: np.ndarray) -> float:
    return float(10 * np.log10(255**2 / np.mean((one.astype(float) - other.astype(float)) ** 2)))


def open_shutter(before: np.ndarray, frame: np.ndarray, after: np.ndarray, reach: float) -> np.ndarray:
    """The frame as a shutter would see it that is open from `reach` frames before to `reach` after, in linear light."""
    search = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    rows, columns = np.mgrid[: frame.shape[0], : frame.shape[1]].astype(np.float32)
    light = [to_linear(frame)]
    for other in (before, after):
        flow = search.calc(luma(frame), luma(other), np.zeros((*frame.shape[:2], 2), np.float32))
        for share in np.linspace(0.125, 1, 8, dtype=np.float32) * np.float32(reach):
            x, y = columns - share * flow[..., 0], rows - share * flow[..., 1]
            light.append(to_linear(cv2.remap(frame, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)))
    return to_srgb8(np.mean(light, axis=0, dtype=np.float32))


def moment(clip: Path, index: int) -> list[np.ndarray]:
    """The middle, up to 512×512, of seven consecutive frames around `index`."""
    seven = [picture.rgb() for picture in islice(decode(clip), index - 3, index + 4)]
    top, left = ((side - 512) // 2 for side in seven[0].shape[:2])
    return [np.ascontiguousarray(rgb[top : top + 512, left : left + 512]) for rgb in seven]


@pytest.mark.footage
@pytest.mark.parametrize(
    ("name", "index", "least_db"),
    [
        ("liveportrait_s18.mp4", 50, 2.0),
        ("hdtf_WDA_KatieHill_000.mp4", 20, 1.0),
        ("hdtf_WDA_KatieHill_000.mp4", 50, 1.0),
    ],
)
def test_fusion_comes_nearer_to_the_true_frame(footage: Path, name: str, index: int, least_db: float) -> None:
    seven = moment(footage / "talking_heads" / name, index)
    true, neighbours = seven[3], seven[:3] + seven[4:]
    blurred = open_shutter(seven[2], true, seven[4], reach=2)
    result = fuse(blurred, neighbours)
    judgement = judge(result, blurred, neighbours)
    assert judgement.accepted(OPTIONS), str(judgement)
    assert psnr(result, true) - psnr(blurred, true) > least_db


@pytest.mark.footage
def test_a_sharp_frame_among_sharp_ones_is_hardly_touched(footage: Path) -> None:
    seven = moment(footage / "talking_heads" / "liveportrait_s18.mp4", 50)
    neighbours = seven[:3] + seven[4:]
    result = fuse(seven[3], neighbours)
    assert np.abs(result.astype(float) - seven[3]).mean() < 0.1
    assert not judge(result, seven[3], neighbours).accepted(OPTIONS)


def textured(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (96, 128, 3), np.uint8)


def test_without_neighbours_the_frame_stays_as_it_is() -> None:
    frame = textured(1)
    assert np.array_equal(fuse(frame, []), frame)


def test_blurred_neighbours_change_nothing() -> None:
    frame = textured(1)
    soft = np.asarray(cv2.GaussianBlur(frame, (0, 0), 2))
    assert np.array_equal(fuse(frame, [soft, soft]), frame)


def test_another_colour_is_never_taken_over() -> None:
    sharp = (textured(1) // 4 + 40).astype(np.uint8)
    frame = np.asarray(cv2.GaussianBlur(sharp, (0, 0), 2))
    strange = (sharp + np.array([80, 0, 0], np.uint8)).astype(np.uint8)
    assert np.abs(fuse(frame, [strange]).astype(int) - frame).max() <= 1


def test_the_gate_refuses_ringing_and_a_colour_cast() -> None:
    sharp = (textured(2) // 2 + 60).astype(np.uint8)
    frame = np.asarray(cv2.GaussianBlur(sharp, (0, 0), 1.5))
    assert judge(sharp, frame, [sharp]).accepted(OPTIONS)
    tinted = (sharp + np.array([4, 0, 0], np.uint8)).astype(np.uint8)
    assert judge(tinted, frame, [sharp]).colour_change == pytest.approx(4, abs=0.6)
    assert not judge(tinted, frame, [sharp]).accepted(OPTIONS)
    ringing = np.asarray(cv2.addWeighted(frame, 6, cv2.GaussianBlur(frame, (0, 0), 2), -5, 0))
    judgement = judge(ringing, frame, [frame])
    assert judgement.gain > OPTIONS.min_gain
    assert judgement.overshoot > OPTIONS.max_overshoot
    assert not judgement.accepted(OPTIONS)
