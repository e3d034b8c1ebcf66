"""A broken packet: nothing that leans on it is handed out as good."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest

from bgrsr_data.media.video import VideoReader

MakeClip = Callable[..., Path]
SOURCE = ("-f", "lavfi", "-i", "testsrc2=s=160x120:r=25:d=3,noise=alls=30:allf=t:all_seed=1")
CODED = {
    "one-key.mp4": ("-c:v", "libx264", "-g", "250", "-movflags", "+faststart"),
    "short-gops.mp4": ("-c:v", "libx264", "-g", "12", "-movflags", "+faststart"),
    "no-b.mp4": ("-c:v", "libx264", "-g", "250", "-bf", "0", "-movflags", "+faststart"),
    "mpeg4.mp4": ("-c:v", "mpeg4", "-movflags", "+faststart"),
    "mpeg1.mpg": ("-c:v", "mpeg1video", "-bf", "2"),
}


def shown(path: Path) -> tuple[dict[int, np.ndarray], VideoReader]:
    with VideoReader(path) as reader:
        return {picture.pts: picture.luma().copy() for picture in reader}, reader


def packets(path: Path) -> list[tuple[int, int]]:
    """(place in the file, size) of each packet, in the order of the file."""
    with av.open(str(path)) as container:
        return [(int(p.pos or 0), p.size) for p in container.demux(container.streams.video[0]) if p.size]


@pytest.mark.parametrize("name", CODED)
@pytest.mark.parametrize("nth", [20, 21, 22, 40])
def test_no_picture_that_leans_on_a_broken_packet_is_handed_out(
    make_clip: MakeClip, tmp_path: Path, name: str, nth: int
) -> None:
    clip = make_clip(name, *SOURCE, *CODED[name])
    good, whole = shown(clip)
    assert (len(good), whole.report.skipped) == (75, 0)
    data, (at, size) = bytearray(clip.read_bytes()), packets(clip)[nth]
    dice = random.Random(nth)
    for place in range(at + size // 3, at + size // 3 + min(40, size // 3)):
        data[place] = dice.randrange(256)
    broken = tmp_path / name
    broken.write_bytes(data)
    kept, reader = shown(broken)
    assert reader.report.broken >= 1
    assert 0 < len(kept) < 75
    wrong = [pts for pts, luma in kept.items() if np.abs(luma.astype(int) - good[pts]).mean() > 1]
    assert wrong == []
    assert reader.report.skipped >= 75 - len(kept)


def test_a_broken_packet_costs_no_more_than_its_group(make_clip: MakeClip, tmp_path: Path) -> None:
    clip = make_clip("short-gops.mp4", *SOURCE, *CODED["short-gops.mp4"])
    data, (at, size) = bytearray(clip.read_bytes()), packets(clip)[40]
    data[at + 8 : at + size] = bytes(size - 8)
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(data)
    kept, _ = shown(broken)
    assert len(kept) >= 75 - 16
