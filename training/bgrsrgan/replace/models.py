"""Trained networks, ready for one picture after another: best.pt of a run by torch, or an exported ONNX file."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from bgrsr_data.errors import InputError, ToolError
from bgrsrgan.deploy.runtime import open_session
from bgrsrgan.replace.backdrops import Scene
from bgrsrgan.replace.framing import Pixels, Size

if TYPE_CHECKING:
    from torch import Tensor

INPUTS = ("lr_frame", "lr_background", "hr_background")
USUAL_SIZE = (320, 240)
_ELSE = "take a run of bgrsr-lite or bgrsrgan"


class Made(NamedTuple):
    """What a network makes of a picture.

    Attributes:
        image: (2h, 2w, 3) uint8, sRGB.
        alpha: (2h, 2w) float32 [0, 1]; None where the network tells none.
    """

    image: Pixels
    alpha: NDArray[np.float32] | None


class Model(ABC):
    """A network that replaces.

    Attributes:
        name: Of the network.
        backend: What runs it, for a person.
        size: (width, height) of the frames that it was trained on.
        fixed: Whether it takes no other size.
    """

    name: str
    backend: str
    size: Size
    fixed: bool

    @abstractmethod
    def __call__(self, frame: Pixels, scene: Scene) -> Made:
        """Replace one picture's background.

        Args:
            frame: (h, w, 3) uint8, sRGB.
            scene: The background, of the same size and twice.
        """


def load_model(path: Path, *, threads: int | None = None) -> Model:
    """Load a network by what its file is: ".onnx", or else a generator of a run.

    Args:
        path: The file.
        threads: Threads that compute; None: one for each core.

    Raises:
        InputError: There is no such file, it is damaged, or its network does something else.
        ToolError: What runs it is not installed.
    """
    if not path.is_file():
        raise InputError(f"{path}: there is no such model; train one with: bgrsr train bgrsr-lite")
    count = threads or os.cpu_count() or 1
    return OnnxModel(path, count) if path.suffix.lower() == ".onnx" else TorchModel(path, count)


class TorchModel(Model):
    """The mean generator of a run, by torch; on a GPU where there is one. See Model."""

    fixed = False

    def __init__(self, path: Path, threads: int) -> None:
        import torch  # noqa: PLC0415 - takes seconds, and an ONNX network needs none

        from bgrsrgan.loop.state import load_generator  # noqa: PLC0415
        from bgrsrgan.networks import Replacer  # noqa: PLC0415

        torch.set_num_threads(threads)
        self._device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self._network, config, _ = load_generator(path, self._device)
        if not isinstance(self._network, Replacer):
            raise InputError(f"{path}: {_what_else(config.network)}; {_ELSE}")
        self.name, self.size = config.network, config.lr_size
        self.backend = "torch on the GPU" if self._device.type == "cuda" else f"torch, {_threads(threads)}"
        self._scene: Scene | None = None
        self._background: tuple[Tensor, Tensor]

    def __call__(self, frame: Pixels, scene: Scene) -> Made:
        """See Model."""
        import torch  # noqa: PLC0415

        with torch.inference_mode():
            if scene is not self._scene:  # a still is turned into tensors once
                self._scene, self._background = scene, (self._tensor(scene.low), self._tensor(scene.high))
            output = self._network(self._tensor(frame), *self._background)
            image = (output.image[0].permute(1, 2, 0) * 255 + 0.5).clamp_(0, 255).to(torch.uint8)
            alpha = None if output.alpha is None else output.alpha[0, 0].float().cpu().numpy()
            return Made(np.ascontiguousarray(image.cpu().numpy()), alpha)

    def _tensor(self, pixels: Pixels) -> Tensor:
        import torch  # noqa: PLC0415

        planes = torch.from_numpy(pixels).to(self._device).permute(2, 0, 1)[None]
        return planes.to(torch.float32, memory_format=torch.channels_last) / 255


class OnnxModel(Model):
    """A network exported by `bgrsr export`, by ONNX Runtime. See Model."""

    def __init__(self, path: Path, threads: int) -> None:
        self._path, self._session = path, open_session(path, threads=threads)
        shapes = {one.name: one.shape for one in self._session.get_inputs()}
        makes = [one.name for one in self._session.get_outputs()]
        if set(shapes) != set(INPUTS) or "image" not in makes:
            takes = ", ".join(shapes)
            raise InputError(f"{path}: takes {takes} and gives {', '.join(makes)}: it replaces nothing; {_ELSE}")
        self._makes = ["image", "alpha"] if "alpha" in makes else ["image"]
        told = self._session.get_modelmeta().custom_metadata_map  # of what `bgrsr export` wrote
        on_gpu = self._session.get_providers()[0] == "CUDAExecutionProvider"
        self.name = told.get("network", path.stem)
        self.backend = "ONNX Runtime on the GPU" if on_gpu else f"ONNX Runtime, {_threads(threads)}"
        height, width = shapes[INPUTS[0]][2:]
        self.fixed = isinstance(height, int) and isinstance(width, int)
        self.size: Size = (width, height) if self.fixed else _trained_size(told)
        self._scene: Scene | None = None
        self._given: dict[str, NDArray[np.float32]] = {}

    def __call__(self, frame: Pixels, scene: Scene) -> Made:
        """See Model.

        Raises:
            ToolError: ONNX Runtime breaks down.
        """
        if scene is not self._scene:
            self._scene = scene
            self._given = {"lr_background": _planes(scene.low), "hr_background": _planes(scene.high)}
        try:
            image, *alpha = self._session.run(self._makes, self._given | {"lr_frame": _planes(frame)})
        except Exception as error:  # its errors share no base but Exception
            raise ToolError(
                f"{self._path}: failed on a picture of {frame.shape[1]}×{frame.shape[0]}: {error}"
            ) from error
        pixels = np.clip(image[0] * 255 + 0.5, 0, 255).astype(np.uint8)
        return Made(np.ascontiguousarray(pixels.transpose(1, 2, 0)), alpha[0][0, 0] if alpha else None)


def _trained_size(told: Mapping[str, str]) -> Size:
    width, _, height = told.get("trained_size", "").partition("x")
    return (int(width), int(height)) if width.isdecimal() and height.isdecimal() else USUAL_SIZE


def _planes(pixels: Pixels) -> NDArray[np.float32]:
    return np.ascontiguousarray(pixels.transpose(2, 0, 1)[None], np.float32) / np.float32(255)


def _threads(count: int) -> str:
    return "1 thread" if count == 1 else f"{count} threads"


def _what_else(network: str) -> str:
    does = {"srgan": "enlarges and replaces nothing", "unet-gan": "mattes, and needs a trimap for every picture"}
    return f"holds {network}, which {does.get(network, 'does not replace')}"
