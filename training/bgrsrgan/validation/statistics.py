"""Whether a difference between two sets is one, from few trainings and few people.

Both sets are trained with the same seeds and judged on the same pictures, so what is looked at are differences: one for
each seed and person. Two things vary: a training by its first weights and its order, people by how much better data
helps each of them. The interval *here* lets the seeds vary alone and holds for the people measured (Student's paired
t). The interval *anywhere* lets both vary, as in studies of readers and cases: variances of a crossed design, degrees
of freedom after Satterthwaite (Clark, "The language-as-fixed-effect fallacy", JVLVB 1973; Hillis, "A comparison of
denominator degrees of freedom methods for multiple observer ROC analysis", Statistics in Medicine 2007,
https://doi.org/10.1002/sim.2532). That trainings vary enough to mislead: Bouthillier et al., "Accounting for variance
in machine learning benchmarks", MLSys 2021, https://arxiv.org/abs/2103.03098.
"""

from __future__ import annotations

import math
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaincinv, nctdtr, stdtr, stdtrit  # type: ignore[import-untyped]

LEVEL = 0.95
POWER = 0.8
_GRID = 200  # spreads that the chance of seeing a difference is averaged over

Values = NDArray[np.float64]


class Interval(NamedTuple):
    """Bounds of what the true difference may be."""

    low: float
    high: float

    @property
    def decides(self) -> bool:
        """Whether it leaves 0 out."""
        return self.low > 0 or self.high < 0


class Difference(NamedTuple):
    """How much larger a figure is on one set than on another.

    Attributes:
        mean: Over seeds and people, each person counted alike.
        here: Of the people measured, whatever the seed.
        anywhere: Of other people like them too; None where there is one person.
        p_value: Of no difference here, two-sided.
        spread: Standard deviation over seeds.
        detectable: The difference that as many seeds would show in 4 of 5 such comparisons.
    """

    mean: float
    here: Interval
    anywhere: Interval | None
    p_value: float
    spread: float
    detectable: float


def difference(values: Values, *, level: float = LEVEL) -> Difference:
    """Judge a difference.

    Args:
        values: (seeds, people) differences, at least two seeds.
        level: Share of such intervals that hold the true difference.
    """
    of_seeds, mean = values.mean(1), float(values.mean())
    count = len(of_seeds)
    spread = float(of_seeds.std(ddof=1))
    error = spread / math.sqrt(count)
    reach = quantile(level, count - 1) * error
    p_value = 2 * float(stdtr(count - 1, -abs(mean) / error)) if error else float(mean == 0)
    anywhere = _anywhere(values, level) if values.shape[1] > 1 else None
    detectable = detectable_spreads(count, level=level) * spread
    return Difference(mean, Interval(mean - reach, mean + reach), anywhere, p_value, spread, detectable)


def quantile(level: float, freedom: float) -> float:
    """How many standard errors an interval of this level reaches to each side, by Student's t."""
    return float(stdtrit(freedom, (1 + level) / 2))


@cache
def detectable_spreads(seeds: int, *, level: float = LEVEL, power: float = POWER) -> float:
    """How large a difference must be to be seen with this chance, in spreads as measured with so many seeds.

    A spread from few seeds is itself uncertain, and too small more often than not. So the chance is averaged over what
    the true spread may be, given the measured one; with the true spread known the answer would be smaller.
    """
    free = seeds - 1
    shares = (np.arange(_GRID) + 0.5) / _GRID
    measured = np.sqrt(2 * gammaincinv(free / 2, shares) / free)  # spreads as measured where the true one is 1
    needed = quantile(level, free)
    low, high = 0.0, 1000.0
    for _ in range(60):
        tried = (low + high) / 2
        shown = float(np.mean(1 - nctdtr(free, np.minimum(tried * measured * math.sqrt(seeds), 1e3), needed)))
        low, high = (tried, high) if shown < power else (low, tried)
    return high


def _anywhere(values: Values, level: float) -> Interval:
    """The interval over seeds and people: (seeds, people) differences, at least two of each."""
    seeds, people = values.shape
    mean, of_seeds, of_people = values.mean(), values.mean(1), values.mean(0)
    by_seed, by_person = people * of_seeds.var(ddof=1), seeds * of_people.var(ddof=1)
    left = values - of_seeds[:, None] - of_people[None] + mean
    by_both = (left**2).sum() / ((seeds - 1) * (people - 1))
    # never less than either alone: few values may, by chance, seem to vary less than what is left over
    together = max(by_seed + by_person - by_both, by_seed, by_person)
    if together == 0:
        return Interval(float(mean), float(mean))
    freedom = together**2 / (by_seed**2 / (seeds - 1) + by_person**2 / (people - 1))
    freedom = max(freedom, min(seeds, people) - 1)
    reach = quantile(level, freedom) * math.sqrt(together / (seeds * people))
    return Interval(float(mean - reach), float(mean + reach))
