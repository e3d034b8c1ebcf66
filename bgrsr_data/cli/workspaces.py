"""Commands about a workspace as a whole: init, status, explain, retry, recipes, doctor."""

from __future__ import annotations

import json as jsonlib
from pathlib import Path
from typing import Annotated

import typer

from bgrsr_data.cli.parameters import JsonOption, MaxDiskOption, WorkersOption, WorkspaceOption

HERE = Path()


def commands(app: typer.Typer) -> None:
    """Add these commands to `app`."""
    for command in (init, status, explain, retry, recipes, doctor):
        app.command()(command)


def init(folder: Annotated[Path, typer.Argument(help="The folder; it is made if it is not there.")]) -> None:
    """Make a workspace: one folder is one dataset.

    Example: bgrsr init talkers
    """
    import shlex

    from bgrsr_data.shortcomings import PEOPLE, PLACES
    from bgrsr_data.workspace import Workspace

    place = Workspace.create(folder)
    place.close()
    where = f"-w {shlex.quote(str(folder))}"
    typer.echo(f"workspace in {place.root}")
    typer.echo(f"next: bgrsr {PEOPLE} {where}   # people; each sub-folder is one person")
    typer.echo(f"      bgrsr {PLACES} {where}   # pictures of places, two at least")
    typer.echo(f"      bgrsr run studio {where}")


def status(workspace: WorkspaceOption = HERE, json: JsonOption = False) -> None:
    """Show what is done, stale, failed and rejected, what is lacking, and what comes next.

    Example: bgrsr status -w demo
    """
    import shlex

    from bgrsr_data.cli.output import table
    from bgrsr_data.shortcomings import footage_to_fetch, shortcomings
    from bgrsr_data.sizes import size
    from bgrsr_data.status import next_command, workspace_status
    from bgrsr_data.workspace import Workspace

    place = Workspace(workspace)
    rows = workspace_status(place)
    if json:
        typer.echo(jsonlib.dumps([row.as_dict() for row in rows]))
        return
    lines = [
        {
            "stage": row.stage,
            "done": row.done,
            "stale": row.stale,
            "failed": row.failed,
            "rejected": row.rejected,
            "size": size(row.bytes),
            "seconds": row.seconds,
            "reasons": ", ".join(f"{n} {reason}" for reason, n in row.reasons.items()),
        }
        for row in rows
    ]
    typer.echo(table(lines))
    for row in rows:
        for item, error in row.errors.items():
            typer.echo(f"{row.stage} failed: {item}: {error}")
    where = "" if workspace == HERE else f" -w {shlex.quote(str(workspace))}"
    missing = footage_to_fetch(place.ledger)
    for what, command in missing or shortcomings(place.ledger):
        typer.echo(f"lacking: {what}: bgrsr {command}{where}")
    if not missing and (following := next_command(place, rows)) is not None:
        typer.echo(f"next: bgrsr {following}{where}")


def explain(
    identifier: Annotated[str, typer.Argument(metavar="ID", help="The id of any row, or the beginning of one.")],
    workspace: WorkspaceOption = HERE,
    json: JsonOption = False,
) -> None:
    """Show the whole lineage of one row, back to its source.

    Source, licence, options, every score, what reviewers said.

    Example: bgrsr explain foreground-1f2e -w demo
    """
    from bgrsr_data.cli.story import tell
    from bgrsr_data.lineage import lineage
    from bgrsr_data.workspace import Workspace

    place = Workspace(workspace)
    if not place.ledger.find(identifier) and (stone := place.ledger.tombstone_of(identifier)):
        told = {"source": stone.id, "forgotten": str(stone)}
        typer.echo(jsonlib.dumps(told) if json else f"{identifier}: of {stone.id}, {stone}")
        return
    ancestors = lineage(place.ledger, identifier)
    if json:
        typer.echo(jsonlib.dumps([ancestor.as_dict() for ancestor in ancestors]))
    else:
        typer.echo(tell(ancestors, place.ledger.made_from(ancestors[0].record.id)))


def retry(
    stage: Annotated[str | None, typer.Argument(help="One stage; by default all.", show_default=False)] = None,
    reason: Annotated[
        str | None, typer.Option(help="Only what failed for this reason, as rate-limited.", show_default=False)
    ] = None,
    workspace: WorkspaceOption = HERE,
    workers: WorkersOption = None,
    max_disk: MaxDiskOption = None,
    json: JsonOption = False,
) -> None:
    """Run again what failed, and nothing else.

    Of a playlist or folder too, some of which failed for a reason that may have passed.

    Example: bgrsr retry fetch --reason rate-limited -w demo
    """
    from bgrsr_data.cli.output import as_dict, raise_for_failures, show
    from bgrsr_data.cli.progress import progress_bars
    from bgrsr_data.runner import run_stage
    from bgrsr_data.stages import stage_as_it_ran, stage_class, stage_names
    from bgrsr_data.workspace import Workspace

    if stage is not None:
        stage_class(stage)
    place = Workspace(workspace)
    outcomes = []
    with place.writing(), progress_bars() as progress:
        for name in [stage] if stage else stage_names():
            options = place.ledger.options(name)
            if options is not None:
                again = stage_as_it_ran(name, options)
                outcomes.append(
                    run_stage(
                        again,
                        place,
                        workers=workers,
                        only_failed=True,
                        reason=reason,
                        max_disk=max_disk,
                        progress=progress,
                    )
                )
    worked = [outcome for outcome in outcomes if outcome.worked]
    if json:
        typer.echo(jsonlib.dumps([as_dict(outcome) for outcome in worked]))
    elif not worked:
        typer.echo("nothing had failed" + (f" for the reason '{reason}'" if reason else ""))
    else:
        for outcome in worked:
            show(outcome)
    raise_for_failures(worked)


def recipes(json: JsonOption = False) -> None:
    """List the recipes that come with bgrsr.

    Example: bgrsr recipes
    """
    from bgrsr_data.cli.output import table
    from bgrsr_data.marked import read_marked
    from bgrsr_data.recipes import built_in

    found = [
        {"name": name, "about": str((read_marked(path).value or {}).get("about", "")), "path": str(path)}
        for name, path in built_in().items()
    ]
    typer.echo(jsonlib.dumps(found) if json else table([{k: r[k] for k in ("name", "about")} for r in found]))


def doctor(workspace: WorkspaceOption = HERE, json: JsonOption = False) -> None:
    """Show what this machine lacks, and how to mend it.

    Example: bgrsr doctor
    """
    from dataclasses import asdict

    from bgrsr_data.cli.output import table
    from bgrsr_data.doctor import examine

    findings = examine(workspace)
    if json:
        typer.echo(jsonlib.dumps([asdict(finding) for finding in findings]))
    else:
        typer.echo(table([asdict(finding) for finding in findings]))
    if any(finding.state == "missing" for finding in findings):
        raise typer.Exit(1)
