"""All that is measured of some methods on one split: every example, and short films."""

from __future__ import annotations

from collections.abc import Mapping
from statistics import median
from typing import Any, Literal, NamedTuple

import torch

from bgrsrgan.config import TrainConfig
from bgrsrgan.data.examples import Examples
from bgrsrgan.data.loader import spread
from bgrsrgan.evaluation.cases import Case, Maker, Tell, measure_cases
from bgrsrgan.evaluation.figures import Figures, eye, means
from bgrsrgan.evaluation.films import films_of, measure_films
from bgrsrgan.networks import Network
from bgrsrgan.networks.features import LITE
from bgrsrgan.tasks import Task


class Asked(NamedTuple):
    """What is measured.

    Attributes:
        split: Which held-out split.
        pairs: At most so many examples of it, evenly spread; all when None.
        features: What feature distances are seen through, as of bgrsrgan.networks.features.features, or "none".
    """

    split: Literal["val", "test"] = "test"
    pairs: int | None = None
    features: str = LITE


class Trained(NamedTuple):
    """A trained generator.

    Attributes:
        generator: Ready to evaluate.
        config: What it was trained with.
        step: How long.
    """

    generator: Network
    config: TrainConfig
    step: int


class Measured(NamedTuple):
    """What was found.

    Attributes:
        cases: Every example that was measured.
        scores: Means by method, by figure; flicker among them where there are films.
        features: What feature distances were seen through; None where its packages are not installed.
        seen: On how many examples, evenly spread.
        films: How many.
        film_step_s: Median of the time from one frame of them to the next, in seconds; None without films.
    """

    cases: list[Case]
    scores: dict[str, Figures]
    features: str | None
    seen: int
    films: int
    film_step_s: float | None


def measure_all(
    task: Task[Any],
    examples: Examples[Any],
    makers: Mapping[str, Maker],
    asked: Asked,
    device: torch.device,
    tell: Tell | None = None,
) -> Measured:
    """Measure several methods on the same examples and films.

    Args:
        task: What is to be done.
        examples: Of the split.
        makers: What makes an output of a batch, by method.
        asked: What is measured.
        device: Where it is computed.
        tell: Called with (what, done, all).

    Raises:
        InputError: There are no such features.
        ToolError: Their weights cannot be fetched.
    """
    features = eye(asked.features)
    rows = spread(range(len(examples)), asked.pairs or len(examples))
    seen_through = None if features is None else features.to(device)
    cases = measure_cases(task, examples, makers, rows=rows, device=device, seen_through=seen_through, tell=tell)
    films = films_of(examples)
    moving = measure_films(task, films, makers, device, tell)
    steps_s = [step for film in films for step in film.steps_s]
    return Measured(
        cases=cases,
        scores={name: means([case.figures[name] for case in cases]) | moving[name] for name in makers},
        features=None if features is None else asked.features,
        seen=sum("feature_distance" in next(iter(case.figures.values())) for case in cases),
        films=len(films),
        film_step_s=median(steps_s) if steps_s else None,
    )
