"""A trained generator on people and backgrounds it has never seen, against what needs no training.

Figures are means over every image of the split. The trivial baseline, the frame upscaled with its background not
replaced, is beaten by nearly anything that shows some of the target background; the target background alone, without
the person, is the harder one. The report says of each whether it is beaten.
"""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any, Literal

import torch
from pydantic import BaseModel, ConfigDict

from bgrsrgan.config import TrainConfig
from bgrsrgan.data.examples import ExamplesOf
from bgrsrgan.data.loader import in_order, split_of
from bgrsrgan.evaluation.measure import Score, mean, measure, model_of
from bgrsrgan.loop.run_folder import write_json
from bgrsrgan.networks import Network
from bgrsrgan.pictures.panels import write_panels
from bgrsrgan.tasks import task_of

PANEL_ROWS = 4


class Evaluation(BaseModel):
    """Mean figures on a split.

    Attributes:
        split: Which.
        pairs: How many combinations it has; all were measured.
        step: How long the generator was trained.
        scores: Mean PSNR (dB) and SSIM by method: "model", "bicubic" (the frame upscaled, background not replaced),
            "background" (the target background alone).
        beats: For each of the two baselines, whether the model is better in both figures.
        worst: Ids of the combinations with the model's lowest SSIM, worst first.
    """

    model_config = ConfigDict(frozen=True)

    split: Literal["val", "test"]
    pairs: int
    step: int
    scores: dict[str, Score]
    beats: dict[str, bool]
    worst: list[str]


def evaluate(
    generator: Network,
    examples_of: ExamplesOf,
    out: Path,
    *,
    config: TrainConfig,
    split: Literal["val", "test"],
    step: int,
    device: torch.device,
) -> Evaluation:
    """Measure a generator on a whole held-out split; write evaluation.json, worst.png and random.png.

    Args:
        generator: Ready to evaluate.
        examples_of: Gives the examples of a split, as Task.examples does.
        out: The folder written into.
        config: What the generator was trained with.
        split: Which held-out split.
        step: How long the generator was trained.
        device: Where it is computed.

    Raises:
        InputError: The split is empty.
        DiskFullError: Nothing more can be written.
    """
    task, examples = task_of(config.network), split_of(examples_of, split)
    methods = {"model": model_of(task, generator), **task.baselines}
    scores = measure(task, in_order(examples, batch=config.batch), methods, device)
    worst = sorted(range(len(examples)), key=lambda index: scores["model"][index].ssim)[:PANEL_ROWS]
    means = {name: mean(values) for name, values in scores.items()}
    evaluation = Evaluation(
        split=split,
        pairs=len(examples),
        step=step,
        scores=means,
        beats={name: beats(means["model"], means[name]) for name in task.baselines},
        worst=[examples.origin(index).id for index in worst],
    )
    per_image = [
        {"id": examples.origin(index).id, **{name: scores[name][index]._asdict() for name in methods}}
        for index in range(len(examples))
    ]
    write_json(out / "evaluation.json", _json(evaluation) | {"images": per_image})
    drawn = random.Random(config.seed).sample(range(len(examples)), min(PANEL_ROWS, len(examples)))  # noqa: S311 - no secret
    for name, indices in (("worst.png", worst), ("random.png", drawn)):
        write_panels(out / name, task, generator, next(in_order(examples, indices, batch=PANEL_ROWS)), device)
    return evaluation


def beats(mine: Score, its: Score) -> bool:
    """Whether a score is better in both figures."""
    return mine.psnr > its.psnr and mine.ssim > its.ssim


def _json(evaluation: Evaluation) -> dict[str, Any]:
    content = evaluation.model_dump()
    return content | {"scores": {name: score._asdict() for name, score in evaluation.scores.items()}}
