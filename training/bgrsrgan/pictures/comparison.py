"""A comparison as one picture: how good each method is on each person, and what that costs."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bgrsr_data.media.files import write_bytes
from bgrsrgan.evaluation.cases import Case, grouped
from bgrsrgan.evaluation.figures import FIGURES, headline
from bgrsrgan.evaluation.rivals import BLIND

if TYPE_CHECKING:
    from bgrsrgan.evaluation.compare import Row

SIZE_INCHES, DOTS_PER_INCH = (15.0, 6.0), 100
REAL_TIME_MS = 1000 / 25


def draw_comparison(path: Path, rows: Sequence[Row], cases: Sequence[Case]) -> None:
    """Draw the mean and each person's mean of every method, and its mean over its time, as a PNG of 1500×600 px.

    Args:
        path: Where it appears, whole.
        rows: The methods.
        cases: What they were measured on.

    Raises:
        DiskFullError: Nothing more can be written.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415 - a second that --help would pay
    from matplotlib.figure import Figure  # noqa: PLC0415

    figure = Figure(figsize=SIZE_INCHES, dpi=DOTS_PER_INCH, layout="constrained")
    bars, speeds = figure.subplots(1, 2)
    name = headline(rows[0].figures)[0]
    _draw_bars(bars, rows, cases, name)
    _draw_speeds(speeds, [row for row in rows if row.ms_per_frame], headline(rows[0].figures)[-1])
    buffer = io.BytesIO()
    FigureCanvasAgg(figure).print_png(buffer)  # type: ignore[no-untyped-call]
    write_bytes(path, buffer.getvalue())


def _draw_bars(axis: Any, rows: Sequence[Row], cases: Sequence[Case], name: str) -> None:
    for place, row in enumerate(rows):
        value = row.figures[name]
        axis.barh(place, value, color=_colour(row, place), alpha=0.75)
        people = [group.figures[name] for group in grouped(cases, row.name, lambda origin: origin.person)]
        axis.plot(people, [place] * len(people), "o", color="black", markersize=4, alpha=0.6)
        axis.annotate(f" {value:.{FIGURES[name].decimals}f}", (0, place), va="center", weight="bold")
    axis.set_yticks(
        range(len(rows)), [row.name.replace(BLIND, f"\n{BLIND}") + (" *" if row.helped else "") for row in rows]
    )
    axis.invert_yaxis()
    helped = "   * helped by a trimap from the true alpha" if any(row.helped for row in rows) else ""
    axis.set_xlabel(f"{FIGURES[name].title}; each dot a person{helped}")
    axis.grid(axis="x", alpha=0.3)


def _draw_speeds(axis: Any, rows: Sequence[Row], name: str) -> None:
    axis.axvline(REAL_TIME_MS, color="grey", linestyle=":", label="25 frames/s")
    for place, row in enumerate(rows):
        x, y = row.ms_per_frame, row.figures[name]
        right = (row.ms_per_frame or 0) > REAL_TIME_MS  # there the text stands to the left, lest it be cut off
        axis.scatter(x, y, s=120, color=_colour(row, place), zorder=3)
        axis.annotate(f"{row.name}\n{row.parameters:,} parameters", (x, y), (-9 if right else 9, 6), fontsize=9,
                      textcoords="offset points", ha="right" if right else "left")  # fmt: skip
    paces = [row.ms_per_frame or REAL_TIME_MS for row in rows]
    axis.set(xscale="log", xlim=(min(5, *paces) / 2, max(1000, *paces) * 2))
    axis.margins(y=0.2)
    axis.set_xlabel("ms a frame in plain PyTorch, one thread (or the GPU)")
    axis.set_ylabel(FIGURES[name].title)
    axis.grid(alpha=0.3)
    axis.legend(loc="lower left")


def _colour(row: Row, place: int) -> str:
    return f"C{place}" if row.networks else "lightgrey"
