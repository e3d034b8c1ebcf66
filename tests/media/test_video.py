"""Decoding: exact times, true colour, and a word on whatever is broken."""

from __future__ import annotations

import gc
from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest

from bgrsr_data.errors import InputError, Rejection
from bgrsr_data.media.images import write_image
from bgrsr_data.media.video import VideoReader, decode

MakeClip = Callable[..., Path]
COLOURS = ((0, 177, 64), (200, 30, 40), (20, 40, 210), (128, 128, 128), (250, 250, 250), (8, 8, 8), (0, 177, 160))


def bars(height: int) -> np.ndarray:
    return np.repeat(np.array([COLOURS], np.uint8), 32, axis=1).repeat(height, axis=0)


def raw_bars(height: int) -> tuple[list[str], bytes]:
    picture = bars(height)
    size = f"{picture.shape[1]}x{height}"
    return ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", size, "-r", "5", "-i", "-"], picture.tobytes() * 2


def worst_error(rgb: np.ndarray) -> int:
    centres = rgb[rgb.shape[0] // 2, 16::32].astype(int)
    return int(np.abs(centres - np.array(COLOURS)).max())


@pytest.mark.parametrize("layout", ["yuv444p", "yuv420p", "yuv420p10le"])
@pytest.mark.parametrize("extent", ["tv", "pc"])
@pytest.mark.parametrize(
    ("height", "matrix", "tagged"),
    [(96, "bt709", True), (96, "smpte170m", True), (720, "smpte170m", True), (720, "bt709", False),
     (96, "smpte170m", False)],
)  # fmt: skip
def test_known_colours_come_back_within_two_levels(
    make_clip: MakeClip, layout: str, extent: str, height: int, matrix: str, tagged: bool
) -> None:
    source, pixels = raw_bars(height)
    convert = f"scale=out_color_matrix={matrix}:out_range={extent}:flags=accurate_rnd+full_chroma_int,format={layout}"
    tags = ["-color_range", extent]
    tags += ["-colorspace", matrix] if tagged else ["-bsf:v", "h264_metadata=matrix_coefficients=2"]
    clip = make_clip("bars.mp4", *source, "-vf", convert, "-c:v", "libx264", "-qp", "4", *tags, pixels=pixels)
    pictures = list(decode(clip))
    assert int(pictures[0].frame.colorspace) == ({"bt709": 1, "smpte170m": 6}[matrix] if tagged else 2)
    assert worst_error(pictures[0].rgb()) <= 2


def test_a_clip_of_a_phone_held_upright_is_upright(make_clip: MakeClip) -> None:
    lying = make_clip(
        "lying.mp4", "-f", "lavfi", "-i", "color=black:s=64x48:r=5:d=0.6", "-vf",
        "drawbox=x=0:y=0:w=16:h=16:color=white:t=fill", "-c:v", "libx264", "-qp", "1",
    )  # fmt: skip
    clip = make_clip("upright.mp4", "-display_rotation:v:0", "90", "-i", str(lying), "-c", "copy")
    picture = next(iter(decode(clip)))
    rgb, luma = picture.rgb(), picture.luma()
    assert rgb.shape == (64, 48, 3)
    assert luma.shape == (64, 48)
    assert rgb.flags.c_contiguous
    for values in (rgb[..., 1], luma):  # turned by 90° counter-clockwise, the top left corner is at the bottom left
        assert values[60, 4] > 200
        assert values[4, 4] < 60


def test_times_of_a_variable_frame_rate_are_exact(make_clip: MakeClip) -> None:
    clip = make_clip(
        "vfr.mp4", "-f", "lavfi", "-i", "testsrc2=s=64x48:r=30:d=1", "-vf", r"select=not(mod(n\,3))+eq(n\,1)",
        "-fps_mode", "passthrough", "-enc_time_base", "1/30", "-video_track_timescale", "30000", "-c:v", "libx264",
    )  # fmt: skip
    with VideoReader(clip) as reader:
        pictures = list(reader)
    shown = [0, 1, 3, 6, 9, 12, 15, 18, 21, 24, 27]
    assert [picture.time_s for picture in pictures] == [Fraction(n, 30) for n in shown]
    assert [picture.pts for picture in pictures] == [n * 1000 for n in shown]
    assert reader.time_base == Fraction(1, 30000)


def comb(luma: np.ndarray) -> float:
    """How much each line differs from the mean of the lines above and below it."""
    values = luma.astype(float)
    return float(np.abs(values[1:-1] - (values[:-2] + values[2:]) / 2).mean())


def test_interlaced_frames_lose_their_combs_and_keep_their_times(make_clip: MakeClip) -> None:
    moving = "testsrc2=s=160x96:r=50:d=0.6,hue=s=0,scroll=horizontal=0.05"
    clip = make_clip(
        "fields.mp4", "-f", "lavfi", "-i", f"{moving},interlace=scan=tff:lowpass=off", "-c:v", "libx264", "-qp", "4",
        "-flags", "+ildct+ilme", "-x264opts", "tff=1",
    )  # fmt: skip
    import av

    with av.open(str(clip)) as container:
        fields = [(f.pts, f.interlaced_frame, comb(f.to_ndarray(format="gray"))) for f in container.decode(video=0)]
    assert all(interlaced for _, interlaced, _ in fields)
    pictures = list(decode(clip))
    assert [picture.pts for picture in pictures] == [pts for pts, _, _ in fields]
    assert np.mean([comb(picture.luma()) for picture in pictures]) < 0.7 * np.mean([comb for _, _, comb in fields])


def test_pixels_that_are_not_square_are_made_square(make_clip: MakeClip) -> None:
    clip = make_clip("wide.mp4", "-f", "lavfi", "-i", "testsrc2=s=72x58:r=5:d=0.4,setsar=16/15", "-c:v", "libx264")
    assert next(iter(decode(clip))).rgb().shape == (58, 77, 3)


def test_odd_sizes_decode_whole(make_clip: MakeClip) -> None:
    grey = np.full((49, 75, 3), 90, np.uint8)
    grey[-1, -1] = 250
    source = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", "75x49", "-r", "5", "-i", "-"]
    clip = make_clip("odd.mkv", *source, "-vf", "format=yuv420p", "-c:v", "ffv1", pixels=grey.tobytes())
    picture = next(iter(decode(clip)))
    assert picture.rgb().shape == (49, 75, 3)
    assert picture.rgb()[-1, -1, 1] > 200
    assert picture.luma().shape == (49, 75)


def test_a_size_that_changes_midway_is_followed(make_clip: MakeClip, tmp_path: Path) -> None:
    parts = [
        make_clip(f"part{n}.ts", "-f", "lavfi", "-i", f"testsrc2=s={size}:r=10:d=0.5", "-c:v", "libx264")
        for n, size in enumerate(("64x48", "96x64"))
    ]
    clip = tmp_path / "change.ts"
    clip.write_bytes(b"".join(part.read_bytes() for part in parts))
    pictures = list(decode(clip))
    assert {picture.rgb().shape for picture in pictures} == {(48, 64, 3), (64, 96, 3)}
    times = [picture.pts for picture in pictures]
    assert times == sorted(set(times)), "also where the second part's clock starts anew"


@pytest.fixture(scope="session")
def noisy(make_clip: MakeClip) -> Path:
    """Three seconds that do not compress, in a file whose index comes first."""
    return make_clip(
        "noisy.mp4", "-f", "lavfi", "-i", "testsrc2=s=160x120:r=25:d=3,noise=alls=30:allf=t:all_seed=1", "-c:v",
        "libx264", "-g", "12", "-movflags", "+faststart",
    )  # fmt: skip


def test_what_decodes_of_a_truncated_file_is_kept_and_the_rest_is_said(noisy: Path, tmp_path: Path) -> None:
    with VideoReader(noisy) as whole:
        assert len(list(whole)) == 75
    assert not whole.report.truncated
    assert whole.report.skipped == 0
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(noisy.read_bytes()[: noisy.stat().st_size // 2])
    with VideoReader(cut) as reader:
        pictures = list(reader)
    assert 25 < len(pictures) < 50
    assert reader.report.truncated
    assert reader.report.frames == len(pictures)


def test_a_broken_middle_costs_only_itself(noisy: Path, tmp_path: Path) -> None:
    data = bytearray(noisy.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 20000] = bytes(20000)
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(data)
    with VideoReader(broken) as reader:
        times = [picture.time_s for picture in reader]
    assert reader.report.skipped > 0
    assert 50 <= len(times) < 75
    assert times[-1] == Fraction(74, 25)
    assert not reader.report.truncated


@pytest.mark.parametrize(("transfer", "name"), [("smpte2084", "PQ"), ("arib-std-b67", "HLG")])
def test_high_dynamic_range_is_refused_by_name(make_clip: MakeClip, transfer: str, name: str) -> None:
    clip = make_clip(
        "hdr.mp4", "-f", "lavfi", "-i", "testsrc2=s=64x48:r=5:d=0.4", "-c:v", "libx264",
        "-vf", f"format=yuv420p10le,setparams=color_trc={transfer}:color_primaries=bt2020:colorspace=bt2020nc",
    )  # fmt: skip
    with pytest.raises(Rejection, match=name) as told:
        list(decode(clip))
    assert told.value.reason == "hdr"


def test_sound_alone_is_no_video(make_clip: MakeClip) -> None:
    sound = make_clip("sound.m4a", "-f", "lavfi", "-i", "sine=d=0.5")
    with pytest.raises(Rejection, match="audio-only"):
        VideoReader(sound)


def test_a_cover_image_is_no_video(make_clip: MakeClip, tmp_path: Path) -> None:
    write_image(tmp_path / "cover.png", bars(32))
    song = make_clip(
        "song.mp3", "-f", "lavfi", "-i", "sine=d=0.5", "-i", str(tmp_path / "cover.png"), "-map", "0", "-map", "1",
        "-c:v", "copy", "-disposition:v", "attached_pic",
    )  # fmt: skip
    with pytest.raises(Rejection, match="cover-art-only"):
        VideoReader(song)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "zero-byte: page.mp4 is empty"),
        (b"<!doctype html><title>404</title>", "not-a-video: page.mp4 is a web page"),
        (b'{"error": "not found"}', "not-a-video: page.mp4 is JSON"),
        (b"GIF89a" + bytes(100), "not-a-video: page.mp4 is a GIF"),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "not-a-video: page.mp4 is a still image"),
        (bytes(range(256)) * 8, "not-a-video: page.mp4 cannot be opened as a video"),
        (b"\0\0\0\x18ftypheic" + bytes(100), r"not-a-video: page.mp4 is an image of a kind that is not read \(HEIC"),
        (b"\0\0\0\x18ftypmp42" + bytes(100), "truncated: page.mp4 has no index"),
    ],
)
def test_what_is_no_video_is_named(tmp_path: Path, content: bytes, told: str) -> None:
    (tmp_path / "page.mp4").write_bytes(content)
    with pytest.raises(Rejection, match=told):
        VideoReader(tmp_path / "page.mp4")


