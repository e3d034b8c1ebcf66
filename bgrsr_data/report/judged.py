"""What people said of the set: how much they judged, how far they agree, and what share of it they would keep."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from bgrsr_data.ledger import Ledger
from bgrsr_data.records import Combination, Foreground, Frame, Record, Trimap, Verdict

KINDS: tuple[type[Record], ...] = (Frame, Foreground, Trimap, Combination)
Z_95 = 1.959964


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


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far reviewers agree, over the rows that two of them judged.

    Args:
        pairs: Pairs of verdicts of two reviewers on one row.
        same: Of them, those that say the same.
        kappa: Cohen's kappa, 1 for full agreement, 0 for that of chance; None where both always said one thing.
    """

    pairs: int
    same: int
    kappa: float | None


@dataclass(frozen=True)
class Review:
    """All that reviewers came to."""

    kinds: list[Judged]
    reviewers: list[tuple[str, int, int]]
    reasons: list[tuple[str, int]]
    agreement: Agreement | None
    conflicts: list[str]


def read_review(ledger: Ledger) -> Review | None:
    """What was said of rows that are still what was judged; None where nobody said anything."""
    by_row = ledger.verdicts_by_row()
    if not by_row:
        return None
    decided, said = ledger.decided(), [verdict for verdicts in by_row.values() for verdict in verdicts]
    ids = {model.kind: set(ledger.ids(model.kind)) for model in KINDS}
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


def measure_agreement(by_row: Mapping[str, Sequence[Verdict]]) -> Agreement | None:
    """Compare what every two reviewers said of the same rows; None where no row was judged twice.

    Cohen, "A Coefficient of Agreement for Nominal Scales", 1960. Of more than two reviewers, every two are compared.
    """
    words = [
        (one.verdict, other.verdict)
        for verdicts in by_row.values()
        for one, other in combinations(sorted(verdicts, key=lambda verdict: verdict.reviewer), 2)
    ]
    if not words:
        return None
    same = sum(one == other for one, other in words)
    firsts, seconds = (sum(pair[place] == "accept" for pair in words) / len(words) for place in (0, 1))
    chance = firsts * seconds + (1 - firsts) * (1 - seconds)
    kappa = (same / len(words) - chance) / (1 - chance) if chance < 1 else None
    return Agreement(len(words), same, kappa)


def wilson(accepted: int, judged: int) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson, "Probable Inference…", 1927): (0, 1) where nothing was judged."""
    if not judged:
        return 0.0, 1.0
    share, spread = accepted / judged, Z_95**2 / judged
    middle = (share + spread / 2) / (1 + spread)
    half = Z_95 * math.sqrt(share * (1 - share) / judged + spread / (4 * judged)) / (1 + spread)
    return max(0.0, middle - half), min(1.0, middle + half)


def _judged(kind: str, rows: int, verdicts: Iterable[Verdict]) -> Judged:
    words = Counter(verdict.verdict for verdict in verdicts)
    low, high = wilson(words["accept"], words.total())
    return Judged(kind, rows, words["accept"], words["reject"], low, high)
