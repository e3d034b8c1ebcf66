"""What `select` reads is in the rows of `frames`: the same footage under two names is known again from rows alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import cast

import pytest

from bgrsr_data.frames.files import plain_items
from bgrsr_data.frames.options import FrameOptions
from bgrsr_data.frames.step import Frames
from bgrsr_data.records import Background, Frame, Record, Role
from bgrsr_data.selection.choose import choose
from bgrsr_data.selection.options import SelectOptions

MakeClip = Callable[..., Path]


def rows_of(clip: Path, out: Path, role: Role) -> Sequence[Record]:
    (item,) = plain_items([clip], role)
    return Frames(FrameOptions(per_second=5, near_duplicate_bits=0, faces=True)).run(item, out)


@pytest.mark.parametrize("role", ["greenscreen", "talking-head", "background"])
def test_every_row_has_its_looks_and_a_frame_its_exposure(make_clip: MakeClip, tmp_path: Path, role: Role) -> None:
    clip = make_clip("grey.mkv", "-f", "lavfi", "-i", "color=0x808080:s=64x48:r=5:d=1", "-c:v", "ffv1")
    rows = rows_of(clip, tmp_path, role)
    assert rows
    for row in rows:
        assert isinstance(row, Frame | Background)
        assert row.dhash == "0" * 16
        assert set(bytes.fromhex(row.thumbnail)) <= {127, 128, 129}
        assert len(row.thumbnail) == 128
        if isinstance(row, Frame):
            assert row.brightness == pytest.approx(0.5, abs=0.01)
            assert (row.dark, row.bright, row.faces, row.face_height) == (0, 0, 0, 0)


def test_footage_that_came_twice_under_two_names_is_known_again(
    footage: Path, make_clip: MakeClip, tmp_path: Path
) -> None:
    """Full range instead of limited, half the size, another codec: as from another site."""
    clip = footage / "talking_heads" / "liveportrait_s18.mp4"
    other = ("-vf", "scale=iw/2:ih/2:out_range=full,format=yuvj420p", "-an", "-c:v", "mjpeg", "-q:v", "5")
    copy = make_clip("copy.mkv", "-i", str(clip), *other)
    rows = [*rows_of(clip, tmp_path / "1", "talking-head"), *rows_of(copy, tmp_path / "2", "talking-head")]
    choice = choose(cast(list[Frame], rows), [], {}, SelectOptions())
    assert {row.width for row in choice.frames} == {1280} or len(choice.frames) < 0.6 * len(rows)
    assert {reason for _, reason, _ in choice.left_out} == {"near-duplicate-of-another-person"}
    kept = {row.id for row in choice.frames}
    assert {cast(Frame, row).id for row in rows if cast(Frame, row).width == 1280} <= kept
