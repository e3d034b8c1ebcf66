"""Combinations as batches of tensors.

Only rows are stored; pixels are rendered when they are asked for. Which combinations a step sees follows from the seed
and the step alone, so that a run that is stopped and resumed sees exactly what an unbroken one sees.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from threading import Lock
from typing import Any, NamedTuple, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import Dataset

from bgrsr_data.errors import InputError

Pixels = NDArray[np.uint8]
BATCHES_AHEAD = 2
AS_IT_IS = (0, 1, 2)


class Pair(Protocol):
    """A rendered combination, all uint8 [0, 255], RGB, sRGB; sizes (h, w) low and (H, W) = (2h, 2w) high."""

    @property
    def lr_frame(self) -> Pixels:
        """(h, w, 3): what the camera saw."""

    @property
    def lr_target_background(self) -> Pixels:
        """(h, w, 3): the background to come."""

    @property
    def hr_target_background(self) -> Pixels:
        """(H, W, 3): the same, at the output's size."""

    @property
    def hr_target(self) -> Pixels:
        """(H, W, 3): the person on the background to come."""

    @property
    def hr_alpha(self) -> Pixels:
        """(H, W): straight alpha of the person."""


class Renderer(Protocol):
    """What renders a set's combinations (bgrsr_data.combine.render.Renderer)."""

    def combinations(self, split: str, /) -> Sequence[Any]:
        """The rows of one split ("train", "val" or "test"), always in the same order; each has an `id`."""

    def render(self, combination: Any, /) -> Pair:
        """The pixels of one row, always the same."""


class Draw(NamedTuple):
    """One place in a batch: which combination, and how it is varied.

    Attributes:
        row: Index of the combination in its split.
        mirrored: Whether every picture is mirrored.
        channels: From which channel each of red, green and blue is taken, in every picture. Light is blended channel
            by channel, so the target stays exactly the foreground over the background, but the person's clothes and
            the room have other colours, or none.
    """

    row: int
    mirrored: bool = False
    channels: tuple[int, int, int] = AS_IT_IS


class Batch(NamedTuple):
    """Tensors of some pairs: (N, 3, h or H, w or W), alpha (N, 1, H, W); uint8 as loaded, float32 [0, 1] in use."""

    lr_frame: Tensor
    lr_background: Tensor
    hr_background: Tensor
    hr_target: Tensor
    hr_alpha: Tensor

    def as_float(self, device: torch.device) -> Batch:
        """The same on a device as float32 [0, 1], in the memory order that convolutions like."""
        return Batch(*(_to_float(tensor, device) for tensor in self))


class CombinationDataset(Dataset[Batch]):
    """Combinations of one split, rendered when drawn.

    Args:
        renderer: Renders them.
        combinations: The split's rows.
        cache_bytes: Rendered pairs are kept until they take this much; the rest are rendered anew each time.
    """

    def __init__(self, renderer: Renderer, combinations: Sequence[Any], *, cache_bytes: int = 0) -> None:
        self.renderer = renderer
        self.combinations = combinations
        self._free_bytes = cache_bytes
        self._kept: dict[int, Batch] = {}
        self._keeping = Lock()

    def __len__(self) -> int:
        return len(self.combinations)

    def __getitem__(self, draw: Draw) -> Batch:
        """One pair as (C, H, W) uint8 tensors."""
        pair = self._kept.get(draw.row)
        if pair is None:
            pair = _tensors(self.renderer.render(self.combinations[draw.row]))
            self._keep(draw.row, pair)
        return _varied(pair, draw)

    def _keep(self, index: int, pair: Batch) -> None:
        size = sum(tensor.nbytes for tensor in pair)
        with self._keeping:
            if size <= self._free_bytes and index not in self._kept:
                self._free_bytes -= size
                self._kept[index] = pair


