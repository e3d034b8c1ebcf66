"""One training of one set, and its figures on what is held out; finished ones are never done twice.

What a run is called follows from what it learns from and how, so a comparison that is asked again, or with one set
more, finds those that are finished, and one that was killed goes on from its checkpoint.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic
from typing import Any

import torch

from bgrsr_data.records import content_hash
from bgrsrgan.config import FREE_FIELDS, TrainConfig
from bgrsrgan.data.combinations import Batch
from bgrsrgan.data.examples import Examples, ExamplesOf, Origin, as_float
from bgrsrgan.data.loader import in_order
from bgrsrgan.data.schedule import Draw
from bgrsrgan.loop.run_folder import RunFolder, write_json
from bgrsrgan.loop.state import load_generator
from bgrsrgan.loop.train import choose_device, obstacle, train
from bgrsrgan.metrics.image import psnr, ssim
from bgrsrgan.networks import Network
from bgrsrgan.tasks import Task, task_of
from bgrsrgan.validation.sets import TrainingSet

FIGURES = "held_out.json"
TIMED_STEPS = 8

Figures = list[dict[str, float]]  # one for each held-out picture
OnStep = Callable[[int], None]


@dataclass(frozen=True)
class Run:
    """One training.

    Attributes:
        of: What it learns from.
        seed: Which of the comparison's, from 0.
        config: How.
        folder: Where it is kept.
    """

    of: TrainingSet
    seed: int
    config: TrainConfig
    folder: RunFolder


class Chosen(Examples[Any]):
    """Some of the examples of a split; they keep what was rendered for all who choose from them.

    Args:
        examples: What is chosen from.
        ids: Of their combinations, in the order in which they are to be.
    """

    def __init__(self, examples: Examples[Any], ids: tuple[str, ...]) -> None:
        super().__init__()
        row_of = {examples.origin(row).id: row for row in range(len(examples))}
        self._examples = examples
        self._rows = [row_of[name] for name in ids if name in row_of]

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, draw: Draw) -> Any:
        """As the whole gives it."""
        return self._examples[draw._replace(row=self._rows[draw.row])]

    def load(self, row: int) -> Any:
        """As the whole makes it."""
        return self._examples.load(self._rows[row])

    def origin(self, row: int) -> Origin:
        """As the whole tells."""
        return self._examples.origin(self._rows[row])


def run_of(one: TrainingSet, seed: int, config: TrainConfig, out: Path) -> Run:
    """Where a training is kept: in the folder that was made for the same one, whatever its set was called then."""
    config = config.model_copy(update={"seed": config.seed + one.first_seed})
    told = config.model_dump(exclude=set(FREE_FIELDS))
    name = f"{content_hash(one.sha256, json.dumps(told, sort_keys=True))[:12]}-seed-{config.seed}"
    return Run(one, seed, config, RunFolder(out / name))


def finished(run: Run, held_out_sha256: str) -> Figures | None:
    """The figures of a run that is finished and was judged by this; None where it is not."""
    path = run.folder.root / FIGURES
    try:
        content = json.loads(path.read_text())
    except (OSError, json.JSONDecodeError):
        return None
    return content["images"] if content.get("held_out_sha256") == held_out_sha256 else None


def carry_out(
    run: Run, examples_of: ExamplesOf, judge: Examples[Any], held_out_sha256: str, on_step: OnStep
) -> Figures:
    """Train, or go on, and judge the mean network of the last step: nothing is chosen by what is measured.

    Args:
        run: Which.
        examples_of: The examples of "train", and of "val" what the run's curves show.
        judge: What is held out.
        held_out_sha256: Its hash.
        on_step: Called after each step with its number, from 1.

    Raises:
        LockedError: Another process trains it.
        ToolError: A loss is not a number.
        DiskFullError: Nothing more can be written.
    """
    with run.folder.writing():
        sha256 = run.of.sha256
        fresh = obstacle(run.config, run.folder, sha256) is not None
        train(
            run.config, examples_of, run.folder,
            manifest_sha256=sha256, fresh=fresh, on_step=lambda step, terms: on_step(step),  # noqa: ARG005
        )  # fmt: skip
        generator, config, step = load_generator(run.folder.checkpoint, torch.device("cpu"))
        device = choose_device(config)
        images = figures_of(task_of(config.network), generator.to(device), judge, device, batch=config.batch)
        content = {"set": run.of.name, "held_out_sha256": held_out_sha256, "steps": step, "images": images}
        write_json(run.folder.root / FIGURES, content)
    return images


@torch.inference_mode()
def figures_of(
    task: Task[Any], generator: Network, judge: Examples[Any], device: torch.device, *, batch: int
) -> Figures:
    """The figures of every picture that is held out.

    Returns:
        In order: "psnr" (dB), "ssim", and where there is an alpha "alpha", its mean absolute error in hundredths.
    """
    images: Figures = []
    for raw in in_order(judge, batch=batch):
        floats = as_float(raw, device)
        output, truth = task.generate(generator, floats), task.truth(floats)
        found = {"psnr": psnr(output.image, truth), "ssim": ssim(output.image, truth)}
        if output.alpha is not None:
            true = floats.hr_alpha if isinstance(floats, Batch) else truth
            found["alpha"] = 100 * (output.alpha - true).abs().mean((1, 2, 3))
        columns = {name: values.tolist() for name, values in found.items()}
        images += [{name: column[row] for name, column in columns.items()} for row in range(len(truth))]
    return images


def seconds_a_step(config: TrainConfig, examples_of: ExamplesOf) -> float:
    """How long a step takes here, by taking a few in a folder that is thrown away: wall-clock seconds."""
    short = config.model_copy(update={"pixel_steps": TIMED_STEPS, "adversarial_steps": 0, "eval_pairs": 1})
    times: list[float] = []
    with TemporaryDirectory() as folder:
        train(
            short, examples_of, RunFolder(Path(folder)),
            manifest_sha256="", on_step=lambda step, terms: times.append(monotonic()),  # noqa: ARG005
        )  # fmt: skip
    taken = sorted(after - before for before, after in pairwise(times))
    return taken[len(taken) // 2]
