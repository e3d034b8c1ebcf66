"""The command `bgrsr licences`: what of a set may be handed on."""

from __future__ import annotations

import json as jsonlib
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bgrsr_data.cli.parameters import JsonOption, WorkspaceOption

if TYPE_CHECKING:
    from bgrsr_data.export.licence_table import Held

HERE = Path()
_SAID = {True: "yes", False: "no", None: "?"}


def commands(app: typer.Typer) -> None:
    """Add this command to `app`."""
    app.command()(licences)


def licences(
    footage: Annotated[bool, typer.Option("--footage", help="Every piece of footage, with its credit line.")] = False,
    workspace: WorkspaceOption = HERE,
    json: JsonOption = False,
) -> None:
    """Say under which licences the published set is, and how much of it may be handed on.

    A combination shows up to three pieces of footage, so it counts under each of their licences; "whole" counts what
    comes to be under a licence as a whole: the strictest of the parts; "not-shareable" where these contradict.

    Example: bgrsr licences -w demo

    Example: bgrsr licences --footage -w demo --json
    """
    from bgrsr_data.cli.output import table
    from bgrsr_data.export.licence_table import held
    from bgrsr_data.export.rights import Rights, credit
    from bgrsr_data.export.terms import terms_of
    from bgrsr_data.manifests import manifest_path, read_rows
    from bgrsr_data.records import Combination
    from bgrsr_data.workspace import Workspace

    Workspace(workspace).close()  # a folder that is none is told as everywhere
    rights = Rights.read(workspace)
    rows = read_rows(manifest_path(workspace, Combination), Combination)
    if footage:
        clips = sorted(rights.clips.values(), key=lambda clip: (terms_of(clip.licence).licence, clip.title, clip.id))
        told = [{"licence": terms_of(c.licence).licence, "role": c.role, "credit": credit(c)} for c in clips]
        typer.echo(jsonlib.dumps(told) if json else table(told))
        return
    found = held(rows, rights, clips=rights.clips.values())
    free = [row for row in rows if not (mixed := rights.mixed(row)).conflict and mixed.terms.is_open]
    barred = sum(rights.mixed(row).forbidden for row in rows)
    if json:
        told_of = {"combinations": len(rows), "open": len(free), "may_not_be_combined": barred}
        typer.echo(jsonlib.dumps(told_of | {"licences": [asdict(one) for one in found]}))
        return
    typer.echo(table([_line(one) for one in found]))
    conflicts = sorted({rights.mixed(row).conflict for row in rows} - {""})
    for why in conflicts:
        typer.echo(f"contradiction: {why}")
    typer.echo(
        f"{len(free):,} of {len(rows):,} combinations may go to anybody (bgrsr export --licence open); "
        f"{len(rows) - barred:,} with --licence any, since what is ND may be in none"
    )


def _line(one: Held) -> dict[str, object]:
    terms = one.terms
    return {
        "licence": one.licence, "clips": one.clips, "people": one.people, "foregrounds": one.foregrounds,
        "backgrounds": one.backgrounds, "combinations": one.combinations, "whole": one.result,
        "commercial": _SAID[terms.commercial], "changes": _SAID[terms.derivatives],
        "share alike": _SAID[terms.share_alike], "credit": _SAID[terms.attribution],
    }  # fmt: skip
