"""Which rows of the set a stage of the review is about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bgrsr_data.ledger import Ledger
from bgrsr_data.record import kind_of
from bgrsr_data.records import Combination, Foreground, Frame, Trimap
from bgrsr_data.review.groups import STAGES, Stage

KIND: Mapping[Stage, str] = {
    "frames": Frame.kind,
    "foregrounds": Foreground.kind,
    "trimaps": Trimap.kind,
    "combinations": Combination.kind,
}


def rows_of_stage(ledger: Ledger, stage: Stage, rejected: Iterable[str] | None = None) -> list[str]:
    """The ids of the rows of a stage that are to be judged, sorted, as `Ledger.to_judge` counts them."""
    return ledger.to_judge(KIND[stage], rejected)


def is_of(row: str, stage: Stage) -> bool:
    """Whether an id is of a stage's kind."""
    return kind_of(row) == KIND[stage]


def stages_of(ledger: Ledger) -> list[Stage]:
    """The stages that have rows."""
    return [stage for stage in STAGES if ledger.count(KIND[stage])]
