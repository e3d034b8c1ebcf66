"""The command that deletes a source on request of its owner."""

from __future__ import annotations

import json as jsonlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bgrsr_data.cli.parameters import JsonOption, WorkspaceOption
from bgrsr_data.errors import InputError

if TYPE_CHECKING:
    from bgrsr_data.forget import Doomed
    from bgrsr_data.records import Source
    from bgrsr_data.tombstones import Tombstone

HERE = Path()


def commands(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command()(forget)


def forget(
    source: Annotated[str, typer.Argument(help="Its id (or the beginning), name, address or path.")],
    reason: Annotated[str, typer.Option(help="Why; kept with the tombstone.")] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would go; touch nothing.")] = False,
    workspace: WorkspaceOption = HERE,
    json: JsonOption = False,
) -> None:
    """Delete a source and all that was made of it, for good.

    A tombstone (addresses and checksums, no pixels) keeps it from being fetched again. Manifests are published anew;
    the report, review previews and pictures of training runs are deleted, since they may show it.

    Example: bgrsr forget talker-7 --reason "asked to, 2026-11-23" -w demo
    """
    from bgrsr_data.forget import find_source, finish, plan_forget
    from bgrsr_data.forget import forget as forget_it
    from bgrsr_data.tombstones import Tombstone
    from bgrsr_data.workspace import Workspace

    place = Workspace(workspace)
    found = find_source(place.ledger, source)
    if isinstance(found, Tombstone):
        clean = True
        if not dry_run:
            with place.writing():
                clean = finish(place)
        told = f"{found.id}: was {found} already" + ("" if dry_run else "; nothing of it is left")
        typer.echo(jsonlib.dumps({"source": found.id, "forgotten": str(found)}) if json else told)
        _warn_of_readers(clean)
        return
    doomed = plan_forget(place, found, reason)
    if not json:
        typer.echo(_told(doomed))
    if not dry_run:
        if not yes:
            _ask(found)
        with place.writing():  # what another process made meanwhile goes too
            doomed = plan_forget(place, found, reason)
            clean = forget_it(place, doomed)
        _warn_of_readers(clean)
    if json:
        typer.echo(jsonlib.dumps(doomed.as_dict() | {"done": not dry_run}))
    elif not dry_run:
        typer.echo(f"forgotten: {found.id}; it will not be fetched again")
    if doomed.runs:
        names = ", ".join(doomed.runs)
        typer.echo(f"warning: may have learned from it, and cannot be untaught: runs/{{{names}}}; train anew", err=True)


def say_refused(refused: list[tuple[Source, Tombstone]]) -> None:
    """Name the sources of a list that were forgotten."""
    for source, stone in refused:
        typer.echo(f"rejected: {source.name}: forgotten: it was {stone}, and is not fetched again", err=True)


def _told(doomed: Doomed) -> str:
    from bgrsr_data.cli.output import counted
    from bgrsr_data.sizes import size

    rows = ", ".join(counted(n, kind) for kind, n in doomed.counts.items())
    lines = [
        f"{doomed.source.name} ({doomed.source.id})",
        f"  {rows}",
        f"  {counted(doomed.files, 'file')}, {size(doomed.bytes)}, with what is drawn from the whole set",
    ]
    if doomed.elsewhere:
        lines.append(f"  of it {counted(doomed.elsewhere, 'clip')} of other sources, the same footage")
    return "\n".join(lines)


def _ask(source: Source) -> None:
    if not sys.stdin.isatty():
        raise InputError(f"{source.name}: nothing was deleted; say --yes where nobody can be asked")
    if not typer.confirm(f"Delete {source.name} and all that was made of it for good?", err=True):
        raise InputError(f"{source.name}: nothing was deleted")


def _warn_of_readers(clean: bool) -> None:
    if not clean:
        typer.echo(
            "warning: another process reads the ledger, so its journal still holds deleted rows; close it and run the "
            "same command again",
            err=True,
        )
