"""The course of a training run as one picture."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bgrsr_data.media.files import write_bytes
from bgrsrgan.evaluation.measure import Score

SIZE_INCHES, DOTS_PER_INCH = (20.0, 9.0), 100
CONTENT = ("content", "pixel", "intermediate", "alpha", "laplacian", "perceptual")
LOSSES = {  # title: the first is drawn thick
    "Content loss, weighted terms": CONTENT,
    "Adversarial loss of the generator, weighted": ("adversarial",),
    "Discriminator loss (hinge: 2 cannot tell)": ("discriminator", "critic", "penalty"),
    "Total loss": ("total", "generator", "discriminator"),
}
METRICS = {"Held-out PSNR, dB": "psnr", "Held-out SSIM": "ssim"}
SCORES = {"Scores of the critic": ("real_score", "fake_score")}
PUBLISHED, BESIDE = "published_{}", "the axis of the published unit"
BASELINE_NAMES = {"bicubic": "bicubic", "background": "background alone", "trimap": "the trimap's guess"}
LOGARITHMIC = frozenset({"content"})

Stats = Sequence[Mapping[str, Any]]


def draw_curves(
    path: Path,
    stats: Stats,
    *,
    baselines: Mapping[str, Score],
    adversarial_from: int,
) -> None:
    """Draw the losses, and PSNR and SSIM against the baselines, as a PNG of 2000×900 px.

    Args:
        path: Where it appears, whole.
        stats: Rows of stats.jsonl.
        baselines: Mean scores on the same held-out examples.
        adversarial_from: The step at which the second phase begins; marked where the run has come so far.

    Raises:
        DiskFullError: Nothing more can be written.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415 - a second that --help would pay
    from matplotlib.figure import Figure  # noqa: PLC0415

    figure = Figure(figsize=SIZE_INCHES, dpi=DOTS_PER_INCH)
    figure.subplots_adjust(left=0.035, right=0.985, bottom=0.06, top=0.96, wspace=0.24, hspace=0.24)
    axes = iter(figure.subplots(2, 4).flat)
    for title, terms in LOSSES.items():
        _draw_terms(next(axes), title, terms, stats)
    for title, metric in METRICS.items():
        _draw_metric(next(axes), title, metric, stats, baselines)
    for title, terms in SCORES.items():
        _draw_terms(next(axes), title, terms, stats)
    _draw_rate(next(axes), stats)
    steps = max((row["step"] for row in stats), default=1)
    for axis in figure.axes:
        axis.set_xlabel("step")
        if axis.get_label() != BESIDE:
            axis.grid(alpha=0.3)
        if steps > adversarial_from:
            axis.axvline(adversarial_from, color="grey", linestyle=":", linewidth=1)
    buffer = io.BytesIO()
    FigureCanvasAgg(figure).print_png(buffer)  # type: ignore[no-untyped-call]
    write_bytes(path, buffer.getvalue())


def _draw_terms(axis: Any, title: str, terms: Sequence[str], stats: Stats) -> None:
    """The first term thick; one that is the same as another, as a sum of one term is, not twice."""
    axis.set_title(title)
    drawn: list[list[tuple[int, float]]] = []
    for term in terms:
        points = _points(term, stats)
        if points and points not in drawn:
            drawn.append(points)
            axis.plot(*zip(*points, strict=True), label=term, linewidth=2 if term == terms[0] else 1)
    if not drawn:
        axis.text(0.5, 0.5, "not yet", transform=axis.transAxes, ha="center", va="center", color="grey")
        return
    if terms[0] in LOGARITHMIC:
        axis.set_yscale("log")
    if len(terms) > 1:
        axis.legend()


def _draw_metric(axis: Any, title: str, metric: str, stats: Stats, baselines: Mapping[str, Score]) -> None:
    axis.set_title(title)
    if points := _points(metric, stats):
        axis.plot(*zip(*points, strict=True), marker="o", linewidth=2, label="model (mean of weights)")
    for (name, score), style in zip(baselines.items(), ("--", "-."), strict=False):
        label = BASELINE_NAMES.get(name, name)
        axis.axhline(getattr(score, metric), color="tab:red", linestyle=style, linewidth=1, label=label)
    if points := _points(PUBLISHED.format(metric), stats):
        beside = axis.twinx()
        beside.set_label(BESIDE)
        beside.plot(*zip(*points, strict=True), color="grey", linewidth=1)
        beside.tick_params(axis="y", colors="grey")
        axis.plot([], [], color="grey", linewidth=1, label="in the published unit (right)")
    axis.legend()


def _draw_rate(axis: Any, stats: Stats) -> None:
    axis.set_title("Learning rate")
    if points := _points("rate", stats):
        axis.plot(*zip(*points, strict=True), color="tab:green")


def _points(name: str, stats: Stats) -> list[tuple[int, float]]:
    return [(row["step"], row[name]) for row in stats if name in row]
