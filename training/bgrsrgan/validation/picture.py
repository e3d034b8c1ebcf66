"""A comparison as a picture: every training a dot, those of one seed joined; every difference with its intervals."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bgrsr_data.media.files import write_bytes
from bgrsrgan.validation.verdict import SMALLER_IS_BETTER, TITLES, Arm, Comparison

DOTS_PER_INCH = 110
BETTER, WORSE, NEITHER = "tab:green", "tab:red", "tab:grey"


def draw_comparison(path: Path, arms: Sequence[Arm], comparisons: Sequence[Comparison], metric: str) -> None:
    """Draw the figures of every set and seed, the differences to the first set, and whom they come from.

    Args:
        path: A PNG; it appears whole.
        arms: The sets.
        comparisons: All but the first one against it.
        metric: What the verdicts are about.

    Raises:
        DiskFullError: Nothing more can be written.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415 - a second that --help would pay
    from matplotlib.figure import Figure  # noqa: PLC0415

    people = len(comparisons[0].of_people)
    height = 2.6 + max(2.0, 0.3 * people * len(comparisons))
    figure = Figure(figsize=(15, height), dpi=DOTS_PER_INCH, layout="constrained")
    seeds, differences, persons = figure.subplots(1, 3, width_ratios=(1.0, 1.0, 1.1))
    _draw_seeds(seeds, arms, metric)
    _draw_differences(differences, comparisons, metric)
    _draw_people(persons, comparisons, metric)
    figure.suptitle("\n".join(_wrapped(comparison.words) for comparison in comparisons), fontsize=10, x=0.01, ha="left")
    buffer = io.BytesIO()
    FigureCanvasAgg(figure).print_png(buffer)  # type: ignore[no-untyped-call]
    write_bytes(path, buffer.getvalue())


def _draw_seeds(axis: Any, arms: Sequence[Arm], metric: str) -> None:
    axis.set_title(f"{TITLES[metric]}: a line for each seed")
    for figures in zip(*(arm.figures[metric] for arm in arms), strict=True):
        axis.plot(range(len(arms)), figures, color=NEITHER, linewidth=1, marker="o", markersize=6)
    for place, arm in enumerate(arms):
        axis.plot([place - 0.15, place + 0.15], [arm.mean(metric)] * 2, color="black", linewidth=3)
    axis.set_xticks(range(len(arms)), [_short(arm.name) for arm in arms])
    axis.set_xlim(-0.5, len(arms) - 0.5)
    axis.set_ylabel(f"{TITLES[metric]} ({'smaller' if metric in SMALLER_IS_BETTER else 'larger'} is better)")
    axis.grid(axis="y", alpha=0.3)


def _draw_differences(axis: Any, comparisons: Sequence[Comparison], metric: str) -> None:
    first = comparisons[0].against
    axis.set_title(f"less that of {_short(first)}: dots are seeds")
    axis.axvline(0, color="black", linewidth=1)
    for place, comparison in enumerate(comparisons):
        found, colour = comparison.differences[metric], _colour(comparison)
        if found.anywhere:
            axis.plot(found.anywhere, [place, place], color=colour, linewidth=2, alpha=0.5)
        axis.plot(found.here, [place, place], color=colour, linewidth=7, alpha=0.5, solid_capstyle="butt")
        axis.plot(comparison.of_seeds, [place] * len(comparison.of_seeds), "o", color=colour, markersize=6)
        axis.plot([found.mean], [place], "|", color="black", markersize=22, markeredgewidth=3)
    axis.set_yticks(range(len(comparisons)), [_short(comparison.name) for comparison in comparisons])
    axis.set_ylim(len(comparisons) - 0.4, -0.6)
    level = comparisons[0].level
    axis.set_xlabel(
        f"difference in {TITLES[metric]}\n"
        f"{100 * level:.3g} % intervals; thick: for those held out; thin: for others too"
    )
    axis.grid(axis="x", alpha=0.3)


def _draw_people(axis: Any, comparisons: Sequence[Comparison], metric: str) -> None:
    axis.set_title("a bar for each person held out")
    axis.axvline(0, color="black", linewidth=1)
    names = list(comparisons[0].of_people)
    share = 0.8 / len(comparisons)
    for number, comparison in enumerate(comparisons):
        places = [place - 0.4 + share * (number + 0.5) for place in range(len(names))]
        axis.barh(places, [comparison.of_people[name] for name in names], share * 0.9, color=f"C{number}", alpha=0.8,
                  label=_short(comparison.name))  # fmt: skip
    axis.set_yticks(range(len(names)), [_short(name) for name in names], fontsize=8)
    axis.set_ylim(len(names) - 0.4, -0.6)
    axis.set_xlabel(f"difference in {TITLES[metric]}")
    axis.legend(loc="best", fontsize=8)
    axis.grid(axis="x", alpha=0.3)


def _colour(comparison: Comparison) -> str:
    return {"better": BETTER, "worse": WORSE}.get(comparison.verdict.split()[0], NEITHER)


def _short(name: str, most: int = 22) -> str:
    return name if len(name) <= most else f"{name[: most // 2]}…{name[-most // 2 + 1 :]}"


def _wrapped(words: str) -> str:
    import textwrap  # noqa: PLC0415

    return "\n".join(textwrap.wrap(words, 205))
