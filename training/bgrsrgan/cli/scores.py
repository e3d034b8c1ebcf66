"""How figures are printed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bgrsrgan.evaluation.measure import Score

NAMES = {
    "bicubic": "bicubic upscale of the input",
    "background": "target background alone",
    "trimap": "the trimap's own guess",
}


def show(title: str, scores: Mapping[str, Score | tuple[float, float]]) -> None:
    """Print PSNR and SSIM by method."""
    from rich.console import Console
    from rich.table import Table

    table = Table(title=title, min_width=len(title))
    table.add_column("method")
    table.add_column("PSNR, dB", justify="right")
    table.add_column("SSIM", justify="right")
    for method, (psnr, ssim) in scores.items():
        table.add_row(NAMES.get(method, method), f"{psnr:.2f}", f"{ssim:.3f}")
    Console().print(table)
