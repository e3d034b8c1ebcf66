"""ONNX Runtime, which is an optional extra."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bgrsr_data.errors import InputError, ToolError


def open_session(file: Path | bytes, *, threads: int, name: str = "the network") -> Any:
    """An onnxruntime.InferenceSession on a GPU where onnxruntime has one, else on the CPU.

    Args:
        file: An ONNX file, or what would be in it.
        threads: Threads that compute. They sleep while they wait: others want the cores too.
        name: What bytes are called in an error.

    Raises:
        ToolError: onnxruntime is not installed.
        InputError: It is no ONNX network.
    """
    try:
        import onnxruntime  # noqa: PLC0415
    except ImportError as error:
        raise ToolError("onnxruntime is not installed: pip install 'bgrsr[restore]'") from error
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    options.log_severity_level = 4
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    wanted = ("CUDAExecutionProvider", "CPUExecutionProvider")
    providers = [provider for provider in wanted if provider in onnxruntime.get_available_providers()]
    try:
        return onnxruntime.InferenceSession(
            file if isinstance(file, bytes) else str(file), options, providers=providers
        )
    except Exception as error:  # its errors share no base but Exception
        told = name if isinstance(file, bytes) else file
        raise InputError(f"{told}: is no ONNX network that can be run ({error})") from error
