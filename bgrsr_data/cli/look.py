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


def report(workspace: WorkspaceOption = HERE, json: JsonOption = False) -> None:
    """Write one HTML page that shows what is in the set.

    Counts, what was left out and why, contact sheets, curves, panels.

    Example: bgrsr report -w demo
    """
    from bgrsr_data.cli.running import run_in_workspace

    run_in_workspace("report", {}, workspace, workers=1, as_json=json)
    typer.echo(f"page: {(workspace / 'report' / 'index.html').resolve()}", err=True)


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
