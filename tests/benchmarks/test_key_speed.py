"""What a frame costs in memory, stage by stage, beside ffmpeg's chromakey and despill in the same run (`make bench`).

Both are given the same raw frames. Of ffmpeg the processor time of two runs is taken, of FEW and of MANY frames, and
their difference counts: neither its start nor the person's file is part of it. Handing raw frames in and out through
pipes is; what `-c copy` needs for that is told beside it, and taken off.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import imageio_ffmpeg
import numpy as np
import pytest
from cpu_time import cpu_ms
from numpy.typing import NDArray
from skimage import data

from bgrsr_data.keying import core
from bgrsr_data.keying.options import KeyOptions
from bgrsr_data.media.colour import to_linear, to_srgb8

pytestmark = pytest.mark.benchmark

FEW, MANY = 4, 16
GREEN = to_linear(np.array([0, 177, 64], np.uint8))
SIZES = [(720, 1280), (1080, 1920)]
STAGES = (
    "find_screen", "find_domain", "summarise", "estimate_plate", "edge_softness", "without_smear", "divide", "gather",
    "describe_subject", "unmix", "lay_out", "find_strays", "allowed_key", "paint_band", "paint_rim",
    "continue_outward", "judge", "sharpen_chroma", "find_bars", "find_studio",
)  # fmt: skip


def frame_of(height: int, width: int) -> NDArray[np.uint8]:
    """The astronaut, cut out with a fringe of strands, before an uneven and noisy green screen."""
    alpha = np.zeros((height, width), np.float32)
    cv2.circle(alpha, (width // 2, height // 2), height // 3, 1.0, -1, cv2.LINE_AA)
    rng = np.random.default_rng(5)
    for angle in rng.uniform(0, 2 * np.pi, 400):
        start = height / 3 * np.array([np.cos(angle), np.sin(angle)]) + (width / 2, height / 2)
        end = start + rng.uniform(20, height / 9) * np.array([np.cos(angle + 0.4), np.sin(angle + 0.4)])
        cv2.line(
            alpha, start.astype(int).tolist(), end.astype(int).tolist(), float(rng.uniform(0.3, 0.9)), 1, cv2.LINE_AA
        )
    light = np.linspace(0.7, 1.2, width, dtype=np.float32)[None, :, None]
    person = cv2.resize(np.asarray(data.astronaut()), (width, height), interpolation=cv2.INTER_AREA)
    mixed = alpha[..., None] * to_linear(np.asarray(person, np.uint8)) + (1 - alpha[..., None]) * light * GREEN
    return to_srgb8((mixed + 0.003 * rng.standard_normal(mixed.shape)).astype(np.float32))


def ffmpeg_cpu_ms(frame: NDArray[np.uint8], filters: list[str], out: str) -> float:
    """Processor milliseconds of one frame, by two runs of different length over raw frames in a file."""
    height, width = frame.shape[:2]
    with tempfile.NamedTemporaryFile(suffix=".rgb") as raw:
        Path(raw.name).write_bytes(frame.tobytes() * MANY)
        one = ["-v", "error", "-threads", "1", "-filter_threads", "1", "-f", "rawvideo", "-pix_fmt", "rgb24"]
        source = ["-s", f"{width}x{height}", "-i", raw.name]

        def run(count: int) -> float:
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            command = [imageio_ffmpeg.get_ffmpeg_exe(), *one, *source, "-frames:v", str(count), *filters]
            subprocess.run([*command, "-f", out, "-"], check=True, stdout=subprocess.DEVNULL)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

        few, many = (min(run(count) for _ in range(3)) for count in (FEW, MANY))
    return 1e3 * (many - few) / (MANY - FEW)


def keying_filters(screen: NDArray[np.uint8]) -> list[str]:
    """The chain of the keying benchmark's baseline: similarity .10, blend .08, despill mix .5."""
    colour = "0x{:02X}{:02X}{:02X}".format(*screen)
    return ["-vf", f"format=yuva444p,chromakey={colour}:.10:.08,format=rgba,despill=type=green:mix=.5,format=rgba"]


def stage_ms(monkeypatch: pytest.MonkeyPatch, frame: NDArray[np.uint8], times: int = 5) -> dict[str, float]:
    """Least processor milliseconds of each stage."""
    taken: dict[str, list[float]] = {}

    def timed(name: str, work: Callable[..., object]) -> Callable[..., object]:
        def call(*given: object, **named: object) -> object:
            start = time.process_time()
            result = work(*given, **named)
            taken.setdefault(name, []).append(1e3 * (time.process_time() - start))
            return result

        return call

    for name in STAGES:
        monkeypatch.setattr(core, name, timed(name, getattr(core, name)))
    for _ in range(times):
        core.key_image(frame, KeyOptions())
    return {name: min(values) for name, values in taken.items()}


@pytest.mark.parametrize(("height", "width"), SIZES)
def test_a_frame_in_memory_beside_ffmpeg(height: int, width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    cv2.setNumThreads(1)
    frame = frame_of(height, width)
    key = core.key_image(frame, KeyOptions())
    ours = cpu_ms(lambda: core.key_image(frame, KeyOptions()), 7)
    pipes = ffmpeg_cpu_ms(frame, ["-c:v", "copy"], "rawvideo")
    theirs = ffmpeg_cpu_ms(frame, keying_filters(key.screen), "rawvideo") - pipes
    stages = stage_ms(monkeypatch, frame)
    print(f"\nkey {width}x{height}, one thread, CPU-ms a frame")
    print("".join(f"    {name:20s}{ms:7.2f}\n" for name, ms in stages.items()), end="")
    print(f"  bgrsr key {ours:.1f}; ffmpeg chromakey+despill {theirs:.1f} (raw frames in and out: {pipes:.1f} more)")
    print(f"  {theirs / ours:.2f} times its throughput")
    assert key.scores["score"] > KeyOptions().min_score


def test_compiling_the_kernels_of_an_empty_cache(tmp_path: Path) -> None:
    frame = tmp_path / "frame.png"
    cv2.imwrite(str(frame), frame_of(360, 640)[..., ::-1])
    code = (
        "import sys, time\n"
        "import cv2; cv2.setNumThreads(1)\n"
        "from bgrsr_data.keying.core import key_image\n"
        "from bgrsr_data.keying.options import KeyOptions\n"
        "frame = cv2.imread(sys.argv[1])[..., ::-1]\n"
        "start = time.process_time()\n"
        "key_image(frame, KeyOptions())\n"
        "print(time.process_time() - start)\n"
    )
    environment = os.environ | {"NUMBA_CACHE_DIR": str(tmp_path / "cache")}
    for what in ("compiled", "from the cache"):
        run = subprocess.run(
            [sys.executable, "-c", code, str(frame)], env=environment, check=True, capture_output=True, text=True
        )
        print(f"\nfirst key, kernels {what}: {float(run.stdout):.1f} CPU-s")
