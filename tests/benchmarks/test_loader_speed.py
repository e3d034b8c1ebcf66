"""Whether training ever waits for its examples: what the loader makes against what the fastest network uses up.

Both on two cores, in one run, turn about, since the machine is shared; nothing is kept in memory, so that every example
is rendered as in the first epoch. BGRSR_SET may name a published set; else one is made of photographs.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import cv2
import numpy as np
import pytest

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # as the commands have it

import torch
from skimage import data

from bgrsr_data.combine.files import combine_files
from bgrsr_data.combine.options import CombineOptions
from bgrsr_data.media.images import write_image
from bgrsrgan.config import TrainConfig, TrainOptions
from bgrsrgan.data.examples import Examples, as_float
from bgrsrgan.data.loader import batches
from bgrsrgan.data.schedule import Schedule
from bgrsrgan.loop.state import TrainingState
from bgrsrgan.loop.steps import Lesson, pixel_step
from bgrsrgan.tasks import task_of

pytestmark = pytest.mark.benchmark

LEAST = 1.5
CORES = 2
TURNS, EXAMPLES = 4, 32
CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve persons of 600×720 in frames of 960×720, before six rooms."""
    if told := os.environ.get("BGRSR_SET"):
        return Path(told)
    root = tmp_path_factory.mktemp("set")
    astronaut = cv2.resize(np.asarray(data.astronaut()), (960, 720))
    yy, xx = np.mgrid[:720, :960]
    alpha = np.clip(400 * (1 - ((xx - 480) / 300) ** 2 - ((yy - 720) / 650) ** 2), 0, 255).astype(np.uint8)
    for person in range(12):
        write_image(root / f"keyed/{person}/fg.png", np.roll(astronaut, 30 * person, axis=1))
        write_image(root / f"keyed/{person}/alpha.png", alpha)
    rooms = (data.coffee(), data.chelsea(), data.rocket(), data.astronaut(), data.hubble_deep_field(), data.cat())
    for number, picture in enumerate(rooms):
        turned = np.ascontiguousarray(np.asarray(picture)[..., np.roll((0, 1, 2), number)])
        write_image(root / f"rooms/{number}.png", cv2.resize(turned, (1280, 960)))
    combine_files(root / "keyed", root / "rooms", root / "out", CombineOptions(), render=0)
    return root / "out"


@pytest.mark.parametrize("recipe", ["smoke", "full"])  # 160×120 and 320×240
def test_the_loader_makes_half_as_much_again_as_the_fastest_network_uses_up(published: Path, recipe: str) -> None:
    config, task = TrainOptions(recipe=recipe, network="bgrsr-lite", cache_mb=0).config, task_of("bgrsr-lite")
    examples = task.examples(published, config)("train")
    lesson = Lesson(task, config, TrainingState.fresh(config, CPU), CPU)
    torch.set_num_threads(CORES)
    load: dict[str, Callable[[Schedule], object]] = {
        f"loader, {workers} threads": partial(_load, examples, workers) for workers in (1, CORES)
    }
    rates = _turn_about({**load, "training": partial(_train, lesson, _ready(examples, config))}, len(examples), config)
    made, used = rates[f"loader, {CORES} threads"], rates["training"]
    told = "; ".join(f"{name} {wall:.0f} ({cpu:.0f} a CPU-second)" for name, (wall, cpu) in rates.items())
    ratio, cpu_ratio = made[0] / used[0], made[1] / used[1]
    width, height = config.lr_size
    print(f"\n{recipe}, {width}×{height}: examples a second: {told}; {ratio:.1f} times, {cpu_ratio:.1f} by CPU")
    assert ratio >= LEAST
    assert cpu_ratio >= LEAST


def _turn_about(
    works: dict[str, Callable[[Schedule], object]], count: int, config: TrainConfig
) -> dict[str, tuple[float, float]]:
    """Examples a second of the clock, and of the processor, of each; the median of some turns."""
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in works}
    steps = EXAMPLES // config.batch
    for turn in range(TURNS + 1):
        schedule = Schedule(count, config.batch, 0, turn * steps, (turn + 1) * steps, vary=config.vary)
        for name, work in works.items():
            clock, processor = time.perf_counter(), time.process_time()
            work(schedule)
            if turn:  # the first one warms up
                taken[name].append((time.perf_counter() - clock, time.process_time() - processor))
    clocks, processors = ({name: median(t[kind] for t in some) for name, some in taken.items()} for kind in (0, 1))
    return {name: (EXAMPLES / clocks[name], EXAMPLES / processors[name]) for name in works}


def _load(examples: Examples[Any], workers: int, schedule: Schedule) -> None:
    for _ in batches(examples, schedule, workers=workers):
        pass


def _ready(examples: Examples[Any], config: TrainConfig) -> list[Any]:
    schedule = Schedule(len(examples), config.batch, 0, 0, EXAMPLES // config.batch, vary=config.vary)
    return [as_float(raw, CPU) for raw in batches(examples, schedule, workers=CORES)]


def _train(lesson: Lesson, ready: list[Any], _: Schedule) -> None:
    for batch in ready:
        pixel_step(lesson, [batch])
        lesson.state.step += 1
        lesson.state.update_mean(lesson.config.ema_decay)
