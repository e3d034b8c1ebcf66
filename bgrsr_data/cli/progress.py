"""Progress on stderr: bars on a terminal, one for each stage and one for each file at work; plain lines elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import typer

from bgrsr_data.cli.pace import Pace, amount, amount_of, duration
from bgrsr_data.errors import InterruptedRunError
from bgrsr_data.runner import Moment, Progress

LINE_EVERY_S = 10.0
NAME_WIDTH = 28
FILES_TOLD = 3  # in a plain line


@contextmanager
def progress_bars() -> Iterator[Progress]:
    """Show the progress of stages; Ctrl-C leaves everything finished in the ledger.

    Raises:
        InterruptedRunError: Ctrl-C, or SIGTERM.
    """
    try:
        if sys.stderr.isatty():
            with _bars() as progress:
                yield progress
        else:
            yield plain_lines(lambda line: typer.echo(line, err=True))
    except KeyboardInterrupt as error:
        raise InterruptedRunError("stopped; what is finished is kept, the same command continues") from error


def counting(progress: Progress) -> Callable[[str, int, int], None]:
    """The same for work that only counts: (name, finished, all)."""
    return lambda name, finished, total: progress(Moment(name, "", finished, total))


def plain_lines(say: Callable[[str], None], clock: Callable[[], float] = time.monotonic) -> Progress:
    """Say how far it is, every `LINE_EVERY_S` seconds at most.

    Args:
        say: What is called with each line.
        clock: Tells the time, in seconds.
    """
    paces: dict[str, Pace] = {}
    told = {"at": clock()}

    def progress(moment: Moment) -> None:
        pace = _pace(paces, moment, clock())
        if clock() - told["at"] >= LINE_EVERY_S:
            told["at"] = clock()
            say(line_of(pace))

    return progress


def line_of(pace: Pace) -> str:
    """One line, as "fetch: 3 of 21, 41.0 MB at 2.1 MB/s, about 4 min left; a.mp4 12.0 of 40.0 MB"."""
    unit, rate, left = pace.moment.unit, pace.rate.now(), pace.left_s()
    parts = [f"{pace.moment.stage}: {pace.moment.finished:,} of {pace.moment.all:,}"]
    if pace.units:
        parts.append(amount(pace.units, unit) + (f" at {amount(rate, unit)}/s" if rate else ""))
    if left is not None and pace.moment.finished < pace.moment.all:
        parts.append(f"about {duration(left)} left")
    running = list(pace.running.values())
    files = [f"; {told.what} {amount_of(told, unit)}" for told in running[:FILES_TOLD]]
    more = len(running) - FILES_TOLD
    return ", ".join(parts) + "".join(files) + (f"; and {more} more" if more > 0 else "")


@contextmanager
def _bars() -> Iterator[Progress]:
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn
    from rich.progress import Progress as Bars

    words = (TextColumn(f"{{task.fields[{name}]}}", justify="right", markup=False) for name in ("how", "rate", "left"))
    columns = (TextColumn("{task.description}", markup=False), BarColumn(bar_width=30), *words)
    # What a command prints goes above the bars, but to where it belongs when that is not this terminal.
    with Bars(*columns, console=Console(stderr=True), redirect_stdout=sys.stdout.isatty()) as bars:
        shown = _Shown(bars)
        try:
            yield shown.progress
        finally:
            shown.clear()


class _Shown:
    """The bars on the terminal: one a stage, and below it one for each file at work."""

    def __init__(self, bars: Any) -> None:
        self._bars = bars
        self._paces: dict[str, Pace] = {}
        self._stages: dict[str, Any] = {}
        self._files: dict[str, Any] = {}

    def progress(self, moment: Moment) -> None:
        """Bring the bars up to date."""
        pace = _pace(self._paces, moment, time.monotonic())
        self._show_stage(pace)
        if moment.ended:
            self._drop(moment.ended)
        if moment.told:
            self._show_file(pace, moment.told.item)

    def clear(self) -> None:
        """Leave the stages alone on the terminal."""
        for item in list(self._files):
            self._drop(item)

    def _show_stage(self, pace: Pace) -> None:
        moment, rate, left = pace.moment, pace.rate.now(), pace.left_s()
        over = moment.finished == moment.all
        how = f"{moment.finished:,} of {moment.all:,}" + (f", {amount(pace.units, moment.unit)}" if pace.units else "")
        self._draw(
            self._stages, moment.stage, moment.stage, pace.done, moment.all, how=how,
            rate=f"{amount(rate, moment.unit)}/s" if rate and pace.units and not over else "",
            left="" if left is None or over else f"{duration(left)} left",
        )  # fmt: skip

    def _show_file(self, pace: Pace, item: str) -> None:
        told, unit = pace.running[item], pace.moment.unit
        if told.total is not None and told.done >= told.total:
            self._drop(item)
            return
        rate, left = pace.file_rate(item), pace.file_left_s(item)
        self._draw(
            self._files, item, f"  {_short(told.what)}", told.done, told.total, how=amount_of(told, unit),
            rate=f"{amount(rate, unit)}/s" if rate else "",
            left="" if left is None else f"{duration(left)} left",
        )  # fmt: skip

    def _draw(self, tasks: dict[str, Any], key: str, name: str, done: float, total: int | None, **words: str) -> None:
        if key not in tasks:
            tasks[key] = self._bars.add_task(name, total=total, **words)
        self._bars.update(tasks[key], description=name, completed=done, total=total, **words)

    def _drop(self, item: str) -> None:
        if item in self._files:
            self._bars.remove_task(self._files.pop(item))


def _pace(paces: dict[str, Pace], moment: Moment, at: float) -> Pace:
    if moment.stage in paces:
        paces[moment.stage].note(moment, at)
    else:
        paces[moment.stage] = Pace(moment, at)
    return paces[moment.stage]


def _short(name: str) -> str:
    """The beginning and the end of a long name, which tells files apart."""
    half = NAME_WIDTH // 2 - 1
    return name if len(name) <= NAME_WIDTH else f"{name[:half]}…{name[-half:]}"
