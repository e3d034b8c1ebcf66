"""What a person looks at: curves, and patches before, after and as they truly are."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from bgrsr_data.media.files import write_bytes
from bgrsr_data.media.images import write_image
from bgrsrgan.deblur.network import Deblurrer

ROWS = 8


def draw_curves(path: Path, stats: Sequence[Mapping[str, Any]], *, before: float) -> None:
    """Draw loss and held-out PSNR over the steps, as a PNG of 1200×450 px.

    Args:
        path: Where it appears, whole.
        stats: Rows of stats.jsonl.
        before: PSNR (dB) of the held-out patches as they are.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415 - a second that --help would pay
    from matplotlib.figure import Figure  # noqa: PLC0415

    figure = Figure(figsize=(12, 4.5), dpi=100, layout="constrained")
    losses, decibels = figure.subplots(1, 2)
    losses.plot(*zip(*[(row["step"], row["loss"]) for row in stats if "loss" in row], strict=True))
    losses.set(title="Loss (Charbonnier)", xlabel="step", yscale="log")
    decibels.plot(*zip(*[(row["step"], row["psnr"]) for row in stats], strict=True), marker="o", label="restored")
    decibels.axhline(before, color="tab:red", linestyle="--", label="as it is")
    decibels.set(title="PSNR of clips it never saw, dB", xlabel="step")
    decibels.legend(loc="lower right")
    for axis in (losses, decibels):
        axis.grid(alpha=0.3)
    buffer = io.BytesIO()
    FigureCanvasAgg(figure).print_png(buffer)  # type: ignore[no-untyped-call]
    write_bytes(path, buffer.getvalue())


@torch.inference_mode()
def draw_panels(path: Path, network: Deblurrer, frames: Tensor, truth: Tensor) -> None:
    """Draw held-out patches, evenly spread: as they are, restored, true; a row each.

    Args:
        path: A PNG.
        network: Run as it is.
        frames: (N, 9, P, P) uint8.
        truth: (N, 3, P, P) uint8.
    """
    chosen = np.linspace(0, len(frames) - 1, min(ROWS, len(frames))).round().astype(int).tolist()
    given = frames[chosen].float() / 255
    restored = (network(given).clamp(0, 1) * 255).round().to(torch.uint8)
    rows = torch.cat([frames[chosen][:, 3:6], restored, truth[chosen]], dim=3)
    picture = rows.permute(0, 2, 3, 1).reshape(-1, rows.shape[3], 3)
    write_image(path, np.ascontiguousarray(picture.numpy()))
