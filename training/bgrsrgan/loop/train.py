"""The training loop: pixel pretraining, then adversarial.

Plain on purpose: one loop over steps. A checkpoint every so often; a run that is killed goes on from its last one and
ends, on the CPU, in the same bits as a run that was never stopped. Under torchrun several such loops run side by side
and take the same steps (processes.py); the first one measures and writes.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Mapping
from typing import Any

import torch
from pydantic import ValidationError

from bgrsr_data.errors import InputError
from bgrsrgan.config import TrainConfig
from bgrsrgan.data.examples import ExamplesOf, as_float
from bgrsrgan.data.loader import batches, split_of
from bgrsrgan.data.schedule import Schedule
from bgrsrgan.loop.account import Account
from bgrsrgan.loop.origin import origin
from bgrsrgan.loop.processes import ALONE, Processes, as_started, together
from bgrsrgan.loop.run_folder import RunFolder, write_json
from bgrsrgan.loop.state import FORMAT, TrainingState, read_checkpoint
from bgrsrgan.loop.steps import Lesson, adversarial_step, pixel_step, with_sums
from bgrsrgan.loop.summary import Summary
from bgrsrgan.networks.features import Features, features
from bgrsrgan.tasks import task_of

__all__ = ["OnStep", "Summary", "choose_device", "obstacle", "train"]

log = logging.getLogger(__name__)

OnStep = Callable[[int, Mapping[str, float]], None]


def train(
    config: TrainConfig,
    examples_of: ExamplesOf,
    run: RunFolder,
    *,
    manifest_sha256: str,
    fresh: bool = False,
    on_step: OnStep | None = None,
    recipe: str | None = None,
) -> Summary:
    """Train a network, or go on where the run was stopped.

    Args:
        config: What is trained, and how.
        examples_of: Gives the examples of a split, as Task.examples does.
        run: Where everything is kept.
        manifest_sha256: Hash of the manifests that the examples are read from; a resumed run must have the same.
        fresh: Begin anew even where a run was begun.
        on_step: Called after each step with its number (from 1) and its loss terms.
        recipe: Where the config came from, for config.json.

    Raises:
        InputError: A split is empty; the run was begun with other options or other data; its checkpoint is damaged; the
            batch cannot be shared by the processes; features are asked for that are not there.
        ToolError: A loss is not a number.
        DiskFullError: Nothing more can be written.
    """
    device = choose_device(config)
    devices = [device] if device.type == "cuda" else []
    with together(device, config.batch, config.accumulate) as processes, torch.random.fork_rng(devices=devices):
        seen_through = _features(config, device)  # what is built draws random weights: seed, and restore, after it
        torch.manual_seed(config.seed)
        state = _begin(config, run, device, processes, manifest_sha256=manifest_sha256, fresh=fresh)
        if processes.first:
            told = {"config": config.model_dump(), "recipe": recipe, "manifest_sha256": manifest_sha256}
            write_json(run.config, told | origin(device) | {"processes": processes.world})
        lesson = Lesson(task_of(config.network), config, state, device, seen_through, processes)
        examples = split_of(examples_of, "train")
        schedule = Schedule(len(examples), config.batch, config.seed, state.step, config.steps, vary=config.vary)
        account = Account(lesson, run, examples_of, manifest_sha256=manifest_sha256) if processes.first else None
        since = time.monotonic() - state.seconds
        for raw in batches(examples, processes.share(schedule), workers=config.workers):
            late = bool(config.max_seconds) and time.monotonic() - since > (config.max_seconds or 0)
            if config.max_seconds and processes.agree(late, device):
                break
            terms = _step(lesson, raw)
            state.seconds = time.monotonic() - since
            if on_step and processes.first:
                on_step(state.step, terms)
            if account:
                account.keep(terms)
        if account:
            account.close(train_pairs=len(examples))
        processes.wait()
        return Summary.model_validate_json(run.summary.read_text())


def choose_device(config: TrainConfig) -> torch.device:
    """Where to compute, and with how many threads.

    Raises:
        InputError: A GPU is asked for and there is none.
    """
    torch.set_num_threads(config.threads or max(1, (os.cpu_count() or 1) // as_started().world))
    if config.device == "cuda" and not torch.cuda.is_available():
        raise InputError("device cuda: torch finds no GPU here; see bgrsr doctor")
    if config.device == "cpu" or not torch.cuda.is_available():
        return torch.device("cpu")
    device = torch.device("cuda", int(os.environ.get("LOCAL_RANK", "0")))
    torch.cuda.set_device(device)
    return device


def obstacle(config: TrainConfig, run: RunFolder, manifest_sha256: str) -> str | None:
    """Why the run in this folder cannot go on with these options and this data; None when it can or none is begun.

    Raises:
        InputError: Its checkpoint is damaged.
    """
    if not run.checkpoint.is_file():
        return None
    content = read_checkpoint(run.checkpoint, torch.device("cpu"))
    try:
        began = TrainConfig.model_validate_json(content["config"]) if content.get("format") == FORMAT else None
    except ValidationError:  # with options that there are no more
        began = None
    if began is None:
        return "by another version of bgrsr"
    differences = began.differences(config)
    if content["manifest_sha256"] != manifest_sha256:
        differences.append("another manifest")
    if content["best_ssim"] > -1 and not run.best.is_file():
        differences.append("best.pt is gone")
    return ", ".join(differences) or None


def _begin(
    config: TrainConfig,
    run: RunFolder,
    device: torch.device,
    processes: Processes = ALONE,
    *,
    manifest_sha256: str,
    fresh: bool,
) -> TrainingState:
    """The state to go on from; the first process clears what is to be forgotten before the others look."""
    if processes.first:
        run.sweep()
        if fresh:
            run.checkpoint.unlink(missing_ok=True)
    processes.wait()
    if differences := obstacle(config, run, manifest_sha256):
        raise InputError(f"{run.root}: was begun otherwise ({differences}); take another --name, or --fresh")
    state = TrainingState.fresh(config, device, processes)
    if run.checkpoint.is_file():
        state.restore(read_checkpoint(run.checkpoint, device))
    processes.wait()
    if processes.first:
        run.forget_after(state.step)
    return state


def _features(config: TrainConfig, device: torch.device) -> Features | None:
    if config.features == "none" or not config.perceptual_weight:
        return None
    return features(config.features).to(device, memory_format=torch.channels_last)  # type: ignore[call-overload,no-any-return]


def _step(lesson: Lesson, raw: Any) -> dict[str, float]:
    """One step of either phase: loss terms and their sums, means over the whole batch."""
    state, config = lesson.state, lesson.config
    parts = _parts(as_float(raw, lesson.device), config.accumulate)
    step = pixel_step if state.step < config.pixel_steps else adversarial_step
    terms = step(lesson, parts)
    state.step += 1
    lesson.processes.average(state.running_statistics())
    state.update_mean(config.ema_decay)
    return with_sums(terms)


def _parts(batch: Any, count: int) -> list[Any]:
    """A batch in equal parts."""
    return [type(batch)(*part) for part in zip(*(tensor.chunk(count) for tensor in batch), strict=True)]
