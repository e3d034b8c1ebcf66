"""Any restoration network, by path: ONNX, run by onnxruntime on the CPU.

What it has to be: one input of float (N, C, H, W) or (N, H, W, C), RGB in [0, 1], sRGB, and one output of the same
height and width with three channels, in the same order and range. C is 3 (the frame alone), or 9: the frame before,
the frame, and the frame after, both aligned onto it, as `bgrsr train deblur` makes them. Height and width may be fixed;
then that is the tile's size. Pictures are cut into tiles that overlap and are blended, so that any size goes through
any network in bounded memory.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bgrsr_data.deblur.flow import align
from bgrsr_data.errors import InputError
from bgrsr_data.media.onnx import Network

TILE_PX = 512  # where the network leaves it open; about 1 GB for the larger networks
OVERLAP_PX = 32
MULTIPLE_PX = 64  # what the deepest of the usual networks divides its input by


class Restorer:
    """A network that is ready to run; it can be pickled, and loads itself again where it arrives.

    Args:
        path: The ONNX file.
        threads: Threads of onnxruntime; one, since every worker process has its own.

    Raises:
        InputError: The file is missing, no ONNX network, or one of another shape.
        ToolError: onnxruntime is not installed.
    """

    def __init__(self, path: Path, *, threads: int = 1) -> None:
        self.path = path
        self.name = path.stem
        self._network = Network(path, {3: "a frame", 9: "three frames"}, threads=threads)

    def __call__(self, frame: NDArray[np.uint8], around: Sequence[NDArray[np.uint8]] = ()) -> NDArray[np.uint8]:
        """Restore one frame.

        Args:
            frame: (H, W, 3) uint8, sRGB.
            around: The frame before and the frame after it, same shape; one that is missing is stood in for by the
                frame itself. A network of single frames does not look at them.

        Returns:
            (H, W, 3) uint8, sRGB.

        Raises:
            ToolError: The network failed on it.
        """
        stack = self._stack(frame, around)
        height, width = frame.shape[:2]
        tall, wide = self._tile(height, width)
        total = np.zeros((max(height, tall), max(width, wide), 3), np.float32)
        weights = np.zeros((*total.shape[:2], 1), np.float32)
        beyond = (total.shape[0] - height, total.shape[1] - width)
        padded = np.pad(stack, ((0, beyond[0]), (0, beyond[1]), (0, 0)), mode="reflect")
        for top in _starts(total.shape[0], tall):
            for left in _starts(total.shape[1], wide):
                here = np.s_[top : top + tall, left : left + wide]
                ramp = _ramp(top, tall, total.shape[0])[:, None, None] * _ramp(left, wide, total.shape[1])[:, None]
                total[here] += self._run(padded[here]) * ramp
                weights[here] += ramp
        restored = (total / weights)[:height, :width]
        return np.rint(np.clip(restored, 0, 1) * 255).astype(np.uint8)

    @property
    def frames(self) -> int:
        """How many frames it looks at: 1 or 3."""
        return self._network.channels // 3

    def _stack(self, frame: NDArray[np.uint8], around: Sequence[NDArray[np.uint8]]) -> NDArray[np.float32]:
        """(H, W, C) float32 [0, 1]."""
        if self.frames == 1:
            return np.divide(frame, 255, dtype=np.float32)
        before, after = [align(frame, other) for other in around[:2]] + [frame] * (2 - len(around[:2]))
        stack = np.concatenate([before, frame, after], axis=-1)
        return np.asarray(np.divide(stack, 255, dtype=np.float32))

    def _tile(self, height: int, width: int) -> tuple[int, int]:
        """The size of a tile: the network's own, or no larger than the picture, rounded up."""
        fixed = self._network.size
        return tuple(  # type: ignore[return-value]
            own or min(TILE_PX, -(-side // MULTIPLE_PX) * MULTIPLE_PX)
            for own, side in zip(fixed, (height, width), strict=True)
        )

    def _run(self, tile: NDArray[np.float32]) -> NDArray[np.float32]:
        restored = self._network(tile)
        if restored.shape != (*tile.shape[:2], 3):
            size, told = ("x".join(map(str, shape)) for shape in (tile.shape, restored.shape))
            raise InputError(f"{self.path}: makes {told} of {size}; a restoration keeps height and width")
        return restored


def _starts(whole: int, tile: int) -> Iterator[int]:
    """Where tiles begin so that each overlaps the next by at least OVERLAP_PX (or half of a small tile)."""
    step = max(1, tile - min(OVERLAP_PX, tile // 2))
    yield from range(0, max(1, whole - tile), step)
    if whole > tile:
        yield whole - tile


def _ramp(start: int, tile: int, whole: int) -> NDArray[np.float32]:
    """Weight over a tile: next to nothing where it ends inside the picture, since there a network sees zeros."""
    reach = min(OVERLAP_PX, max(1, tile // 2))
    rise = np.square(np.minimum((np.arange(tile) + 1) / reach, 1)).astype(np.float32)
    inside_before, inside_after = start > 0, start + tile < whole
    return (rise if inside_before else np.float32(1)) * (rise[::-1] if inside_after else np.ones_like(rise))
