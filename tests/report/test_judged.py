"""What reviewers said, on the page."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from report_set import Made

from bgrsr_data.ledger import Ledger
from bgrsr_data.records import Foreground, Verdict
from bgrsr_data.report.judged import measure_agreement, read_review, wilson


def said(row: str, word: str, who: str, content: str = "c") -> Verdict:
    return Verdict.model_validate(
        {
            "id": f"{row}-{who}", "row": row, "row_content": content, "verdict": word, "reviewer": who,
            "reason": "holes" if word == "reject" else "", "at": "2026-11-23T10:00:00Z",
        }
    )  # fmt: skip


def test_agreement_is_that_of_the_textbook() -> None:
    # 20 twice accepted, 15 twice rejected, 5 and 10 apart: chance .5, agreement .7, kappa .4
    words = [("accept", "accept")] * 20 + [("accept", "reject")] * 5
    words += [("reject", "accept")] * 10 + [("reject", "reject")] * 15
    by_row = {f"r{n}": [said(f"r{n}", one, "ann"), said(f"r{n}", other, "ben")] for n, (one, other) in enumerate(words)}
    agreement = measure_agreement(by_row)
    assert agreement
    assert (agreement.pairs, agreement.same) == (50, 35)
    assert agreement.kappa == pytest.approx(0.4)


def test_agreement_on_one_word_alone_has_no_kappa_and_one_reviewer_none_at_all() -> None:
    alike = measure_agreement({"r": [said("r", "accept", "ann"), said("r", "accept", "ben")]})
    assert alike
    assert alike.kappa is None
    assert measure_agreement({"r": [said("r", "accept", "ann")]}) is None


def test_the_interval_is_wilsons() -> None:
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=1e-4)  # Newcombe 1998, table I, method 3
    assert wilson(0, 0) == (0.0, 1.0)
    assert wilson(10, 10)[1] == pytest.approx(1.0)


def test_only_what_was_said_of_rows_as_they_are_counts(made: Made, tmp_path: Path) -> None:
    for path in made.workspace.root.glob("ledger.sqlite*"):
        shutil.copy(path, tmp_path / path.name)
    ledger = Ledger(tmp_path / "ledger.sqlite")
    row, other = ledger.rows(Foreground)[:2]
    assert read_review(ledger) is None
    ledger.add_verdicts(
        [
            said(row.id, "reject", "ann", row.content),
            said(row.id, "accept", "ben", row.content),
            said(other.id, "reject", "ann", "of another content"),
        ]
    )
    review = read_review(ledger)
    ledger.close()
    assert review
    (kind,) = review.kinds
    assert (kind.kind, kind.judged) == ("foreground", 1)
    assert review.reviewers == [("ann", 0, 1), ("ben", 1, 0)]
    assert review.reasons == [("holes", 1)]
    assert len(review.conflicts) == 1
