"""`bgrsr review rekey`: key single frames anew with options of their own."""

from __future__ import annotations

import json as jsonlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bgrsr_data.cli.parameters import JsonOption, WorkspaceOption, with_options
from bgrsr_data.errors import InputError, ToolError
from bgrsr_data.keying.options import KeyOptions

if TYPE_CHECKING:
    from bgrsr_data.review.rekey import Rekeyed
    from bgrsr_data.workspace import Workspace

HERE = Path()
OF_CLIPS = ("mattes", "hint")


def commands(review: typer.Typer) -> None:
    """Add the command to `bgrsr review`."""
    review.command("rekey")(with_options(KeyOptions, but=OF_CLIPS)(rekey))


def rekey(
    rows: Annotated[
        list[str],
        typer.Argument(help="Ids of foregrounds or of their frames, or their beginnings.", show_default=False),
    ],
    undo: Annotated[bool, typer.Option("--undo", help="Take the last change of these frames back.")] = False,
    preview: Annotated[
        Path | None, typer.Option(help="Only draw a sheet (PNG) of them before and after, to look at.")
    ] = None,
    reviewer: Annotated[str | None, typer.Option(help="Your name; by default git's, or the login's.")] = None,
    note: Annotated[str, typer.Option(help="Why.", show_default=False)] = "",
    workspace: WorkspaceOption = HERE,
    json: JsonOption = False,
    *,
    given: dict[str, Any],
) -> None:
    """Key single frames anew with options of their own, which every rerun keeps; shapes come to those that are there.

    The combinations are planned anew and published. It holds while the frame is what it is now; `bgrsr explain` and
    `bgrsr diff` tell who did it.

    Example: bgrsr review rekey foreground-0a1b2c3d4e5f6071 --garbage 0,0,0.1,1 --despill 0.5 --reviewer Ada

    Example: bgrsr review rekey foreground-0a1b2c3d4e5f6071 --undo
    """
    from bgrsr_data.lineage import in_full
    from bgrsr_data.workspace import Workspace

    if undo == bool(given):
        raise InputError("rekey: name what is to be another, as --despill 0.5, or --undo alone")
    place = Workspace(workspace)
    rows = in_full(place.ledger, rows)
    if preview is not None:
        if undo:
            raise InputError("rekey: --preview goes with options, not with --undo")
        _preview(place, rows, given, preview, as_json=json)
        return
    done = _run(place, rows, given, reviewer or "", note)
    typer.echo(jsonlib.dumps(done.as_dict()) if json else "\n".join(_lines(done)) or "rekey: nothing was changed here")
    if done.failed:
        frame, line = next(iter(done.failed.items()))
        raise ToolError(f"rekey: {len(done.failed)} of {len(rows)} failed and were taken back; {frame}: {line}")


def _run(place: Workspace, rows: Sequence[str], given: Mapping[str, Any], reviewer: str, note: str) -> Rekeyed:
    from bgrsr_data.cli.progress import progress_bars
    from bgrsr_data.review import rekey as review
    from bgrsr_data.review.apply import apply_verdicts, count_combinations

    before = count_combinations(place)
    with progress_bars() as progress:
        if given:
            done = review.rekey(place, rows, given, reviewer=reviewer, note=note, progress=progress)
        else:
            done = review.undo_rekey(place, rows, progress=progress)
        if done.rows:
            apply_verdicts(place, before, progress)
    return done


def _preview(place: Workspace, rows: Sequence[str], given: Mapping[str, Any], out: Path, *, as_json: bool) -> None:
    from bgrsr_data.media.contact import sheet_path
    from bgrsr_data.media.images import write_image
    from bgrsr_data.review.before_after import draw_before_after

    path = sheet_path(out, "rekey")
    write_image(path, draw_before_after(place, rows, given))
    typer.echo(jsonlib.dumps({"preview": str(path)}) if as_json else f"rekey: {path}")


def _lines(done: Rekeyed) -> list[str]:
    lines = []
    for frame, row in done.rows.items():
        options = done.options[frame] or "the options of the stage"
        if row.kind == "foreground":
            lines.append(f"{row.id}: keyed with {options}, score {row.score:.2f}")  # type: ignore[union-attr]
        else:
            lines.append(f"{frame}: keyed with {options}: rejected, {row.reason}: {row.detail}")  # type: ignore[union-attr]
    return lines
