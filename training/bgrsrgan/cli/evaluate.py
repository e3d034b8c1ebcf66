"""The command `bgrsr evaluate`: a thin shell over bgrsrgan.workspace_runs."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from bgrsr_data.cli.parameters import JsonOption, WorkspaceOption
from bgrsrgan.backend import require_torch
from bgrsrgan.cli.parameters import HERE, NameOption
from bgrsrgan.cli.scores import NAMES, show
from bgrsrgan.config import EvaluateOptions


def evaluate(
    workspace: WorkspaceOption = HERE,
    name: NameOption = "bgrsr-lite",
    split: Annotated[Literal["val", "test"], typer.Option(help="Which held-out split.")] = "test",
    threads: Annotated[int | None, typer.Option(min=1, help="Threads of torch; by default one for each core.")] = None,
    json: JsonOption = False,
) -> None:
    """Measure a network on people and places it never saw.

    Writes evaluation.json, worst.png and random.png into runs/NAME/evaluation.

    Example: bgrsr evaluate --name first --split test
    """
    require_torch()
    from bgrsrgan.workspace_runs import evaluate_in, run_folder

    evaluation = evaluate_in(workspace, EvaluateOptions(name=name, split=split), threads=threads)
    if json:
        typer.echo(evaluation.model_dump_json(indent=2))
        return
    show(f"{evaluation.pairs} combinations of the {split} split, {evaluation.step} steps", evaluation.scores)
    for baseline, beaten in evaluation.beats.items():
        typer.echo(f"{'beats' if beaten else 'DOES NOT BEAT'}: {NAMES[baseline]}")
    typer.echo(f"look at {run_folder(workspace, name).evaluation / 'worst.png'}")
