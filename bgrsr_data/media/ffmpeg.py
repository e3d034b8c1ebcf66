"""The ffmpeg program: the one on PATH, else the one that imageio-ffmpeg brings."""

from __future__ import annotations

import shutil
from pathlib import Path

import imageio_ffmpeg

from bgrsr_data.errors import ToolError


def ffmpeg_path() -> Path:
    """Find the ffmpeg program.

    Raises:
        ToolError: There is none.
    """
    found = shutil.which("ffmpeg")
    if found:
        return Path(found)
    try:
        return Path(imageio_ffmpeg.get_ffmpeg_exe())
    except RuntimeError as error:
        raise ToolError("no ffmpeg program found; install it with: pip install imageio-ffmpeg") from error
