from __future__ import annotations

import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest
from replacing import SMALL, call, length_s, loud_from, pictures, replaced, save_network, sound, times

from bgrsr_data.errors import InputError
from bgrsr_data.media.colour import to_linear
from bgrsr_data.media.images import read_rgb, write_image

MOVING = ("-f", "lavfi", "-i", "testsrc2=size=160x120:rate=25:duration=1")
TONE = ("-f", "lavfi", "-i", "sine=frequency=440:sample_rate=44100:duration=1")
BEEP = ("-f", "lavfi", "-i", "aevalsrc='0.8*sin(2200*t)*gt(t,0.5)':s=44100:d=1")  # from the half on
H264 = ("-c:v", "libx264", "-pix_fmt", "yuv420p")


@pytest.fixture(scope="module")
def room(tmp_path_factory) -> Path:
    """A network that sees nobody: what comes out is the background."""
    return save_network(tmp_path_factory.mktemp("room") / "best.pt", cover=0)


@pytest.fixture(scope="module")
def person(tmp_path_factory) -> Path:
    """A network that takes everything for the person: what comes out is the frame, twice as large."""
    return save_network(tmp_path_factory.mktemp("person") / "best.pt", cover=1)


@pytest.fixture(scope="module")
def talk(make_clip) -> Path:
    """A second of pictures and sound."""
    return make_clip("talk.mp4", *MOVING, *TONE, *H264, "-c:a", "aac")


def _one_line(done) -> str:
    assert isinstance(done.exception, InputError), done.exception
    assert "\n" not in str(done.exception)
    return str(done.exception)


def test_the_sound_is_the_same_packets_at_the_same_times(talk, room, tmp_path) -> None:
    told = replaced(talk, "--background", "navy", "--model", room, "--out", tmp_path / "o.mp4", *SMALL)
    assert told["sound"] == "aac copied"
    assert sound(tmp_path / "o.mp4") == sound(talk)


def test_every_picture_keeps_its_time_where_the_rate_varies(make_clip, room, tmp_path) -> None:
    thinned = ("-vf", "select='not(mod(n,3))+lt(n,5)+between(n,13,17)'", "-fps_mode", "vfr")
    for name in ("vfr.mp4", "vfr.mkv"):
        clip = make_clip(name, *MOVING, *thinned, *H264)
        told = replaced(clip, "--background", "navy", "--model", room, "--out", tmp_path / "o.mp4", *SMALL, "--force")
        assert times(tmp_path / "o.mp4") == times(clip)
        assert len(set(np.diff(times(clip)))) > 1
        assert told["frames"] == len(times(clip))


def test_the_video_is_as_long_as_it_was(talk, room, tmp_path) -> None:
    replaced(talk, "--background", "navy", "--model", room, "--out", tmp_path / "o.mp4", *SMALL)
    assert length_s(tmp_path / "o.mp4") == length_s(talk) == 1


def test_sound_that_no_mp4_takes_is_coded_anew_in_step(make_clip, room, tmp_path) -> None:
    clip = make_clip("pcm.mkv", *MOVING, *BEEP, *H264, "-c:a", "pcm_s16le")
    told = replaced(clip, "--background", "navy", "--model", room, "--out", tmp_path / "o.mp4", *SMALL)
    assert told["sound"] == "pcm_s16le coded anew as aac"
    assert loud_from(tmp_path / "o.mp4") == pytest.approx(0.5, abs=0.025)


def test_a_clock_that_begins_late_begins_at_zero_with_sound_and_pictures_in_step(make_clip, room, tmp_path) -> None:
    clip = make_clip("late.ts", *MOVING, *BEEP, *H264, "-c:a", "mp2")
    assert times(clip)[0] > 1
    replaced(clip, "--background", "navy", "--model", room, "--out", tmp_path / "o.mp4", *SMALL)
    begin = times(tmp_path / "o.mp4")[0]
    assert begin < 0.1
    moved = times(clip)[0] - begin
    assert [time + moved for time in times(tmp_path / "o.mp4")] == times(clip)
    assert loud_from(tmp_path / "o.mp4") == pytest.approx(loud_from(clip) - float(moved), abs=0.025)


def test_a_video_without_sound_is_none_the_worse(make_clip, room, tmp_path) -> None:
    clip = make_clip("mute.mp4", *MOVING, *H264)
    assert replaced(clip, "--background", "navy", "--model", room, "--out", tmp_path / "o.mp4", *SMALL)["sound"] is None


