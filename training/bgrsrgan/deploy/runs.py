"""A run's network, out of its workspace into a file."""

from __future__ import annotations

import json
from pathlib import Path

import torch

from bgrsr_data.errors import InputError
from bgrsrgan.deploy.onnx import Exported, export_onnx
from bgrsrgan.deploy.ports import Size, settle
from bgrsrgan.loop.origin import revision
from bgrsrgan.loop.run_folder import RunFolder
from bgrsrgan.loop.state import load_generator
from bgrsrgan.networks import NETWORKS, Network, make_network


def export_run(
    run: RunFolder, out: Path | None, *, size: Size | None = None, dynamic: bool = False, float16: bool = False
) -> Exported:
    """Write the best generator of a run as ONNX.

    Args:
        run: A finished run, or one that has measured once.
        out: The file; NETWORK.onnx in the run's folder when None.
        size: (width, height) of the frame; the size it was trained with when None.
        dynamic: See export_onnx.
        float16: See export_onnx.

    Raises:
        InputError: There is no such run.
        ToolError: The file would not do what the network does.
        DiskFullError: Nothing more can be written.
    """
    network, config, step = load_generator(run.trained(), torch.device("cpu"))
    told = json.loads(run.config.read_text()) if run.config.is_file() else {}
    about = {
        "network": config.network,
        "as_published": str(config.as_published).lower(),
        "run": run.root.name,
        "step": str(step),
        "frame_size": "any, sides multiples of 16" if dynamic else "x".join(map(str, size or config.lr_size)),
        "trained_size": "x".join(map(str, config.lr_size)),
        "weights": "float16" if float16 else "float32",
        "revision": revision() or "unknown",
        "manifest_sha256": str(told.get("manifest_sha256", "unknown")),
    }
    path = out or run.root / f"{config.network}.onnx"
    return export_onnx(network, path, size=size or config.lr_size, dynamic=dynamic, float16=float16, about=about)


def network_called(name: str, root: Path) -> tuple[str, Network]:
    """A network to be measured: the run of this name, or else a network of this name with random weights.

    Returns:
        What it is, for a person; the network, ready to evaluate.

    Raises:
        InputError: There is neither.
    """
    run = RunFolder(root / "runs" / name)
    if run.best.is_file():
        network, config, _ = load_generator(run.best, torch.device("cpu"))
        return config.network if name == config.network else f"{name} ({config.network})", network
    if name not in NETWORKS:
        raise InputError(f"{name}: there is no such run in {root}, nor a network; known: {', '.join(sorted(NETWORKS))}")
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return f"{name} (random weights)", settle(make_network(name))
