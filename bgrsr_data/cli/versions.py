"""The command `bgrsr diff`: what became of the set between two versions."""

from __future__ import annotations

import json as jsonlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bgrsr_data.cli.parameters import JsonOption, WorkspaceOption
from bgrsr_data.errors import InputError

if TYPE_CHECKING:
    from bgrsr_data.export.diff import Change
    from bgrsr_data.export.versions import Version

HERE = Path()


def commands(app: typer.Typer) -> None:
    """Add this command to `app`."""
    app.command()(diff)


def diff(
    old: Annotated[str | None, typer.Argument(help="A version: v1, or the beginning of its hash.")] = None,
    new: Annotated[str, typer.Argument(help="Another.")] = "last",
    rows: Annotated[bool, typer.Option("--rows", help="Every row, not only how many for each cause.")] = False,
    workspace: WorkspaceOption = HERE,
    json: JsonOption = False,
) -> None:
    """Say which rows came, went or changed between two published versions, and why; without any, list the versions.

    Each `bgrsr publish` of another set keeps its manifests in versions/v1, v2, …

    Example: bgrsr diff -w demo

    Example: bgrsr diff v1 v2 -w demo
    """
    from bgrsr_data.export.diff import diff_versions
    from bgrsr_data.export.versions import find_version, versions
    from bgrsr_data.workspace import Workspace

    Workspace(workspace).close()  # a folder that is none is told as everywhere
    if old is None:
        _list(versions(workspace), as_json=json)
        return
    older, newer = find_version(workspace, old), find_version(workspace, new)
    if older == newer:
        raise InputError(f"diff: {older.name} is the last version; give an earlier one, or publish again")
    changes = diff_versions(older, newer)
    if json:
        typer.echo(jsonlib.dumps([change.as_dict() for change in changes]))
        return
    _show(changes, f"{older.name} → {newer.name}", rows=rows)


def _list(known: list[Version], *, as_json: bool) -> None:
    from bgrsr_data.cli.output import table

    if as_json:
        typer.echo(jsonlib.dumps([version.model_dump() for version in known]))
    elif not known:
        typer.echo("nothing was published yet; next: bgrsr publish")
    else:
        lines = [{"version": v.name, "content": v.content[:12], **v.rows, "bgrsr": v.bgrsr} for v in known]
        typer.echo(table(lines))


def _show(changes: list[Change], title: str, *, rows: bool) -> None:
    from bgrsr_data.cli.output import table
    from bgrsr_data.export.diff import count_causes

    if not changes:
        typer.echo(f"{title}: no row is another")
    elif rows:
        lines = [
            {"kind": c.kind, "what": c.what, "id": c.id, "why": c.why, "fields": "; ".join(c.fields)} for c in changes
        ]
        typer.echo(table(lines))
    else:
        counted = count_causes(changes).items()
        told = table([{"kind": kind, "what": what, "rows": n, "why": why} for (kind, what, why), n in counted])
        typer.echo(f"{title}\n{told}")
