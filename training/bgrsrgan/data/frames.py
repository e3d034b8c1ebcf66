"""Pictures as pairs for super resolution: talking-head frames, kept on disk at their native size, and rendered targets.

Both views are averages over areas in linear light, which is what a sensor with fewer, larger pixels records. Averaged
as sRGB instead, fine bright detail (hair before a window) comes out darker than any camera would see it. No view is
larger than what it shows was: the network would learn to blur.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from bgrsr_data.combine.linear import decode, encode
from bgrsr_data.combine.render import Renderer
from bgrsr_data.combine.resample import shrink_to
from bgrsr_data.errors import InputError
from bgrsr_data.manifests import manifest_path, read_rows
from bgrsr_data.media.images import read_rgb
from bgrsr_data.records import Combination, Frame, Split
from bgrsrgan.data.combinations import origin_of
from bgrsrgan.data.degrade import Degradation, draw_degradation, lr_transform
from bgrsrgan.data.examples import Examples, Origin, Size, pixels, planes
from bgrsrgan.data.people import split_people
from bgrsrgan.data.schedule import Draw

HR_SIZE = (640, 480)
CENTRE = (Fraction(1, 2), Fraction(1, 2))
MOST_GROWN = 1.25  # how many times larger than in its files a rendered picture may show what it shows


class Views(NamedTuple):
    """One picture, twice: `lr` (N, 3, h, w) and `hr` (N, 3, 2h, 2w), sRGB; uint8 as loaded, float32 [0, 1] in use."""

    lr: Tensor
    hr: Tensor


def hr_transform(
    pixels: NDArray[np.uint8], place: tuple[Fraction, Fraction] = CENTRE, *, size: Size = HR_SIZE
) -> NDArray[np.uint8]:
    """The view that a network is to produce: the largest part of its shape, scaled down.

    Args:
        pixels: (h, w, 3) uint8, sRGB, at least as large as the view.
        place: Where the part lies in what is left over: (0, 0) left and top, (1, 1) right and bottom.
        size: (width, height) of the view, W and H.

    Returns:
        (H, W, 3) uint8, sRGB.

    Raises:
        InputError: The picture is smaller: a view would be blown up, and the network would learn its blur.
    """
    height, width, _ = pixels.shape
    across, down = size
    if height < down or width < across:
        raise InputError(f"a picture of {width}×{height} is smaller than the view of {across}×{down}")
    part_width = min(width, height * across // down)
    part_height = min(height, width * down // across)
    left, top = int((width - part_width) * place[0]), int((height - part_height) * place[1])
    part = np.ascontiguousarray(pixels[top : top + part_height, left : left + part_width])
    return part if (part_width, part_height) == size else encode(shrink_to(decode(part), size))


def talking_heads(root: Path, split: Split, *, hr_size: Size = HR_SIZE, seed: int = 0) -> list[Frame]:
    """The frames of one split that are large enough for the view, clip by clip in the order of time.

    Args:
        root: A workspace, or any folder with its manifests.
        split: "train", "val" or "test"; a person's frames are never in two of them, nor where a combination shows her
            in another.
        hr_size: (width, height) of the view.
        seed: Another seed gives another split.

    Raises:
        InputError: A manifest is missing.
    """
    rows = [row for row in read_rows(manifest_path(root, Frame), Frame) if row.role == "talking-head"]
    splits = split_people(root, rows, seed=seed)
    large = (row for row in rows if row.width >= hr_size[0] and row.height >= hr_size[1])
    return sorted((row for row in large if splits[row.person] == split), key=lambda row: (row.clip, row.pts))


def detailed(renderer: Renderer, split: Split) -> list[Combination]:
    """The combinations of a split whose targets have the detail that they have room for."""
    return [row for row in renderer.combinations(split) if renderer.growth(row) <= MOST_GROWN]


class ViewDataset(Examples[Views]):
    """Pictures as pairs.

    Args:
        degradation: "webcam": the low view is what a cheap camera makes of the high one, drawn anew for each draw, and
            fixed for what is taken in order.
        cache_bytes: As of Examples.
        crop: As of Examples.
    """

    def __init__(self, *, degradation: Degradation = "none", cache_bytes: int = 0, crop: Size | None = None) -> None:
        super().__init__(cache_bytes=cache_bytes, crop=crop)
        self._degradation = degradation

    @abstractmethod
    def picture(self, row: int) -> NDArray[np.uint8]:
        """The high view, (H, W, 3) uint8, sRGB."""

    def load(self, row: int) -> Views:
        """One pair, the low view clean."""
        high = self.picture(row)
        return Views(planes(lr_transform(high)), planes(high))

    def finish(self, example: Views, draw: Draw) -> Views:
        """With the low view that the draw's camera would have taken."""
        if self._degradation == "none":
            return example
        camera = draw_degradation(self.origin(draw.row).id, draw.seed)
        return example._replace(lr=planes(lr_transform(pixels(example.hr), camera)))


class FrameDataset(ViewDataset):
    """Frames of talking heads, read when drawn.

    Args:
        root: Where their files are.
        frames: Which, as `talking_heads` gives them.
        hr_size: (width, height) of the high view.
        degradation: As of ViewDataset.
    """

    def __init__(
        self, root: Path, frames: Sequence[Frame], *, hr_size: Size = HR_SIZE, degradation: Degradation = "none"
    ) -> None:
        super().__init__(degradation=degradation)
        self._root, self._hr_size, self.frames = root, hr_size, frames

    def __len__(self) -> int:
        return len(self.frames)

    def picture(self, row: int) -> NDArray[np.uint8]:
        """The frame's largest part of the view's shape."""
        return hr_transform(read_rgb(self._root / self.frames[row].path), size=self._hr_size)

    def origin(self, row: int) -> Origin:
        """The frame, its person and clip."""
        frame = self.frames[row]
        return Origin(frame.id, frame.person, clip=frame.clip, time_s=float(frame.pts * frame.time_base))


class TargetDataset(ViewDataset):
    """The targets of combinations, rendered when drawn.

    Args:
        renderer: Renders them.
        combinations: Which, as `detailed` gives them.
        degradation: As of ViewDataset.
    """

    def __init__(
        self, renderer: Renderer, combinations: Sequence[Combination], *, degradation: Degradation = "none"
    ) -> None:
        super().__init__(degradation=degradation)
        self._renderer, self.combinations = renderer, combinations

    def __len__(self) -> int:
        return len(self.combinations)

    def picture(self, row: int) -> NDArray[np.uint8]:
        """The person before the target background."""
        return self._renderer.render(self.combinations[row]).hr_target

    def origin(self, row: int) -> Origin:
        """The combination, its person, target background and clip."""
        return origin_of(self._renderer, self.combinations[row])
