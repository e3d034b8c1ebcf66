"""Any restoration network, by path: ONNX, run by onnxruntime on the CPU.

What it has to be: one input of float (N, C, H, W) or (N, H, W, C), RGB in [0, 1], sRGB, and one output of the same
height and width with three channels, in the same order and range. C is 3 (the frame alone), or 9: the frame before,
the frame, and the frame after, both aligned onto it, as `bgrsr train deblur` makes them. Height and width may be fixed;
then that is the tile's size. Pictures are cut into tiles that overlap and are blended, so that any size goes through
any network in bounded memory.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bgrsr_data.deblur.flow import align
from bgrsr_data.errors import InputError, ToolError

TILE_PX = 512  # where the network leaves it open; about 1 GB for the larger networks
OVERLAP_PX = 32
MULTIPLE_PX = 64  # what the deepest of the usual networks divides its input by
_FLOATS = {"tensor(float)": np.float32, "tensor(float16)": np.float16, "tensor(double)": np.float64}


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
        self.threads = threads
        self.name = path.stem
        self._check()

    def __reduce__(self) -> tuple[Any, ...]:
        return _load, (self.path, self.threads)

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
        return self._channels // 3

    def _stack(self, frame: NDArray[np.uint8], around: Sequence[NDArray[np.uint8]]) -> NDArray[np.float32]:
        """(H, W, C) float32 [0, 1]."""
        if self.frames == 1:
            return np.divide(frame, 255, dtype=np.float32)
        before, after = [align(frame, other) for other in around[:2]] + [frame] * (2 - len(around[:2]))
        stack = np.concatenate([before, frame, after], axis=-1)
        return np.asarray(np.divide(stack, 255, dtype=np.float32))

    def _tile(self, height: int, width: int) -> tuple[int, int]:
        """The size of a tile: the network's own, or no larger than the picture, rounded up."""
        fixed = self._size
        return tuple(  # type: ignore[return-value]
            own or min(TILE_PX, -(-side // MULTIPLE_PX) * MULTIPLE_PX)
            for own, side in zip(fixed, (height, width), strict=True)
        )

    def _run(self, tile: NDArray[np.float32]) -> NDArray[np.float32]:
        given = tile if self._channels_last else tile.transpose(2, 0, 1)
        try:
            (out,) = self._session.run(self._output, {self._input.name: given[None].astype(self._dtype)})
        except Exception as error:
            raise ToolError(f"{self.path}: failed on a tile of {tile.shape[1]}x{tile.shape[0]}: {error}") from error
        restored = np.asarray(out[0], np.float32)
        restored = restored if self._channels_last else restored.transpose(1, 2, 0)
        if restored.shape != (*tile.shape[:2], 3):
            size, told = ("x".join(map(str, shape)) for shape in (tile.shape, restored.shape))
            raise InputError(f"{self.path}: makes {told} of {size}; a restoration keeps height and width")
        return restored

    @cached_property
    def _session(self) -> Any:
        try:
            import onnxruntime  # noqa: PLC0415 - an optional extra
        except ImportError as error:
            raise ToolError(f"{self.path}: needs onnxruntime; install it with: pip install 'bgrsr[restore]'") from error
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = self.threads
        options.log_severity_level = 4
        try:
            return onnxruntime.InferenceSession(str(self.path), options, providers=["CPUExecutionProvider"])
        except Exception as error:  # its errors share no base but Exception
            raise InputError(f"{self.path}: is no ONNX network that can be run ({error})") from error

    def _check(self) -> None:
        if not self.path.is_file():
            raise InputError(f"{self.path}: there is no such file; --model takes an ONNX network")
        inputs, outputs = self._session.get_inputs(), self._session.get_outputs()
        if len(inputs) != 1 or len(inputs[0].shape) != 4 or inputs[0].type not in _FLOATS:
            told = "; ".join(f"{one.name} {one.type} {one.shape}" for one in inputs)
            raise InputError(f"{self.path}: takes {told}; wanted is one float input (N, 3 or 9, H, W)")
        self._input, self._output = inputs[0], [outputs[0].name]
        self._dtype = _FLOATS[inputs[0].type]
        shape = inputs[0].shape
        self._channels_last = shape[3] in (3, 9) and shape[1] not in (3, 9)
        channels = shape[3] if self._channels_last else shape[1]
        if channels not in (3, 9):
            raise InputError(f"{self.path}: takes {channels} channels; wanted are 3 (a frame) or 9 (three frames)")
        self._channels = int(channels)
        height, width = shape[1:3] if self._channels_last else shape[2:4]
        self._size = (_fixed(height), _fixed(width))


def _load(path: Path, threads: int) -> Restorer:
    return Restorer(path, threads=threads)


def _fixed(side: object) -> int | None:
    return side if isinstance(side, int) and side > 0 else None


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
