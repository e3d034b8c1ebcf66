"""How the scores are distributed, as SVG (matplotlib, without its global state)."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence

import numpy as np

from bgrsr_data.report.facts import Dataset

BINS = 30
WIDTH_IN = 4.2
_INK = "#2b5d8a"


def score_values(data: Dataset) -> dict[str, list[float]]:
    """Every figure that the page shows as a distribution, by its name."""
    keyed = [row for row in data.foregrounds if row.screen is not None]
    values = {"frames: sharpness beside neighbours": [row.sharpness_ratio for row in data.frames]}
    values["keys: score"] = [row.score for row in keyed]
    for name in sorted({name for row in keyed for name in row.scores}):
        values[f"keys: {name}"] = [row.scores[name] for row in keyed if name in row.scores]
    return {name: found for name, found in values.items() if found}


def draw_histograms(values: Mapping[str, Sequence[float]]) -> bytes:
    """Draw one histogram for each name, two beside each other.

    Returns:
        An SVG file; the same bytes for the same values.
    """
    import matplotlib as mpl  # noqa: PLC0415 - slow
    from matplotlib.backends.backend_svg import FigureCanvasSVG  # noqa: PLC0415
    from matplotlib.figure import Figure  # noqa: PLC0415

    height = max(1, -(-len(values) // 2))
    with mpl.rc_context({"svg.hashsalt": "bgrsr", "font.size": 8}):
        figure = Figure(figsize=(2 * WIDTH_IN, 1.7 * height), layout="constrained")
        axes = figure.subplots(height, 2, squeeze=False).ravel()
        for axis, (name, found) in zip(axes, values.items(), strict=False):
            axis.hist(found, bins=_bins(found), color=_INK)
            axis.set_title(f"{name} (median {np.median(found):.3g}, n = {len(found):,})", loc="left", fontsize=8)
            axis.spines[["top", "right"]].set_visible(False)
        for axis in axes[len(values) :]:
            axis.set_axis_off()
        buffer = io.BytesIO()
        FigureCanvasSVG(figure).print_svg(buffer, metadata={"Date": None})  # type: ignore[no-untyped-call]
    return buffer.getvalue()


def _bins(found: Sequence[float]) -> np.typing.NDArray[np.float64]:
    low, high = min(found), max(found)
    return np.linspace(low, high, BINS + 1) if high - low > 1e-9 else np.linspace(low - 0.5, low + 0.5, BINS + 1)
