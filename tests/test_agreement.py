"""How far reviewers agree, by hand-computed figures."""

from __future__ import annotations

import pytest

from bgrsr_data.agreement import cohens_kappa, measure_agreement
from bgrsr_data.records import Verdict


def said(**words: str) -> list[Verdict]:
    return [
        Verdict(id=name, row="row", row_content="", verdict=word, reviewer=name, at="2026")  # type: ignore[arg-type]
        for name, word in words.items()
    ]


def test_kappa_is_that_of_cohens_table() -> None:
    # 20 both accept, 5 only the first, 10 only the second, 15 neither: po = 0.7, pe = 0.5 · 0.6 + 0.5 · 0.4 = 0.5
    table = [(True, True)] * 20 + [(True, False)] * 5 + [(False, True)] * 10 + [(False, False)] * 15
    assert cohens_kappa(table) == pytest.approx(0.4)


def test_agreement_that_chance_explains_has_no_kappa() -> None:
    assert cohens_kappa([(True, True)] * 9) is None
    assert cohens_kappa([]) is None


def test_those_who_always_differ_are_below_chance() -> None:
    assert cohens_kappa([(True, False), (False, True)]) == -1


def test_only_rows_judged_twice_count_and_pairs_are_weighed_by_them() -> None:
    rows = {
        "a": said(Ann="accept", Bob="accept", Cleo="reject"),
        "b": said(Ann="reject", Bob="reject"),
        "c": said(Ann="accept"),
        "d": said(Bob="reject", Cleo="accept"),
    }
    agreement = measure_agreement(rows)
    assert agreement.rows == 3
    assert agreement.share == pytest.approx(2 / 5)
    pairs = {(pair.first, pair.second): (pair.rows, pair.alike, pair.kappa) for pair in agreement.pairs}
    assert pairs == {("Ann", "Bob"): (2, 2, 1.0), ("Ann", "Cleo"): (1, 0, 0.0), ("Bob", "Cleo"): (2, 0, -1.0)}
    assert agreement.kappa == pytest.approx((2 * 1 + 1 * 0 + 2 * -1) / 5)


def test_nobody_agrees_with_themselves() -> None:
    alone = measure_agreement({"a": said(Ann="accept"), "b": []})
    assert (alone.rows, alone.share, alone.kappa, alone.pairs) == (0, None, None, ())
