"""Decoding to the end tells what is footage from what only looks like it."""

from __future__ import annotations

import random
from fractions import Fraction
from pathlib import Path

import pytest
from fetch.conftest import run_ffmpeg
from fetch.server import PAGE
from PIL import Image

from bgrsr_data.errors import InputError, Rejection
from bgrsr_data.fetch.verify import probe


def reason(path: Path) -> str:
    with pytest.raises(Rejection) as caught:
        probe(path)
    assert "\n" not in caught.value.detail
    assert path.name in caught.value.detail
    return caught.value.reason


def test_a_whole_clip_is_described_exactly(site: Path) -> None:
    shown = probe(site / "a.mp4")
    assert (shown.media, shown.width, shown.height, shown.frames, shown.codec) == ("video", 160, 120, 50, "h264")
    assert shown.duration == 2
    assert shown.broken == 0


def test_a_still_is_one_frame_of_no_duration(site: Path) -> None:
    shown = probe(site / "photo.png")
    assert (shown.media, shown.width, shown.height, shown.frames, shown.duration) == ("still", 160, 120, 1, Fraction(0))


def test_a_rotated_clip_is_measured_upright(site: Path, tmp_path: Path) -> None:
    run_ffmpeg("-display_rotation", 90, "-i", site / "a.mp4", "-c", "copy", tmp_path / "turned.mp4")
    shown = probe(tmp_path / "turned.mp4")
    assert (shown.width, shown.height) == (120, 160)


def test_a_clip_of_wide_pixels_is_measured_as_it_is_seen(site: Path, tmp_path: Path) -> None:
    run_ffmpeg("-i", site / "a.mp4", "-vf", "setsar=4/3", tmp_path / "wide.mp4")
    run_ffmpeg("-display_rotation", 90, "-i", tmp_path / "wide.mp4", "-c", "copy", tmp_path / "turned.mp4")
    assert [(p.width, p.height) for p in map(probe, (tmp_path / "wide.mp4", tmp_path / "turned.mp4"))] == [
        (213, 120), (120, 213),
    ]  # fmt: skip


def test_a_variable_frame_rate_has_its_true_duration(site: Path, tmp_path: Path) -> None:
    run_ffmpeg(
        "-i", site / "a.mp4", "-vf", "select='lt(n,25)+not(mod(n,5))'", "-fps_mode", "vfr", tmp_path / "vfr.mp4"
    )  # fmt: skip
    shown = probe(tmp_path / "vfr.mp4")
    assert shown.frames == 30
    assert Fraction("1.8") < shown.duration <= 2