@pytest.mark.parametrize("script", ["ffconcat version 1.0\nfile noisy.mp4\n", "#EXTM3U\n#EXTINF:3,\nnoisy.mp4\n"])
def test_a_script_under_a_videos_name_opens_no_other_file(noisy: Path, script: str) -> None:
    listed = noisy.with_name("listed.mp4")
    listed.write_text(script)
    with pytest.raises(Rejection, match=r"not-a-video: listed\.mp4 is a playlist"):
        VideoReader(listed)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No such file"):
        VideoReader(tmp_path / "nowhere.mp4")


def test_a_frame_is_freed_as_soon_as_it_is_let_go(noisy: Path) -> None:
    """Not when the garbage collector comes by: until then hundreds of frames would pile up."""
    gc.collect()
    gc.disable()
    try:
        others = _frames_held()  # by tests before this one
        for picture in decode(noisy):
            assert picture.luma().any()
        held = _frames_held() - others
    finally:
        gc.enable()
    assert held <= 3


def _frames_held() -> int:
    return sum(type(one) is av.VideoFrame for one in gc.get_objects())  # isinstance would wake what is lazy


def test_luma_is_a_view_of_the_decoded_frame(noisy: Path) -> None:
    picture = next(iter(decode(noisy)))
    assert np.shares_memory(picture.luma(), picture.luma())


@pytest.mark.footage
def test_the_blue_screen_clips_keep_every_frame_and_their_time(footage: Path) -> None:
    pictures = list(decode(footage / "greenscreen" / "grid_bbaf2n.mpg"))
    assert len(pictures) == 75
    assert {b.pts - a.pts for a, b in pairwise(pictures)} == {3600}
    assert pictures[0].rgb().shape == (288, 360, 3)


def test_sound_that_goes_on_after_the_pictures_is_no_truncation(
    make_clip: MakeClip, noisy: Path, tmp_path: Path
) -> None:
    words = ["-i", str(noisy), "-f", "lavfi", "-i", "sine=d=6", "-c:v", "copy", "-c:a", "libmp3lame"]
    clip = make_clip("long-sound.mkv", *words)
    with VideoReader(clip) as reader:
        assert len(list(reader)) == 75
        assert not reader.report.truncated
    cut = tmp_path / "cut.mkv"
    cut.write_bytes(clip.read_bytes()[: clip.stat().st_size * 7 // 10])
    with VideoReader(cut) as reader:
        assert len(list(reader)) < 60
        assert reader.report.truncated
