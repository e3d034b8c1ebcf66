"""What a network learns from: a sequence of examples, each a named tuple of tensors, made when it is drawn."""

from __future__ import annotations

from abc import abstractmethod
from bisect import bisect_right
from collections.abc import Callable, Sequence
from itertools import accumulate
from threading import Lock
from typing import Any, Generic, NamedTuple, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import Dataset

from bgrsr_data.errors import InputError
from bgrsrgan.data.schedule import AS_IT_IS, Draw

Size = tuple[int, int]  # width, height
B = TypeVar("B", bound=tuple[Tensor, ...])


class Origin(NamedTuple):
    """Where an example comes from: what figures are told by, and cases named by.

    Attributes:
        id: The combination's, frame's or trimap's.
        person: Who is seen.
        background: The target background, where there is one.
        clip: What the person was filmed in; neighbours of one clip tell how much a result flickers.
        time_s: When, in seconds of the clip.
    """

    id: str
    person: str
    background: str = ""
    clip: str = ""
    time_s: float = 0.0


class Examples(Dataset[B], Generic[B]):
    """The examples of one split.

    Args:
        cache_bytes: Examples are kept until they take this much; the rest are made anew each time they are drawn.
        crop: (width, height) of the part that a seeded draw sees, in pixels of the smaller pictures; None: the whole.
    """

    def __init__(self, *, cache_bytes: int = 0, crop: Size | None = None) -> None:
        self.crop = crop
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
        """What else is drawn for this place (a degradation), after the kept example was taken and cropped."""
        return example

    def __getitem__(self, draw: Draw) -> B:
        """One example, varied as drawn."""
        example = self.whole(draw.row)
        if self.crop and draw.seed:
            example = cropped(example, self.crop, draw.seed)
        return varied(self.finish(example, draw), draw)

    def whole(self, row: int) -> B:
        """One example as `load` makes it, from memory where it is kept."""
        example = self.kept(row)
        if example is None:
            example = self.load(row)
            self._keep(row, example)
        return example

    def kept(self, row: int) -> B | None:
        """One example as `load` makes it, where it is kept in memory."""
        return self._kept.get(row)

    def _keep(self, row: int, example: B) -> None:
        size = sum(tensor.nbytes for tensor in example)
        with self._keeping:
            if size <= self._free_bytes and row not in self._kept:
                self._free_bytes -= size
                self._kept[row] = example


class Joined(Examples[B]):
    """The examples of several, one after the other.

    Args:
        parts: What is joined; each makes and finishes its own.
        cache_bytes: As of Examples, for all of them together.
        crop: As of Examples.
    """

    def __init__(self, parts: Sequence[Examples[B]], *, cache_bytes: int = 0, crop: Size | None = None) -> None:
        super().__init__(cache_bytes=cache_bytes, crop=crop)
        self._parts = parts
        self._starts = [0, *accumulate(map(len, parts))]

    def __len__(self) -> int:
        return self._starts[-1]

    def load(self, row: int) -> B:
        """As its own part makes it."""
        part, within = self._place(row)
        return part.load(within)

    def finish(self, example: B, draw: Draw) -> B:
        """As its own part does."""
        part, within = self._place(draw.row)
        return part.finish(example, draw._replace(row=within))

    def origin(self, row: int) -> Origin:
        """As its own part tells."""
        part, within = self._place(row)
        return part.origin(within)

    def _place(self, row: int) -> tuple[Examples[B], int]:
        part = bisect_right(self._starts, row) - 1
        return self._parts[part], row - self._starts[part]


ExamplesOf = Callable[[str], Examples[Any]]
"""The examples of a split, "train", "val" or "test"; none in an empty one."""


def cropped(example: B, size: Size, seed: int) -> B:
    """The same part of every picture of an example, so that those of several resolutions still show the same.

    Args:
        example: (C, H, W) each; the larger ones a whole number of times as large as the smallest.
        size: (width, height) of the part, in pixels of the smallest.
        seed: Where the part lies.

    Raises:
        InputError: The part is larger than the picture.
    """
    height, width = min(tensor.shape[-2:] for tensor in example)
    if size[0] > width or size[1] > height:
        raise InputError(f"a crop of {size[0]}×{size[1]} is larger than the picture of {width}×{height}")
    random = np.random.default_rng(seed)
    left, top = int(random.integers(width - size[0] + 1)), int(random.integers(height - size[1] + 1))
    return type(example)(*(_part(tensor, (left, top, *size), tensor.shape[-1] // width) for tensor in example))


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


def pixels(planes: Tensor) -> NDArray[np.uint8]:
    """(C, H, W) → (H, W, C), without holes in memory."""
    return np.ascontiguousarray(planes.permute(1, 2, 0).numpy())


def _part(tensor: Tensor, part: tuple[int, int, int, int], times: int) -> Tensor:
    left, top, width, height = (times * length for length in part)
    return tensor[..., top : top + height, left : left + width]


def _to_float(tensor: Tensor, device: torch.device) -> Tensor:
    return tensor.to(device).float().div_(255).contiguous(memory_format=torch.channels_last)