def test_an_empty_file_is_zero_byte(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").touch()
    assert reason(tmp_path / "a.mp4") == "zero-byte"


def test_a_web_page_named_mp4_is_told_as_one(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_bytes(PAGE)
    assert reason(tmp_path / "a.mp4") == "not-a-video"
    with pytest.raises(Rejection, match="is a web page, not a video"):
        probe(tmp_path / "a.mp4")


@pytest.mark.parametrize("part", [0.2, 0.5, 0.9])
def test_a_truncated_clip_is_told(site: Path, tmp_path: Path, part: float) -> None:
    data = (site / "a.mp4").read_bytes()
    (tmp_path / "a.mp4").write_bytes(data[: int(len(data) * part)])
    assert reason(tmp_path / "a.mp4") == "truncated"


def test_a_clip_whose_index_at_the_end_is_missing_is_truncated(site: Path, tmp_path: Path) -> None:
    run_ffmpeg("-i", site / "a.mp4", "-c", "copy", tmp_path / "late.mp4")  # without faststart: moov comes last
    data = (tmp_path / "late.mp4").read_bytes()
    (tmp_path / "a.mp4").write_bytes(data[: len(data) // 2])
    assert reason(tmp_path / "a.mp4") == "truncated"


@pytest.mark.parametrize("sound", [False, True])
def test_a_truncated_matroska_is_told(site: Path, tmp_path: Path, sound: bool) -> None:
    extra = ["-f", "lavfi", "-i", "sine=duration=2", "-c:a", "libmp3lame"] if sound else []
    run_ffmpeg("-i", site / "a.mp4", *extra, "-c:v", "copy", tmp_path / "whole.mkv")
    assert probe(tmp_path / "whole.mkv").frames == 50
    data = (tmp_path / "whole.mkv").read_bytes()
    (tmp_path / "a.mkv").write_bytes(data[: len(data) // 2])
    assert reason(tmp_path / "a.mkv") == "truncated"


def test_a_clip_with_holes_is_corrupt(site: Path, tmp_path: Path) -> None:
    data = bytearray((site / "a.mp4").read_bytes())
    start = data.index(b"mdat") + 4
    data[start + 2000 :] = b"\xff" * (len(data) - start - 2000)
    (tmp_path / "a.mp4").write_bytes(data)
    assert reason(tmp_path / "a.mp4") in ("corrupt", "truncated", "no-frame")


def test_sound_alone_is_audio_only(tmp_path: Path) -> None:
    run_ffmpeg("-f", "lavfi", "-i", "sine=duration=1", tmp_path / "a.mp4")
    assert reason(tmp_path / "a.mp4") == "audio-only"


def test_sound_with_a_cover_is_cover_art_only(site: Path, tmp_path: Path) -> None:
    run_ffmpeg(
        "-f", "lavfi", "-i", "sine=duration=1", "-i", site / "photo.png", "-map", 0, "-map", 1, "-c:v", "copy",
        "-disposition:v:0", "attached_pic", tmp_path / "a.m4a",
    )  # fmt: skip
    (tmp_path / "a.m4a").rename(tmp_path / "a.mp4")
    assert reason(tmp_path / "a.mp4") == "cover-art-only"


def test_a_truncated_photograph_is_told(site: Path, tmp_path: Path) -> None:
    run_ffmpeg("-i", site / "photo.png", tmp_path / "whole.jpg")
    assert probe(tmp_path / "whole.jpg").codec == "jpeg"
    for name in ("whole.jpg", "photo.png"):
        data = ((tmp_path if name == "whole.jpg" else site) / name).read_bytes()
        (tmp_path / f"cut-{name}").write_bytes(data[: len(data) * 2 // 3])
        assert reason(tmp_path / f"cut-{name}") == "truncated"


def test_a_web_page_named_jpg_is_no_image(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(PAGE)
    assert reason(tmp_path / "a.jpg") == "not-an-image"


def test_a_missing_file_is_an_input_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        probe(tmp_path / "none.mp4")


def test_our_footage_is_whole(footage: Path) -> None:
    shown = {file.name: probe(file) for file in sorted(footage.glob("greenscreen/grid_*.mpg"))}
    assert len(shown) == 4
    assert {(one.width, one.height, one.frames, one.duration) for one in shown.values()} == {(360, 288, 75, 3)}


def test_broken_packets_are_counted_and_what_leans_on_them_is_not(site: Path, tmp_path: Path) -> None:
    data = bytearray((site / "b.mp4").read_bytes())
    middle = data.index(b"mdat") + (len(data) - data.index(b"mdat")) // 2
    data[middle : middle + 300] = random.Random(0).randbytes(300)
    (tmp_path / "a.mp4").write_bytes(data)
    shown = probe(tmp_path / "a.mp4")
    assert 1 <= shown.broken <= 2
    assert 30 <= shown.frames < 50
    assert shown.duration == 2


@pytest.mark.parametrize(
    ("name", "told"),
    [("anim.webp", "several-pictures"), ("anim.png", "several-pictures"), ("pages.tiff", "several-pictures"),
     ("inks.jpg", "print-colours"), ("anim.gif", "not-a-video")],
)  # fmt: skip
def test_a_still_whose_colours_or_other_pictures_would_be_lost_is_refused(tmp_path: Path, name: str, told: str) -> None:
    green = Image.new("RGB", (64, 48), (0, 177, 64))
    others = [Image.new("RGB", (64, 48), (0, 177, 64 + 40 * n)) for n in range(1, 4)]
    if name == "inks.jpg":
        green.convert("CMYK").save(tmp_path / name)
    else:
        green.save(tmp_path / name, save_all=True, append_images=others)
    assert reason(tmp_path / name) == told


@pytest.mark.parametrize("name", ["one.webp", "one.png", "one.tiff", "one.bmp", "one.jpg"])
def test_a_still_of_one_picture_counts(tmp_path: Path, name: str) -> None:
    Image.new("RGB", (64, 48), (0, 177, 64)).save(tmp_path / name)
    assert (probe(tmp_path / name).width, probe(tmp_path / name).height) == (64, 48)


def test_a_clip_that_an_editor_trimmed_by_its_edit_list_is_whole(site: Path, tmp_path: Path) -> None:
    """As phones trim: the pictures before stay in the file, and are not shown."""
    words = ["-output_ts_offset", "-1", "-avoid_negative_ts", "disabled"]
    run_ffmpeg("-i", site / "a.mp4", "-c", "copy", *words, tmp_path / "trimmed.mp4")
    shown = probe(tmp_path / "trimmed.mp4")
    assert 24 <= shown.frames <= 26


@pytest.mark.parametrize("how", ["plain", "progressive", "grey", "trailing bytes", "two in one file"])
def test_a_damaged_photograph_is_told_and_a_whole_one_of_any_kind_is_not(site: Path, tmp_path: Path, how: str) -> None:
    photo = Image.open(site / "photo.png")
    photo.convert("L" if how == "grey" else "RGB").save(tmp_path / "a.jpg", progressive=how == "progressive")
    data = (tmp_path / "a.jpg").read_bytes()
    data += {"trailing bytes": b"\0" * 500, "two in one file": data}.get(how, b"")  # as phones add depth, or a clip
    (tmp_path / "a.jpg").write_bytes(data)
    assert probe(tmp_path / "a.jpg").frames == 1
    spoilt = bytearray(data)
    middle = len((tmp_path / "a.jpg").read_bytes()) // (4 if how == "two in one file" else 2)
    spoilt[middle : middle + 512] = bytes(512)  # a block of the disk that was never written
    (tmp_path / "a.jpg").write_bytes(spoilt)
    assert reason(tmp_path / "a.jpg") == "corrupt"
