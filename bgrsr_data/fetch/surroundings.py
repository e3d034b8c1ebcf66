"""What yt-dlp needs around it: ffmpeg to merge and mend, a JavaScript runtime for YouTube.

Both come with us as packages, so that nothing has to be installed for the whole machine, and nothing on PATH.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from yt_dlp.globals import supported_js_runtimes  # importing anything of yt_dlp fills it

from bgrsr_data.media.ffmpeg import ffmpeg_path


@dataclass(frozen=True, slots=True)
class Runtime:
    """A program that runs JavaScript, in a version that yt-dlp takes.

    Args:
        name: "deno" or "node".
        path: Where it is.
        version: As "2.9.2".
    """

    name: str
    path: str
    version: str


@cache
def find_javascript() -> Runtime | None:
    """The runtime that yt-dlp is to use: deno of the package, deno of PATH, or node of PATH (22 or later)."""
    for name, path in _candidates():
        told = supported_js_runtimes.value[name](path=path).info
        if told is not None and told.supported:
            return Runtime(name, path, told.version)
    return None


def surroundings() -> dict[str, Any]:
    """Options that fit yt-dlp into our environment: silent, with ffmpeg and JavaScript at hand."""
    runtime = find_javascript()
    return {
        "quiet": True,
        "no_warnings": True,
        "noprogress": True,
        "no_color": True,
        "logger": _Silence(),
        "ffmpeg_location": str(ffmpeg_path()),
        "js_runtimes": {runtime.name: {"path": runtime.path}} if runtime else {},
    }


def _candidates() -> Iterator[tuple[str, str]]:
    try:
        import deno  # type: ignore[import-untyped]  # noqa: PLC0415 - there is no wheel of it for every machine

        yield "deno", str(deno.find_deno_bin())
    except (ImportError, FileNotFoundError):
        pass
    for name in ("deno", "node"):
        if path := shutil.which(name):
            yield name, path


class _Silence:
    """yt-dlp's logger: what it has to say comes to us as an error."""

    def debug(self, message: str) -> None: ...
    def info(self, message: str) -> None: ...
    def warning(self, message: str) -> None: ...
    def error(self, message: str) -> None: ...
