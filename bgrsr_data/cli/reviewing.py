"""The commands of the review: open, pull, judge, sample, status."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bgrsr_data.cli import rekeying
from bgrsr_data.cli.parameters import JsonOption, WorkspaceOption
from bgrsr_data.errors import InputError
from bgrsr_data.review.groups import Stage

HERE = Path()
ReviewerOption = Annotated[str | None, typer.Option(help="Your name; by default git's, or the login's.")]
StageOption = Annotated[Stage, typer.Option(help="What to look at.")]


def commands(app: typer.Typer) -> None:
    """Add these commands to `app`."""
    review = typer.Typer(no_args_is_help=True, help="Look at the set in FiftyOne, judge it, measure how good it is.")
    review.command("open")(review_open)
    review.command("pull")(review_pull)
    review.command("judge")(review_judge)
    review.command("sample")(review_sample)
    review.command("status")(review_status)
    rekeying.commands(review)
    app.add_typer(review, name="review")


def review_open(
    stage: StageOption = "foregrounds",
    reviewer: ReviewerOption = None,
    pull: Annotated[bool, typer.Option(help="When it is closed, take the verdicts and plan the pairs anew.")] = True,
    limit: Annotated[
        int, typer.Option(min=1, help="Show at most so many rows: the judged, the worst, some by lot.")
    ] = 20_000,
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port of the App.")] = 5151,
    browser: Annotated[bool, typer.Option(help="Open it in the browser.")] = True,
    workspace: WorkspaceOption = HERE,
) -> None:
    """Open the set in the FiftyOne App; judge it there by buttons, keys or tags, and close with Ctrl-C.

    When it is closed the verdicts are taken and what they reject leaves the combinations. Whatever ends it, nothing
    that was said is lost: the next open or pull takes it up.

    Example: bgrsr review open -w demo --reviewer Ada

    Example: bgrsr review open -w demo --stage combinations --no-pull
    """
    from bgrsr_data.cli.progress import counting, progress_bars
    from bgrsr_data.cli.verdicts import settle_first, take_at_close
    from bgrsr_data.review.app import open_app
    from bgrsr_data.workspace import Workspace

    shown: list[str] = []

    def opened(url: str) -> None:
        shown.append(url)
        then = "" if pull else "; then: bgrsr review pull"
        typer.echo(f"review: {url} (Ctrl-C closes{then})")

    def told(line: str) -> None:
        typer.echo(f"review: {line}", err=True)

    place = Workspace(workspace)
    settle_first(place, told)
    try:
        with progress_bars() as progress:
            open_app(
                place, stage=stage, reviewer=reviewer, port=port, browser=browser, limit=limit,
                opened=opened, progress=counting(progress), told=told,
            )  # fmt: skip
    finally:
        if shown and pull:
            take_at_close(place, reviewer, told)


def review_pull(
    reviewer: ReviewerOption = None,
    workspace: WorkspaceOption = HERE,
    json: JsonOption = False,
) -> None:
    """Take the verdicts back from FiftyOne; what they reject leaves the combinations at once.

    Example: bgrsr review pull -w demo --reviewer Ada
    """
    from bgrsr_data.cli.verdicts import pull_and_apply
    from bgrsr_data.workspace import Workspace

    pull_and_apply(Workspace(workspace), reviewer, as_json=json)


def review_judge(
    rows: Annotated[
        list[str] | None, typer.Argument(help="Ids of rows, or their beginnings; -: from stdin, one a line.")
    ] = None,
    accept: Annotated[bool, typer.Option("--accept", help="They are good.")] = False,
    reject: Annotated[bool, typer.Option("--reject", help="They are to leave the set.")] = False,
    take_back: Annotated[bool, typer.Option("--take-back", help="Take back what you said of them.")] = False,
    reason: Annotated[str, typer.Option(help="Why, in a word: one that --reasons lists, or your own.")] = "",
    note: Annotated[str, typer.Option(help="More, in a sentence.")] = "",
    reviewer: ReviewerOption = None,
    reasons: Annotated[bool, typer.Option("--reasons", help="Only list the reasons that the App offers.")] = False,
    workspace: WorkspaceOption = HERE,
    json: JsonOption = False,
) -> None:
    """Accept or reject rows by their ids, without the App; what is rejected leaves the pairs with the next pull or run.

    Example: bgrsr review judge foreground-3f2a --reject --reason halo -w demo
    """
    from bgrsr_data.cli import verdicts

    if reasons:
        verdicts.list_reasons(as_json=json)
    elif accept + reject + take_back != 1:
        raise InputError("judge: give one of --accept, --reject and --take-back")
    else:
        word = verdicts.word_of(accept=accept, reject=reject)
        verdicts.judge_rows(
            workspace, rows or [], word, reviewer=reviewer or "", reason=reason, note=note, as_json=json
        )


def review_sample(
    per_stage: Annotated[int | None, typer.Option(min=1, help="Rows of each stage; instead of a margin.")] = None,
    margin: Annotated[
        float | None, typer.Option(help="Half the width of the interval, as 0.05.", show_default="0.05")
    ] = None,
    confidence: Annotated[
        float | None, typer.Option(help="How sure it is to be, as 0.95.", show_default="0.95")
    ] = None,
    workspace: WorkspaceOption = HERE,
    json: JsonOption = False,
) -> None:
    """Draw a sample of each stage, large enough to tell how much of it is good, and say what it tells so far.

    The App marks the sample (view "audit sample"); judge it there. Without options it tells how far the last one is.

    Example: bgrsr review sample -w demo --margin 0.03

    Example: bgrsr review sample -w demo --per-stage 200
    """
    from bgrsr_data.cli.verdicts import tell_audit

    tell_audit(workspace, per_stage, margin, confidence, as_json=json)


def review_status(
    stage: Annotated[Stage | None, typer.Option(help="Only this one.", show_default="all that have rows")] = None,
    workspace: WorkspaceOption = HERE,
    json: JsonOption = False,
) -> None:
    """Say for each stage how much is judged and by whom, what remains, and how far the reviewers agree.

    Example: bgrsr review status -w demo
    """
    from bgrsr_data.cli.verdicts import tell_progress

    tell_progress(workspace, stage, as_json=json)
