"""Odd files, made for real: each decodes to the pictures that a person would see, at their times."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest
from av.video.reformatter import ColorRange

from bgrsr_data.media.images import write_image
from bgrsr_data.media.upright import AS_STORED, display_matrix, turn
from bgrsr_data.media.video import VideoReader, decode

MakeClip = Callable[..., Path]
X264 = ("-c:v", "libx264", "-qp", "4", "-pix_fmt", "yuv420p")
CORNER = "color=black:s=64x48:r=5:d=0.6,drawbox=x=0:y=0:w=16:h=16:color=white:t=fill"  # white at the top left


def bright_corner(values: np.ndarray) -> tuple[str, str]:
    """Which corner of (H, W) is white."""
    height, width = values.shape
    corners = {(y, x): values[4 if y == "top" else height - 5, 4 if x == "left" else width - 5]
               for y in ("top", "bottom") for x in ("left", "right")}  # fmt: skip
    assert sorted(corners.values())[-2] < 60
    return max(corners, key=lambda place: corners[place])


@pytest.mark.parametrize("mirrored", [(), ("-display_hflip:v:0",), ("-display_vflip:v:0",)])
@pytest.mark.parametrize("turn_by", ["0", "90", "180", "-90"])
def test_turned_and_mirrored_pictures_are_shown_upright(
    make_clip: MakeClip, turn_by: str, mirrored: tuple[str, ...]
) -> None:
    """A front camera mirrors: hair would else be parted on the wrong side. The truth is how ffmpeg itself turns it."""
    flat = make_clip("flat.mp4", "-f", "lavfi", "-i", CORNER, *X264)
    turned = make_clip("turned.mp4", "-display_rotation:v:0", turn_by, *mirrored, "-i", str(flat), "-c", "copy")
    baked = make_clip("baked.mkv", "-i", str(turned), "-c:v", "ffv1")
    picture, truth = next(iter(decode(turned))), next(iter(decode(baked)))
    rgb, luma = picture.rgb(), picture.luma()
    assert truth.frame.rotation == 0
    assert rgb.shape == (*luma.shape, 3) == truth.rgb().shape
    assert rgb.flags.c_contiguous
    assert bright_corner(rgb[..., 1]) == bright_corner(luma) == bright_corner(truth.luma())


def test_the_eight_ways_up_are_those_of_the_matrix() -> None:
    """Pixel (x, y) is shown at (a x + c y, b x + d y), moved into the picture."""
    pixels = np.arange(6, dtype=np.uint8).reshape(2, 3)
    for matrix in [(a, 0, 0, d) for a in (1, -1) for d in (1, -1)] + [(0, b, c, 0) for b in (1, -1) for c in (1, -1)]:
        a, b, c, d = matrix
        shown = {(a * x + c * y, b * x + d * y): pixels[y, x] for y in range(2) for x in range(3)}
        left, top = min(x for x, _ in shown), min(y for _, y in shown)
        turned = turn(pixels, matrix)
        assert all(turned[y - top, x - left] == value for (x, y), value in shown.items())


def comb(luma: np.ndarray) -> float:
    """How much each line differs from the mean of the lines above and below it."""
    values = luma.astype(float)
    return float(np.abs(values[1:-1] - (values[:-2] + values[2:]) / 2).mean())


MOVING = "testsrc2=s=160x96:r=50:d=1,hue=s=0,scroll=horizontal=0.05"


@pytest.mark.parametrize("order", ["tff", "bff"])
def test_both_orders_of_fields_give_the_first_moment_of_each_frame(make_clip: MakeClip, order: str) -> None:
    flags = "tff=1" if order == "tff" else "bff=1"
    fields = make_clip(
        f"{order}.mp4", "-f", "lavfi", "-i", f"{MOVING},interlace=scan={order}:lowpass=off", *X264, "-flags",
        "+ildct+ilme", "-x264-params", flags,
    )  # fmt: skip
    whole = make_clip("whole.mp4", "-f", "lavfi", "-i", MOVING, *X264)
    moments = [picture.luma().astype(float) for picture in decode(whole)]
    for number, picture in enumerate(decode(fields)):
        inside = picture.luma().astype(float)[8:-8, 8:-8]
        errors = [np.abs(inside - moment[8:-8, 8:-8]).mean() for moment in moments]
        assert int(np.argmin(errors)) == 2 * number


def test_frames_and_fields_mixed_in_one_stream_are_told_apart(make_clip: MakeClip, tmp_path: Path) -> None:
    """Progressive, then interlaced (macroblock-adaptive), then progressive again, in one transport stream."""
    still = "testsrc2=s=160x96:r=25:d=0.4,hue=s=0,scroll=horizontal=0.05"
    fields = ["-flags", "+ildct+ilme", "-x264-params", "tff=1:interlaced=1"]
    parts = [
        make_clip("p.ts", "-f", "lavfi", "-i", still, *X264),
        make_clip("i.ts", "-f", "lavfi", "-i", f"{MOVING},interlace=scan=tff:lowpass=off", *X264, *fields),
        make_clip("q.ts", "-f", "lavfi", "-i", still, *X264),
    ]
    clip = tmp_path / "mixed.ts"
    clip.write_bytes(b"".join(part.read_bytes() for part in parts))
    with VideoReader(clip) as reader:
        told = [(coded.frame.interlaced_frame, comb(coded.luma())) for coded in reader.as_coded()]
    pictures = list(decode(clip))
    assert len(pictures) == len(told)
    assert 0 < sum(interlaced for interlaced, _ in told) < len(told)
    for (interlaced, before), picture in zip(told, pictures, strict=True):
        after = comb(picture.luma())
        assert after < 0.9 * before if interlaced else after == pytest.approx(before, abs=0.01)


def test_telecined_film_loses_its_combs(make_clip: MakeClip) -> None:
    film = "testsrc2=s=160x96:r=24:d=1,hue=s=0,scroll=horizontal=0.1"
    clip = make_clip(
        "film.mpg", "-f", "lavfi", "-i", f"{film},telecine=pattern=23", "-c:v", "mpeg2video", "-q:v", "2", "-flags",
        "+ildct+ilme", "-field_order", "tt",
    )  # fmt: skip
    with VideoReader(clip) as reader:
        before = [comb(coded.luma()) for coded in reader.as_coded()]
    after = [comb(picture.luma()) for picture in decode(clip)]
    assert len(after) == len(before)
    assert max(after) < 0.7 * max(before)


def test_deinterlacing_keeps_full_range_and_matrix(make_clip: MakeClip) -> None:
    green = "color=0x00B140:s=160x96:r=50:d=0.5"  # (0, 177, 64)
    for matrix, extent in (("bt709", "pc"), ("smpte170m", "tv"), ("bt709", "tv")):
        convert = f"scale=out_color_matrix={matrix}:out_range={extent}:flags=accurate_rnd,interlace=scan=tff"
        clip = make_clip(
            "green.mp4", "-f", "lavfi", "-i", green, "-vf", convert, *X264[:4], "-flags", "+ildct+ilme",
            "-x264-params", "tff=1", "-colorspace", matrix, "-color_range", extent,
        )  # fmt: skip
        pictures = list(decode(clip))
        assert len(pictures) in (12, 13)
        for picture in pictures:
            assert np.abs(picture.rgb()[48, 80].astype(int) - (0, 177, 64)).max() <= 2
            assert (picture.frame.color_range == ColorRange.JPEG) == (extent == "pc")


def test_a_shape_of_pixels_that_changes_midway_is_followed(make_clip: MakeClip, tmp_path: Path) -> None:
    """As broadcasts do between 4:3 and 16:9; B-frames are given later than they are decoded."""
    parts = [
        make_clip(f"sar{n}.ts", "-f", "lavfi", "-i", f"testsrc2=s=72x58:r=10:d=1,setsar={sar}", *X264, "-bf", "2")
        for n, sar in enumerate(("16/15", "64/45"))
    ]
    clip = tmp_path / "sars.ts"
    clip.write_bytes(b"".join(part.read_bytes() for part in parts))
    widths = [picture.rgb().shape[1] for picture in decode(clip)]
    assert widths == [77] * 10 + [102] * 10


def test_the_shape_told_by_the_container_goes_first(make_clip: MakeClip) -> None:
    square = make_clip("square.mp4", "-f", "lavfi", "-i", "testsrc2=s=72x58:r=10:d=0.5,setsar=1", *X264)
    wide = make_clip("wide.mkv", "-i", str(square), "-c", "copy", "-aspect", "16:9")
    assert next(iter(decode(wide))).rgb().shape == (58, 103, 3)


def test_times_before_zero_are_kept(make_clip: MakeClip) -> None:
    clip = make_clip(
        "early.mkv", "-f", "lavfi", "-i", "testsrc2=s=64x48:r=10:d=1", *X264, "-bf", "0", "-output_ts_offset", "-0.5",
        "-avoid_negative_ts", "disabled",
    )  # fmt: skip
    with VideoReader(clip) as reader:
        times = [picture.time_s for picture in reader]
    assert len(times) == 10
    assert times[0] <= 0
    assert all(later > earlier for earlier, later in pairwise(times))
    assert not reader.report.truncated


def test_an_edit_list_hides_what_was_cut_off(make_clip: MakeClip) -> None:
    """A cut without re-encoding begins at a key frame before it and hides the way to the first picture."""
    whole = make_clip("whole.mp4", "-f", "lavfi", "-i", "testsrc2=s=64x48:r=25:d=4", *X264, "-bf", "3", "-g", "50")
    clip = make_clip("cut.mp4", "-ss", "1", "-i", str(whole), "-t", "1", "-c", "copy")
    shown = [picture.luma().copy() for picture in decode(clip)]
    expected = [picture.luma().copy() for picture in decode(whole) if 1 <= picture.time_s < 2]
    assert len(shown) >= 25
    assert all(np.array_equal(one, other) for one, other in zip(shown, expected, strict=False))


@pytest.mark.parametrize(
    ("name", "codec"), [("raw.h264", X264), ("raw.h265", ("-c:v", "libx265", "-x265-params", "log-level=none")),
                        ("b.avi", ("-c:v", "mpeg4", "-bf", "2"))],
)  # fmt: skip
def test_files_without_times_get_those_of_their_rate(make_clip: MakeClip, name: str, codec: tuple[str, ...]) -> None:
    made = make_clip(name.replace(".h265", ".hevc"), "-f", "lavfi", "-i", "testsrc2=s=64x48:r=25:d=1", *codec)
    with VideoReader(made) as reader:
        times = [picture.time_s for picture in reader]
    assert len(times) == 25
    assert {later - earlier for earlier, later in pairwise(times)} == {Fraction(1, 25)}
    assert not reader.report.truncated


def test_equal_times_become_different_ones(make_clip: MakeClip) -> None:
    clip = make_clip(
        "twice.mkv", "-f", "lavfi", "-i", "testsrc2=s=64x48:r=10:d=1", "-c:v", "mjpeg", "-bsf:v",
        "setts=pts=floor(N/2)*200:dts=floor(N/2)*200",
    )  # fmt: skip
    with VideoReader(clip) as reader:
        pts = [picture.pts for picture in reader]
    assert len(pts) == 10
    assert pts == sorted(set(pts))


@pytest.mark.parametrize("suffix", ["mp4", "mkv", "ts", "avi", "webm"])
def test_a_video_of_one_frame_is_a_video(make_clip: MakeClip, suffix: str) -> None:
    codec = ("-c:v", "libvpx-vp9") if suffix == "webm" else X264
    clip = make_clip(f"one.{suffix}", "-f", "lavfi", "-i", "testsrc2=s=64x48:r=25", "-frames:v", "1", *codec)
    with VideoReader(clip) as reader:
        assert [picture.rgb().shape for picture in reader] == [(48, 64, 3)]
    assert not reader.report.truncated


def test_a_cover_beside_a_real_video_is_passed_over(make_clip: MakeClip, tmp_path: Path) -> None:
    write_image(tmp_path / "cover.png", np.full((32, 32, 3), 200, np.uint8))
    video = make_clip("plain.mp4", "-f", "lavfi", "-i", "testsrc2=s=64x48:r=10:d=1", *X264)
    clip = make_clip(
        "covered.mp4", "-i", str(tmp_path / "cover.png"), "-i", str(video), "-map", "0", "-map", "1", "-c", "copy",
        "-disposition:v:0", "attached_pic", "-disposition:v:1", "default",
    )  # fmt: skip
    assert {picture.rgb().shape for picture in decode(clip)} == {(48, 64, 3)}


def test_of_two_videos_in_a_file_the_default_one_is_taken(make_clip: MakeClip) -> None:
    """Else the first: players show one, and so do we."""
    small = make_clip("small.mp4", "-f", "lavfi", "-i", "testsrc2=s=64x48:r=10:d=1", *X264)
    large = make_clip("large.mp4", "-f", "lavfi", "-i", "testsrc2=s=96x64:r=10:d=1", *X264)
    both = ("-i", str(small), "-i", str(large), "-map", "0", "-map", "1", "-c", "copy")
    plain = make_clip("plain2.mkv", *both, "-disposition:v:0", "0", "-disposition:v:1", "0")
    second = make_clip("second.mkv", *both, "-disposition:v:0", "0", "-disposition:v:1", "default")
    assert {picture.rgb().shape for picture in decode(plain)} == {(48, 64, 3)}
    assert {picture.rgb().shape for picture in decode(second)} == {(64, 96, 3)}


@pytest.mark.parametrize(
    "layout", ["gray", "gray10le", "yuv420p", "yuv422p10le", "yuva420p", "bgr0", "gbrp10le", "yuv444p16le"]
)
def test_every_format_has_a_luma_of_its_size(make_clip: MakeClip, layout: str) -> None:
    clip = make_clip(
        "layout.mkv", "-f", "lavfi", "-i", "testsrc2=s=80x60:r=5:d=0.4,format=rgb24,scale=75:49,setsar=1", "-pix_fmt",
        layout, "-c:v", "ffv1",
    )  # fmt: skip
    picture = next(iter(decode(clip)))
    assert picture.frame.format.name == layout
    assert picture.luma().shape == (49, 75)
    assert picture.luma().dtype == np.uint8
    assert picture.luma().std() > 20
    assert picture.rgb().shape == (49, 75, 3)


def test_without_a_matrix_a_picture_is_as_stored() -> None:
    assert display_matrix(av.VideoFrame(16, 16, "yuv420p")) == AS_STORED
