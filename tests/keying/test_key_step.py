from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from keying_scenes import SCREENS, compose

from bgrsr_data.errors import Rejection
from bgrsr_data.keying.files import plain_items
from bgrsr_data.keying.options import KeyOptions
from bgrsr_data.keying.step import KeyFrames
from bgrsr_data.media.files import sha256_of
from bgrsr_data.media.images import read_grey, read_rgb, write_image
from bgrsr_data.records import Foreground, RejectionRow, content_hash

SKIN = (205, 166, 127)


@pytest.fixture
def clip(make_clip: Callable[..., Path]) -> Path:
    """Eight pictures; the fourth shows no screen."""
    rgb = compose(SCREENS["green"], SKIN, noise=0.002).rgb
    pictures = [np.full_like(rgb, 90) if number == 3 else rgb for number in range(8)]
    words = ("-f", "rawvideo", "-pix_fmt", "rgb24", "-s", "320x180", "-r", "25", "-i", "-", "-pix_fmt", "yuv444p")
    return make_clip("clip.mp4", *words, "-crf", "10", pixels=b"".join(picture.tobytes() for picture in pictures))


def test_a_row_describes_the_files_that_were_written(tmp_path: Path) -> None:
    scene = compose(SCREENS["green"], SKIN, noise=0.002)
    write_image(tmp_path / "photo.png", scene.rgb)
    (item,) = plain_items([tmp_path / "photo.png"])
    (row,) = KeyFrames(KeyOptions()).run(item, tmp_path / "out")
    assert isinstance(row, Foreground)
    assert (row.alpha_path, row.foreground_path) == ("photo/alpha.png", "photo/fg.png")
    alpha, foreground = tmp_path / "out" / row.alpha_path, tmp_path / "out" / row.foreground_path
    assert row.sha256 == content_hash(sha256_of(alpha), sha256_of(foreground))
    assert (row.width, row.height) == (320, 180)
    solid = np.argwhere(scene.alpha > 0.5)
    box = np.array([row.box_top, row.box_left, row.box_bottom, row.box_right])
    assert np.abs(box - [*solid.min(0), *(solid.max(0) + 1)]).max() <= 1
    assert row.screen_name == "green"
    assert 0.5 < row.score <= 1
    assert np.abs(read_grey(alpha) / 255 - scene.alpha).mean() < 0.004
    assert read_rgb(foreground).shape == (180, 320, 3)


def test_a_clip_tells_how_far_it_is_and_one_bad_picture_costs_only_itself(clip: Path, tmp_path: Path) -> None:
    (item,) = plain_items([clip])
    stage, heard = KeyFrames(KeyOptions()), []
    stage.telling = lambda what, done, total: heard.append((what, done, total))
    rows = stage.run(item, tmp_path)
    assert heard == [("clip.mp4", number, 8) for number in range(1, 9)]
    unfit = [row for row in rows if isinstance(row, RejectionRow)]
    told = [(row.reason, row.detail.split(":")[0]) for row in unfit]
    assert told == [("no-screen", f"{clip.parent.name}/clip.mp4, picture 3")]
    kept = [row.alpha_path for row in rows if isinstance(row, Foreground)]
    assert kept == [f"clip/alpha/{number:04d}.png" for number in range(8) if number != 3]
    assert all((tmp_path / path).is_file() for path in kept)


def test_room_is_asked_for_before_a_picture_is_written(clip: Path, tmp_path: Path) -> None:
    (item,) = plain_items([clip])
    stage, asked = KeyFrames(KeyOptions()), []
    stage.room = asked.append
    stage.run(item, tmp_path)
    written = sum(path.stat().st_size for path in tmp_path.rglob("*.png"))
    assert len(asked) == 7
    assert sum(asked) >= written


def test_what_scores_too_low_is_rejected_in_words_with_its_figure(tmp_path: Path) -> None:
    write_image(tmp_path / "photo.png", compose(SCREENS["green"], SKIN, noise=0.01).rgb)
    (item,) = plain_items([tmp_path / "photo.png"])
    with pytest.raises(Rejection) as told:
        KeyFrames(KeyOptions(min_score=1.0)).run(item, tmp_path / "out")
    assert told.value.reason == "poor-key"
    assert told.value.detail.startswith(f"{tmp_path.name}/photo.png: score 0.")
    assert ", below 1: " in told.value.detail
    assert not (tmp_path / "out").exists()
