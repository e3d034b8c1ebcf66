"""Sections: exactly the pictures of a part, whatever the container, at the cost of the part."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bgrsr_data.errors import InputError, Rejection
from bgrsr_data.frames.footage import Footage
from bgrsr_data.frames.options import FrameOptions
from bgrsr_data.frames.sections import Cutter, Section, sections_of
from bgrsr_data.frames.step import Frames
from bgrsr_data.media.video import VideoReader, decode
from bgrsr_data.records import Frame, Record, RejectionRow
from bgrsr_data.stage import Item

MakeClip = Callable[..., Path]
MOVING = ("-f", "lavfi", "-i", "testsrc2=s=128x96:r=25:d=20,noise=alls=12:allf=t:all_seed=3")
X264 = ("-c:v", "libx264", "-preset", "veryfast", "-g", "50", "-bf", "3", "-x264-params")
FILES = {
    "mp4 with B-frames and an edit list": ("b.mp4", *X264, "open-gop=0"),
    "open groups of pictures": ("open.mp4", *X264, "open-gop=1"),
    "fragments": ("fragments.mp4", *X264, "open-gop=0", "-movflags", "frag_keyframe+empty_moov"),
    "fragments without an index": ("bare.mp4", *X264, "x=1", "-movflags", "frag_keyframe+empty_moov+skip_sidx"),
    "one key frame": ("rare.mp4", "-c:v", "libx264", "-g", "10000"),
    "intra refresh": ("refresh.mkv", *X264, "intra-refresh=1"),
    "matroska": ("a.mkv", *X264, "open-gop=1"),
    "matroska without cues": ("live.mkv", *X264, "open-gop=0", "-live", "1"),
    "webm": ("a.webm", "-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-g", "60"),
    "transport stream": ("a.ts", *X264, "open-gop=0"),
    "programme stream": ("a.mpg", "-c:v", "mpeg2video", "-bf", "2", "-q:v", "3"),
    "avi": ("a.avi", "-c:v", "mpeg4", "-bf", "2", "-q:v", "3"),
    "raw h264": ("a.h264", *X264, "open-gop=0"),
    "interlaced": ("fields.mp4", "-vf", "interlace=scan=tff", *X264, "tff=1", "-flags", "+ildct+ilme"),
    "late start": ("late.mkv", *X264, "open-gop=0", "-output_ts_offset", "7.3"),
    "early start": ("early.mp4", *X264, "open-gop=0", "-output_ts_offset", "-3.1", "-avoid_negative_ts", "disabled"),
}
PARTS = ((3, Fraction("3.4")), (Fraction("9.98"), 11), (11, Fraction("11.2")), (Fraction("16.04"), 30))


@pytest.mark.parametrize("name", FILES)
def test_a_part_is_what_decoding_from_the_start_gives(make_clip: MakeClip, name: str) -> None:
    clip = make_clip(FILES[name][0], *MOVING, *FILES[name][1:])
    every = [(picture.pts, picture.time_s, picture.luma().copy()) for picture in decode(clip)]
    origin = every[0][1]
    with VideoReader(clip) as reader:
        cutter = Cutter(reader)
        for start, end in PARTS:
            expected = [one for one in every if start <= one[1] - origin < end]
            cut = [
                (one.pts, one.time_s, one.luma().copy()) for one in cutter.cut(Section(Fraction(start), Fraction(end)))
            ]
            assert [one[:2] for one in cut] == [one[:2] for one in expected]
            assert all(np.array_equal(one[2], other[2]) for one, other in zip(cut, expected, strict=True))
        assert cutter.ended
        assert reader.report.skipped == 0
        assert not reader.report.truncated


def test_sections_are_taken_in_order_of_time_and_each_picture_once(make_clip: MakeClip) -> None:
    clip = make_clip("b.mp4", *MOVING, *X264, "open-gop=0")
    parts = sections_of(["00:05-00:06", "00:02-00:04", "00:03-00:05.5"], FrameOptions())
    with VideoReader(clip) as reader:
        cutter = Cutter(reader)
        cut = [[one.time_s for one in cutter.cut(part)] for part in parts]
    assert [len(times) for times in cut] == [50, 38, 12]
    assert [*cut[0], *cut[1], *cut[2]] == [2 + Fraction(n, 25) for n in range(100)]


def run(clip: Path, out: Path, *sections: str, **options: object) -> list[Record]:
    footage = Footage("clip-1", "talking-head", "someone", "video", str(clip), "clip", sections)
    stage = Frames(FrameOptions.model_validate(options))
    return list(stage.run(Item("clip-1", (), footage), out))


def times(rows: list[Record]) -> list[float]:
    return [float(row.pts * row.time_base) for row in rows if isinstance(row, Frame)]


def test_windows_start_anew_and_a_section_is_a_shot_of_its_own(make_clip: MakeClip, tmp_path: Path) -> None:
    clip = make_clip("b.mp4", *MOVING, *X264, "open-gop=0")
    rows = run(clip, tmp_path, "00:02.5-00:04.5", "00:10-00:11", per_second=1, near_duplicate_bits=0)
    first, second, third = times(rows)
    assert 2.5 <= first < 3.5 <= second < 4.5
    assert 10 <= third < 11
    assert [row.shot for row in rows if isinstance(row, Frame)] == [0, 0, 1]


def test_sections_go_before_the_options(make_clip: MakeClip, tmp_path: Path) -> None:
    clip = make_clip("b.mp4", *MOVING, *X264, "open-gop=0")
    assert [int(time) for time in times(run(clip, tmp_path, "00:04-00:05", start_s=9, end_s=12))] == [4]
    assert [int(time) for time in times(run(clip, tmp_path, start_s=9, end_s=10))] == [9]


def test_what_of_a_section_lies_beyond_the_end_is_said(make_clip: MakeClip, tmp_path: Path) -> None:
    clip = make_clip("b.mp4", *MOVING, *X264, "open-gop=0")
    rows = run(clip, tmp_path, "00:18-00:24", "01:00-01:10", "00:19-00:20.5", near_duplicate_bits=0)
    told = [(row.reason, row.detail) for row in rows if isinstance(row, RejectionRow)]
    assert told == [
        ("section-beyond-end", "section 00:18-00:24 goes on after the end of the clip (20.00 s)"),
        ("section-empty", "section 00:19-00:20.5 holds no picture of its own"),
        ("section-beyond-end", "section 01:00-01:10 begins after the end of the clip (20.00 s)"),
    ]
    assert len(times(rows)) == 2
    with pytest.raises(Rejection, match="section-beyond-end: section 01:00-01:10 begins after"):
        run(clip, tmp_path, "01:00-01:10")


def test_a_section_written_wrong_is_named(make_clip: MakeClip, tmp_path: Path) -> None:
    clip = make_clip("b.mp4", *MOVING, *X264, "open-gop=0")
    with pytest.raises(InputError, match="ends before it begins"):
        run(clip, tmp_path, "00:05-00:04")


def test_a_section_costs_its_length_and_not_the_way_to_it(
    make_clip: MakeClip, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = "testsrc2=s=128x96:r=25:d=60"
    clip = make_clip("long.mp4", "-f", "lavfi", "-i", long, "-c:v", "libx264", "-preset", "ultrafast", "-g", "50")
    read, packets_of = [0], VideoReader._packets

    def counted(reader: VideoReader) -> Iterator[Any]:
        for packet in packets_of(reader):
            read[0] += 1
            yield packet

    def cost(*sections: str) -> int:
        """Packets that were read and decoded."""
        read[0] = 0
        run(clip, tmp_path, *sections)
        return read[0]

    monkeypatch.setattr(VideoReader, "_packets", counted)
    assert 25 <= cost("00:57-00:58") < 0.15 * cost("00:01-00:58")
