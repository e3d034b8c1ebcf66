"""What a sample tells of a set: how large it has to be, and where a share of the whole then lies."""

from __future__ import annotations

import math
from statistics import NormalDist


def sample_size(population: int, *, margin: float, confidence: float) -> int:
    """How many rows tell a share to within a margin, whatever it is (Cochran, "Sampling Techniques", 1977, § 4.4).

    Args:
        population: How many rows there are.
        margin: Half the width of the interval where the share is ½, its widest.
        confidence: How often such an interval holds the true share.
    """
    endless = _z(confidence) ** 2 / (4 * margin**2)
    return min(population, math.ceil(endless / (1 + (endless - 1) / population))) if population else 0


def wilson_interval(accepted: int, judged: int, population: int, confidence: float) -> tuple[float, float]:
    """Where the share of a population lies (Wilson 1927), corrected for a population that is not endless.

    The variance of a sample drawn without replacement is smaller by (N - n)/(N - 1); so the interval is that of a
    sample larger by the inverse. Where all are judged it is a point.

    Args:
        accepted: How many of the judged were accepted.
        judged: How many rows of the sample were judged, at least 1.
        population: How many rows there are, at least `judged`.
        confidence: How often such an interval holds the true share.

    Returns:
        Its lower and upper end, 0 to 1.
    """
    share = accepted / judged
    if judged >= population:
        return share, share
    n = judged * (population - 1) / (population - judged)
    z2 = _z(confidence) ** 2
    centre = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = math.sqrt(z2 * (share * (1 - share) / n + z2 / (4 * n**2))) / (1 + z2 / n)
    return max(0.0, centre - half), min(1.0, centre + half)


def _z(confidence: float) -> float:
    """How many standard deviations hold a share of a normal distribution's middle."""
    return NormalDist().inv_cdf((1 + confidence) / 2)
