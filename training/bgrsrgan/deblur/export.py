"""The trained network as one ONNX file, for `bgrsr deblur --model`."""

from __future__ import annotations

import contextlib
import copy
import io
import logging
import warnings
from pathlib import Path
from tempfile import TemporaryDirectory

import torch
from torch import Tensor, nn

from bgrsr_data.media.files import write_bytes
from bgrsrgan.deblur.network import MULTIPLE_PX, Deblurrer

_EXAMPLE_PX = 8 * MULTIPLE_PX


class _Clipped(nn.Module):
    def __init__(self, network: Deblurrer) -> None:
        super().__init__()
        self.network = network

    def forward(self, frames: Tensor) -> Tensor:
        restored: Tensor = self.network(frames).clamp(0, 1)
        return restored


def export_onnx(network: Deblurrer, path: Path) -> None:
    """Write a network as ONNX: `frames` (N, 9, H, W) → `restored` (N, 3, H, W), any N, and H, W multiples of 8.

    Raises:
        DiskFullError: Nothing more can be written.
    """
    clipped = _Clipped(copy.deepcopy(network).cpu()).eval()
    size = torch.export.Dim.DYNAMIC
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()), TemporaryDirectory() as beside:
        warnings.simplefilter("ignore")  # of the exporter about itself
        logging.getLogger("torch.onnx").setLevel(logging.ERROR)  # it says that torchvision is not here
        program = torch.onnx.export(
            clipped,
            (torch.rand(2, 9, _EXAMPLE_PX, _EXAMPLE_PX + MULTIPLE_PX),),
            dynamo=True,
            input_names=["frames"],
            output_names=["restored"],
            dynamic_shapes=({0: size, 2: size, 3: size},),
            verbose=False,
        )
        file = Path(beside) / "network.onnx"
        if program is None:
            raise RuntimeError("the exporter gave no program")
        program.save(file, external_data=False)
        write_bytes(path, file.read_bytes())
