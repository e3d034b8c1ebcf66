from __future__ import annotations

import numpy as np
import pytest

from bgrsrgan.validation.verdict import compare

WHO = ["ann", "ben", "cid", "dee"]


def _compared(values: list[list[float]], *, metric: str = "psnr", comparisons: int = 1):
    array = np.array(values)
    people = WHO[: array.shape[1]]
    return compare("after", "before", {metric: array}, people, metric, comparisons=comparisons)


def test_what_all_seeds_and_people_agree_on_is_better_for_others_too() -> None:
    found = _compared([[0.8, 0.7, 0.9, 0.8], [0.7, 0.8, 0.8, 0.9], [0.9, 0.8, 0.8, 0.7]])
    assert found.verdict == "better"
    assert found.words.startswith("after is better than before: PSNR higher by 0.80 dB (interval +0.80…+0.80 dB; ")
    assert "3 of 3 seeds, 4 of 4 people); for other people like them too (" in found.words


def test_a_larger_error_of_alpha_is_worse() -> None:
    found = _compared([[0.8, 0.7], [0.7, 0.8], [0.9, 0.9]], metric="alpha")
    assert found.verdict.startswith("worse")
    assert "after is worse than before: alpha error higher by 0.80 %" in found.words


def test_what_helps_half_of_the_people_is_said_of_those_held_out_alone() -> None:
    found = _compared([[3.0, -1.0, 2.9, -0.8], [3.1, -1.1, 3.0, -0.9], [2.9, -1.0, 3.1, -0.9]])
    assert found.verdict == "better here"
    assert "2 of 4 people); for those held out: 4 people differ too much to say it of others (" in found.words


def test_one_person_is_told_as_such() -> None:
    found = _compared([[1.0], [1.1], [1.05]])
    assert found.verdict == "better here"
    assert found.words.endswith("for the one person held out: what it is for others, one person cannot tell")


def test_an_interval_that_holds_0_shows_no_difference_and_says_what_could_have_been_seen() -> None:
    found = _compared([[0.2, 0.3], [-0.3, -0.1], [0.1, 0.0]])
    assert found.verdict == "no difference"
    assert found.words.startswith("no difference shown between after and before: PSNR +0.03 dB, and its interval -0.")
    detectable = found.differences["psnr"].detectable
    assert f"a difference below {detectable:.2f} dB would often not be seen with 3 seeds" in found.words


def test_more_comparisons_ask_more_of_each() -> None:
    values = [[0.9, 0.5], [0.3, 0.2], [0.7, 0.9], [0.3, 0.4]]
    alone, among = _compared(values), _compared(values, comparisons=5)
    assert alone.level == 0.95
    assert among.level == pytest.approx(0.99)
    assert alone.verdict == "better"
    assert among.verdict == "no difference"


def test_seeds_and_people_are_told_one_by_one() -> None:
    found = _compared([[1.0, 2.0], [3.0, 4.0]])
    assert found.of_seeds == [1.5, 3.5]
    assert found.of_people == {"ann": 2.0, "ben": 3.0}
