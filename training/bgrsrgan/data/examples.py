"""What a network learns from: a sequence of examples, each a named tuple of tensors, made when it is drawn."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Sequence
from threading import Lock
from typing import Any, Generic, NamedTuple, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import Dataset

from bgrsrgan.data.schedule import AS_IT_IS, Draw

B = TypeVar("B", bound=tuple[Tensor, ...])


class Origin(NamedTuple):
    """Where an example comes from: what figures are told by, and cases named by.

    Attributes:
        id: The combination's, frame's or trimap's.
        person: Who is seen.
        background: The target background, where there is one.
        clip: What the person was filmed in; neighbours of one clip tell how much a result flickers.
    """

    id: str
    person: str
    background: str = ""
    clip: str = ""


class Examples(Dataset[B], Generic[B]):
    """The examples of one split.

    Args:
        cache_bytes: Examples are kept until they take this much; the rest are made anew each time they are drawn.
    """

    def __init__(self, *, cache_bytes: int = 0) -> None:
        self._free_bytes = cache_bytes
        self._kept: dict[int, B] = {}
        self._keeping = Lock()

    @abstractmethod
    def __len__(self) -> int: ...

    @abstractmethod
    def load(self, row: int) -> B:
        """One example as (C, H, W) uint8 tensors, always the same."""

    @abstractmethod
    def origin(self, row: int) -> Origin:
        """Where it comes from."""

    def finish(self, example: B, draw: Draw) -> B:  # noqa: ARG002 - for those that draw more
        """What else is drawn for this place (a crop, a degradation), after the kept example was taken."""
        return example

    def __getitem__(self, draw: Draw) -> B:
        """One example, varied as drawn."""
        example = self._kept.get(draw.row)
        if example is None:
            example = self.load(draw.row)
            self._keep(draw.row, example)
        return varied(self.finish(example, draw), draw)

    def _keep(self, row: int, example: B) -> None:
        size = sum(tensor.nbytes for tensor in example)
        with self._keeping:
            if size <= self._free_bytes and row not in self._kept:
                self._free_bytes -= size
                self._kept[row] = example


ExamplesOf = Callable[[str], Examples[Any]]
"""The examples of a split, "train", "val" or "test"; none in an empty one."""


def varied(example: B, draw: Draw) -> B:
    """Mirror and recolour every picture of an example alike."""
    if draw.mirrored:
        example = type(example)(*(tensor.flip(-1) for tensor in example))
    if draw.channels != AS_IT_IS:
        channels = list(draw.channels)
        example = type(example)(*(tensor[channels] if len(tensor) == 3 else tensor for tensor in example))
    return example


def stack(examples: Sequence[B]) -> B:
    """Single examples, (C, H, W) each, as one batch, (N, C, H, W)."""
    return type(examples[0])(*(torch.stack(tensors) for tensors in zip(*examples, strict=True)))


def as_float(batch: B, device: torch.device) -> B:
    """A batch of uint8 on a device as float32 [0, 1], in the memory order that convolutions like."""
    return type(batch)(*(_to_float(tensor, device) for tensor in batch))


def planes(pixels: NDArray[np.uint8]) -> Tensor:
    """(H, W, C) → (C, H, W)."""
    return torch.from_numpy(np.ascontiguousarray(pixels)).permute(2, 0, 1)


def _to_float(tensor: Tensor, device: torch.device) -> Tensor:
    return tensor.to(device).float().div_(255).contiguous(memory_format=torch.channels_last)
