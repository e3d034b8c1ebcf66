"""How a workspace stands: for every stage what is done, stale, failed and rejected."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from bgrsr_data.records import Clip, Foreground, RejectionRow
from bgrsr_data.runner import plan_stage
from bgrsr_data.stages import make_stage, stage_as_it_ran, stage_class, stage_names
from bgrsr_data.workspace import Workspace


@dataclass(frozen=True)
class StageStatus:
    """How one stage stands.

    Args:
        stage: Its name.
        done: Items that gave records and are up to date.
        stale: Items that are new, whose inputs or options changed, or whose files are gone.
        failed: Items that failed, with `errors` by item.
        rejected: Rejections, with `reasons` counted.
        bytes: Size of its files.
        seconds: Wall time of its items, added up.
    """

    stage: str
    done: int
    stale: int
    failed: int
    rejected: int
    bytes: int
    seconds: float
    reasons: dict[str, int]
    errors: dict[str, str]

    def as_dict(self) -> dict[str, Any]:
        """For programs."""
        return asdict(self)


def workspace_status(workspace: Workspace) -> list[StageStatus]:
    """The status of every stage that was ever run and is not passed over, in the order that data walks."""
    ran = set(workspace.ledger.stages()) - workspace.ledger.passed_over()
    return [_status(workspace, name) for name in stage_names() if name in ran]


def next_command(workspace: Workspace, rows: Iterable[StageStatus]) -> str | None:
    """What runs the first stage that is stale, gave nothing or was never run, as data walks; None where none is.

    Before a network is trained, somebody looks at the set: as long as nobody said a word of it, the review is named.

    Once there is footage, a stage that finds nothing to do in it is not named: `trimap` without COCO's pictures.

    Args:
        workspace: The workspace.
        rows: Its status.
    """
    ran = {row.stage: row.stale > 0 or (row.failed > 0 and not row.done) for row in rows}
    done = {stage for stage, again in ran.items() if not again} | workspace.ledger.passed_over()
    left = (name for name in stage_names() if name not in done)
    if workspace.ledger.count(Clip.kind):
        left = (name for name in left if name in ran or _finds_work(workspace, name))
    name = next(left, None)
    if name in (None, "train") and to_review(workspace):
        return "review open"
    return name and (stage_class(name).command or name)


def to_review(workspace: Workspace) -> bool:
    """Whether people were cut out, and nobody has said a word of them."""
    return workspace.ledger.count(Foreground.kind) > 0 and not workspace.ledger.verdicts()


def _finds_work(workspace: Workspace, name: str) -> bool:
    return any(True for _ in make_stage(name).items(workspace.ledger))


def _status(workspace: Workspace, name: str) -> StageStatus:
    ledger = workspace.ledger
    stage = stage_as_it_ran(name, ledger.options(name) or "{}")
    plan = plan_stage(stage, workspace)
    items = ledger.items(name).values()
    pending = {item.id for item in plan.pending} | set(plan.gone)
    reasons = Counter(row.reason for row in ledger.rows(RejectionRow, name))
    return StageStatus(
        stage=name,
        done=sum(item.status == "done" and item.id not in pending for item in items),
        stale=len(pending) - plan.why["failed"],
        failed=sum(item.status == "failed" for item in items),
        rejected=reasons.total(),
        bytes=sum(item.bytes for item in items),
        seconds=round(sum(item.seconds for item in items), 2),
        reasons=dict(reasons.most_common()),
        errors={item.id: item.error for item in items if item.status == "failed"},
    )
