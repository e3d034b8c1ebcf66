"""The trained network as one ONNX file, for `bgrsr deblur --model`."""

from __future__ import annotations

import copy
from pathlib import Path

import torch
from torch import Tensor, nn

from bgrsr_data.media.files import write_bytes
from bgrsrgan.deblur.network import MULTIPLE_PX, Deblurrer
from bgrsrgan.deploy.program import onnx_program

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
    size = torch.export.Dim.DYNAMIC
    content = onnx_program(
        _Clipped(copy.deepcopy(network).cpu()).eval(),
        (torch.rand(2, 9, _EXAMPLE_PX, _EXAMPLE_PX + MULTIPLE_PX),),
        input_names=["frames"],
        output_names=["restored"],
        dynamic=({0: size, 2: size, 3: size},),
    )
    write_bytes(path, content)
