"""The progress of a training on stderr, and what Ctrl-C means there."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

from bgrsr_data.errors import InterruptedRunError

if TYPE_CHECKING:
    from bgrsrgan.loop.train import OnStep

LINE_EVERY_S = 10.0


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
