"""Batches of examples, made ahead by threads or when they are asked for.

Threads, not processes: what takes time (decoding, rendering, coding) lets go of the interpreter's lock; they share the
memory that holds foregrounds, backgrounds and kept examples; nothing is sent, and nothing outlives a run that is ended.
What a batch holds hangs on its draws alone, whoever makes it.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

from bgrsr_data.errors import InputError
from bgrsrgan.data.examples import B, Examples, ExamplesOf, stack
from bgrsrgan.data.schedule import Draw

T = TypeVar("T")
BATCHES_AHEAD = 2
MOST_WORKERS = 8


def split_of(examples_of: ExamplesOf, split: str) -> Examples[Any]:
    """The examples of a split.

    Raises:
        InputError: There are none.
    """
    examples = examples_of(split)
    if not len(examples):
        raise InputError(
            f"the set has nothing to learn from in its {split!r} split; "
            "give it more people and backgrounds, then: bgrsr combine"
        )
    return examples


def usual_workers() -> int:
    """Half of the cores that this process may use, at most MOST_WORKERS: the other half trains."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    beside = int(os.environ.get("LOCAL_WORLD_SIZE", "1"))  # processes that torchrun started on this machine
    return min(max(cores // (2 * beside), 1), MOST_WORKERS)


def batches(examples: Examples[B], schedule: Iterable[Sequence[Draw]], *, workers: int | None = None) -> Iterator[B]:
    """Batches of uint8 tensors, one for each step of the schedule, in its order.

    Args:
        examples: Where the draws come from.
        schedule: What is drawn for each step: a Schedule, or a share of one.
        workers: Threads that work ahead; 0 makes a batch when asked; None: `usual_workers`.
    """
    workers = usual_workers() if workers is None else workers
    if not workers:
        yield from (stack([examples[draw] for draw in draws]) for draws in schedule)
        return
    pool = ThreadPoolExecutor(workers)
    waiting: deque[list[Future[B]]] = deque()
    try:
        for draws in schedule:
            waiting.append([pool.submit(examples.__getitem__, draw) for draw in draws])
            if len(waiting) > BATCHES_AHEAD:
                yield stack([future.result() for future in waiting.popleft()])
        while waiting:
            yield stack([future.result() for future in waiting.popleft()])
    finally:
        pool.shutdown(cancel_futures=True)


def in_order(examples: Examples[B], rows: Sequence[int] | None = None, *, batch: int) -> Iterator[B]:
    """Some rows, or every one, once, as they are, in the order given."""
    rows = range(len(examples)) if rows is None else rows
    for start in range(0, len(rows), batch):
        yield stack([examples[Draw(row)] for row in rows[start : start + batch]])


def spread(rows: Sequence[T], most: int) -> list[T]:
    """At most `most` rows, evenly spread, so that neighbours (frames of one clip) do not crowd out the others."""
    if len(rows) <= most:
        return list(rows)
    return [rows[index * len(rows) // most] for index in range(most)]
