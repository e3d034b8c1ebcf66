"""Diversity as pictures: who is shown how often, sizes and light, skin tones, hues, and the shapes of persons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import cv2
import numpy as np

from bgrsr_data.export.balance import WHOLE, Balance
from bgrsr_data.media.contact import Picture, contact_sheet
from bgrsr_data.report.diversity import Diversity
from bgrsr_data.report.diversity_looks import SHAPE_PX
from bgrsr_data.report.diversity_sums import FEWEST, Pose, Range
from bgrsr_data.report.svg import BAR, MARK, SERIES, SOFT, WASH, drawing, to_svg

SMALL_IN = (3.4, 1.5)
WIDE_IN = (7.0, 0.42)  # and the height of one bar
T = TypeVar("T")
COLOURS = {
    "red": "#c8443c", "orange": "#d9822b", "yellow": "#d1b52a", "green": "#5e9e3e", "teal": "#2f9a8f",
    "blue": "#3b74b8", "violet": "#7a5bb0", "pink": "#c2568f", "grey": "#8d949b",
}  # fmt: skip
INK, PAPER = 60, 250


@dataclass(frozen=True)
class Drawn:
    """A chart: what it shows, in words, and its SVG."""

    name: str
    about: str
    svg: str


def draw_diversity(found: Diversity, balances: Sequence[Balance]) -> list[Drawn]:
    """Every chart that there is something to draw in, what a person asks for first at the front."""
    charts = [_balance(what, some) for what in ("person", "place") if (some := _of(balances, what))]
    if found.skin_persons:
        charts.append(_skin(found))
    if found.hues:
        charts.append(_hues(found.hues))
    return [*charts, *(_range(one) for one in found.ranges)]


def draw_silhouettes(poses: Sequence[Pose]) -> Picture:
    """The mean shape of each kind of silhouette, (H, W, 3) uint8: the darker, the more often the person is there.

    The cell of a kind that too few persons are of is empty.
    """
    cells, lines = [], []
    for pose in poses:
        shape = pose.shape or ("0" * SHAPE_PX,) * SHAPE_PX
        levels = np.array([[int(digit, 16) for digit in line] for line in shape], np.float32) / 15
        side = 6 * len(levels)
        smooth = cv2.resize(levels, (side, side), interpolation=cv2.INTER_CUBIC).clip(0, 1)
        cells.append((PAPER - (PAPER - INK) * smooth).round().astype(np.uint8))
        few = "" if pose.shape else " (not drawn)"
        lines.append(f"{pose.name}: {pose.persons} person{'s' * (pose.persons > 1)}, {pose.share:.0%}{few}")
    return contact_sheet(_by(cells, 3), _by(lines, 3), cell=(240, 240))


def _of(balances: Sequence[Balance], what: str) -> list[Balance]:
    return [one for one in balances if one.what == what and one.where != WHOLE and one.count]


def _balance(what: str, some: Sequence[Balance]) -> Drawn:
    """A bar for each split, cut into the shares of its persons, the greatest at the left."""
    with drawing(WIDE_IN[0], 0.5 + WIDE_IN[1] * len(some)) as figure:
        axis = figure.subplots()
        for number, one in enumerate(some):
            left = 0.0
            for place, share in enumerate(one.shares):
                colour = MARK if share > 0.5 and one.what == "person" else SERIES[place % len(SERIES)]
                axis.barh(number, share, left=left, height=0.7, color=colour, edgecolor=WASH, linewidth=0.8)
                left += share
        names = [f"{one.where}: {one.count}, as {one.effective:.1f}" for one in some]
        axis.set_yticks(range(len(some)), names)
        axis.invert_yaxis()
        axis.set_xlim(0, 1)
        axis.xaxis.set_major_formatter("{x:.0%}")
        svg = to_svg(figure, f"Share of each {what} in the pairs of each split: {'; '.join(names)}")
    about = f"each piece is one {what}; the count, and how many equally frequent ones it is worth"
    return Drawn(f"who is shown: {what}s", about, svg)


def _skin(found: Diversity) -> Drawn:
    names, counts = list(found.skin), [found.skin[name] for name in found.skin]
    with drawing(WIDE_IN[0], 2.0) as figure:
        axis = figure.subplots()
        axis.bar(range(len(names)), [count or 0 for count in counts], color=BAR, width=0.8)
        for number, count in enumerate(counts):
            said = f"fewer than {FEWEST}*" if count is None else f"{count}"
            axis.annotate(said, (number, count or 0), (0, 2), "data", "offset points", ha="center", color=SOFT)
        axis.set_xticks(range(len(names)), names)
        axis.locator_params(axis="y", nbins=3, integer=True)
        axis.margins(y=0.2)
        said = ", ".join(f"{name} {'not told' if n is None else n}" for name, n in found.skin.items())
        svg = to_svg(figure, f"Persons by how their skin looks: {said}")
    about = (
        f"persons ({found.skin_persons} could be measured) by the individual typology angle of what looks like skin; "
        "the light and the camera decide as much as the skin does. *or hidden, since another class could be worked out"
    )
    return Drawn("skin tones, as they look", about, svg)


def _hues(hues: Mapping[str, float]) -> Drawn:
    names = [name for name in COLOURS if name in hues]
    with drawing(*SMALL_IN) as figure:
        axis = figure.subplots()
        axis.bar(range(len(names)), [hues[name] for name in names], color=[COLOURS[n] for n in names], width=0.8)
        axis.set_xticks(range(len(names)), names)
        axis.tick_params(axis="x", labelsize=7)
        axis.locator_params(axis="y", nbins=3)
        axis.yaxis.set_major_formatter("{x:.0%}")
        svg = to_svg(figure, "Hues of the places: " + ", ".join(f"{name} {hues[name]:.0%}" for name in names))
    return Drawn("hues of the places", "mean colour of each background", svg)


def _range(one: Range) -> Drawn:
    with drawing(*SMALL_IN) as figure:
        axis = figure.subplots()
        axis.axvspan(one.low, one.high, color=WASH, linewidth=0)
        axis.stairs(one.weights, one.edges, fill=True, color=BAR)
        axis.axvline(one.middle, color=SOFT, linestyle=(0, (2, 2)))
        axis.margins(x=0.02)
        axis.set_xlim(one.edges[0], one.edges[-1])
        axis.locator_params(axis="y", nbins=3, integer=True)
        axis.locator_params(axis="x", nbins=5)
        svg = to_svg(figure, f"Histogram of {one.what}: half below {one.middle:g}, most {one.low:g} to {one.high:g}")
    counted = "persons" if one.what.endswith(("person", "picture")) else "places"
    return Drawn(one.what, f"{one.unit}; {counted}, each counted once", svg)


def _by(things: Sequence[T], columns: int) -> list[list[T]]:
    return [list(things[start : start + columns]) for start in range(0, len(things), columns)]
