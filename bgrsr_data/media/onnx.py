"""A network of pictures, by path: ONNX, run by onnxruntime on the CPU.

It has one input of float, (N, C, H, W) or (N, H, W, C), and one output in the same order. Height and width may be
fixed. What the channels mean is for the caller to say.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bgrsr_data.errors import InputError, ToolError

_FLOATS = {"tensor(float)": np.float32, "tensor(float16)": np.float16, "tensor(double)": np.float64}


class Network:
    """A network that is ready to run; it can be pickled, and loads itself again where it arrives.

    Args:
        path: The ONNX file.
        takes: What each number of channels that may come in stands for.
        flag: The option that named it.
        threads: Threads of onnxruntime; one, since every worker process has its own.

    Attributes:
        channels: How many come in.
        size: Height and width where they are fixed, each; else None.

    Raises:
        InputError: The file is missing, no ONNX network, or one that takes something else.
        ToolError: onnxruntime is not installed.
    """

    def __init__(self, path: Path, takes: dict[int, str], *, flag: str = "--model", threads: int = 1) -> None:
        self.path, self._takes, self._flag, self._threads = path, takes, flag, threads
        if not path.is_file():
            raise InputError(f"{path}: there is no such file; {flag} takes an ONNX network")
        inputs, self._outputs = self._session.get_inputs(), [self._session.get_outputs()[0].name]
        if len(inputs) != 1 or len(inputs[0].shape) != 4 or inputs[0].type not in _FLOATS:
            told = "; ".join(f"{one.name} {one.type} {one.shape}" for one in inputs)
            raise InputError(
                f"{path}: takes {told}; wanted is one float input (N, {' or '.join(map(str, takes))}, H, W)"
            )
        self._name, self._dtype, shape = inputs[0].name, _FLOATS[inputs[0].type], inputs[0].shape
        self._last = shape[3] in takes and shape[1] not in takes
        channels = shape[3] if self._last else shape[1]
        if channels not in takes:
            wanted = " or ".join(f"{count} ({what})" for count, what in takes.items())
            raise InputError(f"{path}: takes {channels} channels; wanted are {wanted}")
        self.channels = int(channels)
        self.size = _fixed(shape[1:3] if self._last else shape[2:4])

    def __reduce__(self) -> tuple[Any, ...]:
        return _load, (type(self), self.path, self._takes, self._flag, self._threads)

    def __call__(self, picture: NDArray[np.float32]) -> NDArray[np.float32]:
        """Run it on one picture.

        Args:
            picture: (H, W, C) float32.

        Returns:
            (h, w, c) float32, whatever it makes.

        Raises:
            ToolError: It failed.
            InputError: What it makes is no picture.
        """
        given = picture if self._last else picture.transpose(2, 0, 1)
        try:
            (made,) = self._session.run(self._outputs, {self._name: given[None].astype(self._dtype)})
        except Exception as error:
            height, width = picture.shape[:2]
            raise ToolError(f"{self.path}: failed on a tile of {height}x{width}: {error}") from error
        if np.ndim(made) != 4:
            raise InputError(f"{self.path}: makes {np.shape(made)}; wanted is a picture, as (N, C, H, W)")
        first = np.asarray(made[0], np.float32)
        return first if self._last else first.transpose(1, 2, 0)

    @cached_property
    def _session(self) -> Any:
        try:
            import onnxruntime  # noqa: PLC0415 - an optional extra
        except ImportError as error:
            raise ToolError(f"{self.path}: needs onnxruntime; install it with: pip install 'bgrsr[restore]'") from error
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = self._threads
        options.log_severity_level = 4
        try:
            return onnxruntime.InferenceSession(str(self.path), options, providers=["CPUExecutionProvider"])
        except Exception as error:  # its errors share no base but Exception
            raise InputError(f"{self.path}: is no ONNX network that can be run ({error})") from error


def _load(kind: type[Network], path: Path, takes: dict[int, str], flag: str, threads: int) -> Network:
    return kind(path, takes, flag=flag, threads=threads)


def _fixed(sides: Sequence[object]) -> tuple[int | None, int | None]:
    height, width = (side if isinstance(side, int) and side > 0 else None for side in sides)
    return height, width
