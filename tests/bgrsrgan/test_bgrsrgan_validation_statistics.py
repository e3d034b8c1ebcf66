"""The statistics of `validate`, against hand-computed figures and by simulation."""

from __future__ import annotations

import math

import numpy as np
import pytest

from bgrsrgan.validation.statistics import detectable_spreads, difference, quantile

TRIALS = 1500


def _simulated(seeds: int, people: int, *, of_seed: float, of_person: float, of_both: float, true: float = 0.0):
    """Differences as a crossed design gives them: a share of the seed, of the person, and of both."""
    random = np.random.default_rng([seeds, people])
    for _ in range(TRIALS):
        yield (
            true
            + of_seed * random.standard_normal((seeds, 1))
            + of_person * random.standard_normal((1, people))
            + of_both * random.standard_normal((seeds, people))
        )


def test_the_interval_here_is_student_s_paired_one() -> None:
    found = difference(np.array([[1.0, 1.0], [2.0, 2.0], [2.0, 4.0]]))  # means of seeds: 1, 2, 3
    assert found.mean == 2
    assert found.spread == 1
    assert found.here == pytest.approx((2 - 4.302653 / math.sqrt(3), 2 + 4.302653 / math.sqrt(3)), abs=1e-5)
    assert found.p_value == pytest.approx(0.0742, abs=1e-4)


def test_the_interval_anywhere_is_that_of_two_crossed_effects() -> None:
    # two seeds, two people, nothing left over: mean squares 8 (seeds) and 2 (people); 5² / (8² / 1 + 2² / 1) × 2² free
    found = difference(np.array([[0.0, 1.0], [2.0, 3.0]]) + 1)
    assert found.mean == 2.5
    by_seed, by_person = 4.0, 1.0
    freedom = (by_seed + by_person) ** 2 / (by_seed**2 + by_person**2)
    reach = quantile(0.95, freedom) * math.sqrt((by_seed + by_person) / 4)
    assert found.anywhere == pytest.approx((2.5 - reach, 2.5 + reach))


def test_one_person_tells_nothing_of_others() -> None:
    assert difference(np.array([[1.0], [1.1], [0.9]])).anywhere is None


def test_equal_figures_are_no_difference() -> None:
    found = difference(np.zeros((3, 4)))
    assert not found.here.decides
    assert (found.p_value, found.spread, found.detectable) == (1, 0, 0)


@pytest.mark.parametrize(("seeds", "people"), [(3, 6), (4, 3), (6, 6), (6, 2)])
@pytest.mark.parametrize("of_both", [0.3, 1.0])
def test_of_twenty_comparisons_of_the_same_data_at_most_one_shows_a_difference(
    seeds: int, people: int, of_both: float
) -> None:
    found = [difference(d) for d in _simulated(seeds, people, of_seed=1, of_person=0, of_both=of_both)]
    allowed = 0.05 + 2.5 * math.sqrt(0.05 * 0.95 / TRIALS)
    assert 0.03 < np.mean([one.here.decides for one in found]) < allowed
    assert np.mean([one.here.decides and one.anywhere.decides for one in found]) < allowed


@pytest.mark.parametrize(("seeds", "people"), [(3, 6), (6, 6), (4, 12), (6, 3)])
@pytest.mark.parametrize("spreads", [(1, 1, 1), (0, 1, 1), (0.2, 1, 0.2), (1, 0.3, 1)])
def test_what_helps_some_people_and_harms_others_alike_is_seldom_said_of_all(
    seeds: int, people: int, spreads: tuple[float, float, float]
) -> None:
    of_seed, of_person, of_both = spreads
    data = _simulated(seeds, people, of_seed=of_seed, of_person=of_person, of_both=of_both)
    assert np.mean([difference(d).anywhere.decides for d in data]) < 0.05 + 2.5 * math.sqrt(0.05 * 0.95 / TRIALS)


def test_people_who_differ_make_the_interval_anywhere_wider_and_leave_the_one_here() -> None:
    seeds = np.array([[1.0], [1.2], [0.8]])
    alike, unlike = difference(seeds + np.zeros((1, 4))), difference(seeds + np.array([[-3.0, 3.0, -2.0, 2.0]]))
    assert alike.here == pytest.approx(unlike.here)
    assert unlike.anywhere.low < 0 < alike.anywhere.low


@pytest.mark.parametrize("seeds", [3, 4, 6])
def test_a_detectable_difference_is_seen_in_four_of_five_comparisons(seeds: int) -> None:
    random, shown, trials = np.random.default_rng(seeds), 0, 6000
    for _ in range(trials):
        spread = random.standard_normal(seeds).std(ddof=1)  # one comparison says what could be seen
        again = random.standard_normal(seeds) + detectable_spreads(seeds) * spread  # another one, of such a difference
        shown += abs(again.mean()) > quantile(0.95, seeds - 1) * again.std(ddof=1) / math.sqrt(seeds)
    assert shown / trials == pytest.approx(0.8, abs=0.02)


def test_more_seeds_show_smaller_differences() -> None:
    assert detectable_spreads(3) > detectable_spreads(4) > detectable_spreads(6) > detectable_spreads(12) > 0
