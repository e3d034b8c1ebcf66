"""A trained network as one ONNX file, which is kept only if it makes the pictures that torch makes."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn

import bgrsr_data
from bgrsr_data.errors import ToolError
from bgrsr_data.media.files import write_bytes
from bgrsrgan.deploy.fold import fold
from bgrsrgan.deploy.ports import Size, inputs_of, outputs_of, sample_inputs
from bgrsrgan.deploy.program import onnx_program
from bgrsrgan.deploy.runtime import open_session
from bgrsrgan.networks import Network

PARITY = 1e-4
STEP_PX = 16  # a dynamic frame's sides are multiples of it, so that no network must pad
_CHECKS = 2


class Exported(NamedTuple):
    """What was written.

    Attributes:
        path: The file.
        parity: Largest difference to torch of any value of any output, on all pictures that were tried.
        checked: (width, height) of the frames that were tried.
        bytes: Of the file.
        inputs: Shape by name; a name of a size where it may vary.
        outputs: The same.
    """

    path: Path
    parity: float
    checked: tuple[Size, ...]
    bytes: int
    inputs: dict[str, list[int | str]]
    outputs: dict[str, list[int | str]]


class _Plain(nn.Module):
    """A folded network that returns its outputs as a tuple, as ONNX has them."""

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.network = fold(network).cpu()

    def forward(self, *given: Tensor) -> tuple[Tensor, ...]:
        return tuple(outputs_of(self.network, self.network(*given)).values())


def export_onnx(
    network: Network,
    path: Path,
    *,
    size: Size,
    dynamic: bool = False,
    float16: bool = False,
    about: Mapping[str, str] | None = None,
) -> Exported:
    """Fold a network, write it as ONNX, and keep the file if ONNX Runtime makes torch's pictures of it.

    Args:
        network: Trained, on the CPU; it is left as it is.
        path: Where the file appears, whole.
        size: (width, height) of the frame, in pixels; with `dynamic` one that it is tried with, raised to multiples of
            STEP_PX.
        dynamic: Any number of frames of any size whose sides are multiples of STEP_PX.
        float16: Keep the weights in half the bytes; they are rounded to 11 bits, and computed with in float32. Torch's
            pictures are then those of the rounded weights.
        about: What is noted in the file beside what is known of any network.

    Raises:
        ToolError: It does not make them, within PARITY; onnxruntime is not installed.
        DiskFullError: Nothing more can be written.
    """
    if float16:
        network = _rounded(network)
    if dynamic:
        size = (size[0] + -size[0] % STEP_PX, size[1] + -size[1] % STEP_PX)
    content = onnx_bytes(network, size, dynamic=dynamic, float16=float16, about=about)
    sizes = (size, (size[0] + 2 * STEP_PX, size[1] + STEP_PX)) if dynamic else (size,)
    parity = max(parity_of(network, content, one) for one in sizes)
    if not parity <= PARITY:  # also where it is not a number
        raise ToolError(
            f"{path}: not written: ONNX Runtime's pictures are {parity:.1e} from torch's, allowed are {PARITY:.0e}; "
            f"torch's own rounding is {rounding_of(network, size):.1e}: if that is as much, train the network longer"
        )
    write_bytes(path, content)
    graph = onnx.load_from_string(content).graph
    return Exported(path, parity, sizes, len(content), _shapes(graph.input), _shapes(graph.output))


def onnx_bytes(
    network: Network,
    size: Size,
    *,
    dynamic: bool = False,
    float16: bool = False,
    about: Mapping[str, str] | None = None,
) -> bytes:
    """What export_onnx writes, unchecked; its arguments are the same."""
    given = sample_inputs(network, size, batch=2 if dynamic else 1)
    with torch.inference_mode():
        makes = outputs_of(network, network(*given))
    written = onnx_program(
        _Plain(network),
        given,
        input_names=[port.name for port in inputs_of(network)],
        output_names=list(makes),
        dynamic=(_dynamic(network),) if dynamic else None,
    )
    model = onnx.load_from_string(written)
    if float16:
        _halve_weights(model)
    _note(model, _colours() | dict(about or {}))
    content: bytes = model.SerializeToString()
    return content


@torch.inference_mode()
def parity_of(network: Network, content: bytes, size: Size) -> float:
    """Largest difference between what torch and ONNX Runtime make of the same pictures.

    Args:
        network: As torch runs it, unfolded, on the CPU.
        content: Of the ONNX file.
        size: (width, height) of the frame.
    """
    session = open_session(content, threads=torch.get_num_threads())
    names = [port.name for port in inputs_of(network)]
    worst = 0.0
    for seed in range(1, 1 + _CHECKS):
        given = sample_inputs(network, size, seed=seed)
        wanted = outputs_of(network, network(*given))
        made = session.run(list(wanted), {name: one.numpy() for name, one in zip(names, given, strict=True)})
        differences = [np.abs(a.numpy() - b).max() for a, b in zip(wanted.values(), made, strict=True)]
        worst = float(np.max([worst, *differences]))  # not max(): it would lose what is not a number
    return worst


@torch.inference_mode()
def rounding_of(network: Network, size: Size) -> float:
    """Largest difference between what a network makes in float32 and in float64: what no runtime can be blamed for."""
    given = sample_inputs(network, size, seed=1)
    single = outputs_of(network, network(*given))
    exact = copy.deepcopy(network).double()
    double = outputs_of(exact, exact(*(one.double() for one in given)))
    return max((single[name] - double[name]).abs().max().item() for name in single)


def _dynamic(network: Network) -> tuple[Mapping[int, Any], ...]:
    batch = torch.export.Dim("frames")
    rows, columns = (torch.export.Dim(name, min=2, max=512) for name in ("rows", "columns"))
    return tuple(
        {0: batch, 2: STEP_PX * port.scale * rows, 3: STEP_PX * port.scale * columns} for port in inputs_of(network)
    )


def _rounded(network: Network) -> Network:
    rounded = fold(network)
    for weights in rounded.parameters():
        if weights.dim() > 1:
            weights.copy_(weights.half())
    return rounded


def _halve_weights(model: Any) -> None:
    """Store float32 weights as float16, each followed by a Cast, which every runtime computes once when it loads."""
    casts = []
    for weights in model.graph.initializer:
        if weights.data_type == TensorProto.FLOAT and len(weights.dims) > 1:
            name = weights.name
            halved = numpy_helper.to_array(weights).astype(np.float16)
            weights.CopyFrom(numpy_helper.from_array(halved, f"{name}.float16"))
            casts.append(helper.make_node("Cast", [weights.name], [name], to=TensorProto.FLOAT))
    nodes = [*casts, *model.graph.node]
    del model.graph.node[:]
    model.graph.node.extend(nodes)


def _note(model: Any, about: Mapping[str, str]) -> None:
    model.producer_name, model.producer_version = "bgrsr", bgrsr_data.__version__
    helper.set_model_props(model, dict(about))


def _colours() -> dict[str, str]:
    return {
        "pictures": "float32 [0, 1], sRGB, RGB, (N, C, H, W); trimap 0 background, 0.5 unknown, 1 person",
        "licence": "the weights learned from the data set of manifest_sha256; the licences of its footage apply",
    }


def _shapes(values: Sequence[Any]) -> dict[str, list[int | str]]:
    return {
        value.name: [axis.dim_param or axis.dim_value for axis in value.type.tensor_type.shape.dim] for value in values
    }
