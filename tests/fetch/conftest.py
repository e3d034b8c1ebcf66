"""Clips made on the spot, and a web server that serves them well or badly."""

from __future__ import annotations

import gc
import subprocess
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import imageio_ffmpeg
import pytest
from fetch.server import FaultServer

from bgrsr_data.records import Source


def run_ffmpeg(*arguments: object) -> None:
    """Run the ffmpeg that came with the package."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y", "-nostdin", *map(str, arguments)]
    subprocess.run(command, check=True, capture_output=True)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a.mp4 (2 s, 160x120, 25 a second), b.mp4, photo.png, and streams of a.mp4 in hls/ and dash/."""
    folder = tmp_path_factory.mktemp("site")
    for name, colour in (("a", "testsrc2"), ("b", "mandelbrot")):
        run_ffmpeg(
            "-f", "lavfi", "-i", f"{colour}=size=160x120:rate=25", "-t", 2, "-c:v", "libx264", "-g", 12, "-pix_fmt",
            "yuv420p", "-threads", 1, "-movflags", "+faststart", folder / f"{name}.mp4",
        )  # fmt: skip
    run_ffmpeg("-i", folder / "a.mp4", "-frames:v", 1, folder / "photo.png")
    (folder / "hls").mkdir()
    run_ffmpeg(
        "-i", folder / "a.mp4", "-c", "copy", "-hls_time", 0.4, "-hls_playlist_type", "vod", "-hls_segment_filename",
        folder / "hls" / "part%03d.ts", folder / "hls" / "index.m3u8",
    )  # fmt: skip
    (folder / "dash").mkdir()
    run_ffmpeg("-i", folder / "a.mp4", "-c", "copy", "-f", "dash", "-seg_duration", 0.4, folder / "dash" / "index.mpd")
    for name in ("photo.png", "a.mp4"):
        (folder / f"nameless-{name.partition('.')[2]}").write_bytes((folder / name).read_bytes())
    return folder


@pytest.fixture
def server(site: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FaultServer]:
    """A fresh server on `site`; yt-dlp asks it through no proxy of this machine."""
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # yt-dlp leaves its sockets to the garbage collector
        with FaultServer(site) as running:
            yield running
        gc.collect()


@pytest.fixture
def make_source() -> Callable[..., Source]:
    """Build a Source row with a licence and a creator."""

    def make(**given: object) -> Source:
        told = {"id": "source-0", "name": "test", "role": "talking-head", "licence": "CC0-1.0", "creator": "nobody"}
        return Source.model_validate({**told, **given})

    return make
