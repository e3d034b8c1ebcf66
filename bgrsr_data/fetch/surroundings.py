"""What yt-dlp needs around it: ffmpeg to merge and mend, deno for YouTube's JavaScript.

Both come with us as packages, so that nothing has to be installed for the whole machine; one on PATH goes first.
"""

from __future__ import annotations

import shutil
from typing import Any

import deno  # type: ignore[import-untyped]

from bgrsr_data.media.ffmpeg import ffmpeg_path


def find_deno() -> str:
    """The JavaScript runtime that yt-dlp is to use: of PATH, or the one of the deno package."""
    return shutil.which("deno") or str(deno.find_deno_bin())


def surroundings() -> dict[str, Any]:
    """Options that fit yt-dlp into our environment: silent, with ffmpeg and deno at hand."""
    return {
        "quiet": True,
        "no_warnings": True,
        "noprogress": True,
        "no_color": True,
        "logger": _Silence(),
        "ffmpeg_location": str(ffmpeg_path()),
        "js_runtimes": {"deno": {"path": find_deno()}},
    }


class _Silence:
    """yt-dlp's logger: what it has to say comes to us as an error."""

    def debug(self, message: str) -> None: ...
    def info(self, message: str) -> None: ...
    def warning(self, message: str) -> None: ...
    def error(self, message: str) -> None: ...