@pytest.mark.parametrize("colour", [(200, 30, 60), (0, 177, 64), (240, 235, 220), (12, 12, 30)])
def test_a_background_colour_survives(talk, room, tmp_path, colour) -> None:
    text = "#{:02x}{:02x}{:02x}".format(*colour)
    replaced(talk, "--background", text, "--model", room, "--out", tmp_path / "o.mp4", *SMALL, "--seconds", "0.2")
    for _, picture in pictures(tmp_path / "o.mp4"):
        assert np.abs(picture.astype(int) - colour).max() <= 3


@pytest.mark.parametrize("matrix", ["bt709", "smpte170m"])
def test_a_person_s_colour_survives_whatever_the_matrix(make_clip, person, tmp_path, matrix) -> None:
    source = "color=c=0xba846c:size=160x120:rate=25:duration=0.2"
    tagged = ("-vf", f"scale=out_color_matrix={matrix}:out_range=tv,format=yuv420p", "-colorspace", matrix)
    clip = make_clip(f"{matrix}.mp4", "-f", "lavfi", "-i", source, *tagged, *H264)
    colour = pictures(clip)[0][1][60, 80].astype(int)  # FFmpeg's filters round it by a little
    replaced(clip, "--background", "navy", "--model", person, "--out", tmp_path / "o.mp4", *SMALL)
    for _, picture in pictures(tmp_path / "o.mp4"):
        assert np.abs(picture.astype(int) - colour).max() <= 3


@pytest.mark.parametrize(
    ("shape", "size"),
    [
        ("160x120", (128, 96)),
        ("320x180", (160, 96)),
        ("90x160", (96, 160)),
        ("101x75", (128, 96)),
        ("34x26", (128, 96)),
    ],
)
def test_the_video_has_the_shape_of_its_source(make_clip, room, tmp_path, shape, size) -> None:
    source = f"testsrc2=size={shape}:rate=25:duration=0.12"
    clip = make_clip(f"{shape}.mkv", "-f", "lavfi", "-i", source, "-c:v", "ffv1", "-pix_fmt", "yuv444p")
    told = replaced(clip, "--background", "navy", "--model", room, "--out", tmp_path / "o.mp4", *SMALL)
    assert tuple(told["size"]) == size
    assert pictures(tmp_path / "o.mp4")[0][1].shape == (size[1], size[0], 3)


def test_a_video_filmed_upright_comes_out_upright(make_clip, person, tmp_path) -> None:
    lying = make_clip("lying.mp4", *MOVING, *H264)
    clip = make_clip("upright.mp4", "-display_rotation", "90", "-i", str(lying), "-c", "copy")
    replaced(clip, "--background", "navy", "--model", person, "--out", tmp_path / "o.mp4", *SMALL)
    before, after = pictures(clip)[0][1], pictures(tmp_path / "o.mp4")[0][1]
    assert before.shape == (160, 120, 3)
    same = cv2.resize(before, (after.shape[1], after.shape[0]), interpolation=cv2.INTER_AREA)
    assert after.shape == (128, 96, 3)
    assert np.abs(after.astype(int) - same).mean() < 12


def test_a_background_video_goes_along_and_begins_anew(make_clip, talk, room, tmp_path) -> None:
    """Red for 0.2 s, then blue for 0.2 s, and so on."""
    red, blue = ("color=c=red:s=64x48:r=25:d=0.2", "color=c=blue:s=64x48:r=25:d=0.2")
    both = ("-f", "lavfi", "-i", red, "-f", "lavfi", "-i", blue, "-filter_complex", "concat=n=2:v=1:a=0")
    backdrop = make_clip("flag.mp4", *both, *H264)
    replaced(talk, "--background", backdrop, "--model", room, "--out", tmp_path / "o.mp4", *SMALL)
    for time_s, picture in pictures(tmp_path / "o.mp4"):
        is_red = (time_s * 5) % 2 < 1
        assert picture[48, 64].argmax() == (0 if is_red else 2), float(time_s)


