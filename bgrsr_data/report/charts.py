"""How the scores are distributed: a histogram each, with median, quartiles, and the bound that was used."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bgrsr_data.ledger import Ledger
from bgrsr_data.report.facts import Dataset
from bgrsr_data.report.svg import BAR, MARK, SOFT, WASH, drawing, to_svg

BINS = 32
FLAT = 1e-9
Values = NDArray[np.float64]
SIZE_IN = (3.4, 1.5)
BOUNDS = {  # score: the options that are bounds of it, as (stage, option)
    "frames: sharpness of the subject": (("deblur", "reject_ratio"), ("deblur", "keep_ratio")),
    "frames: sharpness": (("deblur", "reject_sharpness"),),
    "frames: brightness": (("select", "min_brightness"), ("select", "max_brightness")),
    "frames: height of the face": (("select", "min_face_height"),),
    "keys: score": (("key", "min_score"),),
}
ABOUT = {
    "frames: sharpness of the subject": "what moves, over its ±3 neighbours; as taken, before deblurring",
    "frames: sharpness": "variance of the Laplacian, as taken",
    "frames: brightness": "mean luma",
    "frames: height of the face": "over the picture's height; where a face was found",
    "keys: score": "0 spoiled, 1 clean; judged without the truth",
    "keys: expected": "mean squared error of alpha to be expected, × 1000",
    "keys: islands": "area of loose pieces, over the subject's",
    "keys: holes": "transparency deep inside, over the subject's area",
    "keys: haze": "transparency deep inside, mean square, × 1000",
    "keys: spill": "the screen's colour left on the edge",
    "keys: chroma_lost": "colour detail that a codec took, 0 to 1",
    "keys: dispute": "difference from a second, plain key, × 1000",
    "keys: ripple": "how uneven the screen is beside its clean plate",
    "keys: studio": "share of the frame that is studio, not subject",
    "keys: flicker": "change of alpha where the picture did not change",
    "trimaps: score": "0 spoiled, 1 clean; of the alpha drawn within the trimap",
    "trimaps: unknown band": "width along the body, pixels",
    "trimaps: area": "of the person, pixels",
}
COMMON = ("score", "expected", "islands", "holes", "haze", "spill", "chroma_lost", "dispute", "ripple", "studio")


@dataclass(frozen=True)
class Chart:
    """A distribution: what it is of, in words and figures, and its picture."""

    name: str
    about: str
    count: int
    quartiles: tuple[float, float, float]
    bounds: list[tuple[float, str]]
    svg: str


def score_values(data: Dataset) -> dict[str, list[float]]:
    """Every figure that the page shows as a distribution, by its name; those that nothing has are left out."""
    taken = list(data.extracted.values()) or data.frames
    keyed = [row for row in data.foregrounds if row.screen is not None]
    drawn = [row for row in data.foregrounds if row.screen is None]
    values: dict[str, list[float]] = {
        "frames: sharpness of the subject": [row.subject_ratio for row in taken],
        "frames: sharpness": [row.sharpness for row in taken],
        "frames: brightness": [row.brightness for row in data.frames],
        "frames: height of the face": [row.face_height for row in data.frames if row.face_height],
        "keys: score": [row.score for row in keyed],
        "trimaps: score": [row.score for row in drawn],
        "trimaps: unknown band": [float(row.band_px) for row in data.trimaps],
        "trimaps: area": [float(row.area_px) for row in data.trimaps],
    }
    for name in sorted({name for row in keyed for name in row.scores}):
        values[f"keys: {name}"] = [row.scores[name] for row in keyed if name in row.scores]
    return {name: found for name, found in values.items() if found}


def bounds_used(ledger: Ledger) -> dict[str, list[tuple[float, str]]]:
    """The bounds that the stages were run with: {score: [(bound, "key --min-score 0.15")]}."""
    found: dict[str, list[tuple[float, str]]] = {}
    for name, options in BOUNDS.items():
        for stage, option in options:
            told = json.loads(ledger.options(stage) or "{}") if stage not in ledger.passed_over() else {}
            if told.get(option):
                words = f"{stage} --{option.replace('_', '-')} {told[option]:g}"
                found.setdefault(name, []).append((float(told[option]), words))
    return found


def draw_charts(
    values: Mapping[str, Sequence[float]], bounds: Mapping[str, list[tuple[float, str]]] | None = None
) -> list[Chart]:
    """Draw a histogram for each name, what a person asks for first at the front."""
    order = [name for name in ABOUT if name in values]
    order += [name for name in values if name not in ABOUT]
    used = bounds or {}
    return [
        _draw(name, np.asarray(values[name], np.float64), used.get(name, []))
        for name in order
        if np.ptp(values[name]) > FLAT
    ]


def always(values: Mapping[str, Sequence[float]]) -> list[tuple[str, float, int]]:
    """(score, its one value, how many have it) of those that are the same everywhere: there is nothing to draw."""
    return [(name, found[0], len(found)) for name, found in values.items() if np.ptp(found) <= FLAT]


def is_common(chart: Chart) -> bool:
    """Whether everyone wants to see it; the others are for those who tune a key."""
    return not chart.name.startswith("keys: ") or chart.name.removeprefix("keys: ") in COMMON


def summary(values: Mapping[str, Sequence[float]]) -> dict[str, dict[str, float]]:
    """Count, quartiles and extremes of every score, for programs."""
    told = {}
    for name, found in values.items():
        low, first, middle, third, high = (float(value) for value in np.percentile(found, (0, 25, 50, 75, 100)))
        told[name] = {
            "count": len(found), "min": low, "quartile_1": first, "median": middle, "quartile_3": third, "max": high
        }  # fmt: skip
    return told


def _draw(name: str, found: Values, bounds: list[tuple[float, str]]) -> Chart:
    first, middle, third = (float(value) for value in np.percentile(found, (25, 50, 75)))
    edges = _edges(found, [bound for bound, _ in bounds])
    counts = np.histogram(np.clip(found, edges[0], edges[-1]), edges)[0]
    with drawing(*SIZE_IN) as figure:
        axis = figure.subplots()
        axis.axvspan(first, third, color=WASH, linewidth=0)
        axis.stairs(counts, edges, fill=True, color=BAR)
        axis.axvline(middle, color=SOFT, linestyle=(0, (2, 2)))
        for bound, _ in bounds:
            if edges[0] <= bound <= edges[-1]:
                axis.axvline(bound, color=MARK, clip_on=False)
        axis.margins(x=0.02)
        axis.locator_params(axis="y", nbins=3, integer=True)
        axis.locator_params(axis="x", nbins=5)
        svg = to_svg(figure, f"Histogram of {name}: median {middle:.3g}, middle half {first:.3g} to {third:.3g}")
    return Chart(name, ABOUT.get(name, ""), len(found), (first, middle, third), bounds, svg)


def _edges(found: Values, bounds: Sequence[float]) -> Values:
    """From the least value to the greatest, or to the 99th percentile where a few lie far beyond.

    A bound that lies near by is within them, so that it is seen.
    """
    low, most, high = (float(value) for value in np.percentile(found, (0, 99, 100)))
    if high - low > 3 * (most - low) > 0:
        high = most
    near = [bound for bound in bounds if low - (high - low) / 3 < bound < high + (high - low) / 3]
    low, high = min(low, *near, low), max(high, *near, high)
    return np.linspace(low, high, BINS + 1)


def short(value: float) -> str:
    """A figure as a person reads it: three digits, and no powers of ten."""
    return (
        f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}" if abs(value) >= 1e-3 or not value else f"{value:.5f}"
    )
