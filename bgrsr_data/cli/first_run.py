"""The first run: footage made on the spot, everything done with it once, and the key compared with the truth."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path

import typer

from bgrsr_data.cli.output import table
from bgrsr_data.cli.recipe import run_recipe
from bgrsr_data.cli.reporting import write_report
from bgrsr_data.errors import InputError
from bgrsr_data.quickstart.footage import make_footage
from bgrsr_data.quickstart.truth import AlphaError, write_key_error
from bgrsr_data.records import Clip, Combination, Foreground, Frame, ReportRow
from bgrsr_data.report.step import Report
from bgrsr_data.workspace import LEDGER, Workspace


def first_run(folder: Path, recipe: str, *, workers: int | None) -> None:
    """Make footage in `folder`/footage and a workspace in `folder`/workspace, run the recipe, show what came of it.

    Raises:
        InputError: The folder holds something else.
    """
    begun = time.monotonic()
    footage, workspace = folder / "footage", folder / "workspace"
    if folder.is_dir() and any(folder.iterdir()) and not footage.is_dir():
        raise InputError(f"{folder}: is not empty; name a new folder, as: bgrsr quickstart demo")
    sources = footage / "sources.yaml"
    if not sources.is_file() or not (workspace / LEDGER).is_file():
        typer.echo("making footage from real photographs", err=True)
        sources = make_footage(footage)
    run_recipe(recipe, workspace, [sources], workers=workers, as_json=False)
    place = Workspace(workspace)
    picture = place.root / "report" / "key-error.png"
    errors = write_key_error(place, footage, picture)
    if place.ledger.items(Report.name):
        write_report(place.root, {}, show=False, as_json=False)  # with the keys beside the truth
    _summarise(place, errors, time.monotonic() - begun)
    typer.echo(f"key against truth  {picture}")
    typer.echo(f"report             {(place.root / 'report' / 'index.html')}")


def _summarise(place: Workspace, errors: Mapping[str, AlphaError], seconds: float) -> None:
    ledger = place.ledger
    counts = {
        "clips": ledger.count(Clip.kind),
        "frames": ledger.count(Frame.kind, "frames"),
        "foregrounds": ledger.count(Foreground.kind),
        "combinations": ledger.count(Combination.kind),
    }
    figures = {name: value for row in ledger.rows(ReportRow, "evaluate") for name, value in row.figures.items()}
    typer.echo("\n" + table([{**counts, "seconds": seconds}]))
    lines = [
        {"key against the truth": name, "frames": e.frames, "SAD/1000": f"{e.sad:.2f}", "MSE e-3": f"{e.mse:.2f}"}
        for name, e in errors.items()
    ]
    typer.echo("\n" + table(lines))
    scores = [
        {
            "held-out pairs": name,
            "PSNR dB": f"{figures[f'{name}_psnr']:.2f}",
            "SSIM": f"{figures[f'{name}_ssim']:.3f}",
        }
        for name in ("model", "bicubic", "background")
        if f"{name}_psnr" in figures
    ]
    typer.echo("\n" + table(scores) + "\n")
