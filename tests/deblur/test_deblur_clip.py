"""The whole way on a real clip some of whose frames were blurred: found, mended, and nothing else touched."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
from plain_frames import extract_files
from shutter import Shot

from bgrsr_data.deblur.options import DeblurOptions
from bgrsr_data.deblur.step import Deblur
from bgrsr_data.frames.options import FrameOptions
from bgrsr_data.ledger import Done, Ledger
from bgrsr_data.media.images import read_rgb
from bgrsr_data.media.video import decode
from bgrsr_data.records import Clip, Frame, make_id

BLURRED = (6, 13, 25, 32)


def psnr(one: np.ndarray, other: np.ndarray) -> float:
    return float(10 * np.log10(255**2 / np.mean((one.astype(float) - other.astype(float)) ** 2)))


@pytest.mark.footage
def test_blurred_frames_of_a_real_clip_are_found_and_mended(
    footage: Path, make_clip: Callable[..., Path], tmp_path: Path
) -> None:
    source = footage / "greenscreen" / "aframe_man_axe.mp4"
    true = [picture.rgb() for picture in islice(decode(source), 65, 105)]
    shot = Shot("axe", true)
    seen = [shot.expose(at, 14) if at in BLURRED else rgb for at, rgb in enumerate(true)]
    raw = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", "360x640", "-r", "25", "-i", "-"]
    clip = make_clip("axe.mp4", *raw, "-c:v", "libx264rgb", "-qp", "0", pixels=np.stack(seen).tobytes())
    row = Clip(
        id=make_id("axe", clip.resolve()), source="source-1", role="greenscreen", person="someone", licence="MIT",
        creator="me", title="t", path=str(clip), sha256="0", media="video", width=360, height=640, frames=len(seen),
        duration=Fraction(len(seen), 25), codec="h264",
    )  # fmt: skip
    ledger = Ledger(tmp_path / "ledger.sqlite", create=True)
    ledger.commit(Done("fetch", "axe", "f", "done"), [row])
    frames = extract_files(clip, tmp_path, FrameOptions(per_second=1000, near_duplicate_bits=0))
    ledger.commit(Done("frames", "axe", "f", "done"), frames)
    stage = Deblur(DeblurOptions())
    made = [one for item in stage.items(ledger) for one in stage.run(item, tmp_path) if isinstance(one, Frame)]
    ledger.close()
    improved = {round(one.pts * one.time_base * 25): one for one in made if one.decision == "improved"}
    assert set(improved) <= set(BLURRED)
    assert len(improved) >= 3
    gains = [psnr(read_rgb(tmp_path / one.path), true[at]) - psnr(seen[at], true[at]) for at, one in improved.items()]
    assert min(gains) > 0.8
    assert all(one.decision == "kept" for one in made if round(one.pts * one.time_base * 25) not in BLURRED)
