"""What a file says beside a frame: its display matrix, its HDR metadata."""

from __future__ import annotations

from typing import Any

import av
from av.sidedata.sidedata import Type as Beside

__all__ = ["Beside", "beside"]


def beside(frame: av.VideoFrame, kind: Beside) -> bytes:
    """The bytes of one kind of side data, laid out as FFmpeg's structures; empty where there are none."""
    held: Any = frame.side_data
    try:
        return bytes(held[kind])
    except KeyError:
        return b""
