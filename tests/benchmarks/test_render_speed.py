"""Speed of rendering, 320×240 → 640×480, in CPU time on one core; nothing here fails for being slow."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
import pytest
from skimage import data

from bgrsr_data.combine import render
from bgrsr_data.combine.files import combine_files
from bgrsr_data.combine.options import CombineOptions
from bgrsr_data.combine.render import Renderer
from bgrsr_data.media.images import write_image

pytestmark = pytest.mark.benchmark

PLAIN: dict[str, Any] = {
    "match": 0.0, "light": [1.0, 1.0, 1.0], "wrap": 0.0, "shadow": 0.0, "spill": 0.0, "blur_px": 0.0, "noise": 0.0,
    "kernel": "area", "codec": "none",
}  # fmt: skip
EFFECTS: dict[str, dict[str, Any]] = {
    "plain composite": {},
    "+ match": {"match": 0.8},
    "+ shadow": {"shadow": 0.4},
    "+ wrap and spill": {"wrap": 0.1, "spill": 0.1},
    "+ motion blur": {"blur_px": 2.0, "blur_angle": 30.0},
    "+ noise": {"noise": 0.02},
    "+ lanczos": {"kernel": "lanczos"},
    "+ jpeg": {"codec": "jpeg", "quality": 70},
    "+ h264": {"codec": "h264", "quality": 28},
    "all, jpeg": {
        "match": 0.8, "shadow": 0.4, "wrap": 0.1, "spill": 0.1, "blur_px": 2.0, "blur_angle": 30.0, "noise": 0.02,
        "kernel": "lanczos", "codec": "jpeg", "quality": 70,
    },
}  # fmt: skip
PARTS = ("place", "light_person", "surround", "draw_input", "draw_target", "film", "encode", "alpha_of")


@pytest.fixture(scope="module")
def renderer(tmp_path_factory: pytest.TempPathFactory) -> Renderer:
    """Eight persons of 600×720 in frames of 960×720, before four photographs; everything is cached."""
    root = tmp_path_factory.mktemp("set")
    astronaut = cv2.resize(np.asarray(data.astronaut()), (960, 720))
    yy, xx = np.mgrid[:720, :960]
    alpha = np.clip(400 * (1 - ((xx - 480) / 300) ** 2 - ((yy - 720) / 650) ** 2), 0, 255).astype(np.uint8)
    for person in range(8):
        write_image(root / f"keyed/{person}/fg.png", np.roll(astronaut, 30 * person, axis=1))
        write_image(root / f"keyed/{person}/alpha.png", alpha)
    for number, picture in enumerate((data.coffee(), data.chelsea(), data.rocket(), data.astronaut())):
        write_image(root / f"rooms/{number}.png", cv2.resize(np.asarray(picture), (1280, 960)))
    combine_files(root / "keyed", root / "rooms", root / "out", CombineOptions(), render=0)
    made = Renderer(root / "out")
    for row in made.combinations():
        made.render(row)
    return made


def fastest(work: Callable[[], object], times: int = 4) -> float:
    """CPU seconds of the fastest of some calls."""
    best = float("inf")
    for _ in range(times):
        begun = time.process_time()
        work()
        best = min(best, time.process_time() - begun)
    return best


def test_pairs_a_second_a_core(renderer: Renderer) -> None:
    cv2.setNumThreads(1)
    rows = renderer.combinations()
    print(f"\n{len(rows)} pairs, 320×240 → 640×480, CPU-ms a pair and pairs/s a core")
    for name, effect in {"as planned, default options": None, **EFFECTS}.items():
        some = rows if effect is None else [row.model_copy(update=PLAIN | effect) for row in rows]
        took = fastest(lambda some=some: [renderer.render(row) for row in some]) / len(some)
        print(f"  {name:30}{1e3 * took:6.2f}{1 / took:6.0f}")


def test_parts_of_a_pair(renderer: Renderer, monkeypatch: pytest.MonkeyPatch) -> None:
    cv2.setNumThreads(1)
    took: Counter[str] = Counter()

    def timed(name: str, part: Callable[..., Any]) -> Callable[..., Any]:
        def run(*args: Any, **kwargs: Any) -> Any:
            begun = time.process_time()
            result = part(*args, **kwargs)
            took[name] += time.process_time() - begun
            return result

        return run

    for name in PARTS:
        monkeypatch.setattr(render, name, timed(name, getattr(render, name)))
    rows = renderer.combinations()
    for row in rows:
        renderer.render(row)
    print("\nCPU-ms of a pair as planned, by part")
    for name in PARTS:
        print(f"  {name:30}{1e3 * took[name] / len(rows):6.2f}")
