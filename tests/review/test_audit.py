"""The audit: a sample large enough, the same everywhere, and an interval that is as wide as it must be."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest
from scipy.stats import chisquare

from bgrsr_data.review.audit import (
    Audit,
    audit_sample,
    read_audit,
    report_audit,
    sample_of,
    set_audit,
)
from bgrsr_data.review.judge import judge
from bgrsr_data.sampling import sample_size, wilson_interval

if TYPE_CHECKING:
    from .conftest import FiftyOne, SmallSet

IDS = [f"foreground-{number:016x}" for number in range(4000)]


@pytest.mark.parametrize(
    ("population", "margin", "confidence", "size"),
    [(10**9, 0.05, 0.95, 385), (1000, 0.05, 0.95, 278), (175, 0.05, 0.95, 121), (1, 0.05, 0.95, 1), (0, 0.05, 0.95, 0),
     (20_000, 0.01, 0.99, 9068)],
)  # fmt: skip
def test_a_sample_is_as_large_as_the_tables_say(population: int, margin: float, confidence: float, size: int) -> None:
    assert sample_size(population, margin=margin, confidence=confidence) == size


def test_a_larger_sample_holds_the_smaller_whatever_the_order() -> None:
    small = audit_sample(IDS, 50)
    assert len(small) == 50
    assert small < audit_sample(reversed(IDS), 200)


def test_a_set_that_grows_keeps_its_sample_but_for_the_turn_of_the_new() -> None:
    before, after = audit_sample(IDS[:2000], 100), audit_sample(IDS, 100)
    assert after - before <= set(IDS[2000:])
    assert before & after == {row for row in after if row in set(IDS[:2000])}


def test_every_row_is_drawn_as_often_as_any_other() -> None:
    sample = audit_sample(IDS, 1000)
    drawn = [sum(row in sample for row in IDS[start : start + 400]) for start in range(0, 4000, 400)]
    assert chisquare(drawn).pvalue > 0.001


def test_the_interval_of_a_large_population_is_wilsons() -> None:
    low, high = wilson_interval(81, 263, 10**9, 0.95)  # Newcombe 1998, table I
    assert (low, high) == (pytest.approx(0.2553, abs=5e-5), pytest.approx(0.3662, abs=5e-5))
    assert wilson_interval(0, 20, 10**9, 0.95) == (0.0, pytest.approx(0.1611, abs=5e-5))


def test_where_all_are_judged_the_interval_is_a_point_and_before_it_narrows() -> None:
    assert wilson_interval(30, 40, 40, 0.95) == (0.75, 0.75)
    wide, narrow = wilson_interval(30, 40, 10**6, 0.95), wilson_interval(30, 40, 50, 0.95)
    assert wide[0] < narrow[0] < 0.75 < narrow[1] < wide[1]


def test_the_interval_holds_the_truth_about_as_often_as_it_says() -> None:
    lots, population, good = random.Random(3), 400, 340
    held = 0
    for _ in range(1000):
        accepted = sum(number < good for number in lots.sample(range(population), 100))
        low, high = wilson_interval(accepted, 100, population, 0.95)
        held += low <= good / population <= high
    assert 0.93 <= held / 1000 <= 0.98


def test_only_verdicts_on_the_sample_as_it_is_count(small_set: SmallSet) -> None:
    workspace, rows = small_set.workspace, [row.id for row in small_set.foregrounds]
    assert sample_of(workspace.ledger, "foregrounds") == frozenset()
    set_audit(workspace, Audit(per_stage=2))
    assert read_audit(workspace.ledger) == Audit(per_stage=2)
    drawn = sorted(sample_of(workspace.ledger, "foregrounds"))
    (other,) = set(rows) - set(drawn)
    judge(workspace.root, [drawn[0], other], "reject", reviewer="Ann")
    judge(workspace.root, [drawn[1]], "accept", reviewer="Ann")

    report = {found.stage: found for found in report_audit(workspace, Audit(per_stage=2))}
    found = report["foregrounds"]
    assert (found.rows, found.sample, found.judged, found.accepted, found.rate) == (3, 2, 2, 1, 0.5)
    assert found.complete
    assert report["frames"].judged == 0
    assert (report["frames"].rate, report["frames"].low) == (None, None)

    small_set.change(rows.index(drawn[1]))
    (found,) = [f for f in report_audit(workspace, Audit(per_stage=2)) if f.stage == "foregrounds"]
    assert (found.judged, found.accepted, found.complete) == (1, 0, False)


def test_each_click_in_the_app_draws_the_sample_without_asking_for_verdicts(small_set: SmallSet) -> None:
    ledger, asked = small_set.workspace.ledger, list[str]()
    set_audit(small_set.workspace, Audit(per_stage=2))
    ledger._db.set_trace_callback(asked.append)
    assert len(sample_of(ledger, "foregrounds")) == 2
    ledger._db.set_trace_callback(None)
    assert asked
    assert not [query for query in asked if "said" in query]


def test_one_stage_is_told_alone(small_set: SmallSet) -> None:
    workspace = small_set.workspace
    (found,) = report_audit(workspace, Audit(per_stage=2), "foregrounds")
    assert found in report_audit(workspace, Audit(per_stage=2))


def test_the_app_marks_the_sample_and_a_limit_does_not_hide_it(fiftyone: FiftyOne, small_set: SmallSet) -> None:
    set_audit(small_set.workspace, Audit(per_stage=1))
    (drawn,) = sample_of(small_set.workspace.ledger, "foregrounds")
    fiftyone("sync", small_set, limit=1)
    assert list(fiftyone("show", small_set)) == [drawn]
    fiftyone("sync", small_set)
    assert fiftyone("views", small_set)["audit sample"] == [drawn]
