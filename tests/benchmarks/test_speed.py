"""Speed, measured side by side in one run (`make bench`); nothing here fails for being slow."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from skimage import data

from bgrsr_data.combine.options import CombineOptions
from bgrsr_data.combine.plan import plan_combinations
from bgrsr_data.keying.core import key_image
from bgrsr_data.keying.options import KeyOptions
from bgrsr_data.records import Background, Foreground

pytestmark = pytest.mark.benchmark


def cpu_ms(work: Callable[[], object], times: int) -> float:
    """Processor milliseconds of the fastest of `times` calls, after one that warms up."""
    work()
    best = float("inf")
    for _ in range(times):
        start = time.process_time()
        work()
        best = min(best, time.process_time() - start)
    return 1e3 * best


def green_frame(height: int, width: int) -> np.ndarray:
    """The astronaut before a green wall, (height, width, 3) uint8."""
    import cv2

    frame = np.full((height, width, 3), (34, 168, 72), np.uint8)
    person = cv2.resize(np.asarray(data.astronaut()), (height, height))
    yy, xx = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : height * 1j]
    inside = xx**2 / 0.4 + yy**2 < 1
    left = (width - height) // 2
    frame[:, left : left + height][inside] = person[inside]
    return frame


@pytest.mark.parametrize(("height", "width"), [(720, 1280), (1080, 1920)])
def test_keying_one_frame(height: int, width: int) -> None:
    frame = green_frame(height, width)
    print(f"\nkey {width}x{height}: {cpu_ms(lambda: key_image(frame, KeyOptions()), 5):.0f} CPU-ms")


def test_planning_seven_thousand_combinations() -> None:
    foregrounds = [
        Foreground(
            id=f"foreground-{n:016x}", clip=f"clip-{n % 40}", original=f"frame-{n}", person=f"person-{n % 40}",
            alpha_path="", foreground_path="", sha256="", width=640, height=480, box_left=200, box_top=90,
            box_right=440, box_bottom=480, score=1.0, scores={},
        )
        for n in range(600)
    ]  # fmt: skip
    backgrounds = [
        Background(id=f"background-{n:016x}", clip=f"b-{n}", place=f"p-{n}", path="", sha256=f"{n}", width=1, height=1)
        for n in range(60)
    ]
    options = CombineOptions()
    print(f"\nplan 7,200: {cpu_ms(lambda: plan_combinations(foregrounds, backgrounds, [], options), 3):.0f} CPU-ms")


def test_rendering_pairs(tmp_path: Path) -> None:
    import cv2

    from bgrsr_data.combine.files import combine_files
    from bgrsr_data.combine.render import Renderer
    from bgrsr_data.media.images import write_image

    frame = green_frame(480, 640)
    key = key_image(frame, KeyOptions())
    for person in range(8):
        write_image(tmp_path / f"keyed/{person}/fg.png", key.foreground)
        write_image(tmp_path / f"keyed/{person}/alpha.png", np.rint(key.alpha * 255).astype(np.uint8))
    for number, picture in enumerate((data.coffee(), data.chelsea(), data.rocket(), data.astronaut())):
        write_image(tmp_path / f"rooms/{number}.png", cv2.resize(np.asarray(picture), (960, 720)))
    combine_files(tmp_path / "keyed", tmp_path / "rooms", tmp_path / "out", CombineOptions(), render=0)
    renderer = Renderer(tmp_path / "out")
    rows = renderer.combinations()
    took = cpu_ms(lambda: [renderer.render(row) for row in rows], 2) / len(rows)
    print(f"\nrender 320x240 -> 640x480: {took:.1f} CPU-ms a pair, {1e3 / took:.0f} pairs/s a core")
