"""Take verdicts back, and let them take effect."""

from __future__ import annotations

import json
from pathlib import Path

import typer

from bgrsr_data.cli.progress import progress_bars
from bgrsr_data.records import Combination
from bgrsr_data.review.verdicts import Pulled, pull
from bgrsr_data.runner import run_stage
from bgrsr_data.stages import stage_as_it_ran
from bgrsr_data.workspace import Workspace


def pull_and_apply(workspace: Path, reviewer: str | None, *, as_json: bool) -> None:
    """Pull, then plan the combinations again and publish, with the options they were last run with."""
    place = Workspace(workspace)
    before = place.ledger.count(Combination.kind)
    pulled = pull(place, reviewer)
    with place.writing(), progress_bars() as progress:
        for name in ("combine", "publish"):
            options = place.ledger.options(name)
            if options is not None:
                run_stage(stage_as_it_ran(name, options), place, progress=progress)
    after = place.ledger.count(Combination.kind)
    typer.echo(_as_json(pulled, before, after) if as_json else _describe(pulled, before, after))
    for warning in pulled.warnings:
        typer.echo(f"review: {warning}", err=True)


def _describe(pulled: Pulled, before: int, after: int) -> str:
    rejected = sum(verdict.verdict == "reject" for verdict in pulled.verdicts)
    accepted = len(pulled.verdicts) - rejected
    return (
        f"review: {accepted} newly accepted, {rejected} newly rejected, {len(pulled.withdrawn)} withdrawn, "
        f"{pulled.unchanged} as before; {after:,} combinations (were {before:,})"
    )


def _as_json(pulled: Pulled, before: int, after: int) -> str:
    return json.dumps(
        {
            "verdicts": [verdict.model_dump(mode="json") for verdict in pulled.verdicts],
            "withdrawn": [verdict.model_dump(mode="json") for verdict in pulled.withdrawn],
            "unchanged": pulled.unchanged,
            "warnings": pulled.warnings,
            "combinations_before": before,
            "combinations": after,
        }
    )