@dataclass(frozen=True)
class Schedule:
    """Which draws each step sees: epoch after epoch in a new order, nothing left out, for the steps [start, stop).

    Attributes:
        count: Combinations in the split.
        batch: Draws per step.
        seed: Of the order.
        start: First step.
        stop: Step before which it ends.
        vary: Whether draws are mirrored and recoloured at random.
    """

    count: int
    batch: int
    seed: int
    start: int
    stop: int
    vary: bool = True

    def __iter__(self) -> Iterator[list[Draw]]:
        order, of_epoch = self._order(0), 0
        for step in range(self.start, self.stop):
            draws = []
            for place in range(step * self.batch, (step + 1) * self.batch):
                epoch, within = divmod(place, self.count)
                if epoch != of_epoch:
                    order, of_epoch = self._order(epoch), epoch
                draws.append(order[within])
            yield draws

    def __len__(self) -> int:
        return self.stop - self.start

    def _order(self, epoch: int) -> list[Draw]:
        random = np.random.default_rng([self.seed, epoch])
        indices = random.permutation(self.count)
        if not self.vary:
            return [Draw(int(row)) for row in indices]
        mirrored, recoloured = random.random((2, self.count)) < 0.5
        channels = np.where(recoloured[:, None], random.integers(3, size=(self.count, 3)), AS_IT_IS)
        return [
            Draw(int(row), bool(flip), (int(red), int(green), int(blue)))
            for row, flip, (red, green, blue) in zip(indices, mirrored, channels, strict=True)
        ]


def split_of(renderer: Renderer, split: str) -> Sequence[Any]:
    """The rows of a split.

    Raises:
        InputError: There are none.
    """
    rows = renderer.combinations(split)
    if not rows:
        raise InputError(
            f"the set has no combinations in its {split!r} split; "
            "give it more people and backgrounds, then: bgrsr combine"
        )
    return rows


def batches(dataset: CombinationDataset, schedule: Schedule, *, workers: int = 0) -> Iterator[Batch]:
    """Batches of uint8 tensors, one for each step of the schedule, in its order.

    Args:
        dataset: Where the draws come from.
        schedule: What is drawn.
        workers: Threads that render ahead (they share the data set's memory); 0 renders when asked.
    """
    if not workers:
        yield from (stack([dataset[draw] for draw in draws]) for draws in schedule)
        return
    pool = ThreadPoolExecutor(workers)
    waiting: deque[list[Future[Batch]]] = deque()
    try:
        for draws in schedule:
            waiting.append([pool.submit(dataset.__getitem__, draw) for draw in draws])
            if len(waiting) > BATCHES_AHEAD:
                yield stack([future.result() for future in waiting.popleft()])
        while waiting:
            yield stack([future.result() for future in waiting.popleft()])
    finally:
        pool.shutdown(cancel_futures=True)


def in_order(dataset: CombinationDataset, *, batch: int) -> Iterator[Batch]:
    """Every combination once, as it is, in the order of the split."""
    draws = [Draw(row) for row in range(len(dataset))]
    for start in range(0, len(draws), batch):
        yield stack([dataset[draw] for draw in draws[start : start + batch]])


def spread(rows: Sequence[Any], most: int) -> list[Any]:
    """At most `most` rows, evenly spread, so that neighbours (frames of one clip) do not crowd out the others."""
    if len(rows) <= most:
        return list(rows)
    return [rows[index * len(rows) // most] for index in range(most)]


def stack(pairs: Sequence[Batch]) -> Batch:
    """Single pairs, (C, H, W) each, as one batch, (N, C, H, W)."""
    return Batch(*(torch.stack(tensors) for tensors in zip(*pairs, strict=True)))


def _tensors(pair: Pair) -> Batch:
    return Batch(
        _planes(pair.lr_frame),
        _planes(pair.lr_target_background),
        _planes(pair.hr_target_background),
        _planes(pair.hr_target),
        _planes(pair.hr_alpha[..., None]),
    )


def _varied(pair: Batch, draw: Draw) -> Batch:
    if draw.mirrored:
        pair = Batch(*(tensor.flip(-1) for tensor in pair))
    if draw.channels != AS_IT_IS:
        pair = Batch(*(tensor[list(draw.channels)] if len(tensor) == 3 else tensor for tensor in pair))
    return pair


def _planes(pixels: Pixels) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(pixels)).permute(2, 0, 1)


def _to_float(tensor: Tensor, device: torch.device) -> Tensor:
    return tensor.to(device).float().div_(255).contiguous(memory_format=torch.channels_last)
