"""The progress of a training on stderr, and what Ctrl-C means there."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

from bgrsr_data.errors import InterruptedRunError
from bgrsrgan.backend import first_process

if TYPE_CHECKING:
    from bgrsrgan.config import TrainConfig
    from bgrsrgan.loop.train import OnStep

PhaseOf = Callable[[int], str]

LINE_EVERY_S = 10.0
TOLD = ("total", "content", "adversarial", "discriminator")  # what they are the sums of is in the curves


def phase_of(config: TrainConfig) -> PhaseOf:
    """What a step of a run belongs to, in words."""

    def phase(step: int) -> str:
        if step <= config.pixel_steps:
            return "pixel phase"
        warming = step <= config.pixel_steps + config.critic_warm_up_steps
        return "critic's warm-up" if warming else "adversarial phase"

    return phase


@contextmanager
def progress(steps: int, *, batch: int = 1, phase: PhaseOf = lambda step: "training") -> Iterator[OnStep]:  # noqa: ARG005
    """The progress of a training on stderr: a bar on a terminal, a line now and then elsewhere.

    Under torchrun the first process alone tells.

    Args:
        steps: Of the whole run.
        batch: Examples per step.
        phase: What a step belongs to.

    Raises:
        InterruptedRunError: Ctrl-C.
    """
    pace = Pace(steps, batch)
    try:
        if not first_process():
            yield lambda step, terms: None  # noqa: ARG005
        elif sys.stderr.isatty():
            with _bar(pace, phase) as on_step:
                yield on_step
        else:
            yield _lines(pace, phase)
    except KeyboardInterrupt as error:
        raise InterruptedRunError("stopped; the last checkpoint is kept, the same command continues") from error


class Pace:
    """How fast steps go, since the first one that was told of.

    Args:
        steps: Of the whole run.
        batch: Examples per step.
    """

    def __init__(self, steps: int, batch: int) -> None:
        self.steps, self.batch = steps, batch
        self._began: tuple[int, float] | None = None

    def told(self, step: int, now_s: float) -> str:
        """Examples a second and how long the rest will take, as "35.2 examples/s, 4:10 left"; empty at the first step.

        Args:
            step: Done, from 1.
            now_s: Seconds of any steady clock.
        """
        if self._began is None:
            self._began = step, now_s
        done, seconds = step - self._began[0], now_s - self._began[1]
        if not done or seconds <= 0:
            return ""
        left_s = round((self.steps - step) * seconds / done)
        hours, minutes = divmod(left_s // 60, 60)
        clock = f"{hours}:{minutes:02}:{left_s % 60:02}" if hours else f"{minutes}:{left_s % 60:02}"
        return f"{done * self.batch / seconds:.1f} examples/s, {clock} left"


@contextmanager
def _bar(pace: Pace, phase: PhaseOf) -> Iterator[OnStep]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[told]}"))
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(phase(1), total=pace.steps, told="")

        def on_step(step: int, terms: Mapping[str, float]) -> None:
            told = f"{pace.told(step, time.monotonic())}  {_said(terms)}"
            bar.update(task, completed=step, description=phase(step), told=told)

        yield on_step


def _lines(pace: Pace, phase: PhaseOf) -> OnStep:
    told = time.monotonic()

    def on_step(step: int, terms: Mapping[str, float]) -> None:
        nonlocal told
        speed = pace.told(step, time.monotonic())
        if time.monotonic() - told >= LINE_EVERY_S:
            told = time.monotonic()
            typer.echo(f"{phase(step)}: step {step} of {pace.steps}{speed and f', {speed}'}  {_said(terms)}", err=True)

    return on_step


def _said(terms: Mapping[str, float]) -> str:
    told = [name for name in TOLD if name in terms] or terms
    return "  ".join(f"{name} {terms[name]:.3f}" for name in told)
