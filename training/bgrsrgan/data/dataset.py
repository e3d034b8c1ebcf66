"""The pairs of a published set for any PyTorch trainer: a map-style dataset, drawn when they are asked for."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import SupportsIndex

import torch

from bgrsr_data.combine.render import LR_SIZE, Renderer
from bgrsr_data.errors import InputError
from bgrsrgan.data.combinations import Batch, Combinations
from bgrsrgan.data.examples import Size
from bgrsrgan.data.schedule import AS_IT_IS, Draw

SPLITS = ("train", "val", "test")
CACHE_BYTES = 1 << 28


class CombinationDataset(Combinations):
    """The pairs of one split, for `torch.utils.data.DataLoader` or any other sampler.

    An item is a `Batch`, a named tuple of tensors, uint8 [0, 255], RGB, sRGB; with size (w, h) and (W, H) = (2w, 2h):

        lr_frame       (3, h, w)  what the camera saw: the person before their own room
        lr_background  (3, h, w)  the room to come, which a network is given
        hr_background  (3, H, W)  the same at the output's size
        hr_target      (3, H, W)  what a network should answer: the person before the room to come
        hr_alpha       (1, H, W)  straight alpha of the person

    `DataLoader` stacks them to a Batch of (N, …) without a collate_fn; `as_float` gives float32 [0, 1]. The same row
    always has the same pixels, those that every export of the set has. `combinations[index]` is an item's row,
    `origin(index)` tells who is seen.

    Workers may be forked or spawned: only where the set lies is sent to them, and each decodes for itself. What
    `augment` draws comes from torch's generator, which DataLoader seeds for each worker and epoch: `torch.manual_seed`
    and the number of workers decide it. With `batch_sampler=Schedule(…)` an item follows from the seed and the step
    alone, for any number of workers, also where a run is resumed.

    Args:
        root: A workspace with a published set, or a folder that `bgrsr export --format torch` wrote.
        split: "train", "val" or "test"; none of them shares a person, place or clip with another.
        size: (w, h) of the low resolution, in pixels, even.
        augment: Mirror half of the items, and take the colour channels of half from one another, in every picture of a
            pair alike; where given, crop and recompose them.
        crop: (width, height) of the part of the low pictures that is seen of an augmented item, and of all others.
        recompose: Share of augmented items that are put together anew, before rooms of this split (`recompose.py`).
        cache_bytes: Memory for decoded people, and as much for rooms, in each worker.

    Raises:
        InputError: Nothing is published there, the split is unknown or empty, a size is odd, or files are gone.
    """

    def __init__(
        self,
        root: str | Path,
        split: str = "train",
        *,
        size: Size = LR_SIZE,
        augment: bool = False,
        crop: Size | None = None,
        recompose: float = 0.0,
        cache_bytes: int = CACHE_BYTES,
    ) -> None:
        width, height = size
        if split not in SPLITS:
            raise InputError(f"there is no split {split!r}; known: {', '.join(SPLITS)}")
        if min(size) <= 0 or width % 2 or height % 2:
            raise InputError(f"a size of {width}×{height} cannot be; both are even and above 0")
        renderer = Renderer(Path(root), lr_size=size, hr_size=(2 * width, 2 * height), cache_bytes=cache_bytes)
        rows = renderer.combinations(split)
        if not rows:
            raise InputError(f"{root}: no combination is published in its {split!r} split")
        super().__init__(renderer, rows, crop=crop, recompose=recompose)
        self.augment = augment
        options = {"size": size, "augment": augment, "crop": crop, "recompose": recompose, "cache_bytes": cache_bytes}
        self._again = partial(type(self), root, split, **options)  # type: ignore[arg-type]

    def __getitem__(self, index: SupportsIndex | Draw) -> Batch:
        """One pair: by its number, or as a Schedule draws it.

        Raises:
            IndexError: There are not so many.
        """
        if isinstance(index, Draw):
            return super().__getitem__(index)
        row = range(len(self))[index]
        return super().__getitem__(chance(row) if self.augment else Draw(row))

    def __reduce__(self) -> tuple[object, ...]:
        """Travel to a worker as the call that made it."""
        return self._again, ()


def chance(row: int) -> Draw:
    """A row, varied as torch's generator draws."""
    mirrored, recoloured = (torch.rand(2) < 0.5).tolist()
    red, green, blue = torch.randint(3, (3,)).tolist() if recoloured else AS_IT_IS
    return Draw(row, mirrored, (red, green, blue), int(torch.randint(1, 2**31, ())))
