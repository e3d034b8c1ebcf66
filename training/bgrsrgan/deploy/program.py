"""From a torch module to an ONNX program: the one place that calls the exporter."""

from __future__ import annotations

import contextlib
import io
import logging
import warnings
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import torch
from torch import Tensor, nn

OPSET = 18  # what the exporter writes without conversion; TensorRT, OpenVINO and ONNX Runtime since 2023 read it


def onnx_program(
    module: nn.Module,
    inputs: tuple[Tensor, ...],
    *,
    input_names: Sequence[str],
    output_names: Sequence[str],
    dynamic: tuple[Any, ...] | None = None,
) -> bytes:
    """A module as the content of one ONNX file, its weights within.

    Args:
        module: In evaluation mode, on the CPU.
        inputs: An example of each input; sizes that are not dynamic are fixed to theirs.
        input_names: In the order of its forward.
        output_names: In the order of what it returns.
        dynamic: Which axes of which input may vary, as torch.export's dynamic_shapes.
    """
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()), TemporaryDirectory() as beside:
        warnings.simplefilter("ignore")  # of the exporter about itself
        logging.getLogger("torch.onnx").setLevel(logging.ERROR)  # it says that torchvision is not here
        program = torch.onnx.export(
            module,
            inputs,
            dynamo=True,
            opset_version=OPSET,
            input_names=list(input_names),
            output_names=list(output_names),
            dynamic_shapes=dynamic,
            verbose=False,
        )
        if program is None:
            raise RuntimeError("the exporter gave no program")
        file = Path(beside) / "network.onnx"
        program.save(file, external_data=False)
        return file.read_bytes()
