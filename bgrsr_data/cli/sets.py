"""Commands that make a set of what was cut out: combine, publish, run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from bgrsr_data.cli.parameters import (
    JsonOption,
    MaxDiskOption,
    WorkersOption,
    WorkspaceOption,
    with_options,
)
from bgrsr_data.combine.options import CombineOptions
from bgrsr_data.errors import InputError

HERE = Path()


def commands(app: typer.Typer) -> None:
    """Add these commands to `app`."""
    app.command()(with_options(CombineOptions)(combine))
    app.command()(publish)
    app.command()(run)


def combine(
    foregrounds: Annotated[Path | None, typer.Option(help="Without a workspace: what `bgrsr key` wrote.")] = None,
    backgrounds: Annotated[Path | None, typer.Option(help="Without a workspace: a folder of pictures.")] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", help="Without a workspace: the folder for the results; or the preview's name."),
    ] = None,
    render: Annotated[int, typer.Option(min=0, help="Without a workspace: draw so many pairs as images.")] = 24,
    preview: Annotated[
        bool, typer.Option("--preview", help="Only draw a sheet (PNG) of some combinations, to look at.")
    ] = False,
    shown: Annotated[int, typer.Option(min=1, max=200, help="How many combinations the preview shows.")] = 12,
    digest: Annotated[
        bool, typer.Option("--digest", help="Only hash the pixels of the published set: equal on every machine.")
    ] = False,
    workers: Annotated[
        int | None, typer.Option("--workers", "-j", min=1, help="Processes of --digest; by default one a processor.")
    ] = None,
    workspace: WorkspaceOption = HERE,
    json: JsonOption = False,
    *,
    given: dict[str, Any],
) -> None:
    """Plan the training pairs, with a split that cannot leak.

    Foreground × original background × target background, and all that a webcam does to them, as rows; pixels are
    rendered where they are asked for. Tells how evenly people, poses and places are shown.

    Example: bgrsr combine --foregrounds keyed --backgrounds rooms --out pairs
    Example: bgrsr combine -w demo --budget 7000 --preview
    """
    from bgrsr_data.cli import combining

    plain = foregrounds is not None or backgrounds is not None
    if plain and (foregrounds is None or backgrounds is None):
        raise InputError("combine: --foregrounds, --backgrounds and --out go together")
    folders = (foregrounds, backgrounds) if foregrounds and backgrounds else None
    if digest:
        combining.tell_digest(out or workspace, workers, as_json=json)
    elif preview:
        combining.preview_combinations(folders, given, workspace, out, shown, as_json=json)
    elif folders is None and out is None:
        combining.combine_workspace(given, workspace, as_json=json)
    elif folders is None or out is None:
        raise InputError("combine: --foregrounds, --backgrounds and --out go together")
    else:
        combining.combine_plain(folders, given, out, render, as_json=json)


def publish(
    check: Annotated[
        bool, typer.Option("--check", help="Only look for leaks in the manifests as they lie there, of -w or --out.")
    ] = False,
    out: Annotated[Path | None, typer.Option("--out", help="For --check: the folder that `combine` wrote.")] = None,
    workspace: WorkspaceOption = HERE,
    json: JsonOption = False,
) -> None:
    """Write the manifests (Parquet): what the set is. One whose splits leak is refused, and the leak is named.

    Example: bgrsr publish -w demo
    """
    if check:
        from bgrsr_data.cli.combining import check_manifests

        check_manifests(out or workspace, as_json=json)
    elif out is not None:
        raise InputError("publish: --out goes with --check")
    else:
        from bgrsr_data.cli.running import run_in_workspace

        run_in_workspace("publish", {}, workspace, workers=1, as_json=json)
        if not json:
            _tell_papers(workspace)


def _tell_papers(workspace: Path) -> None:
    """Where the datasheet is, and how many of its questions wait for a person."""
    from bgrsr_data.export.answers import FILE, QUESTIONS, read_answers
    from bgrsr_data.export.datasheet import DATASHEET
    from bgrsr_data.export.versions import find_version

    sheet = find_version(workspace, "last") / DATASHEET
    waiting = len({question.key for question in QUESTIONS} - read_answers(workspace).keys())
    asked = f"; {waiting} questions only you can answer wait in {workspace / FILE}" if waiting else ""
    typer.echo(f"papers: {sheet}, licences and credits beside it{asked}", err=True)


def run(
    recipe: Annotated[str, typer.Argument(help="A recipe's path, or the name of a built-in one (bgrsr recipes).")],
    plan: Annotated[
        bool, typer.Option("--plan", help="Say what would run, how long and how large; touch nothing.")
    ] = False,
    sources: Annotated[
        list[Path] | None, typer.Option(help="Source lists, instead of the recipe's own.", show_default=False)
    ] = None,
    workspace: WorkspaceOption = HERE,
    workers: WorkersOption = None,
    max_disk: MaxDiskOption = None,
    json: JsonOption = False,
) -> None:
    """Run a recipe: what is missing, stale or failed.

    Example: bgrsr run talkers -w demo --plan
    """
    from bgrsr_data.cli.recipe import plan_recipe, run_recipe

    if plan:
        plan_recipe(recipe, workspace, sources, workers=workers, max_disk=max_disk, as_json=json)
    else:
        run_recipe(recipe, workspace, sources, workers=workers, max_disk=max_disk, as_json=json)
