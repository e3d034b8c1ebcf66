"""The audit: how much of a set is good, from a sample that is large enough to say so.

Each stage is a population of its own, and a simple random sample is drawn from it without replacement. It is not
stratified further: the interval below holds for any population, also where the frames of a clip are alike, and strata
by person would need people to be named. The lot of a row follows from its id, so the sample is nowhere stored, is the
same on every machine, and a larger one holds the smaller. Where the set grows, new rows with a lower lot take their
turn, no more of them than a fair sample of the larger set needs.
"""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import BaseModel, ConfigDict, Field

from bgrsr_data.ledger import Ledger
from bgrsr_data.opinions import decide_between
from bgrsr_data.records import Verdict, content_hash
from bgrsr_data.review import journal
from bgrsr_data.review.groups import Stage
from bgrsr_data.review.rows import rows_of_stage, stages_of
from bgrsr_data.sampling import sample_size, wilson_interval
from bgrsr_data.workspace import Workspace

MARGIN, CONFIDENCE = 0.05, 0.95


class Audit(BaseModel):
    """How large the samples are to be: as many rows of each stage, or as the margin needs."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    per_stage: int | None = Field(default=None, ge=1)
    margin: float = Field(default=MARGIN, gt=0, lt=0.5)
    confidence: float = Field(default=CONFIDENCE, gt=0.5, lt=1)

    def size(self, population: int) -> int:
        """How many rows of `population` are drawn."""
        if self.per_stage is not None:
            return min(self.per_stage, population)
        return sample_size(population, margin=self.margin, confidence=self.confidence)


class Sampled(BaseModel):
    """What the audit of one stage has found: of the rows judged so far, and of the stage once all are judged."""

    model_config = ConfigDict(frozen=True)

    stage: Stage
    rows: int = Field(description="How many there are.")
    sample: int = Field(description="How many of them are in the sample.")
    judged: int = Field(description="How many of the sample are judged as they are now.")
    accepted: int = Field(description="How many of these are accepted.")
    confidence: float
    rate: float | None = Field(description="Share of accepted among the judged, 0 to 1.")
    low: float | None = Field(description="Lower end of its interval.")
    high: float | None = Field(description="Upper end of its interval.")

    @property
    def complete(self) -> bool:
        """Whether the whole sample is judged."""
        return self.judged == self.sample


def audit_sample(ids: Iterable[str], size: int) -> frozenset[str]:
    """The rows that are drawn: those with the lowest lots.

    Args:
        ids: All rows of the stage.
        size: How many are drawn.
    """
    return frozenset(sorted(ids, key=lot)[:size])


def lot(row: str) -> str:
    """The lot of a row, evenly distributed and without relation to what the row shows."""
    return content_hash("audit", row)


def read_audit(ledger: Ledger) -> Audit | None:
    """The audit that was asked for, None where none was."""
    asked = ledger.audit()
    return Audit.model_validate_json(asked) if asked else None


def set_audit(workspace: Workspace, audit: Audit) -> None:
    """Ask for an audit; from now on the App marks its rows.

    Raises:
        LockedError: Another process is writing the workspace.
    """
    if audit != read_audit(workspace.ledger):
        with workspace.writing():
            workspace.ledger.set_audit(audit.model_dump_json())


def sample_of(ledger: Ledger, stage: Stage) -> frozenset[str]:
    """The rows of a stage that are in the sample; none where no audit was asked for."""
    audit = read_audit(ledger)
    if audit is None:
        return frozenset()
    rows = rows_of_stage(ledger, stage)
    return audit_sample(rows, audit.size(len(rows)))


def report_audit(workspace: Workspace, audit: Audit, *stages: Stage) -> list[Sampled]:
    """What was found so far, for each of `stages`, or each that has rows; what waits in the journal counts."""
    ledger = workspace.ledger
    said: dict[str, list[Verdict]] = {}
    for verdict in journal.standing(workspace):
        said.setdefault(verdict.row, []).append(verdict)
    return [_sampled(ledger, stage, audit, said) for stage in stages or stages_of(ledger)]


def _sampled(ledger: Ledger, stage: Stage, audit: Audit, said: dict[str, list[Verdict]]) -> Sampled:
    rows = rows_of_stage(ledger, stage)
    sample = audit_sample(rows, audit.size(len(rows)))
    contents = ledger.contents(sample & said.keys())
    valid = [[v for v in said[row] if v.row_content in now] for row, now in contents.items()]
    decided = [decide_between(verdicts) for verdicts in valid if verdicts]
    accepted = sum(verdict.verdict == "accept" for verdict in decided)
    ends = wilson_interval(accepted, len(decided), len(rows), audit.confidence) if decided else (None, None)
    return Sampled(
        stage=stage, rows=len(rows), sample=len(sample), judged=len(decided), accepted=accepted,
        confidence=audit.confidence, rate=accepted / len(decided) if decided else None, low=ends[0], high=ends[1],
    )  # fmt: skip
