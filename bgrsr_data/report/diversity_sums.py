"""Figures of many persons summed up so that none of them can be told from the sums.

Every person (or place) weighs one, however many pictures of them were measured. A class of skin tones that fewer than
`FEWEST` persons are in is not told, nor is the only other one from which it could be worked out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bgrsr_data.report.diversity_looks import POSES, SKIN, skin_band

FEWEST = 5  # persons in a class of skin tones that is told: below, who knows the persons could tell one
FEWEST_SHAPES = 3
BINS = 16
RANGES: Mapping[str, tuple[float, float, str]] = {  # what: lowest and highest of its histogram, and the unit
    "height of the person": (0.0, 1.0, "of the picture"),
    "share of the picture": (0.0, 1.0, "that the person covers"),
    "brightness of the person": (0.0, 1.0, "mean luma"),
    "contrast of the person": (0.0, 0.4, "standard deviation of luma"),
    "colour temperature of the person": (1800.0, 12000.0, "K, of skin and clothes in their light"),
    "brightness of the background": (0.0, 1.0, "mean luma"),
    "contrast of the background": (0.0, 0.4, "standard deviation of luma"),
    "colour temperature of the background": (1800.0, 12000.0, "K, of what is seen in its light"),
    "detail of the background": (0.0, 20.0, "mean step of luma between pixels, in levels"),
    "colourfulness of the background": (0.0, 1.0, "by Hasler and Süsstrunk"),
}
HUES = ("red", "orange", "yellow", "green", "teal", "blue", "violet", "pink")  # of CIELAB, 45° each, around 22.5° · k


@dataclass(frozen=True)
class Range:
    """How one figure is distributed, every person (or place) counted once.

    Attributes:
        what: A key of RANGES.
        unit: Of it, in words.
        low, middle, high: Tenth, half, nine tenths of the persons (or places) are below.
        edges: Of the histogram's bins, one more than there are bins; what lies beyond is in the outermost.
        weights: Persons (or places) in each bin, whole and parts.
    """

    what: str
    unit: str
    low: float
    middle: float
    high: float
    edges: tuple[float, ...]
    weights: tuple[float, ...]


@dataclass(frozen=True)
class Pose:
    """Persons of one silhouette.

    Attributes:
        name: One of POSES.
        pictures: How many were measured.
        persons: How many persons are seen so.
        share: Of all persons, each spread over their pictures.
        shape: Their mean shape, every person counted once: SHAPE_PX rows of as many levels, 0 to f; empty where they
            are fewer than FEWEST_SHAPES, since it would be somebody's own.
    """

    name: str
    pictures: int
    persons: int
    share: float
    shape: tuple[str, ...]


def skin_table(angles: Iterable[Sequence[float]]) -> tuple[dict[str, int | None], int]:
    """Count persons by class of skin tone, and keep silent where that would tell of one.

    Args:
        angles: For each person the ITA° of their pictures; a person counts in the class of the median.

    Returns:
        Persons in each class, None where fewer than FEWEST are (but some), and where only one such class would be
        left, also of the smallest other; and how many persons it is of. All None and 0 where these are too few.
    """
    found = [skin_band(float(np.median(some))) for some in angles if some]
    if len(found) < FEWEST:
        return {name: None for name, _ in SKIN}, 0
    counts: dict[str, int | None] = {name: found.count(name) for name, _ in SKIN}
    told = {name: count for name, count in counts.items() if not count or count >= FEWEST}
    hidden = counts.keys() - told.keys()
    if len(hidden) == 1 and any(told.values()):
        hidden |= {min((name for name in told if told[name]), key=lambda name: told[name] or 0)}
    return {name: None if name in hidden else count for name, count in counts.items()}, len(found)


def hue_name(hue: float | None) -> str:
    """One of HUES, or grey."""
    return "grey" if hue is None else HUES[round((hue - 22.5) / 45) % len(HUES)]


class Poses:
    """Silhouettes as they are seen, summed up by name."""

    def __init__(self) -> None:
        self._shapes: dict[str, dict[str, list[NDArray[np.float32]]]] = {name: defaultdict(list) for name in POSES}
        self._seen: dict[str, list[str]] = defaultdict(list)

    def add(self, person: str, name: str, shape: NDArray[np.float32]) -> None:
        """Add one picture of a person: its pose, and its shape (SHAPE_PX, SHAPE_PX), 0 to 1."""
        self._shapes[name][person].append(shape)
        self._seen[person].append(name)

    def poses(self) -> tuple[Pose, ...]:
        """The sums, the most frequent pose first."""
        shares = spread(self._seen)
        found = [
            Pose(name, sum(map(len, of.values())), len(of), shares[name], _mean_shape(list(of.values())))
            for name, of in self._shapes.items()
            if of
        ]
        return tuple(sorted(found, key=lambda pose: -pose.share))


def _mean_shape(of_persons: Sequence[Sequence[NDArray[np.float32]]]) -> tuple[str, ...]:
    if len(of_persons) < FEWEST_SHAPES:
        return ()
    mean = np.mean([np.mean(shapes, axis=0) for shapes in of_persons], axis=0)
    return tuple("".join(f"{level:x}" for level in line) for line in (15 * mean).round().astype(int))


def range_of(what: str, groups: Mapping[str, Sequence[float]]) -> Range:
    """A distribution in which each group weighs one, however many values it has."""
    values = np.array([value for some in groups.values() for value in some])
    weights = np.array([1 / len(some) for some in groups.values() for _ in some])
    low, high, unit = RANGES[what]
    counted, edges = np.histogram(np.clip(values, low, high), BINS, (low, high), weights=weights)
    order = np.argsort(values, kind="stable")
    reached = (np.cumsum(weights[order]) - weights[order] / 2) / weights.sum()
    tenth, half, nine = (float(np.interp(share, reached, values[order])) for share in (0.1, 0.5, 0.9))
    rounded = tuple(round(float(value), 4) for value in counted)
    return Range(what, unit, _short(tenth), _short(half), _short(nine), tuple(map(float, edges)), rounded)


def spread(groups: Mapping[str, Sequence[str]]) -> dict[str, float]:
    """Share of each name, every group spread evenly over what it says; the greatest first."""
    shares: dict[str, float] = defaultdict(float)
    for names in groups.values():
        for name in names:
            shares[name] += 1 / len(names) / len(groups)
    return dict(sorted(shares.items(), key=lambda pair: (-pair[1], pair[0])))


def _short(value: float) -> float:
    return float(f"{value:.3g}")
