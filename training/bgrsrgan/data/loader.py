"""Batches of examples, made ahead by threads or when they are asked for."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

from bgrsr_data.errors import InputError
from bgrsrgan.data.examples import B, Examples, ExamplesOf, stack
from bgrsrgan.data.schedule import Draw

T = TypeVar("T")
BATCHES_AHEAD = 2


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


def batches(examples: Examples[B], schedule: Iterable[Sequence[Draw]], *, workers: int = 0) -> Iterator[B]:
    """Batches of uint8 tensors, one for each step of the schedule, in its order.

    Args:
        examples: Where the draws come from.
        schedule: What is drawn for each step: a Schedule, or a share of one.
        workers: Threads that work ahead (they share the examples' memory); 0 makes a batch when asked.
    """
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