def test_side_by_side_shows_what_came_and_what_became(talk, room, tmp_path) -> None:
    told = replaced(
        talk, "--background", "navy", "--model", room, "--out", tmp_path / "o.mp4", *SMALL, "--side-by-side"
    )
    assert told["size"] == [256, 96]
    before, both = pictures(talk)[3][1], pictures(tmp_path / "o.mp4")[3][1]
    assert np.abs(both[:, 128:].astype(int) - (0, 0, 128)).mean() < 4
    assert np.abs(cv2.resize(before, (128, 96), interpolation=cv2.INTER_AREA).astype(int) - both[:, :128]).mean() < 12


def test_the_preview_shows_eight_moments_before_and_after(talk, room, tmp_path) -> None:
    told = replaced(talk, "--background", "navy", "--model", room, "--out", tmp_path / "o.mp4", *SMALL, "--preview")
    sheet = read_rgb(Path(told["preview"]))
    assert told["preview"] == str(tmp_path / "o.jpg")
    navy = np.abs(sheet.astype(int) - (0, 0, 128)).max(2) < 12
    assert 0.3 < navy.mean() < 0.55  # the lower of each two rows


def test_blur_keeps_the_room_and_loses_its_detail(talk, room, tmp_path) -> None:
    replaced(talk, "--background", "blur", "--model", room, "--out", tmp_path / "o.mp4", *SMALL)
    before, after = pictures(talk)[3][1], pictures(tmp_path / "o.mp4")[3][1]
    assert np.abs(to_linear(before).mean((0, 1)) - to_linear(after).mean((0, 1))).max() < 0.02
    assert cv2.Laplacian(after, cv2.CV_64F).std() < 0.2 * cv2.Laplacian(before, cv2.CV_64F).std()


def test_seconds_end_pictures_and_sound(talk, room, tmp_path) -> None:
    replaced(talk, "--background", "navy", "--model", room, "--out", tmp_path / "o.mp4", *SMALL, "--seconds", "0.4")
    assert len(times(tmp_path / "o.mp4")) == 10
    assert 0.3 < sound(tmp_path / "o.mp4")[-1].time_s < 0.4


def test_what_a_truncated_file_still_holds_is_written_and_told(make_clip, room, tmp_path) -> None:
    whole = make_clip("whole.mkv", *MOVING, *TONE, *H264, "-g", "5", "-c:a", "aac")
    cut = tmp_path / "cut.mkv"
    cut.write_bytes(whole.read_bytes()[: int(whole.stat().st_size * 0.4)])
    done = call(cut, "--background", "navy", "--model", room, "--out", tmp_path / "o.mp4", *SMALL)
    assert done.exit_code == 0, done.exception
    assert "breaks off" in done.stderr
    assert 5 < len(times(tmp_path / "o.mp4")) < 25
    assert times(tmp_path / "o.mp4") == times(cut)


def test_a_file_without_one_picture_is_refused_and_nothing_is_written(make_clip, room, tmp_path) -> None:
    whole = make_clip("head.mkv", *MOVING, *H264)
    head = tmp_path / "head.mkv"
    head.write_bytes(whole.read_bytes()[:900])
    line = _one_line(call(head, "--background", "navy", "--model", room, "--out", tmp_path / "o.mp4", *SMALL))
    assert "head.mkv" in line
    assert sorted(path.name for path in tmp_path.iterdir()) == ["head.mkv"]


def test_only_what_was_made_here_is_written_over(talk, room, tmp_path) -> None:
    out = tmp_path / "o.mp4"
    words = (talk, "--background", "navy", "--model", room, "--out", out, *SMALL, "--seconds", "0.1", "--preview")
    assert call(*words).exit_code == 0
    assert call(*words).exit_code == 0  # its own
    write_image(tmp_path / "o.jpg", np.zeros((8, 8, 3), np.uint8))
    assert "o.jpg: is there" in _one_line(call(*words))
    (tmp_path / "o.jpg").unlink()
    shutil.copy(talk, out)
    assert "--force" in _one_line(call(*words))
    assert out.read_bytes() == talk.read_bytes()
    assert call(*words, "--force").exit_code == 0


def test_the_source_and_the_background_are_never_written_over(talk, room, tmp_path) -> None:
    own = tmp_path / "own.mp4"
    replaced(talk, "--background", "navy", "--model", room, "--out", own, *SMALL)
    kept = own.read_bytes()
    words = ("--model", room, "--out", own, *SMALL, "--force")
    assert "is read here" in _one_line(call(own, "--background", "navy", *words))
    assert "is read here" in _one_line(call(talk, "--background", own, *words))
    assert own.read_bytes() == kept
