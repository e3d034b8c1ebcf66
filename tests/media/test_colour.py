"""Known colours through every tag, coded by hand: as they are meant to be seen, within two levels."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from pathlib import Path

import av
import numpy as np
import pytest
from colour_chart import COLOURS, UNTAGGED, WEIGHTS, chart, encode, patches, worst_error

from bgrsr_data.errors import Rejection
from bgrsr_data.media.coding import coding_of
from bgrsr_data.media.picture import Picture
from bgrsr_data.media.video import decode

FINE = {
    "libx264": {"qp": "2", "preset": "ultrafast"},
    "libx265": {"x265-params": "lossless=1:bframes=0:log-level=none", "preset": "ultrafast"},
    "libvpx-vp9": {"lossless": "1", "deadline": "realtime", "cpu-used": "8"},
    "ffv1": {},
    "prores_ks": {"profile": "4", "qscale": "1"},
    "mpeg2video": {"qmin": "1", "qmax": "1"},
    "mpeg4": {"qmin": "1", "qmax": "1"},
    "mjpeg": {"qmin": "1", "qmax": "1"},
}
# codec, suffix, layouts, whether it can say the matrix, and the range
CODED = [
    ("libx264", "mp4", ("yuv420p", "yuv422p", "yuv444p", "yuv420p10le", "yuv422p10le", "nv12"), True, True),
    ("libx265", "mp4", ("yuv420p", "yuv444p", "yuv420p10le", "yuv422p10le"), True, True),
    ("libvpx-vp9", "webm", ("yuv420p", "yuv444p"), True, True),
    ("ffv1", "mkv", ("yuv420p", "yuv422p", "yuv444p", "yuv420p10le", "yuv444p16le"), True, True),
    ("prores_ks", "mov", ("yuv422p10le", "yuv444p10le"), True, False),
    ("mpeg2video", "mkv", ("yuv420p", "yuv422p"), True, False),
    ("mpeg4", "avi", ("yuv420p",), False, False),
]
HEIGHTS = (96, 576, 720)


def first(path: Path) -> Picture:
    return next(iter(decode(path)))


@pytest.mark.parametrize(("codec", "suffix", "layouts", "says_matrix", "says_range"), CODED, ids=str)
def test_colours_come_back_whatever_the_tags_say(
    tmp_path: Path, codec: str, suffix: str, layouts: tuple[str, ...], says_matrix: bool, says_range: bool
) -> None:
    """Untagged means BT.601 below 720 lines and BT.709 from there on, and limited range."""
    wrong = []
    tags = (UNTAGGED, *WEIGHTS) if says_matrix else (UNTAGGED,)
    for layout, height, tag, extent in product(layouts, HEIGHTS, tags, (0, 1, 2) if says_range else (0, 1)):
        meant = (1 if height >= 720 else 6) if tag == UNTAGGED else tag
        frame = chart(layout, height, meant, full=extent == 2)
        path = encode(tmp_path / f"chart.{suffix}", frame, codec, FINE[codec], colorspace=tag, color_range=extent)
        picture = first(path)
        error = worst_error(picture.rgb())
        if error > 2:
            wrong.append((layout, height, tag, extent, picture.frame.colorspace, picture.frame.color_range, error))
    assert wrong == []


@pytest.mark.parametrize("height", HEIGHTS)
def test_motion_jpeg_is_full_range_and_601_at_any_size(tmp_path: Path, height: int) -> None:
    for layout in ("yuvj420p", "yuvj444p"):
        frame = chart(layout, height, 6, full=True)
        clip = encode(tmp_path / "chart.avi", frame, "mjpeg", FINE["mjpeg"], color_range=2)
        assert worst_error(first(clip).rgb()) <= 2


@pytest.mark.parametrize("height", HEIGHTS)
@pytest.mark.parametrize("extent", [0, 1, 2])
def test_rgb_is_full_range_whatever_its_tag_says(tmp_path: Path, height: int, extent: int) -> None:
    for codec, layout in (("libx265", "gbrp"), ("libvpx-vp9", "gbrp")):
        clip = encode(
            tmp_path / "chart.mp4", chart(layout, height), codec, FINE[codec], colorspace=0, color_range=extent
        )
        picture = first(clip)
        assert picture.frame.format.name == layout
        assert worst_error(picture.rgb()) == 0


@pytest.mark.parametrize(
    ("codec", "tagged", "full"), [("ffv1", 1, False), ("ffv1", 2, True), ("ffv1", 0, True), ("libx265", 1, False),
                                  ("libx265", 2, True), ("libx265", 0, False)],
)  # fmt: skip
@pytest.mark.parametrize("layout", ["gray", "gray10le"])
def test_grey_has_the_range_of_its_tag_or_of_its_codec(
    tmp_path: Path, codec: str, layout: str, tagged: int, full: bool
) -> None:
    greys = np.linspace(0, 255, 15).round()[:, None].repeat(3, axis=1)
    frame = chart(layout, 96, full=full, colours=greys)
    suffix = "mkv" if codec == "ffv1" else "mp4"
    clip = encode(tmp_path / f"grey.{suffix}", frame, codec, FINE[codec], color_range=tagged)
    picture = first(clip)
    assert picture.frame.format.name == layout
    assert worst_error(picture.rgb(), greys) <= 1


def test_a_tag_of_the_container_holds_where_the_stream_says_nothing(tmp_path: Path) -> None:
    """VP9 has no word for the matrix of the FCC, Matroska has."""
    clip = encode(tmp_path / "fcc.webm", chart("yuv444p", 720, 4), "libvpx-vp9", FINE["libvpx-vp9"], colorspace=4)
    assert worst_error(first(clip).rgb()) <= 2


@pytest.mark.parametrize(
    ("codec", "layout", "suffix"), [("prores_ks", "yuva444p10le", "mov"), ("ffv1", "yuva420p", "mkv")]
)
def test_alpha_is_left_out(tmp_path: Path, codec: str, layout: str, suffix: str) -> None:
    """The chart is half transparent; its colours are straight, so they are what was coded."""
    clip = encode(tmp_path / f"alpha.{suffix}", chart(layout, 96), codec, FINE[codec], colorspace=1, color_range=1)
    picture = first(clip)
    assert len(picture.frame.format.components) == 4
    assert worst_error(picture.rgb()) <= 2


# ITU-R BT.2087-0, annex 1: linear BT.709 to linear BT.2020
TO_2020 = np.array([[0.6274, 0.3293, 0.0433], [0.0691, 0.9195, 0.0114], [0.0164, 0.0880, 0.8956]])


def test_standard_range_of_wide_primaries_comes_back_as_srgb(tmp_path: Path) -> None:
    wide = 255 * (((COLOURS / 255) ** 2.4) @ TO_2020.T) ** (1 / 2.4)  # display light, ITU-R BT.1886
    for transfer in (1, 14, 15, 2):
        frame = chart("yuv444p10le", 720, 9, colours=wide)
        clip = encode(
            tmp_path / "wide.mkv", frame, "ffv1", {}, colorspace=9, color_range=1, color_primaries=9, color_trc=transfer
        )
        rgb = first(clip).rgb()
        inside = COLOURS.min(axis=1) >= 8
        assert np.abs(patches(rgb) - COLOURS)[inside].max() <= 1
        # at the edge of BT.709 a step of the 10 bits is ten levels of a channel that is black, but hardly any light
        assert np.abs((patches(rgb) / 255) ** 2.4 - (COLOURS / 255) ** 2.4).max() < 0.002
    assert np.abs(wide - COLOURS).max() > 50, "taken for BT.709 they would be far off"


def test_p3_of_a_phone_comes_back_as_srgb(tmp_path: Path) -> None:
    """Green of Display P3, inside BT.709: linear (0.2, 0.5, 0.2) by the matrix of SMPTE EG 432-1 and IEC 61966-2-1."""
    p3_to_709 = np.array([[1.2249, -0.2247, 0.0], [-0.0420, 1.0419, 0.0], [-0.0197, -0.0786, 1.0979]])
    linear = np.array([[0.2, 0.5, 0.2], [0.3, 0.3, 0.3], [0.6, 0.4, 0.3]])
    coded, expected = (255 * light ** (1 / 2.4) for light in (linear, linear @ p3_to_709.T))
    frame = chart("yuv444p10le", 720, 1, colours=coded)
    clip = encode(tmp_path / "p3.mkv", frame, "ffv1", {}, colorspace=1, color_primaries=12, color_trc=1)
    assert worst_error(first(clip).rgb(), expected) <= 1


@pytest.mark.parametrize("transfer", [1, 2, 4, 5, 6, 7, 11, 13])
@pytest.mark.parametrize("primaries", [1, 2, 5, 6, 7])
def test_transfers_and_primaries_of_common_screens_are_shown_as_they_are(
    tmp_path: Path, transfer: int, primaries: int
) -> None:
    frame = chart("yuv444p", 96, 1)
    clip = encode(
        tmp_path / "as-is.mkv", frame, "ffv1", {}, colorspace=1, color_primaries=primaries, color_trc=transfer
    )
    assert worst_error(first(clip).rgb()) <= 1


def test_linear_light_is_encoded_for_a_screen(tmp_path: Path) -> None:
    linear = np.array([0.0, 0.05, 0.2140, 0.5, 1.0])[:, None].repeat(3, axis=1)  # 0.2140 is sRGB ½
    frame = chart("yuv444p16le", 96, 1, full=True, colours=255 * linear)
    clip = encode(tmp_path / "linear.mkv", frame, "ffv1", {}, colorspace=1, color_range=2, color_trc=8)
    expected = np.array([0, 63, 127.5, 187.5, 255])[:, None].repeat(3, axis=1)
    assert worst_error(first(clip).rgb(), expected) <= 1


@pytest.mark.parametrize(
    ("tags", "named"),
    [({"colorspace": 8}, "YCgCo"), ({"colorspace": 14}, "ICtCp"), ({"colorspace": 10}, "constant luminance"),
     ({"color_trc": 9}, "log"), ({"color_trc": 17}, "cinema")],
)  # fmt: skip
def test_colours_that_cannot_be_known_are_refused_by_name(tmp_path: Path, tags: dict[str, int], named: str) -> None:
    clip = encode(tmp_path / "odd.mkv", chart("yuv444p", 96), "ffv1", {}, **tags)
    with pytest.raises(Rejection, match=named) as told:
        list(decode(clip))
    assert told.value.reason == "colour"


def test_a_deinterlaced_picture_keeps_its_colours(tmp_path: Path) -> None:
    for matrix, extent in product((1, 6, 9), (1, 2)):
        frame = chart("yuv420p", 96, matrix, full=extent == 2)
        frame_of_fields = encode(
            tmp_path / "fields.mp4", frame, "libx264", {**FINE["libx264"], "flags": "+ildct", "x264-params": "tff=1"},
            colorspace=matrix, color_range=extent,
        )  # fmt: skip
        picture = first(frame_of_fields)
        assert picture.frame.colorspace == matrix
        assert worst_error(picture.rgb()) <= 2


@pytest.mark.parametrize("layout", ["yuv420p", "yuvj420p", "yuv422p10le", "yuv444p", "nv12", "gray", "ya8", "yuva420p"])
@pytest.mark.parametrize("width", [206, 333])
def test_the_way_by_planes_gives_the_bytes_of_packed_pixels(layout: str, width: int) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (122, 206, 3), np.uint8)
    frame = av.VideoFrame.from_ndarray(noise, format="rgb24").reformat(format=layout)
    picture = Picture(frame, 0, Fraction(1, 25), Fraction(width, 206))
    coding = coding_of(frame)
    assert np.array_equal(picture._rgb_in_8_bits(coding), picture._rgb_as_coded("rgb24", np.uint8, coding))
