"""What a clip costs from file to files: `pytest -m benchmark -s tests/benchmarks/test_key_files_speed.py`.

Decoding, colour, key, PNG and hashes in one thread of one process, as a worker does it, part by part. Beside it what
people use today on the same clip: ffmpeg's chromakey and despill, one thread, to RGBA PNG.
"""

from __future__ import annotations

import itertools
import resource
import subprocess
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from cpu_time import cpu_ms
from skimage import data

from bgrsr_data.keying.core import key_image
from bgrsr_data.keying.files import plain_items
from bgrsr_data.keying.options import KeyOptions
from bgrsr_data.keying.step import KeyFrames, in_levels
from bgrsr_data.media.ffmpeg import ffmpeg_path
from bgrsr_data.media.images import write_image
from bgrsr_data.media.video import decode

pytestmark = pytest.mark.benchmark
FRAMES = 24


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    before = cv2.getNumThreads()
    cv2.setNumThreads(1)
    yield
    cv2.setNumThreads(before)


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    """A person who sways before an unevenly lit, noisy green wall, 1920×1080, H.264."""
    rng, person = np.random.default_rng(0), cv2.resize(np.asarray(data.astronaut()), (1080, 1080))
    yy, xx = np.mgrid[-1 : 1 : 1080 * 1j, -1 : 1 : 1080 * 1j]
    inside = (xx**2 / 0.3 + (yy - 0.3) ** 2 < 1) | ((xx / 0.4) ** 2 + (yy / 0.9) ** 2 < 1)
    wall = np.array([34, 168, 72]) * np.linspace(0.75, 1.1, 1920)[None, :, None] * np.ones((1080, 1, 1))
    path = tmp_path / "clip.mp4"
    words = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", "1920x1080", "-i", "-", "-crf", "20", "-pix_fmt", "yuv420p"]
    command = [str(ffmpeg_path()), "-v", "error", *words, "-preset", "veryfast", str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as encoder:
        assert encoder.stdin is not None
        for number in range(FRAMES):
            frame = wall + rng.normal(0, 2.5, (1080, 1920, 1))
            left = 420 + round(40 * np.sin(number / 4))
            frame[:, left : left + 1080][inside] = person[inside]
            encoder.stdin.write(np.clip(frame, 0, 255).astype(np.uint8).tobytes())
    return path


def test_from_clip_to_files(clip: Path, tmp_path: Path) -> None:
    options, (item,) = KeyOptions(), plain_items([clip])
    stage = KeyFrames(options)
    whole = cpu_ms(lambda: stage.run(item, tmp_path), 2) / FRAMES
    decoding = cpu_ms(lambda: list(decode(clip)), 3) / FRAMES
    picture = next(itertools.islice(decode(clip), 12, None))
    rgb = picture.rgb()
    key = key_image(rgb, options)
    levels = in_levels(key.alpha)
    parts = {
        "decode": decoding,
        "to RGB": cpu_ms(picture.rgb),
        "key": cpu_ms(lambda: key_image(rgb, options)),
        "alpha to a PNG on the disk": cpu_ms(lambda: write_image(tmp_path / "alpha.png", in_levels(key.alpha))),
        "foreground to a PNG on the disk": cpu_ms(lambda: write_image(tmp_path / "fg.png", key.foreground)),
        "(as JPEG 95, 4:4:4)": cpu_ms(lambda: write_image(tmp_path / "fg.jpg", key.foreground)),
        "(both as one RGBA PNG, OpenCV)": cpu_ms(lambda: cv2.imencode(".png", np.dstack([key.foreground, levels]))),
    }
    for name, took in parts.items():
        print(f"\n{name:32} {took:6.1f} CPU-ms", end="")
    print(f"\n{'whole, clip to files':32} {whole:6.1f} CPU-ms, {1e3 / whole:.1f} frames/s a core")
    print(f"{'ffmpeg, clip to RGBA files':32} {_ffmpeg_ms(clip, tmp_path):6.1f} CPU-ms")


def _ffmpeg_ms(clip: Path, folder: Path) -> float:
    chain = "format=yuva444p,chromakey=0x22A848:.10:.08,format=rgba,despill=type=green:mix=.5,format=rgba"
    words = ["-v", "error", "-y", "-threads", "1", "-filter_threads", "1", "-i", str(clip), "-vf", chain]
    taken = []
    for _ in range(3):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([str(ffmpeg_path()), *words, "-threads", "1", str(folder / "%04d.png")], check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        taken.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return 1e3 * min(taken) / FRAMES
