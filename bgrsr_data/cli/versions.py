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

    Each `bgrsr publish` of another set keeps its manifests in versions/v1, v2, … A cause is what was rejected, and by
    whom; keyed anew, and with what; what came or went with its source; or the options that are others. Of a version
    that told of a forgotten source only the counts are left.

    Example: bgrsr diff -w demo

    Example: bgrsr diff v1 v2 -w demo
    """
    from bgrsr_data.export.diff import diff_versions
    from bgrsr_data.export.versions import find_version, has_rows, version_named, versions
    from bgrsr_data.workspace import Workspace

    Workspace(workspace).close()  # a folder that is none is told as everywhere
    if old is None:
        if rows:
            raise InputError("diff: --rows is told of two versions; name one at least, as: bgrsr diff v1 --rows")
        _list(versions(workspace), as_json=json)
        return
    one, other = version_named(workspace, old), version_named(workspace, new)
    if one == other:
        same = f"{one.name} is the last version" if new == "last" else f"{old} and {new} are the same version"
        raise InputError(f"diff: {same}; give an earlier one, or publish again")
    if not (has_rows(workspace, one) and has_rows(workspace, other)):
        _count(workspace, one, other, as_json=json)
        return
    changes = diff_versions(find_version(workspace, one.name), find_version(workspace, other.name))
    if json:
        typer.echo(jsonlib.dumps([change.as_dict() for change in changes]))
        return
    _show(changes, f"{one.name} → {other.name}", rows=rows)


def _list(known: list[Version], *, as_json: bool) -> None:
    from bgrsr_data.cli.output import table

    if as_json:
        typer.echo(jsonlib.dumps([version.model_dump() for version in known]))
    elif not known:
        typer.echo("nothing was published yet; next: bgrsr publish")
    else:
        lines = [{"version": v.name, "content": v.content[:12], **v.rows, "bgrsr": v.bgrsr} for v in known]
        typer.echo(table(lines))


def _count(workspace: Path, one: Version, other: Version, *, as_json: bool) -> None:
    """What is left to say where rows were deleted: how many there were, and what was forgotten."""
    from contextlib import closing

    from bgrsr_data.cli.output import table
    from bgrsr_data.ledger import Ledger
    from bgrsr_data.workspace import LEDGER

    with closing(Ledger(workspace / LEDGER)) as ledger:
        stones = [str(stone) for stone in ledger.tombstones()]
    lines = [
        {"rows of": name, one.name: one.rows.get(name, 0), other.name: count} for name, count in other.rows.items()
    ]
    if as_json:
        typer.echo(jsonlib.dumps({"counts": lines, "forgotten": stones}))
        return
    typer.echo(f"{one.name} → {other.name}: rows are deleted, since a source was {'; '.join(stones)}; counts are left")
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
