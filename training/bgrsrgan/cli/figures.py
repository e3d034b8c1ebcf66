"""How measured figures are printed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bgrsr_data.cli.output import table
from bgrsrgan.cli.scores import NAMES

MISSING = "–"


def figure_table(rows: Sequence[tuple[Mapping[str, object], Mapping[str, float]]]) -> str:
    """Lines of figures as aligned columns; a figure that no line has is left out.

    Args:
        rows: For each line what it is about, and its figures by name.
    """
    from bgrsrgan.evaluation.figures import FIGURES

    names = [name for name in FIGURES if any(name in figures for _, figures in rows)]
    lines = []
    for about, figures in rows:
        told = {FIGURES[name].title: _cell(name, figures) for name in names}
        lines.append({**about, **{title: cell.rjust(len(title)) for title, cell in told.items()}})
    return table(lines)


def method_table(scores: Mapping[str, Mapping[str, float]]) -> str:
    """Figures by method."""
    return figure_table([({"method": NAMES.get(name, name)}, figures) for name, figures in scores.items()])


def _cell(name: str, figures: Mapping[str, float]) -> str:
    from bgrsrgan.evaluation.figures import FIGURES

    return f"{figures[name]:,.{FIGURES[name].decimals}f}" if name in figures else MISSING
