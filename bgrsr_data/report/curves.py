"""How a training run went, drawn from what it wrote down: the figure that chose its weights, and its losses."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bgrsr_data.report.svg import INK, SERIES, SOFT, drawing, to_svg

LOSSES = ("content", "adversarial", "discriminator")
SIZE_IN = (4.6, 2.3)
Step = Mapping[str, Any]


def read_steps(path: Path) -> list[Step]:
    """The lines of a run's stats.jsonl, each a step; a last line that a kill cut short is left out."""
    steps: list[Step] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            step = json.loads(line)
        except ValueError:
            continue
        if isinstance(step, dict) and isinstance(step.get("step"), int):
            steps.append(step)
    return steps


def draw_curves(name: str, steps: Sequence[Step], baselines: Mapping[str, float]) -> list[tuple[str, str]]:
    """Draw a run.

    Args:
        name: Of the run.
        steps: As `read_steps` gives them.
        baselines: PSNR in dB, on the same pairs, of what needs no training, by its name.

    Returns:
        (title, SVG) of each chart that there are figures for.
    """
    charts = [(f"{name}: PSNR on held-out pairs, dB", _psnr(name, steps, baselines))]
    charts += [(f"{name}: {loss} loss", _loss(name, steps, loss)) for loss in LOSSES]
    return [(title, svg) for title, svg in charts if svg]


def _psnr(name: str, steps: Sequence[Step], baselines: Mapping[str, float]) -> str:
    at, values = _series(steps, "psnr")
    if len(at) < 2:
        return ""
    with drawing(*SIZE_IN) as figure:
        axis = figure.subplots()
        axis.plot(at, values, color=SERIES[0], marker="o", markersize=3, label=name)
        for number, (rival, figure_of) in enumerate(baselines.items(), 1):
            axis.axhline(figure_of, color=SERIES[number % len(SERIES)], linestyle=(0, (4, 2)), label=rival)
        _mark_phase(axis, steps)
        axis.set_xlabel("step")
        axis.legend(loc="best", fontsize=8)
        return to_svg(figure, f"{name}: PSNR on held-out pairs over the steps, last {values[-1]:.2f} dB")


def _loss(name: str, steps: Sequence[Step], loss: str) -> str:
    at, values = _series(steps, loss)
    if len(at) < 2:
        return ""
    with drawing(*SIZE_IN) as figure:
        axis = figure.subplots()
        axis.plot(at, values, color=SERIES[0])
        if min(values) > 0 and max(values) > 10 * min(values):
            axis.set_yscale("log")
        _mark_phase(axis, steps)
        axis.set_xlabel("step")
        return to_svg(figure, f"{name}: {loss} loss over the steps, last {values[-1]:.3g}")


def _series(steps: Sequence[Step], key: str) -> tuple[list[int], list[float]]:
    found = [(step["step"], float(step[key])) for step in steps if isinstance(step.get(key), int | float)]
    return [at for at, _ in found], [value for _, value in found]


def _mark_phase(axis: Any, steps: Sequence[Step]) -> None:
    """A line where the critic joined."""
    phases = [(step["step"], step["phase"]) for step in steps if "phase" in step]
    changes = [at for (at, phase), (_, before) in zip(phases[1:], phases, strict=False) if phase != before]
    for at in changes:
        axis.axvline(at, color=SOFT, linewidth=0.8, linestyle=(0, (1, 2)))
        axis.annotate(
            "critic joins", (at, 1), xycoords=("data", "axes fraction"), fontsize=7, color=INK, ha="center", va="bottom"
        )
