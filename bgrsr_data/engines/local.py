"""The local engine: single-threaded worker processes, one pipe each.

A worker holds one item at a time and its pipe tells which, so a worker that dies (a decoder's crash, the kernel's
out-of-memory killer) costs only that item: it is tried once more in a new worker, then it fails. Results come as they
are finished; the ledger sorts, so their order never shows.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Generator, Iterable, Iterator
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path
from typing import Any

from bgrsr_data.engines.result import Ask, Hear, Result, Told, allow, attend, hear_nothing
from bgrsr_data.errors import DiskFullError
from bgrsr_data.stage import Item, Stage

MAX_DEATHS = 2
# Large arrays come and go with every frame: kept in the heap they cost no page faults (1.4 times the throughput).
_ALLOCATOR = {
    "MALLOC_MMAP_THRESHOLD_": "33554432",
    "MALLOC_TRIM_THRESHOLD_": "536870912",
    "MALLOC_TOP_PAD_": "67108864",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
}


def run_here(
    stage: Stage[Any], items: Iterable[Item[Any]], root: Path, *, hear: Hear = hear_nothing, ask: Ask = allow
) -> Iterator[Result]:
    """Run items one after the other in this process."""
    for item in items:
        yield attend(stage, item, root, hear, ask)


def run_pool(
    stage: Stage[Any],
    items: Iterable[Item[Any]],
    root: Path,
    *,
    workers: int,
    hear: Hear = hear_nothing,
    ask: Ask = allow,
) -> Generator[Result]:
    """Run items in `workers` processes and yield each result as it is finished.

    Leaving the iterator (Ctrl-C, an error) stops the workers; what they held is simply not done.

    Args:
        stage: What to run.
        items: What to run it on.
        root: The workspace.
        workers: How many processes.
        hear: Called here, in the driver, with what a running item tells.
        ask: Called here with (item, bytes) that it wants to write; it raises DiskFullError where they do not fit.
    """
    waiting = deque(items)
    deaths: dict[str, int] = {}
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__, "cv2"])
    crew: list[_Worker] = []
    with _environment(_ALLOCATOR):
        try:
            while waiting or any(worker.item for worker in crew):
                crew = [worker for worker in crew if worker.alive]
                while waiting and len(crew) < workers:
                    crew.append(_Worker(context, stage, root))
                for worker in crew:
                    if worker.item is None and waiting:
                        worker.give(waiting.popleft())
                for worker in _ready(crew):
                    said = worker.take(deaths)
                    if said is None:
                        waiting.appendleft(worker.lost)
                    elif isinstance(said, Told):
                        hear(said)
                    elif isinstance(said, Result):
                        yield said
                    else:
                        worker.answer(said, ask)
        finally:
            for worker in crew:
                worker.stop()


class _Worker:
    """One process, the pipe to it, and the item it holds."""

    def __init__(self, context: ForkServerContext, stage: Stage[Any], root: Path) -> None:
        self.pipe, theirs = context.Pipe()
        self.process: ForkServerProcess = context.Process(target=_work, args=(theirs, stage, root), daemon=True)
        self.process.start()
        theirs.close()
        self.item: Item[Any] | None = None
        self.lost: Item[Any]
        self.alive = True

    def give(self, item: Item[Any]) -> None:
        self.item = item
        with contextlib.suppress(BrokenPipeError):  # it died while idle: `take` finds the end of its pipe
            self.pipe.send(item)

    def take(self, deaths: dict[str, int]) -> Result | Told | int | None:
        """What the worker says of its item: how it ended, how far it is, or the bytes it asks room for.

        None if the worker died and the item deserves another try.
        """
        if self.item is None:
            raise RuntimeError("a worker spoke without an item")
        try:
            said: Result | Told | int = self.pipe.recv()
        except (EOFError, ConnectionResetError):
            return self._died(self.item, deaths)
        if isinstance(said, Result):
            self.item = None
        return said

    def answer(self, wanted: int, ask: Ask) -> None:
        """Say whether there is room: None, or the error that the item is to raise."""
        refused = None
        try:
            ask("" if self.item is None else self.item.id, wanted)
        except DiskFullError as error:
            refused = error
        with contextlib.suppress(BrokenPipeError):
            self.pipe.send(refused)

    def _died(self, item: Item[Any], deaths: dict[str, int]) -> Result | None:
        self.alive = False
        self.item = None
        self.lost = item
        self.process.join()
        deaths[item.id] = deaths.get(item.id, 0) + 1
        if deaths[item.id] < MAX_DEATHS:
            return None
        how = f"the worker died {MAX_DEATHS} times on this item (exit code {self.process.exitcode})"
        return Result(item.id, "failed", error=how, attempts=MAX_DEATHS)

    def stop(self) -> None:
        self.process.terminate()
        self.process.join()
        self.pipe.close()  # not before: it may be speaking


def _ready(crew: list[_Worker]) -> list[_Worker]:
    busy = {worker.pipe: worker for worker in crew if worker.item is not None}
    return [busy[pipe] for pipe in wait(list(busy)) if isinstance(pipe, Connection)]


def _work(pipe: Connection, stage: Stage[Any], root: Path) -> None:
    """The life of a worker: receive an item, send its result."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the driver's to handle
    threading.Thread(target=_die_with_parent, daemon=True).start()
    import cv2  # noqa: PLC0415 - the driver does without it

    cv2.setNumThreads(1)
    driver = _Driver(pipe)
    while True:
        try:
            item = pipe.recv()
        except (EOFError, ConnectionResetError):  # the driver wants no more, or is gone
            return
        driver.hear(attend(stage, item, root, driver.hear, driver.ask))


class _Driver:
    """The driver, as a worker sees it; an item may have threads, and one of them speaks at a time."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe
        self._speaking = threading.Lock()

    def hear(self, said: Result | Told) -> None:
        with self._speaking, _quiet_when_it_is_gone():
            self._pipe.send(said)

    def ask(self, _item: str, wanted: int) -> None:
        with self._speaking, _quiet_when_it_is_gone():
            self._pipe.send(wanted)
            refused: DiskFullError | None = self._pipe.recv()
        if refused:
            raise refused


@contextlib.contextmanager
def _quiet_when_it_is_gone() -> Iterator[None]:
    """End at once where nobody is left to hear: no stage may take that for a fault of its own, and try again."""
    try:
        yield
    except (BrokenPipeError, ConnectionResetError, EOFError):
        os._exit(1)


def _die_with_parent() -> None:
    """A driver that is killed must not leave workers behind that go on writing."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


class _environment:  # noqa: N801 - reads as a function
    """Set variables that are not set yet, for child processes only."""

    def __init__(self, variables: dict[str, str]) -> None:
        self._set = {name: value for name, value in variables.items() if name not in os.environ}

    def __enter__(self) -> None:
        os.environ.update(self._set)

    def __exit__(self, *_: object) -> None:
        for name in self._set:
            os.environ.pop(name, None)
