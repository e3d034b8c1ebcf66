"""The course of a training run as one picture."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bgrsr_data.media.files import write_bytes
from bgrsrgan.evaluation.measure import Score

SIZE_INCHES, DOTS_PER_INCH = (15.0, 9.0), 100
LOSSES = {
    "Content loss, weighted terms": ("content", "pixel", "alpha", "laplacian"),
    "Adversarial loss of the generator, weighted": ("adversarial",),
    "Hinge loss of the critic (2: cannot tell)": ("critic",),
}
METRICS = {"Held-out PSNR, dB": "psnr", "Held-out SSIM": "ssim"}
BASELINE_NAMES = {"bicubic": "bicubic, not replaced", "background": "background alone"}


def draw_curves(
    path: Path,
    stats: Sequence[Mapping[str, Any]],
    *,
    baselines: Mapping[str, Score],
    adversarial_from: int,
) -> None:
    """Draw the losses, and PSNR and SSIM against the baselines, as a PNG of 1500×900 px.

    Args:
        path: Where it appears, whole.
        stats: Rows of stats.jsonl.
        baselines: Mean scores on the same held-out combinations.
        adversarial_from: The step at which the second phase begins; marked where the run has come so far.

    Raises:
        DiskFullError: Nothing more can be written.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415 - a second that --help would pay
    from matplotlib.figure import Figure  # noqa: PLC0415

    figure = Figure(figsize=SIZE_INCHES, dpi=DOTS_PER_INCH)
    figure.subplots_adjust(left=0.05, right=0.985, bottom=0.06, top=0.96, wspace=0.22, hspace=0.24)
    axes = list(figure.subplots(2, 3).flat)
    for axis, (title, terms) in zip(axes, LOSSES.items(), strict=False):
        _draw_losses(axis, title, terms, stats)
    for axis, (title, metric) in zip(axes[len(LOSSES) :], METRICS.items(), strict=False):
        _draw_metric(axis, title, metric, stats, baselines)
    _draw_rate(axes[-1], stats)
    for axis in axes:
        axis.set_xlabel("step")
        axis.grid(alpha=0.3)
        if stats and stats[-1]["step"] > adversarial_from:
            axis.axvline(adversarial_from, color="grey", linestyle=":", linewidth=1)
    buffer = io.BytesIO()
    FigureCanvasAgg(figure).print_png(buffer)  # type: ignore[no-untyped-call]
    write_bytes(path, buffer.getvalue())


def _draw_losses(axis: Any, title: str, terms: Sequence[str], stats: Sequence[Mapping[str, Any]]) -> None:
    axis.set_title(title)
    for term in terms:
        points = [(row["step"], row[term]) for row in stats if term in row]
        if points:
            axis.plot(*zip(*points, strict=True), label=term, linewidth=2 if term == terms[0] else 1)
    if not axis.lines:
        axis.text(0.5, 0.5, "not yet", transform=axis.transAxes, ha="center", va="center", color="grey")
        return
    if terms[0] == "content":
        axis.set_yscale("log")
    if len(terms) > 1:
        axis.legend()


def _draw_metric(
    axis: Any, title: str, metric: str, stats: Sequence[Mapping[str, Any]], baselines: Mapping[str, Score]
) -> None:
    axis.set_title(title)
    points = [(row["step"], row[metric]) for row in stats if metric in row]
    if points:
        axis.plot(*zip(*points, strict=True), marker="o", linewidth=2, label="model (mean of weights)")
    for (name, score), style in zip(baselines.items(), ("--", "-."), strict=False):
        label = BASELINE_NAMES.get(name, name)
        axis.axhline(getattr(score, metric), color="tab:red", linestyle=style, linewidth=1, label=label)
    axis.legend(loc="center right")


def _draw_rate(axis: Any, stats: Sequence[Mapping[str, Any]]) -> None:
    axis.set_title("Learning rate of the generator")
    points = [(row["step"], row["rate"]) for row in stats if "rate" in row]
    if points:
        axis.plot(*zip(*points, strict=True), color="tab:green")
