"""Talking-head frames as pairs for super resolution: kept on disk at their native size, seen as 320×240 → 640×480.

Both views are averages over areas in linear light, which is what a sensor with fewer, larger pixels records. Averaged
as sRGB instead, fine bright detail (hair before a window) comes out darker than any camera would see it.
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import Dataset

from bgrsr_data.combine.split import assign, components
from bgrsr_data.errors import InputError
from bgrsr_data.manifests import manifest_path, read_rows
from bgrsr_data.media.colour import to_linear, to_srgb8
from bgrsr_data.media.images import read_rgb
from bgrsr_data.media.scaling import resize
from bgrsr_data.records import Clip, Frame, Split

HR_SIZE, LR_SIZE = (640, 480), (320, 240)  # width, height
CENTRE = (Fraction(1, 2), Fraction(1, 2))


class FramePair(NamedTuple):
    """One frame, twice: `lr` (3, 240, 320) and `hr` (3, 480, 640), uint8, sRGB."""

    lr: Tensor
    hr: Tensor


def hr_transform(pixels: NDArray[np.uint8], place: tuple[Fraction, Fraction] = CENTRE) -> NDArray[np.uint8]:
    """The view that a network is to produce: the largest part of 4:3, scaled down.

    Args:
        pixels: (H, W, 3) uint8, sRGB, at least 480 high and 640 wide.
        place: Where the part lies in what is left over: (0, 0) left and top, (1, 1) right and bottom.

    Returns:
        (480, 640, 3) uint8, sRGB.

    Raises:
        InputError: The picture is smaller: a view would be blown up, and the network would learn its blur.
    """
    height, width, _ = pixels.shape
    across, down = HR_SIZE
    if height < down or width < across:
        raise InputError(f"a picture of {width}×{height} is smaller than the view of {across}×{down}")
    part_width = min(width, height * across // down)
    part_height = min(height, width * down // across)
    left, top = int((width - part_width) * place[0]), int((height - part_height) * place[1])
    return _scaled(pixels[top : top + part_height, left : left + part_width], HR_SIZE)


def lr_transform(view: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The view that a network is given: each pixel the light of four.

    Args:
        view: (480, 640, 3) uint8, sRGB, as `hr_transform` gives it.

    Returns:
        (240, 320, 3) uint8, sRGB.
    """
    return _scaled(view, LR_SIZE)


class FrameDataset(Dataset[FramePair]):
    """The talking-head frames of one split.

    Args:
        root: A workspace, or any folder with its manifests and files.
        split: "train", "val" or "test"; a person's frames, and equal files, are never in two of them.
        val_share: Share of the people for "val".
        test_share: Share of the people for "test".
        seed: Another seed gives another split.

    Raises:
        InputError: A manifest is missing, or no frame of this split is large enough.
    """

    def __init__(
        self, root: Path, split: Split, *, val_share: float = 0.1, test_share: float = 0.1, seed: int = 0
    ) -> None:
        self._root = root
        rows = [row for row in read_rows(manifest_path(root, Frame), Frame) if row.role == "talking-head"]
        forced = {row.id: row.split for row in read_rows(manifest_path(root, Clip), Clip) if row.split}
        group = components((row.person, row.clip, row.sha256) for row in rows)
        demanded: dict[str, set[Split]] = {}
        for row in rows:
            if row.clip in forced:
                demanded.setdefault(group[row.person], set()).add(forced[row.clip])
        people = {group[row.person] for row in rows}
        splits = assign(people, demanded, val_share=val_share, test_share=test_share, seed=seed)
        across, down = HR_SIZE
        self.rows = [
            row for row in rows if splits[group[row.person]] == split and row.width >= across and row.height >= down
        ]
        if not self.rows:
            raise InputError(f"{root}: no talking-head frame of {across}×{down} or more is in its {split!r} split")

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, index: int) -> FramePair:
        """One pair, read and scaled anew."""
        high = hr_transform(read_rgb(self._root / self.rows[index].path))
        return FramePair(_planes(lr_transform(high)), _planes(high))


def _scaled(pixels: NDArray[np.uint8], size: tuple[int, int]) -> NDArray[np.uint8]:
    if (pixels.shape[1], pixels.shape[0]) == size:
        return np.ascontiguousarray(pixels)
    return to_srgb8(resize(to_linear(pixels), size))


def _planes(pixels: NDArray[np.uint8]) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(pixels)).permute(2, 0, 1).contiguous()
