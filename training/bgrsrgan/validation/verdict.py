"""What a comparison came to, in figures and in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from pydantic import BaseModel, ConfigDict

from bgrsrgan.validation.options import Metric
from bgrsrgan.validation.statistics import LEVEL, Difference, Values, difference

Verdict = Literal["better", "worse", "better here", "worse here", "no difference"]

TITLES: dict[str, str] = {"alpha": "alpha error, %", "psnr": "PSNR, dB", "ssim": "SSIM"}
_NOUNS: dict[str, tuple[str, str, int]] = {
    "alpha": ("alpha error", " %", 2),
    "psnr": ("PSNR", " dB", 2),
    "ssim": ("SSIM", "", 4),
}
SMALLER_IS_BETTER = frozenset({"alpha"})


class Arm(BaseModel):
    """One set, and what networks that learned from it reach.

    Attributes:
        name: Of the set.
        root: Its folder.
        sha256: Of what it teaches.
        pairs: Combinations to learn from.
        keys: Foregrounds among them.
        people: People among them.
        backgrounds: Places among them.
        figures: Of each metric a mean for every seed, over the people held out, each counted alike.
        runs: The folder of each seed's run.
    """

    model_config = ConfigDict(frozen=True)

    name: str
    root: str
    sha256: str
    pairs: int
    keys: int
    people: int
    backgrounds: int
    figures: dict[str, list[float]]
    runs: list[str]

    def mean(self, metric: str) -> float:
        """Over the seeds."""
        return float(np.mean(self.figures[metric]))

    def spread(self, metric: str) -> float:
        """Standard deviation over the seeds."""
        return float(np.std(self.figures[metric], ddof=1))


class Comparison(BaseModel):
    """A set against the first one.

    Attributes:
        name: The set's.
        against: The first one's.
        metric: What the verdict is about.
        level: Of the intervals; higher the more sets are compared, so that 95 % hold for all verdicts together.
        differences: Of each metric: the set's figure less the first one's.
        of_seeds: The same of the verdict's metric, for each seed.
        of_people: And for each person held out.
        verdict: "better" and "worse" hold for other people like those held out, or there is one alone; "here" for those
            held out alone.
        words: The same, for a person.
    """

    model_config = ConfigDict(frozen=True)

    name: str
    against: str
    metric: Metric
    level: float
    differences: dict[str, Difference]
    of_seeds: list[float]
    of_people: dict[str, float]
    verdict: Verdict
    words: str


def compare(
    name: str, against: str, values: dict[str, Values], people: Sequence[str], metric: Metric, *, comparisons: int = 1
) -> Comparison:
    """Judge a set against the first one.

    Args:
        name: The set's.
        against: The first one's.
        values: Of each metric, (seeds, people) differences.
        people: Who they are.
        metric: What the verdict is about.
        comparisons: How many sets are judged against the first one.
    """
    level = 1 - (1 - LEVEL) / comparisons
    differences = {one: difference(of, level=level) for one, of in values.items()}
    found, of = differences[metric], values[metric]
    verdict = judge(found, smaller_is_better=metric in SMALLER_IS_BETTER)
    return Comparison(
        name=name,
        against=against,
        metric=metric,
        level=level,
        differences=differences,
        of_seeds=of.mean(1).tolist(),
        of_people=dict(zip(people, of.mean(0).tolist(), strict=True)),
        verdict=verdict,
        words=_words(name, against, metric, verdict, found, of),
    )


def judge(found: Difference, *, smaller_is_better: bool) -> Verdict:
    """What a difference says of a set."""
    if not found.here.decides:
        return "no difference"
    better = (found.mean < 0) == smaller_is_better
    if found.anywhere is None or not found.anywhere.decides:
        return "better here" if better else "worse here"
    return "better" if better else "worse"


def _words(name: str, against: str, metric: Metric, verdict: Verdict, found: Difference, of: Values) -> str:
    noun, unit, digits = _NOUNS[metric]
    seeds, people = of.shape

    def bounds(interval: tuple[float, float]) -> str:
        low, high = interval
        return f"{low:+.{digits}f}…{high:+.{digits}f}{unit}"

    if verdict == "no difference":
        seen = f"a difference below {found.detectable:.{digits}f}{unit} would often not be seen with {seeds} seeds"
        return (
            f"no difference shown between {name} and {against}: {noun} {found.mean:+.{digits}f}{unit}, "
            f"and its interval {bounds(found.here)} contains 0; {seen}"
        )
    agree = int((np.sign(of.mean(1)) == np.sign(found.mean)).sum())
    helped = int((np.sign(of.mean(0)) == np.sign(found.mean)).sum())
    direction = "higher" if found.mean > 0 else "lower"
    said = (
        f"{name} is {verdict.split()[0]} than {against}: {noun} {direction} by {abs(found.mean):.{digits}f}{unit} "
        f"(interval {bounds(found.here)}; {agree} of {seeds} seeds, {helped} of {_people(people)})"
    )
    if found.anywhere is None:
        return f"{said}; for the one person held out: what it is for others, one person cannot tell"
    if verdict.endswith("here"):
        others = bounds(found.anywhere)
        return f"{said}; for those held out: {_people(people)} differ too much to say it of others ({others})"
    return f"{said}; for other people like them too ({bounds(found.anywhere)})"


def _people(count: int) -> str:
    return f"{count} people" if count != 1 else "1 person"
