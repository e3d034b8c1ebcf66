"""What reviewers said, on the page."""

from __future__ import annotations

import shutil
from pathlib import Path

from report_set import Made

from bgrsr_data.ledger import Done, Ledger
from bgrsr_data.records import Foreground, Frame, Verdict
from bgrsr_data.report.judged import read_review
from bgrsr_data.review.progress import progress
from bgrsr_data.workspace import Workspace


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


def test_the_page_counts_the_frames_that_the_review_shows_and_not_those_they_were_chosen_from(
    made: Made, tmp_path: Path
) -> None:
    for path in made.workspace.root.glob("ledger.sqlite*"):
        shutil.copy(path, tmp_path / path.name)
    workspace = Workspace(tmp_path)
    frames = workspace.ledger.latest(Frame, "frames", "select", "deblur")
    frame = frames[0]
    left_out = frame.model_copy(update={"id": "frame-that-no-stage-chose"})
    workspace.ledger.commit(Done("frames", "another clip", "", "done"), [left_out])
    workspace.ledger.add_verdicts([said(frame.id, "accept", "ann", frame.content)])
    review, shown = read_review(workspace.ledger), progress(workspace, "frames")
    workspace.close()
    assert review
    (kind,) = review.kinds
    assert (kind.rows, kind.judged) == (shown.rows, shown.judged) == (len(frames), 1)
