"""What an enlarger learns from: frames at their native size, and targets, seen as 320×240 → 640×480."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import torch
from published_set import commit, fill_set

from bgrsr_data.combine.render import Renderer
from bgrsr_data.errors import InputError
from bgrsr_data.manifests import manifest_path, read_rows, write_rows
from bgrsr_data.media.images import write_image
from bgrsr_data.records import Clip, Combination, Frame
from bgrsr_data.workspace import Workspace
from bgrsrgan.config import TrainConfig
from bgrsrgan.data import Draw
from bgrsrgan.data.degrade import draw_degradation, lr_transform
from bgrsrgan.data.frames import FrameDataset, detailed, hr_transform, talking_heads
from bgrsrgan.tasks.super_resolution import SuperResolution


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
    """Six people, two frames each; one is too small, one of a screen; a source demands "test" for person 0.

    Person 5 is also cut out, and shown in combinations of "val".
    """
    workspace = Workspace.create(tmp_path)
    clips, frames = [], []
    for person in range(6):
        clips.append(
            Clip(
                id=f"clip-{person}", source="s", role="talking-head", person=f"person-{person}",
                split="test" if person == 0 else None, licence="CC0-1.0", creator="me", title="t", path="x",
                sha256=f"{person}", media="video", width=960, height=720, frames=9, duration=Fraction(1), codec="h264",
            )
        )  # fmt: skip
        for number in range(2):
            height, width = (240, 320) if (person, number) == (1, 1) else (720, 960)
            picture = np.random.default_rng([person, number]).integers(0, 256, (height, width, 3), np.uint8)
            path = f"frames/clip-{person}/{number}.png"
            frames.append(
                Frame(
                    id=f"frame-{person}-{1 - number}", clip=f"clip-{person}",
                    role="greenscreen" if (person, number) == (2, 1) else "talking-head", person=f"person-{person}",
                    path=path, sha256=write_image(tmp_path / path, picture), width=width, height=height, pts=number,
                    time_base=Fraction(1, 25), dhash="0" * 16, sharpness=1, sharpness_ratio=1,
                )
            )  # fmt: skip
    commit(workspace, "fetch", clips, item="heads")
    commit(workspace, "frames", frames, item="heads")
    fill_set(workspace, people={"val": "person-5"}, per_split=2)
    return tmp_path


def _heads(root: Path) -> dict[str, list[Frame]]:
    return {split: talking_heads(root, split) for split in ("train", "val", "test")}


def test_no_person_is_in_two_splits_nor_where_a_combination_puts_her_elsewhere(published: Path) -> None:
    people = {split: {row.person for row in rows} for split, rows in _heads(published).items()}
    assert sum(map(len, people.values())) == len(set.union(*people.values())) == 6
    assert "person-0" in people["test"]
    assert people["val"] == {"person-5"}
    assert sum(map(len, _heads(published).values())) == 10, "without the small one, and the one before a screen"


def test_who_shares_a_clips_file_shares_its_split(published: Path) -> None:
    """Somebody else's copy of the clip that combinations show in "val"."""
    path = manifest_path(published, Clip)
    clips = [row.model_copy(update={"sha256": "5"} if row.id == "clip-3" else {}) for row in read_rows(path, Clip)]
    write_rows(path, Clip, clips)
    assert {row.person for row in talking_heads(published, "val")} == {"person-3", "person-5"}


def test_two_splits_for_one_person_are_refused(published: Path) -> None:
    path = manifest_path(published, Clip)
    clips = [row.model_copy(update={"split": "test"} if row.id == "clip-5" else {}) for row in read_rows(path, Clip)]
    write_rows(path, Clip, clips)
    with pytest.raises(InputError, match=r"demand several splits \(test, val\)"):
        talking_heads(published, "train")


def test_the_frames_of_a_clip_come_in_the_order_of_time(published: Path) -> None:
    rows = talking_heads(published, "test")
    assert [row.id for row in rows if row.clip == "clip-0"] == ["frame-0-1", "frame-0-0"]
    origins = [FrameDataset(published, rows).origin(number) for number in range(2)]
    assert [(origin.person, origin.clip, origin.time_s) for origin in origins] == [
        ("person-0", "clip-0", 0.0), ("person-0", "clip-0", 0.04)
    ]  # fmt: skip


def test_a_frame_is_a_pair(published: Path) -> None:
    dataset = FrameDataset(published, talking_heads(published, "val"))
    lr, hr = dataset[Draw(0)]
    assert (lr.shape, hr.shape) == ((3, 240, 320), (3, 480, 640))
    assert np.array_equal(lr.permute(1, 2, 0).numpy(), lr_transform(hr.permute(1, 2, 0).numpy()))


def test_a_set_without_combinations_has_its_frames_to_learn_from(published: Path) -> None:
    write_rows(manifest_path(published, Combination), Combination, [])
    heads = _heads(published)
    assert [bool(rows) for rows in heads.values()] == [True, True, True]


def test_an_enlarger_learns_from_frames_or_combinations_or_both(published: Path) -> None:
    def count(sources: str) -> int:
        config = TrainConfig(network="srgan", lr_size=(64, 48), sources=sources)  # type: ignore[arg-type]
        return len(SuperResolution().examples(published, config)("val"))

    assert count("footage") == 2
    assert count("combinations") == 2
    assert count("both") == 4


def test_targets_that_are_blown_up_are_nothing_to_learn_from(published: Path) -> None:
    """The photograph of a room is 451 px wide."""
    assert len(detailed(Renderer(published, lr_size=(64, 48), hr_size=(128, 96)), "val")) == 2
    assert detailed(Renderer(published, lr_size=(640, 480), hr_size=(1280, 960)), "val") == []


def test_a_degraded_view_is_drawn_anew_for_each_draw_and_stays_in_measurements(published: Path) -> None:
    rows = talking_heads(published, "val")
    dataset = FrameDataset(published, rows, hr_size=(128, 96), degradation="webcam")
    clean = FrameDataset(published, rows, hr_size=(128, 96))
    seen = [dataset[Draw(0, seed=seed)] for seed in (0, 0, 1, 1, 2)]
    assert all(torch.equal(one.hr, clean[Draw(0)].hr) for one in seen)
    assert torch.equal(seen[0].lr, seen[1].lr)
    assert torch.equal(seen[2].lr, seen[3].lr)
    assert not torch.equal(seen[2].lr, seen[4].lr)
    assert not torch.equal(seen[0].lr, clean[Draw(0)].lr)


def test_each_of_a_webcams_faults_is_among_the_draws() -> None:
    cameras = [draw_degradation("frame-1", seed) for seed in range(1, 60)]
    assert {camera.codec for camera in cameras} == {"none", "jpeg", "h264"}
    assert {camera.kernel for camera in cameras} == {"area", "bilinear", "bicubic", "lanczos"}
    assert min(camera.blur_px for camera in cameras) == 0 < max(camera.blur_px for camera in cameras) <= 2
    assert 0 < max(camera.noise for camera in cameras) <= 0.02


def test_a_folder_without_manifests_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such manifest"):
        talking_heads(tmp_path, "train")
