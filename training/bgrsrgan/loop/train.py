"""The training loop: pixel pretraining, then adversarial.

Plain on purpose: one process, one loop over steps. A checkpoint every so often; a run that is killed goes on from its
last one and ends, on the CPU, in the same bits as a run that was never stopped.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal

import torch
from pydantic import BaseModel, ConfigDict

import bgrsr_data
from bgrsr_data.errors import InputError
from bgrsrgan.config import TrainConfig
from bgrsrgan.data.examples import ExamplesOf, as_float
from bgrsrgan.data.loader import batches, in_order, split_of, spread
from bgrsrgan.data.schedule import Schedule
from bgrsrgan.evaluation.measure import Score, mean, measure, model_of
from bgrsrgan.loop.run_folder import RunFolder, write_json
from bgrsrgan.loop.state import TrainingState, read_checkpoint, save_generator
from bgrsrgan.loop.steps import adversarial_step, pixel_step
from bgrsrgan.networks import parameter_count
from bgrsrgan.pictures.curves import draw_curves
from bgrsrgan.pictures.panels import write_panels
from bgrsrgan.tasks import Task, task_of

log = logging.getLogger(__name__)

PANEL_ROWS = 4
OnStep = Callable[[int, Mapping[str, float]], None]


class Summary(BaseModel):
    """How a run ended: its best figures, and those of the baselines on the same combinations.

    Attributes:
        run: The run's folder.
        network: Its name.
        parameters: Trained values of the generator.
        steps: Steps done.
        ended: "whole", or "time" when max_seconds ended it.
        seconds: Wall-clock seconds, over all sittings.
        train_pairs: Combinations it learned from.
        measured_on: "val", or "train" where the set is too small to have a validation split.
        measured_pairs: Combinations of that split it was measured on.
        best_step: When the best mean generator was kept.
        psnr: dB, of that generator.
        ssim: The same.
        baselines: PSNR and SSIM of each baseline, by name.
    """

    model_config = ConfigDict(frozen=True)

    run: str
    network: str
    parameters: int
    steps: int
    ended: Literal["whole", "time"]
    seconds: float
    train_pairs: int
    measured_on: Literal["val", "train"]
    measured_pairs: int
    best_step: int
    psnr: float
    ssim: float
    baselines: dict[str, Score]


class Watched:
    """What the loop is measured on, and draws: the validation split, which it never learns from.

    A set of two people has none, since the second is held out to test. Then some of the training split itself is
    watched: the curves tell less, but `evaluate` tells the same.

    Args:
        task: What is measured.
        examples_of: Gives it.
        config: How many of it, and the batch.
        device: Where it is computed.
    """

    def __init__(self, task: Task[Any], examples_of: ExamplesOf, config: TrainConfig, device: torch.device) -> None:
        self.split: Literal["val", "train"] = "val" if len(examples_of("val")) else "train"
        examples = split_of(examples_of, self.split)
        rows = spread(range(len(examples)), config.eval_pairs)
        self.task = task
        self.batches = list(in_order(examples, rows, batch=config.batch))
        self.device = device
        self.pairs = len(rows)
        scores = measure(task, self.batches, task.baselines, device)
        self.baselines = {name: mean(values) for name, values in scores.items()}
        self.panel_batch = next(in_order(examples, spread(rows, PANEL_ROWS), batch=PANEL_ROWS))

    def score(self, state: TrainingState) -> Score:
        """PSNR and SSIM of the mean generator."""
        methods = {"model": model_of(self.task, state.mean_generator)}
        return mean(measure(self.task, self.batches, methods, self.device)["model"])

    def draw(self, state: TrainingState, path: Path) -> None:
        """The fixed panels."""
        write_panels(path, self.task, state.mean_generator, self.panel_batch, self.device)


def train(
    config: TrainConfig,
    examples_of: ExamplesOf,
    run: RunFolder,
    *,
    manifest_sha256: str,
    fresh: bool = False,
    on_step: OnStep | None = None,
) -> Summary:
    """Train a network, or go on where the run was stopped.

    Args:
        config: What is trained, and how.
        examples_of: Gives the examples of a split, as Task.examples does.
        run: Where everything is kept.
        manifest_sha256: Hash of the manifests that the examples are read from; a resumed run must have the same.
        fresh: Begin anew even where a run was begun.
        on_step: Called after each step with its number (from 1) and its loss terms.

    Raises:
        InputError: A split is empty; the run was begun with other options or other data; its checkpoint is damaged.
        ToolError: A loss is not a number.
        DiskFullError: Nothing more can be written.
    """
    task, device = task_of(config.network), choose_device(config)
    state = _begin(config, run, device, manifest_sha256=manifest_sha256, fresh=fresh)
    examples = split_of(examples_of, "train")
    watched = Watched(task, examples_of, config, device)
    schedule = Schedule(len(examples), config.batch, config.seed, state.step, config.steps, vary=config.vary)
    run.forget_after(state.step)
    since = time.monotonic() - state.seconds
    for raw in batches(examples, schedule, workers=config.workers):
        if config.max_seconds and time.monotonic() - since > config.max_seconds:
            break
        terms = _step(task, state, as_float(raw, device), config)
        state.seconds = time.monotonic() - since
        if on_step:
            on_step(state.step, terms)
        _keep_account(state, terms, config, run, watched, manifest_sha256)
    return _finish(state, config, run, watched, manifest_sha256=manifest_sha256, train_pairs=len(examples))


def choose_device(config: TrainConfig) -> torch.device:
    """Where to compute, and with how many threads.

    Raises:
        InputError: A GPU is asked for and there is none.
    """
    torch.set_num_threads(config.threads or os.cpu_count() or 1)
    if config.device == "cuda" and not torch.cuda.is_available():
        raise InputError("device cuda: torch finds no GPU here; see bgrsr doctor")
    return torch.device("cuda" if config.device != "cpu" and torch.cuda.is_available() else "cpu")


def obstacle(config: TrainConfig, run: RunFolder, manifest_sha256: str) -> str | None:
    """Why the run in this folder cannot go on with these options and this data; None when it can or none is begun.

    Raises:
        InputError: Its checkpoint is damaged.
    """
    if not run.checkpoint.is_file():
        return None
    content = read_checkpoint(run.checkpoint, torch.device("cpu"))
    differences = TrainConfig.model_validate_json(content["config"]).differences(config)
    if content["manifest_sha256"] != manifest_sha256:
        differences.append("another manifest")
    if content["best_ssim"] > -1 and not run.best.is_file():
        differences.append("best.pt is gone")
    return ", ".join(differences) or None


def _begin(
    config: TrainConfig, run: RunFolder, device: torch.device, *, manifest_sha256: str, fresh: bool
) -> TrainingState:
    state = TrainingState.fresh(config, device)
    run.sweep()
    if fresh:
        run.checkpoint.unlink(missing_ok=True)
    if differences := obstacle(config, run, manifest_sha256):
        raise InputError(f"{run.root}: was begun otherwise ({differences}); take another --name, or --fresh")
    if run.checkpoint.is_file():
        state.restore(read_checkpoint(run.checkpoint, device))
    told = {"config": config.model_dump(), "manifest_sha256": manifest_sha256}
    write_json(run.config, told | {"bgrsr": bgrsr_data.__version__, "torch": torch.__version__})
    return state


def _step(task: Task[Any], state: TrainingState, batch: Any, config: TrainConfig) -> dict[str, float]:
    step = pixel_step if state.step < config.pixel_steps else adversarial_step
    terms = step(task, state, batch, config)
    state.step += 1
    state.update_mean(config.ema_decay)
    return {name: float(value.detach()) for name, value in terms.items()}


def _keep_account(
    state: TrainingState,
    terms: Mapping[str, float],
    config: TrainConfig,
    run: RunFolder,
    watched: Watched,
    manifest_sha256: str,
) -> None:
    """Log, measure, and last the checkpoint: what it says is done has been written."""
    step, last = state.step, state.step == config.steps
    if step % config.log_every == 0 or last:
        phase = "pixel" if step <= config.pixel_steps else "adversarial"
        rate = state.generator_optimizer.param_groups[0]["lr"]
        content = sum(value for name, value in terms.items() if name in {"pixel", "alpha", "laplacian"})
        run.note({"step": step, "phase": phase, "rate": rate, **terms, "content": content})
    if step % config.eval_every == 0 or last:
        _measure(state, config, run, watched)
    if step % config.checkpoint_every == 0 or last:
        state.save(run.checkpoint, config=config, manifest_sha256=manifest_sha256)


def _measure(state: TrainingState, config: TrainConfig, run: RunFolder, watched: Watched) -> None:
    score = watched.score(state)
    run.note({"step": state.step, **score._asdict()})
    if score.ssim > state.best_ssim:
        state.best_ssim = score.ssim
        save_generator(run.best, state, config=config)
    watched.draw(state, run.panel(state.step))
    log.info("%s: step %d of %d, PSNR %.2f dB, SSIM %.3f", run.root.name, state.step, config.steps, *score)
    draw_curves(run.curves, run.stats(), baselines=watched.baselines, adversarial_from=config.pixel_steps)


def _finish(
    state: TrainingState,
    config: TrainConfig,
    run: RunFolder,
    watched: Watched,
    *,
    manifest_sha256: str,
    train_pairs: int,
) -> Summary:
    if not any("ssim" in row and row["step"] == state.step for row in run.stats()):  # ended by the clock
        _measure(state, config, run, watched)
        state.save(run.checkpoint, config=config, manifest_sha256=manifest_sha256)
    best = max((row for row in run.stats() if "ssim" in row), key=lambda row: row["ssim"])
    summary = Summary(
        run=run.root.name,
        network=config.network,
        parameters=parameter_count(state.generator),
        steps=state.step,
        ended="whole" if state.step == config.steps else "time",
        seconds=round(state.seconds, 1),
        train_pairs=train_pairs,
        measured_on=watched.split,
        measured_pairs=watched.pairs,
        best_step=best["step"],
        psnr=best["psnr"],
        ssim=best["ssim"],
        baselines=watched.baselines,
    )
    write_json(run.summary, _json(summary))
    return summary


def _json(summary: Summary) -> dict[str, Any]:
    content = summary.model_dump()
    return content | {"baselines": {name: score._asdict() for name, score in summary.baselines.items()}}
