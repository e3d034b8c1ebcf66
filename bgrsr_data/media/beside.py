"""What a file says beside a frame: its display matrix, its HDR metadata."""

from __future__ import annotations

from typing import Any

import av
from av.sidedata.sidedata import SideDataContainer
from av.sidedata.sidedata import Type as Beside

__all__ = ["Beside", "beside"]


def beside(frame: av.VideoFrame, kind: Beside) -> bytes:
    """The bytes of one kind of side data, laid out as FFmpeg's structures; empty where there are none.

    `frame.side_data` would tie the frame and its container into a circle that only the garbage collector unties, late:
    hundreds of megabytes of 1080p frames would wait for it.
    """
    unbound: Any = SideDataContainer  # whose stub tells no arguments
    try:
        return bytes(unbound(frame)[kind])
    except KeyError:
        return b""
