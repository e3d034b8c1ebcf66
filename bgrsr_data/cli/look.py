"""Commands that show: report, quickstart."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bgrsr_data.cli.parameters import JsonOption, WorkersOption, WorkspaceOption

HERE = Path()


def commands(app: typer.Typer) -> None:
    """Add these commands to `app`."""
    app.command()(report)
    app.command()(quickstart)


def report(
    workspace: WorkspaceOption = HERE,
    rows: Annotated[
        int | None, typer.Option(min=1, max=40, help="Rows of each contact sheet; by default as last time, or 5.")
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Decides which samples are drawn at random.")] = None,
    show: Annotated[bool, typer.Option("--open", help="Open the page in the browser.")] = False,
    json: JsonOption = False,
) -> None:
    """Write one HTML page that shows what is in the set.

    What is in it, what was left out and why, the proof that no split leaks, scores, pictures, reviewers' verdicts,
    training runs, sources and licences, and the commands that make it again. The page is one file that needs no
    network; its figures lie beside it in facts.json, its contact sheets as PNG.

    Example: bgrsr report -w demo --open
    """
    from bgrsr_data.cli.reporting import write_report

    write_report(workspace, {"rows": rows, "seed": seed}, show=show, as_json=json)


def quickstart(
    folder: Annotated[Path, typer.Argument(help="An empty folder; footage and workspace are made in it.")],
    recipe: Annotated[str, typer.Option(help="The recipe to run on the footage.")] = "quickstart",
    workers: WorkersOption = None,
) -> None:
    """Run everything once, offline, on footage made here.

    Makes footage from real photographs, keys it, compares with the truth, trains, and reports.

    Example: bgrsr quickstart demo
    """
    from bgrsr_data.cli.first_run import first_run

    first_run(folder, recipe, workers=workers)
