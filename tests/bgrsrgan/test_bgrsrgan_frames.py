"""Frames at their native size, seen by the networks as 320×240 → 640×480."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from published_set import publish

from bgrsr_data.errors import InputError
from bgrsr_data.ledger import Done
from bgrsr_data.media.images import write_image
from bgrsr_data.records import Clip, Frame
from bgrsr_data.workspace import Workspace
from bgrsrgan.data.frames import FrameDataset, hr_transform, lr_transform


def test_the_high_view_is_the_largest_part_of_four_to_three() -> None:
    frame = np.zeros((1080, 1920, 3), np.uint8)
    frame[:, 240:1680] = 200  # 1440 × 1080, in the middle
    assert (hr_transform(frame) == 200).all()
    left = hr_transform(frame, (Fraction(0), Fraction(0)))
    assert left.shape == (480, 640, 3)
    assert (left[:, :106] == 0).all()
    assert (left[:, 107:] == 200).all()
    tall = np.zeros((1280, 720, 3), np.uint8)
    tall[370:910] = 90  # 720 × 540
    assert (hr_transform(tall) == 90).all()


def test_a_frame_of_the_views_size_is_the_view() -> None:
    frame = np.random.default_rng(0).integers(0, 256, (480, 640, 3), np.uint8)
    assert np.array_equal(hr_transform(frame), frame)


def test_a_low_pixel_has_the_light_of_four() -> None:
    """Half black, half white is half the light: sRGB 188, where an average of the numbers would be 128."""
    view = np.zeros((480, 640, 3), np.uint8)
    view[:, ::2] = 255
    low = lr_transform(view)
    assert low.shape == (240, 320, 3)
    assert (low == 188).all()


def test_detail_finer_than_the_view_does_not_come_back_as_a_pattern() -> None:
    stripes = np.zeros((1080, 1440, 3), np.uint8)
    stripes[:, ::2] = 255
    assert np.ptp(hr_transform(stripes).astype(int)[:, 4:-4]) < 60
    assert np.ptp(lr_transform(hr_transform(stripes)).astype(int)[:, 4:-4]) < 25


def test_a_frame_that_would_be_blown_up_is_refused() -> None:
    with pytest.raises(InputError, match="600×480 is smaller"):
        hr_transform(np.zeros((480, 600, 3), np.uint8))


@pytest.fixture
def published(tmp_path: Path) -> Path:
    """Six people, two frames each; one is too small, one of a screen; a source demands "test" for person 0."""
    workspace = Workspace.create(tmp_path)
    clips, frames = [], []
    for person in range(6):
        clips.append(
            Clip(
                id=f"clip-{person}", source="s", role="talking-head", person=f"person-{person}",
                split="test" if person == 0 else None, licence="CC0-1.0", creator="me", title="t", path="x", sha256="0",
                media="video", width=960, height=720, frames=9, duration=Fraction(1), codec="h264",
            )
        )  # fmt: skip
        for number in range(2):
            height, width = (240, 320) if (person, number) == (1, 1) else (720, 960)
            picture = np.full((height, width, 3), 40 * person + number, np.uint8)
            path = f"frames/clip-{person}/{number}.png"
            frames.append(
                Frame(
                    id=f"frame-{person}-{number}", clip=f"clip-{person}",
                    role="greenscreen" if (person, number) == (2, 1) else "talking-head", person=f"person-{person}",
                    path=path, sha256=write_image(tmp_path / path, picture), width=width, height=height, pts=number,
                    time_base=Fraction(1, 25), dhash="0" * 16, sharpness=1, sharpness_ratio=1,
                )
            )  # fmt: skip
    workspace.ledger.commit(Done("fetch", "all", "f", "done"), clips)
    workspace.ledger.commit(Done("frames", "all", "f", "done"), frames)
    publish(workspace)
    return tmp_path


def test_published_frames_are_pairs_and_no_person_is_in_two_splits(published: Path) -> None:
    splits = {name: FrameDataset(published, name) for name in ("train", "val", "test")}
    people = [{row.person for row in one.rows} for one in splits.values()]
    assert sum(map(len, people)) == len(set.union(*people)) == 6
    assert "person-0" in people[2]
    assert sum(map(len, splits.values())) == 10, "without the small one, and the one before a screen"
    pair = splits["test"][0]
    assert (pair.lr.shape, pair.hr.shape) == ((3, 240, 320), (3, 480, 640))
    assert set(pair.hr.unique().tolist()) == {0}


def test_a_folder_without_manifests_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such manifest"):
        FrameDataset(tmp_path, "train")
