"""What reviewers said, on the page."""

from __future__ import annotations

import shutil
from pathlib import Path

from report_set import Made

from bgrsr_data.ledger import Ledger
from bgrsr_data.records import Foreground, Verdict
from bgrsr_data.report.judged import read_review


def said(row: str, word: str, who: str, content: str = "c") -> Verdict:
    return Verdict.model_validate(
        {
            "id": f"{row}-{who}", "row": row, "row_content": content, "verdict": word, "reviewer": who,
            "reason": "holes" if word == "reject" else "", "at": "2026-11-23T10:00:00Z",
        }
    )  # fmt: skip


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
    assert (review.agreement.rows, review.agreement.share) == (1, 0.0)
    assert len(review.conflicts) == 1
