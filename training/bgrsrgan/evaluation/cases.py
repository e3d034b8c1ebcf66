"""Every example of a split, and what was measured of each method on it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import torch
from pydantic import BaseModel, ConfigDict
from torch import Tensor

from bgrsrgan.data.examples import Examples, Origin, as_float
from bgrsrgan.data.loader import in_order, spread
from bgrsrgan.evaluation.figures import COLOURS, Figures, badness, headline, judge, means
from bgrsrgan.networks import Network, Output
from bgrsrgan.networks.features import Features, feature_distances
from bgrsrgan.tasks import Task
from bgrsrgan.tasks.base import Method

MOST_SEEN = 32  # a network's eye takes as long as all else together; evenly spread examples tell as much
BATCH = 4

Maker = Callable[[Any], Output]
Tell = Callable[[str, int, int], None]


class Case(NamedTuple):
    """One example.

    Attributes:
        row: Its place in the split.
        origin: Where it comes from.
        figures: By method, by name; feature distances only of MOST_SEEN evenly spread examples.
    """

    row: int
    origin: Origin
    figures: dict[str, Figures]


class Group(BaseModel):
    """Some cases, as those of one person.

    Attributes:
        name: Of the person, or of the background.
        pairs: How many.
        figures: Means of one method.
    """

    model_config = ConfigDict(frozen=True)

    name: str
    pairs: int
    figures: Figures


def maker_of(task: Task[Any], network: Network) -> Maker:
    """A network as what is measured."""
    return lambda batch: task.generate(network, batch)


def makers_of_baselines(task: Task[Any]) -> dict[str, Maker]:
    """What needs no training, by name."""
    return {name: _as_maker(method) for name, method in task.baselines.items()}


@torch.inference_mode()
def measure_cases(
    task: Task[Any],
    examples: Examples[Any],
    makers: Mapping[str, Maker],
    *,
    rows: Sequence[int],
    device: torch.device,
    seen_through: Features | None = None,
    tell: Tell | None = None,
) -> list[Case]:
    """Measure several methods on the same examples.

    Args:
        task: What is to be done.
        examples: Of one split.
        makers: What makes an output of a batch, by method.
        rows: Which examples.
        device: Where it is computed.
        seen_through: For feature distances.
        tell: Called with ("measure", done, all).
    """
    cases: list[Case] = []
    seen = set(spread(rows, MOST_SEEN))
    for start in range(0, len(rows), BATCH):
        some = rows[start : start + BATCH]
        batch = as_float(next(in_order(examples, some, batch=BATCH)), device)
        outputs = {name: make(batch) for name, make in makers.items()}
        found = {name: judge(task, output, batch) for name, output in outputs.items()}
        for place, row in enumerate(some):
            figures = {name: _of(place, each) for name, each in found.items()}
            if row in seen and seen_through is not None:
                _look(figures, outputs, task.truth(batch)[place], place, seen_through)
            cases.append(Case(row, examples.origin(row), figures))
        if tell:
            tell("measure", len(cases), len(rows))
    return cases


def grouped(cases: Sequence[Case], method: str, key: Callable[[Origin], str]) -> list[Group]:
    """Means of one method over the cases that share a key, the worst first; cases without one are left out."""
    by: dict[str, list[Figures]] = {}
    for case in cases:
        if name := key(case.origin):
            by.setdefault(name, []).append(case.figures[method])
    groups = [Group(name=name, pairs=len(each), figures=means(each)) for name, each in by.items()]
    return sorted(groups, key=lambda group: (-_badness(group.figures), group.name))


def ranked(cases: Sequence[Case], method: str) -> list[Case]:
    """The cases, the method's worst first."""
    return sorted(cases, key=lambda case: (-_badness(case.figures[method]), case.row))


def worst_of(cases: Sequence[Case], method: str, most: int) -> list[Case]:
    """Some of the method's worst: of each person before each background one before a second, so that they differ."""
    first: dict[tuple[str, str], Case] = {}
    order = ranked(cases, method)
    for case in order:
        first.setdefault((case.origin.person, case.origin.background), case)
    chosen = list(first.values())
    chosen += [case for case in order if case not in chosen]
    return ranked(chosen[:most], method)


def _badness(figures: Figures) -> float:
    name = headline(figures)[-1]
    return badness(name, figures[name])


def _of(place: int, figures: Mapping[str, Tensor]) -> Figures:
    return {name: float(values[place]) for name, values in figures.items()}


def _look(figures: dict[str, Figures], outputs: Mapping[str, Output], truth: Tensor, place: int, eye: Features) -> None:
    """Add the feature distances of one picture: one at a time, so that it stays in the processor's cache."""
    if len(truth) != COLOURS:
        return
    images = [output.image[place, None] for output in outputs.values()]
    for found, distance in zip(figures.values(), feature_distances(eye, images, truth[None]), strict=True):
        found["feature_distance"] = float(distance)


def _as_maker(method: Method[Any]) -> Maker:
    return lambda batch: Output(method(batch))
