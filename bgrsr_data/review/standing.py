"""What is said of the rows that a dataset shows: the verdict that decides, a tie of reviewers, an audit's rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bgrsr_data.opinions import are_tied, decide_between
from bgrsr_data.records import Verdict
from bgrsr_data.review import journal
from bgrsr_data.review.marks import Mark
from bgrsr_data.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Standing:
    """What is said of one row on the content that is shown.

    Args:
        verdict: The one that decides, None where nobody judged it.
        conflict: Whether its reviewers are tied.
        audit: Whether it was drawn for the audit.
    """

    verdict: Verdict | None = None
    conflict: bool = False
    audit: bool = False

    @property
    def mark(self) -> Mark:
        """The verdict as it is put on pictures."""
        return Mark(self.verdict.verdict, self.verdict.note) if self.verdict else Mark()

    def fields(self) -> dict[str, object]:
        """What the pictures of the row carry; `verdict` and `verdict_note` are the base that a pull compares with."""
        note = self.mark.note or None
        return {
            "note": note,
            "verdict": self.mark.word,
            "verdict_note": note,
            "verdict_by": self.verdict.reviewer if self.verdict else None,
            "reason": (self.verdict.reason or None) if self.verdict else None,
            "conflict": self.conflict,
            "audit": self.audit,
        }


def standing_of(workspace: Workspace, contents: Mapping[str, str], audit: Iterable[str] = ()) -> dict[str, Standing]:
    """What ledger and journal say of rows.

    Args:
        workspace: The workspace.
        contents: The content that is shown of each row.
        audit: Rows that were drawn for the audit.

    Returns:
        For every row of `contents`.
    """
    said: dict[str, list[Verdict]] = {}
    for verdict in journal.standing(workspace):
        if contents.get(verdict.row) == verdict.row_content:
            said.setdefault(verdict.row, []).append(verdict)
    drawn = set(audit)
    return {
        row: Standing(decide_between(said[row]), are_tied(said[row]), row in drawn)
        if row in said
        else Standing(audit=row in drawn)
        for row in contents
    }
