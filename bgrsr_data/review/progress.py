"""How far the review is: what is judged and by whom, what remains, where reviewers differ."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from typing import Any

from bgrsr_data.agreement import Agreement, measure_agreement
from bgrsr_data.opinions import Conflict, are_tied, decide_between
from bgrsr_data.records import Verdict
from bgrsr_data.review import journal
from bgrsr_data.review.groups import Stage
from bgrsr_data.review.rows import is_of, rows_of_stage
from bgrsr_data.workspace import Workspace


@dataclass(frozen=True)
class ReviewProgress:
    """The review of one stage.

    Args:
        stage: Which one.
        rows: How many there are.
        judged: How many of them somebody judged as they are now.
        accepted: How many of these count as accepted.
        rejected: How many as rejected.
        outdated: How many rows were judged when they were something else, and not since.
        by_reviewer: How many rows each reviewer judged, the most first.
        reasons: Why rows are rejected, the most frequent first.
        agreement: Of the reviewers.
        conflicts: The rows on which they are tied.
    """

    stage: Stage
    rows: int
    judged: int
    accepted: int
    rejected: int
    outdated: int
    by_reviewer: dict[str, int]
    reasons: dict[str, int]
    agreement: Agreement
    conflicts: list[Conflict]

    @property
    def remaining(self) -> int:
        """How many rows nobody has judged as they are now."""
        return self.rows - self.judged

    def as_dict(self) -> dict[str, Any]:
        """For programs."""
        return {**asdict(self), "remaining": self.remaining, "conflicts": [c.as_dict() for c in self.conflicts]}


def progress(workspace: Workspace, stage: Stage = "foregrounds") -> ReviewProgress:
    """How far the review of one stage is; what waits in the journal counts."""
    ledger = workspace.ledger
    said: dict[str, list[Verdict]] = {}
    for verdict in journal.standing(workspace):
        if is_of(verdict.row, stage):
            said.setdefault(verdict.row, []).append(verdict)
    contents = ledger.contents(said)
    valid = {row: [v for v in of_row if v.row_content in contents[row]] for row, of_row in said.items()}
    decided = {row: decide_between(of_row) for row, of_row in valid.items() if of_row}
    rejected = [verdict for verdict in decided.values() if verdict.verdict == "reject"]
    rows = set(rows_of_stage(ledger, stage, [verdict.row for verdict in rejected]))
    valid = {row: valid[row] for row in decided if row in rows}
    return ReviewProgress(
        stage=stage,
        rows=len(rows),
        judged=len(valid),
        accepted=len(valid) - len(rejected),
        rejected=len(rejected),
        outdated=sum(row in rows for row in said) - len(valid),
        by_reviewer=dict(Counter(v.reviewer for of_row in valid.values() for v in of_row).most_common()),
        reasons=dict(Counter(v.reason or "none given" for v in rejected).most_common()),
        agreement=measure_agreement(valid),
        conflicts=[
            Conflict(row, tuple(sorted(of_row, key=lambda v: v.at)))
            for row, of_row in sorted(valid.items())
            if are_tied(of_row)
        ],
    )
