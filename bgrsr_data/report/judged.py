"""What people said of the set: how much they judged, how far they agree, and what share of it they would keep."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from bgrsr_data.agreement import Agreement, measure_agreement
from bgrsr_data.ledger import Ledger
from bgrsr_data.records import Combination, Foreground, Frame, Record, Trimap, Verdict
from bgrsr_data.sampling import wilson_interval

KINDS: tuple[type[Record], ...] = (Frame, Foreground, Trimap, Combination)
CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class Judged:
    """What was said of the rows of one kind.

    Args:
        kind: Their kind.
        rows: How many there are.
        accepted: Those that the deciding verdict accepts.
        rejected: Those that it rejects.
        low: Lower end of the 95 % interval of the accepted share, as if the judged rows had been drawn at random.
        high: Its upper end.
    """

    kind: str
    rows: int
    accepted: int
    rejected: int
    low: float
    high: float

    @property
    def judged(self) -> int:
        """Rows that somebody judged as they are."""
        return self.accepted + self.rejected


@dataclass(frozen=True)
class Review:
    """All that reviewers came to."""

    kinds: list[Judged]
    reviewers: list[tuple[str, int, int]]
    reasons: list[tuple[str, int]]
    agreement: Agreement
    conflicts: list[str]


def read_review(ledger: Ledger) -> Review | None:
    """What was said of rows that are still what was judged; None where nobody said anything."""
    by_row = ledger.verdicts_by_row()
    if not by_row:
        return None
    decided, said = ledger.decided(), [verdict for verdicts in by_row.values() for verdict in verdicts]
    ids = {model.kind: set(ledger.to_judge(model.kind)) for model in KINDS}
    kinds = [_judged(kind, len(rows), [decided[row] for row in decided if row in rows]) for kind, rows in ids.items()]
    words = Counter((verdict.reviewer, verdict.verdict) for verdict in said)
    reasons = Counter(verdict.reason or verdict.note for verdict in said if verdict.verdict == "reject")
    return Review(
        [one for one in kinds if one.judged],
        [(name, words[name, "accept"], words[name, "reject"]) for name in sorted({v.reviewer for v in said})],
        [(reason or "no reason given", count) for reason, count in reasons.most_common(12)],
        measure_agreement(by_row),
        [str(conflict) for conflict in ledger.conflicts()],
    )


def _judged(kind: str, rows: int, verdicts: Iterable[Verdict]) -> Judged:
    words = Counter(verdict.verdict for verdict in verdicts)
    judged = words.total()
    low, high = wilson_interval(words["accept"], judged, rows, CONFIDENCE) if judged else (0.0, 1.0)
    return Judged(kind, rows, words["accept"], words["reject"], low, high)
