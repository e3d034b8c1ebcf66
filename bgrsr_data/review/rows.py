"""Which rows of the set a stage of the review is about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bgrsr_data.ledger import Ledger
from bgrsr_data.records import Combination, Foreground, Frame, Trimap
from bgrsr_data.review.groups import STAGES, Stage

KIND: Mapping[Stage, str] = {
    "frames": Frame.kind,
    "foregrounds": Foreground.kind,
    "trimaps": Trimap.kind,
    "combinations": Combination.kind,
}


def rows_of_stage(ledger: Ledger, stage: Stage, rejected: Iterable[str] | None = None) -> list[str]:
    """The ids of the rows to judge, sorted: those of the set, and those that a verdict keeps out of it.

    A rejected frame is not chosen again by the next run; it still was one of those that were looked at. Rows of the
    other stages stay where they are, so of them nobody asks for verdicts.

    Args:
        ledger: The ledger.
        stage: Which rows.
        rejected: Rows that are rejected as they are, where the caller knows; else what the ledger says.
    """
    kind = KIND[stage]
    if stage != "frames":
        return ledger.ids(kind)
    made = ledger.ids(kind, ledger.last_of("frames", "select", "deblur"))
    out = ledger.rejected_by_review() if rejected is None else rejected
    return sorted({*made, *(row for row in out if is_of(row, stage))})


def is_of(row: str, stage: Stage) -> bool:
    """Whether an id is of a stage's kind."""
    return row.startswith(f"{KIND[stage]}-")


def stages_of(ledger: Ledger) -> list[Stage]:
    """The stages that have rows."""
    return [stage for stage in STAGES if ledger.count(KIND[stage])]
