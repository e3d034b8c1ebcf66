"""Runs side by side, on the same examples: how good, how large, how fast.

So also the published question is asked: is one network that replaces the background and enlarges at once better than
the cascade of two that came before it? Whoever asks may give the cascade as UNET_RUN+SRGAN_RUN; its trimap is an
oracle's (cascade.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import torch
from pydantic import BaseModel, ConfigDict
from torch import Tensor

from bgrsr_data.media.images import write_image
from bgrsrgan.data.examples import Examples, ExamplesOf, as_float
from bgrsrgan.data.loader import in_order, split_of
from bgrsrgan.evaluation.cases import Case, Tell, makers_of_baselines, ranked
from bgrsrgan.evaluation.evaluate import drawn, image_of, told_origin
from bgrsrgan.evaluation.figures import FIGURES, Figures, badness, headline
from bgrsrgan.evaluation.measured import Asked, Measured, measure_all
from bgrsrgan.evaluation.pace import ms_per_frame
from bgrsrgan.evaluation.rivals import Rival
from bgrsrgan.loop.run_folder import write_json
from bgrsrgan.networks import Output
from bgrsrgan.pictures.comparison import draw_comparison
from bgrsrgan.pictures.panels import columns_of, draw_panels, worst_places
from bgrsrgan.tasks import Task

HELPED = " *"  # behind the name of what was given a trimap from the true alpha


class Row(BaseModel):
    """One method.

    Attributes:
        name: Of its run or runs, or of the baseline.
        networks: Names of its networks; none of a baseline.
        steps: How long each was trained.
        parameters: Trained values of what runs, without critics.
        forward_backward_mb: As `bgrsr models` has it.
        gigaflops: For one frame of 320×240.
        ms_per_frame: In plain PyTorch, as it was trained, one frame at a time; on a CPU with one thread.
        helped: Given a trimap that is drawn from the true alpha.
        best_on: Share of the examples on which it is the best of all.
        figures: Means.
    """

    model_config = ConfigDict(frozen=True)

    name: str
    networks: list[str] = []
    steps: list[int] = []
    parameters: int | None = None
    forward_backward_mb: float | None = None
    gigaflops: float | None = None
    ms_per_frame: float | None = None
    helped: bool = False
    best_on: float
    figures: Figures


class Comparison(BaseModel):
    """What was found.

    Attributes:
        does: The work they all do.
        frame: (width, height) of the frames they see.
        split: Which.
        pairs: How many examples were measured.
        of: How many the split has.
        features: What feature distances were seen through; None where its packages are not installed.
        seen: On how many examples, evenly spread.
        films: How many short films flicker was measured on.
        film_step_s: Median of the time between two frames of them, in seconds.
        device: Where it was computed, and timed.
        rows: The runs in the order given, then what needs no training.
    """

    model_config = ConfigDict(frozen=True)

    does: str
    frame: tuple[int, int]
    split: Literal["val", "test"]
    pairs: int
    of: int
    features: str | None
    seen: int
    films: int
    film_step_s: float | None
    device: str
    rows: list[Row]


def compare(
    task: Task[Any],
    rivals: Sequence[Rival],
    examples_of: ExamplesOf,
    out: Path,
    *,
    asked: Asked,
    device: torch.device,
    tell: Tell | None = None,
) -> Comparison:
    """Measure rivals on a held-out split; write compare.json, compare.png, worst.png and random.png.

    Args:
        task: What they all do.
        rivals: Who is compared.
        examples_of: Gives the examples of a split.
        out: The folder written into.
        asked: What is measured.
        device: Where it is computed.
        tell: Called with (what, done, all).

    Raises:
        InputError: The split is empty; there are no such features.
        DiskFullError: Nothing more can be written.
    """
    examples = split_of(examples_of, asked.split)
    baselines = makers_of_baselines(task)
    measured = measure_all(
        task, examples, {rival.name: rival.make for rival in rivals} | baselines, asked, device, tell
    )
    first = as_float(next(in_order(examples, [0], batch=1)), device)
    paces: dict[str, float] = {}
    for rival in rivals:
        paces[rival.name] = ms_per_frame(rival.timed, first, device)
        if tell:
            tell("time", len(paces), len(rivals))
    best_on = shares_of_best(measured.cases)
    rows = [_row(rival, paces[rival.name], measured, best_on) for rival in rivals]
    rows += [Row(name=name, best_on=best_on[name], figures=measured.scores[name]) for name in baselines]
    low = first[0].shape[-2:]
    found = Comparison(
        does=task.name,
        frame=(low[1], low[0]),
        split=asked.split,
        pairs=len(measured.cases),
        of=len(examples),
        features=measured.features,
        seen=measured.seen,
        films=measured.films,
        film_step_s=measured.film_step_s,
        device=device.type,
        rows=rows,
    )
    write_json(out / "compare.json", found.model_dump() | {"images": [image_of(case) for case in measured.cases]})
    draw_comparison(out / "compare.png", rows, measured.cases)
    _write_panels(out, task, rivals, examples, measured.cases, device)
    return found


def shares_of_best(cases: Sequence[Case]) -> dict[str, float]:
    """On what share of the examples each method is the best, by what ranks them; equals share."""
    shares = dict.fromkeys(cases[0].figures, 0.0)
    for case in cases:
        name = headline(next(iter(case.figures.values())))[-1]
        worth = {method: badness(name, figures[name]) for method, figures in case.figures.items()}
        best = [method for method, value in worth.items() if value == min(worth.values())]
        for method in best:
            shares[method] += 1 / len(best) / len(cases)
    return shares


def _row(rival: Rival, pace: float, measured: Measured, best_on: Mapping[str, float]) -> Row:
    return Row(
        name=rival.name,
        networks=list(rival.networks),
        steps=list(rival.steps),
        parameters=rival.parameters,
        forward_backward_mb=rival.forward_backward_mb,
        gigaflops=rival.gigaflops,
        ms_per_frame=pace,
        helped=rival.helped,
        best_on=best_on[rival.name],
        figures=measured.scores[rival.name],
    )


def _write_panels(
    out: Path,
    task: Task[Any],
    rivals: Sequence[Rival],
    examples: Examples[Any],
    cases: Sequence[Case],
    device: torch.device,
) -> None:
    random = [("", case) for case in drawn(cases, 0)]
    for name, some in (("worst.png", _worst(cases, rivals)), ("random.png", random)):
        batch = as_float(next(in_order(examples, [case.row for _, case in some], batch=len(some))), device)
        with torch.inference_mode():
            outputs = {rival.name + (HELPED if rival.helped else ""): rival.make(batch) for rival in rivals}
            columns = columns_of(_pictures(task, outputs, batch))
            wrong = torch.stack([(output.image - task.truth(batch)).square() for output in outputs.values()]).mean(0)
        captions = [f"{why}{told_origin(case)}: {_told(case, rivals)}" for why, case in some]
        write_image(out / name, draw_panels(columns, captions, places=worst_places(wrong)))


def _pictures(task: Task[Any], outputs: Mapping[str, Output], batch: Any) -> dict[str, Tensor]:
    """What went in, what came out of each, and what should have."""
    shown = [task.pictures(output, batch) for output in outputs.values()]
    titles = list(shown[0])
    given = titles[: titles.index("output")]
    return (
        {title: shown[0][title] for title in given if title != "intermediate"}
        | {name: each["output"] for name, each in zip(outputs, shown, strict=True)}
        | {"target": shown[0]["target"]}
    )


def _worst(cases: Sequence[Case], rivals: Sequence[Rival]) -> list[tuple[str, Case]]:
    """Of each rival the worst example that is not shown for another yet, and whose it is."""
    shown: dict[int, tuple[str, Case]] = {}
    for rival in rivals:
        case = next((case for case in ranked(cases, rival.name) if case.row not in shown), None)
        if case is not None:
            shown[case.row] = (f"worst of {rival.name}: ", case)
    return list(shown.values())


def _told(case: Case, rivals: Sequence[Rival]) -> str:
    names = headline(case.figures[rivals[0].name])
    each = (
        f"{rival.name} {' / '.join(f'{case.figures[rival.name][name]:.{FIGURES[name].decimals}f}' for name in names)}"
        for rival in rivals
    )
    return f"{' / '.join(FIGURES[name].title for name in names)} of {',  '.join(each)}"
