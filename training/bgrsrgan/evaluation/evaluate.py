"""A trained generator on people and backgrounds it has never seen, against what needs no training.

Figures are means over every image of the split. The trivial baseline, the frame upscaled with its background not
replaced, is beaten by nearly anything that shows some of the target background; the target background alone, without
the person, is the harder one. The report says of each whether it is beaten.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import torch
from pydantic import BaseModel, ConfigDict

from bgrsrgan.data.examples import ExamplesOf
from bgrsrgan.data.loader import in_order, split_of
from bgrsrgan.evaluation.cases import Case, Group, Tell, grouped, maker_of, makers_of_baselines, worst_of
from bgrsrgan.evaluation.figures import Figures, better, headline, told
from bgrsrgan.evaluation.measured import Asked, Trained, measure_all
from bgrsrgan.loop.run_folder import write_json
from bgrsrgan.pictures.panels import write_panels
from bgrsrgan.tasks import task_of

MODEL = "model"
PANEL_ROWS = 4


class Evaluation(BaseModel):
    """Figures on a split; FIGURES of bgrsrgan.evaluation.figures says what each is.

    Attributes:
        network: Its name.
        step: How long it was trained.
        split: Which.
        pairs: How many examples were measured.
        of: How many the split has.
        features: What feature distances were seen through; None where its packages are not installed.
        seen: On how many examples, evenly spread.
        films: How many short films flicker was measured on.
        film_step_s: Median of the time between two frames of them, in seconds.
        scores: Means by method, "model" and each baseline, by figure.
        beats: For each baseline, whether the model is better in what its task is judged by: the first of its own
            figures, or both PSNR and SSIM.
        people: Means of the model by person, the worst first.
        backgrounds: The same by target background.
        worst: Ids of some examples that the model does worst, worst first; of other people or backgrounds if possible.
    """

    model_config = ConfigDict(frozen=True)

    network: str
    step: int
    split: Literal["val", "test"]
    pairs: int
    of: int
    features: str | None
    seen: int
    films: int
    film_step_s: float | None
    scores: dict[str, Figures]
    beats: dict[str, bool]
    people: list[Group]
    backgrounds: list[Group]
    worst: list[str]


def evaluate(
    trained: Trained,
    examples_of: ExamplesOf,
    out: Path,
    *,
    asked: Asked,
    device: torch.device,
    tell: Tell | None = None,
) -> Evaluation:
    """Measure a generator on a held-out split; write evaluation.json, worst.png and random.png.

    Args:
        trained: Ready to evaluate.
        examples_of: Gives the examples of a split, as Task.examples does.
        out: The folder written into.
        asked: What is measured.
        device: Where it is computed.
        tell: Called with (what, done, all).

    Raises:
        InputError: The split is empty; there are no such features.
        DiskFullError: Nothing more can be written.
    """
    config, generator = trained.config, trained.generator
    task, examples = task_of(config.network), split_of(examples_of, asked.split)
    makers = {MODEL: maker_of(task, generator)} | makers_of_baselines(task)
    measured = measure_all(task, examples, makers, asked, device, tell)
    cases = measured.cases
    worst = worst_of(cases, MODEL, PANEL_ROWS)
    evaluation = Evaluation(
        network=config.network,
        step=trained.step,
        split=asked.split,
        pairs=len(cases),
        of=len(examples),
        features=measured.features,
        seen=measured.seen,
        films=measured.films,
        film_step_s=measured.film_step_s,
        scores=measured.scores,
        beats={name: beats(measured.scores[MODEL], measured.scores[name]) for name in task.baselines},
        people=grouped(cases, MODEL, lambda origin: origin.person),
        backgrounds=grouped(cases, MODEL, lambda origin: origin.background),
        worst=[case.origin.id for case in worst],
    )
    write_json(out / "evaluation.json", evaluation.model_dump() | {"images": [image_of(case) for case in cases]})
    for name, some in (("worst.png", worst), ("random.png", drawn(cases, config.seed))):
        batch = next(in_order(examples, [case.row for case in some], batch=len(some)))
        captions = [f"{told_origin(case)}: {told(case.figures[MODEL])}" for case in some]
        write_panels(out / name, task, generator, batch, device, captions=captions, close_up=True)
    return evaluation


def beats(mine: Mapping[str, float], its: Mapping[str, float]) -> bool:
    """Whether figures are better in all that their task is judged by."""
    return all(better(name, mine[name], its[name]) for name in headline(mine))


def drawn(cases: Sequence[Case], seed: int) -> list[Case]:
    """Some cases at random, always the same for a seed."""
    return random.Random(seed).sample(list(cases), min(PANEL_ROWS, len(cases)))  # noqa: S311 - no secret


def image_of(case: Case) -> dict[str, Any]:
    """A case as it is told in JSON: where it comes from, and the figures by method."""
    return case.origin._asdict() | case.figures


def told_origin(case: Case) -> str:
    """Which example, and who is seen."""
    return f"{case.origin.id}, {case.origin.person}"
