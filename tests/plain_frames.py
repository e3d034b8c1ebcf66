"""Frames of one plain file, the way `bgrsr frames FILE --out DIR` takes them."""

from __future__ import annotations

from pathlib import Path

from bgrsr_data.frames.files import plain_items
from bgrsr_data.frames.options import FrameOptions
from bgrsr_data.frames.step import Frames
from bgrsr_data.records import Record


def extract_files(clip: Path, out: Path, options: FrameOptions) -> list[Record]:
    """Take the frames of one clip into `out`/NAME."""
    (item,) = plain_items([clip])
    return list(Frames(options).run(item, out))
