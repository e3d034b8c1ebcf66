"""Commands that make a set of what was cut out: combine, publish, review, run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, cast

import typer

from bgrsr_data.cli.parameters import (
    JsonOption,
    MaxDiskOption,
    OutOption,
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
    review = typer.Typer(no_args_is_help=True, help="Look at the set in FiftyOne; take verdicts back.")
    review.command("open")(review_open)
    review.command("pull")(review_pull)
    app.add_typer(review, name="review")


def combine(
    foregrounds: Annotated[Path | None, typer.Option(help="Without a workspace: what `bgrsr key` wrote.")] = None,
    backgrounds: Annotated[Path | None, typer.Option(help="Without a workspace: a folder of pictures.")] = None,
    out: OutOption = None,
    render: Annotated[int, typer.Option(min=0, help="Without a workspace: draw so many pairs as images.")] = 24,
    workspace: WorkspaceOption = HERE,
    json: JsonOption = False,
    *,
    given: dict[str, Any],
) -> None:
    """Plan the training pairs, with a split that cannot leak.

    Foreground × original background × target background, as rows; pixels are rendered where they are asked for.

    Example: bgrsr combine --foregrounds keyed --backgrounds rooms --out pairs
    """
    if foregrounds is None and backgrounds is None and out is None:
        from bgrsr_data.cli.running import run_in_workspace

        run_in_workspace("combine", given, workspace, workers=1, as_json=json)
    elif foregrounds is None or backgrounds is None or out is None:
        raise InputError("combine: --foregrounds, --backgrounds and --out go together")
    else:
        from bgrsr_data.combine.files import combine_files
        from bgrsr_data.stages import make_stage

        options = make_stage("combine", given).options
        typer.echo(combine_files(foregrounds, backgrounds, out, cast(CombineOptions, options), render=render))


def publish(workspace: WorkspaceOption = HERE, json: JsonOption = False) -> None:
    """Write the manifests (Parquet): what the set is.

    Example: bgrsr publish -w demo
    """
    from bgrsr_data.cli.running import run_in_workspace

    run_in_workspace("publish", {}, workspace, workers=1, as_json=json)


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


def review_open(
    workspace: WorkspaceOption = HERE,
    port: Annotated[int, typer.Option(help="Port of the App.")] = 5151,
    browser: Annotated[bool, typer.Option(help="Open it in the browser.")] = True,
) -> None:
    """Open the set in the FiftyOne App; tag samples accept or reject there, and close with Ctrl-C.

    Example: bgrsr review open -w demo
    """
    from bgrsr_data.cli.progress import counting, progress_bars
    from bgrsr_data.review.app import open_app
    from bgrsr_data.workspace import Workspace

    def opened(url: str) -> None:
        typer.echo(f"review: {url} (tag samples accept or reject; Ctrl-C closes; then: bgrsr review pull)")

    with progress_bars() as progress:
        open_app(Workspace(workspace), port=port, browser=browser, opened=opened, progress=counting(progress))


def review_pull(
    workspace: WorkspaceOption = HERE,
    reviewer: Annotated[str | None, typer.Option(help="Your name; by default git's, or the login's.")] = None,
    json: JsonOption = False,
) -> None:
    """Take the verdicts back from FiftyOne; what they reject leaves the combinations at once.

    Example: bgrsr review pull -w demo --reviewer Ada
    """
    from bgrsr_data.cli.verdicts import pull_and_apply

    pull_and_apply(workspace, reviewer, as_json=json)
