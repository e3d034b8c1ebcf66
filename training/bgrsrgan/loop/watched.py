"""What a run is measured on while it trains, and draws."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import torch

from bgrsrgan.config import TrainConfig
from bgrsrgan.data.examples import ExamplesOf, as_float
from bgrsrgan.data.loader import in_order, split_of, spread
from bgrsrgan.evaluation.measure import mean, measure, model_of
from bgrsrgan.metrics import psnr, published_psnr, published_ssim, ssim
from bgrsrgan.pictures.panels import write_panels
from bgrsrgan.tasks import Task

if TYPE_CHECKING:
    from pathlib import Path

    from bgrsrgan.loop.state import TrainingState

PANEL_ROWS = 4
COLOURS = 3

Figures = dict[str, float]


class Watched:
    """The validation split, which the run never learns from.

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
        self.as_published = config.as_published
        scores = measure(task, self.batches, task.baselines, device)
        self.baselines = {name: mean(values) for name, values in scores.items()}
        self.panel_batch = next(in_order(examples, spread(rows, PANEL_ROWS), batch=PANEL_ROWS))

    @torch.inference_mode()
    def score(self, state: TrainingState) -> Figures:
        """Figures of the mean generator, means over every example watched.

        Returns:
            "psnr" (dB) and "ssim"; of colour pictures "published_psnr" and "published_ssim", in the unit of the
            publications (and, as published, of the last batch alone); and the task's own.
        """
        method = model_of(self.task, state.mean_generator)
        measured: dict[str, list[float]] = {}
        for raw in self.batches:
            batch = as_float(raw, self.device)
            image, truth = method(batch), self.task.truth(batch)
            found = {"psnr": psnr(image, truth), "ssim": ssim(image, truth)} | dict(self.task.figures(image, batch))
            for name, values in found.items():
                measured.setdefault(name, []).extend(values.tolist())
            if truth.shape[1] == COLOURS:
                found = {"published_psnr": published_psnr(image, truth), "published_ssim": published_ssim(image, truth)}
                for name, values in found.items():
                    before = [] if self.as_published else measured.get(name, [])
                    measured[name] = [*before, *values.tolist()]
        return {name: sum(values) / len(values) for name, values in measured.items()}

    def draw(self, state: TrainingState, path: Path) -> None:
        """The fixed panels."""
        write_panels(path, self.task, state.mean_generator, self.panel_batch, self.device)
