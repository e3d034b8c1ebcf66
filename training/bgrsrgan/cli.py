"""The commands `bgrsr train bgrsrgan` and `bgrsr evaluate`: thin shells over bgrsrgan.workspace_runs.

Torch is imported when a command runs, never when it is listed.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from pydantic import ValidationError

from bgrsr_data.cli.parameters import JsonOption, WorkspaceOption
from bgrsr_data.errors import InputError, InterruptedRunError
from bgrsrgan.backend import require_torch
from bgrsrgan.config import PRESETS, EvaluateOptions, TrainOptions
from bgrsrgan.deblur.cli import train_deblur

if TYPE_CHECKING:
    from bgrsrgan.loop import OnStep
    from bgrsrgan.measure import Score

NameOption = Annotated[str, typer.Option(help="The run is kept in runs/NAME.")]
HERE = Path()
LINE_EVERY_S = 10.0
NAMES = {"model": "model", "bicubic": "bicubic, background not replaced", "background": "target background alone"}


def commands(app: typer.Typer) -> None:
    """Add the commands to the one command line."""
    trainers = typer.Typer(help="Train a network on your own footage.", no_args_is_help=True)
    trainers.command("bgrsrgan")(train_bgrsrgan)
    trainers.command("deblur")(train_deblur)
    app.add_typer(trainers, name="train")
    app.command("evaluate")(evaluate)


def train_bgrsrgan(
    *,
    workspace: WorkspaceOption = HERE,
    name: NameOption = "bgrsr-lite",
    preset: Annotated[str, typer.Option(help=f"What is not given is taken from it: {', '.join(PRESETS)}.")] = "full",
    pixel_steps: Annotated[int | None, typer.Option(min=1, help="Steps on the pixel and alpha losses.")] = None,
    adversarial_steps: Annotated[int | None, typer.Option(min=0, help="Steps after them with the critic.")] = None,
    batch: Annotated[int | None, typer.Option(min=1, help="Combinations per step.")] = None,
    seed: Annotated[int | None, typer.Option(help="Of the first weights and the order.")] = None,
    threads: Annotated[int | None, typer.Option(min=1, help="Threads of torch; by default one for each core.")] = None,
    max_seconds: Annotated[float | None, typer.Option(min=1, help="End in good order after this long.")] = None,
    settings: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Any other option of TrainConfig.")
    ] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Begin anew where a run was begun.")] = False,
    json: JsonOption = False,
) -> None:
    """Train the real-time network, or go on where a run was stopped.

    Pixel and alpha losses first, then against a critic. The run's folder holds a checkpoint, the best generator, the
    curves and the panels.

    Example: bgrsr train bgrsrgan --preset smoke --name first
    """
    given = {
        "name": name,
        "preset": preset,
        "pixel_steps": pixel_steps,
        "adversarial_steps": adversarial_steps,
        "batch": batch,
        "seed": seed,
        "threads": threads,
        "max_seconds": max_seconds,
    }
    options = parse_options({key: value for key, value in given.items() if value is not None}, settings or [])
    require_torch()
    from bgrsrgan.workspace_runs import run_folder, train_in

    with progress(options.steps) as on_step:
        summary = train_in(workspace, options, fresh=fresh, on_step=on_step)
    if json:
        typer.echo(summary.model_dump_json(indent=2))
        return
    ended = "" if summary.ended == "whole" else f" of {options.steps}, ended by the clock"
    scores = {"model": (summary.psnr, summary.ssim), **summary.baselines}
    measured = f"{summary.measured_pairs} combinations of the {summary.measured_on} split"
    show(f"{measured}, best of {summary.steps} steps{ended}", scores)
    typer.echo(f"{summary.network}, {summary.parameters:,} parameters, {summary.seconds:.0f} s")
    typer.echo(f"look at {run_folder(workspace, name).curves}")


def evaluate(
    workspace: WorkspaceOption = HERE,
    name: NameOption = "bgrsr-lite",
    split: Annotated[Literal["val", "test"], typer.Option(help="Which held-out split.")] = "test",
    threads: Annotated[int | None, typer.Option(min=1, help="Threads of torch; by default one for each core.")] = None,
    json: JsonOption = False,
) -> None:
    """Measure a network on people and places it never saw.

    Writes evaluation.json, worst.png and random.png into runs/NAME/evaluation.

    Example: bgrsr evaluate --name first --split test
    """
    require_torch()
    from bgrsrgan.workspace_runs import evaluate_in, run_folder

    evaluation = evaluate_in(workspace, EvaluateOptions(name=name, split=split), threads=threads)
    if json:
        typer.echo(evaluation.model_dump_json(indent=2))
        return
    show(f"{evaluation.pairs} combinations of the {split} split, {evaluation.step} steps", evaluation.scores)
    for baseline, beaten in evaluation.beats.items():
        typer.echo(f"{'beats' if beaten else 'DOES NOT BEAT'}: {NAMES[baseline]}")
    typer.echo(f"look at {run_folder(workspace, name).evaluation / 'worst.png'}")


def parse_options(given: Mapping[str, Any], settings: list[str]) -> TrainOptions:
    """The options of a training command.

    Args:
        given: Those with an option of their own.
        settings: "KEY=VALUE" each, the value as in YAML.

    Raises:
        InputError: One is unknown or unfit.
    """
    import yaml

    more: dict[str, Any] = {}
    for setting in settings:
        key, equals, value = setting.partition("=")
        if not equals:
            raise InputError(f"--set {setting}: write it as KEY=VALUE")
        try:
            more[key] = yaml.safe_load(value)
        except yaml.YAMLError as error:
            raise InputError(f"--set {setting}: the value cannot be read") from error
    try:
        return TrainOptions.model_validate({**given, **more})
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise InputError(f"{where + ': ' if where else ''}{first['msg']}") from error


@contextmanager
def progress(steps: int) -> Iterator[OnStep]:
    """The progress of a training on stderr: a bar on a terminal, a line now and then elsewhere.

    Raises:
        InterruptedRunError: Ctrl-C.
    """
    try:
        if sys.stderr.isatty():
            with _bar(steps) as on_step:
                yield on_step
        else:
            yield _lines(steps)
    except KeyboardInterrupt as error:
        raise InterruptedRunError("stopped; the last checkpoint is kept, the same command continues") from error


@contextmanager
def _bar(steps: int) -> Iterator[OnStep]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("training"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, TextColumn("{task.fields[terms]}"), console=Console(stderr=True)) as bar:
        task = bar.add_task("training", total=steps, terms="")

        def on_step(step: int, terms: Mapping[str, float]) -> None:
            bar.update(task, completed=step, terms=_told(terms))

        yield on_step


def _lines(steps: int) -> OnStep:
    told = time.monotonic()

    def on_step(step: int, terms: Mapping[str, float]) -> None:
        nonlocal told
        if time.monotonic() - told >= LINE_EVERY_S:
            told = time.monotonic()
            typer.echo(f"training: step {step} of {steps}  {_told(terms)}", err=True)

    return on_step


def _told(terms: Mapping[str, float]) -> str:
    return "  ".join(f"{name} {value:.3f}" for name, value in terms.items())


def show(title: str, scores: Mapping[str, Score | tuple[float, float]]) -> None:
    """Print PSNR and SSIM by method."""
    from rich.console import Console
    from rich.table import Table

    table = Table(title=title)
    table.add_column("method")
    table.add_column("PSNR, dB", justify="right")
    table.add_column("SSIM", justify="right")
    for method, (psnr, ssim) in scores.items():
        table.add_row(NAMES.get(method, method), f"{psnr:.2f}", f"{ssim:.3f}")
    Console().print(table)
