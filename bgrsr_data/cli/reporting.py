"""`bgrsr report`: write the page, and say where it is."""

from __future__ import annotations

import json
import webbrowser
from collections.abc import Mapping
from pathlib import Path

import typer

from bgrsr_data.cli.output import raise_for_failures
from bgrsr_data.cli.output import show as show_outcome
from bgrsr_data.cli.progress import progress_bars
from bgrsr_data.errors import InputError
from bgrsr_data.records import Clip
from bgrsr_data.report.step import FIGURES, PAGE, Report, ReportOptions
from bgrsr_data.runner import run_stage
from bgrsr_data.workspace import Workspace


def write_report(workspace: Path, given: Mapping[str, int | None], *, show: bool, as_json: bool) -> None:
    """Write the page of a workspace, where anything on it changed; options that are not given stay as they were.

    Raises:
        InputError: There is nothing to show yet.
        ToolError: It failed.
    """
    place = Workspace(workspace)
    if not place.ledger.count(Clip.kind):
        raise InputError(f"{place.root}: nothing was fetched yet, so there is nothing to show; begin with: bgrsr fetch")
    before = json.loads(place.ledger.options(Report.name) or "{}")
    stage = Report(ReportOptions.model_validate(before | {key: n for key, n in given.items() if n is not None}))
    with place.writing(), progress_bars() as progress:
        outcome = run_stage(stage, place, workers=1, progress=progress)
    raise_for_failures([outcome])
    page = place.root / Report.folder / PAGE
    if as_json:
        figures = json.loads((page.parent / FIGURES).read_text(encoding="utf-8"))
        typer.echo(json.dumps({"page": str(page), "bytes": page.stat().st_size, **figures}))
    else:
        show_outcome(outcome)
    typer.echo(f"page: {page} ({page.stat().st_size / 1e6:.1f} MB)", err=True)
    if show:
        webbrowser.open(page.as_uri())
