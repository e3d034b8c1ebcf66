"""Run a recipe, or say what a run would do."""

from __future__ import annotations

import json
import shlex
from collections.abc import Sequence
from pathlib import Path

import typer

from bgrsr_data.budget import warn_of_space
from bgrsr_data.cli.forgetting import say_refused
from bgrsr_data.cli.output import as_dict, raise_for_failures, show, table
from bgrsr_data.cli.progress import progress_bars
from bgrsr_data.errors import InputError
from bgrsr_data.fetch.sources import read_sources
from bgrsr_data.forecast import BEFORE, Forecast, forecast
from bgrsr_data.recipes import Recipe, find_recipe, passed_over, read_recipe
from bgrsr_data.records import Source
from bgrsr_data.runner import Outcome, run_stage
from bgrsr_data.shortcomings import PEOPLE, shortcomings
from bgrsr_data.sizes import size
from bgrsr_data.sources import remember
from bgrsr_data.status import to_review
from bgrsr_data.workspace import LEDGER, Workspace


def run_recipe(
    name: str,
    workspace: Path,
    lists: Sequence[Path] | None,
    *,
    workers: int | None,
    as_json: bool,
    max_disk: int | None = None,
) -> list[Outcome]:
    """Run every stage of a recipe, in order; a workspace that is not there is made.

    Raises:
        InputError: The recipe, a source list or an option is wrong, or there is no source; nothing was run then.
        ToolError: Items failed; every stage was run all the same.
        DiskFullError: The disk is nearly full, or `max_disk` bytes would be passed.
    """
    recipe, sources = _read(name, lists, workspace)
    place = Workspace.create(workspace)
    outcomes = []
    _warn(forecast(recipe.stages, place.root, sources, workers=workers), place.root, max_disk)
    with place.writing(), progress_bars() as progress:
        say_refused(remember(place.ledger, sources))
        place.ledger.pass_over(passed_over(recipe.stages, place.ledger.passed_over()))
        for stage in recipe.stages:
            outcomes.append(run_stage(stage, place, workers=workers, max_disk=max_disk, progress=progress))
            if not as_json and (outcomes[-1].worked or outcomes[-1].gone):
                show(outcomes[-1])
    if as_json:
        typer.echo(json.dumps([as_dict(outcome) for outcome in outcomes]))
    elif not any(outcome.worked or outcome.gone for outcome in outcomes):
        items = sum(outcome.unchanged for outcome in outcomes)
        typer.echo(f"nothing to do: {items:,} items of {len(outcomes)} stages are up to date in {place.root}")
    raise_for_failures(outcomes)
    here = f"-w {shlex.quote(str(workspace))}"
    for what, command in shortcomings(place.ledger):
        typer.echo(f"lacking: {what}: bgrsr {command} {here}", err=True)
    if to_review(place):
        typer.echo(f"next: bgrsr review open {here}", err=True)
    return outcomes


def plan_recipe(
    name: str,
    workspace: Path,
    lists: Sequence[Path] | None,
    *,
    workers: int | None,
    as_json: bool,
    max_disk: int | None = None,
) -> None:
    """Print what a run would do; nothing is touched.

    Raises:
        InputError: As for the run itself.
    """
    recipe, sources = _read(name, lists, workspace)
    rows = forecast(recipe.stages, workspace, sources, workers=workers)
    _warn(rows, workspace, max_disk)
    if as_json:
        typer.echo(json.dumps([row.as_dict() for row in rows]))
        return
    typer.echo(table([_line(row) for row in rows]))
    unknown = [row.stage for row in rows if row.seconds is None]
    known = [row for row in rows if row.seconds is not None and row.items]
    if known:
        cost = f"{sum(r.seconds or 0 for r in known):,.0f} s and {size(sum(r.bytes or 0 for r in known))}"
        typer.echo(f"\n{'at least' if unknown else 'about'} {cost}")
    if unknown:
        typer.echo(f"\nnot forecast, since too little ran here to tell: {', '.join(unknown)}")


def _read(name: str, lists: Sequence[Path] | None, workspace: Path) -> tuple[Recipe, list[Source]]:
    """The recipe and its sources; an error where neither it nor the workspace names any."""
    recipe = read_recipe(find_recipe(name))
    listed = recipe.sources if lists is None else lists
    sources = [source for path in listed for source in read_sources(path)]
    if not sources and not _has_sources(workspace):
        hint = f"bgrsr {PEOPLE} -w {shlex.quote(str(workspace))}, or: --sources LIST.yaml"
        raise InputError(f"{workspace.resolve()}: has no source yet; add footage with: {hint}")
    return recipe, sources


def _warn(rows: Sequence[Forecast], root: Path, max_disk: int | None) -> None:
    """Say where what is to come, as far as it is known, does not fit."""
    written = 0
    if (root / LEDGER).is_file():
        place = Workspace(root)
        written = place.ledger.bytes()
        place.close()
    if warning := warn_of_space(root, written, sum(row.bytes or 0 for row in rows), max_disk):
        typer.echo(f"warning: {warning}", err=True)


def _has_sources(workspace: Path) -> bool:
    if not (workspace / LEDGER).is_file():
        return False
    place = Workspace(workspace)
    try:
        return place.ledger.count(Source.kind) > 0
    finally:
        place.close()


def _line(row: Forecast) -> dict[str, object]:
    why = [f"{n} {why}" for why, n in row.why.items() if n]
    return {
        "stage": row.stage,
        "to do": "?" if row.items is None else row.items,
        "why": ", ".join([*why, *([BEFORE] if row.items is None else [])]) or "-",
        "unchanged": row.unchanged,
        "time": "?" if row.seconds is None else f"{row.seconds:,.1f} s",
        "disk": "?" if row.bytes is None else size(row.bytes),
    }
