"""Trains in the processes that torchrun starts: torchrun … train_together.py FOLDER LESSON_JSON CONFIG_JSON.

First some steps whose norms stand still, so that the weights must be those of one process; then a whole run.
"""

from __future__ import annotations

import sys
from pathlib import Path

import torch
from photo_examples import as_float_batch, examples_of

from bgrsrgan.config import TrainConfig
from bgrsrgan.loop.processes import Processes, as_started, together
from bgrsrgan.loop.run_folder import RunFolder
from bgrsrgan.loop.state import TrainingState
from bgrsrgan.loop.steps import Lesson, adversarial_step, pixel_step
from bgrsrgan.loop.train import train
from bgrsrgan.tasks import task_of

CPU = torch.device("cpu")


def learn(config: TrainConfig, processes: Processes) -> tuple[TrainingState, list[dict[str, float]]]:
    """A step of the first phase and those of the second on one batch, shared by the processes; norms stand still."""
    torch.set_num_threads(1)
    batch = as_float_batch(config, config.batch)
    mine = type(batch)(*(tensor[processes.places(config.batch)] for tensor in batch))
    parts = [type(mine)(*part) for part in zip(*(t.chunk(config.accumulate) for t in mine), strict=True)]
    state = TrainingState.fresh(config, CPU, processes)
    state.generator.eval()
    lesson = Lesson(task_of(config.network), config, state, CPU, processes=processes)
    told = [pixel_step(lesson, parts)]
    for state.step in range(config.pixel_steps, config.steps):
        told.append(adversarial_step(lesson, parts))
    return state, told


def run(config: TrainConfig, folder: Path) -> dict[str, object]:
    """A whole run: the weights that this process ended with, and the steps that it told of."""
    kept: list[TrainingState] = []
    fresh = TrainingState.fresh
    TrainingState.fresh = lambda *given: kept.append(fresh(*given)) or kept[-1]  # type: ignore[method-assign]
    steps: list[int] = []
    examples = examples_of(config)
    train(config, examples, RunFolder(folder), manifest_sha256="a", on_step=lambda step, terms: steps.append(step))
    return {"generator": kept[-1].generator.state_dict(), "steps": steps}


if __name__ == "__main__":
    folder, rank = Path(sys.argv[1]), as_started().rank
    lesson, config = map(TrainConfig.model_validate_json, sys.argv[2:4])
    with together(CPU, lesson.batch, lesson.accumulate) as processes:
        state, told = learn(lesson, processes)
        torch.save({"generator": state.generator.state_dict(), "told": told}, folder / f"lesson_{rank}.pt")
        torch.save(run(config, folder / "run"), folder / f"run_{rank}.pt")
