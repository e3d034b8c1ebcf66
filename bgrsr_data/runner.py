"""Run a stage: what is missing, stale or failed, and nothing else.

The runner is the one committer: it compares each item's fingerprint with the ledger's, hands what is left to an engine,
and commits results one by one. Everything before the last commit survives a kill.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Generator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from bgrsr_data.budget import Budget
from bgrsr_data.engines.local import run_here, run_pool
from bgrsr_data.engines.result import Hear, Result, Told
from bgrsr_data.ledger import Done
from bgrsr_data.records import Frame, RejectionRow
from bgrsr_data.stage import Item, Stage
from bgrsr_data.workspace import Workspace
from bgrsr_data.written import Missing, bytes_of, delete_doomed, paths_of, sweep, sweep_orphans, with_notes


@dataclass(frozen=True, slots=True)
class Moment:
    """How far a stage is.

    Args:
        stage: Its name.
        unit: What its items count while they run.
        finished: Items that ended in this run.
        all: Items to do in this run.
        told: What a running item says; None when one has ended.
        ended: The item that has just ended.
        units: How much that item told to have done.
    """

    stage: str
    unit: str
    finished: int
    all: int
    told: Told | None = None
    ended: str = ""
    units: int = 0


Progress = Callable[[Moment], None]


@dataclass
class Outcome:
    """What a run of a stage came to."""

    stage: str
    done: int = 0
    rejected: int = 0
    failed: int = 0
    unchanged: int = 0
    gone: int = 0
    records: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    decisions: Counter[str] = field(default_factory=Counter)
    errors: dict[str, str] = field(default_factory=dict)
    traces: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def worked(self) -> int:
        """Items that were run."""
        return self.done + self.rejected + self.failed


@dataclass(frozen=True)
class Plan:
    """What a run of a stage would do."""

    stage: str
    pending: list[Item[Any]]
    unchanged: int
    gone: list[str]
    why: Counter[str]


def plan_stage(
    stage: Stage[Any], workspace: Workspace, *, only_failed: bool = False, reason: str | None = None
) -> Plan:
    """Compare the items of `stage` with the ledger; nothing is touched."""
    known = workspace.ledger.items(stage.name)
    missing = Missing(workspace.ledger, stage, workspace.root)
    pending, why, listed = [], Counter[str](), set()
    for item in stage.items(workspace.ledger):
        listed.add(item.id)
        state = _state(stage, item, known.get(item.id), missing)
        if only_failed:
            again = state == "failed" or item.unfinished
            state = (
                "failed"
                if again and (reason is None or reason in _reasons(workspace, stage, item, known.get(item.id)))
                else ""
            )
        if state:
            pending.append(item)
            why[state] += 1
    gone = [] if only_failed or stage.keeps_others else sorted(known.keys() - listed)
    return Plan(stage.name, pending, len(listed) - len(pending), gone, why)


def run_stage(
    stage: Stage[Any],
    workspace: Workspace,
    *,
    workers: int | None = None,
    only_failed: bool = False,
    reason: str | None = None,
    max_disk: int | None = None,
    progress: Progress | None = None,
) -> Outcome:
    """Do what is left of `stage`. The caller holds the workspace's lock.

    Args:
        stage: What to run.
        workspace: Where.
        workers: Worker processes; by default one for each processor.
        only_failed: Run the failed items alone, and those that failed in part.
        reason: Of those, the ones that failed for this reason.
        max_disk: The most bytes that the workspace may come to.
        progress: Called when an item ends, and with what running items tell.

    Returns:
        The counts. Items that failed are in `errors`; they do not raise.

    Raises:
        InputError: A stage that takes the set as a whole cannot work with what there is.
        DiskFullError: Nothing more could be written, or not within `max_disk`; what was finished is committed.
    """
    plan = plan_stage(stage, workspace, only_failed=only_failed, reason=reason)
    if workspace.ledger.options(stage.name) != stage.options.model_dump_json():
        workspace.ledger.set_options(stage.name, stage.options.model_dump_json())
    if not only_failed:
        workspace.ledger.pass_over(workspace.ledger.passed_over() - {stage.name})
    outcome = Outcome(stage.name, unchanged=plan.unchanged, gone=len(plan.gone))
    _forget(stage, workspace, plan.gone)
    delete_doomed(workspace.root, workspace.ledger)
    if plan.pending and stage.folder:
        sweep(workspace.root / stage.folder)
        sweep_orphans(workspace.ledger, stage, workspace.root)
    fingerprints = {item.id: stage.fingerprint(item) for item in plan.pending}
    workspace.ledger.begin(stage.name, fingerprints)
    budget = Budget(workspace.root, workspace.ledger.bytes(), max_disk)
    crew = min(workers or os.cpu_count() or 1, len(plan.pending)) if stage.pooled else 1
    show = progress or _show_nobody

    def hear(told: Told) -> None:
        if stage.unit == "bytes":
            budget.hear(told)
        show(Moment(stage.name, stage.unit, outcome.worked, len(plan.pending), told))

    with closing(_results(stage, plan.pending, workspace.root, crew, hear, budget)) as results:
        for result in results:
            before, after = _commit(stage, workspace, result, fingerprints[result.item], outcome)
            budget.settle(result.item, before, after)
            left = len(plan.pending) - outcome.worked
            show(Moment(stage.name, stage.unit, outcome.worked, len(plan.pending), None, result.item, result.units))
            if left and stage.folder:
                budget.expect(min(crew, left))
    if not outcome.errors:
        stage.finish(workspace.root)
    return outcome


def _show_nobody(moment: Moment) -> None:
    """Where nobody watches."""


def _results(
    stage: Stage[Any], items: list[Item[Any]], root: Path, crew: int, hear: Hear, budget: Budget
) -> Generator[Result]:
    if items and stage.folder:
        budget.check(0)
    if stage.pooled and items:
        yield from run_pool(stage, items, root, workers=crew, hear=hear, ask=budget.ask)
    else:
        yield from run_here(stage, items, root, hear=hear, ask=budget.ask)


def _commit(
    stage: Stage[Any], workspace: Workspace, result: Result, fingerprint: str, outcome: Outcome
) -> tuple[int, int]:
    """Put down how an item ended; the bytes that its files had before and have now."""
    if result.fatal:
        raise result.fatal
    before = workspace.ledger.rows_of_item(stage.name, result.item)
    records = before if stage.outside and result.status == "failed" else result.records
    paths = set(paths_of(stage, records))
    spared = any(isinstance(record, RejectionRow) and record.reason in stage.spares for record in records)
    former = set() if spared else set(paths_of(stage, before)) - paths
    sizes = (workspace.ledger.bytes_of_item(stage.name, result.item), bytes_of(workspace.root, paths))
    done = Done(
        stage.name, result.item, fingerprint, result.status, result.error, result.attempts, round(result.seconds, 4),
        sizes[1], result.reason,
    )  # fmt: skip
    workspace.ledger.commit(done, records, doomed=with_notes(stage, former))
    delete_doomed(workspace.root, workspace.ledger)
    setattr(outcome, result.status, getattr(outcome, result.status) + 1)
    outcome.seconds += result.seconds
    outcome.records.update(record.kind for record in result.records)
    outcome.decisions.update(record.decision for record in result.records if isinstance(record, Frame))
    outcome.reasons.update(record.reason for record in result.records if isinstance(record, RejectionRow))
    if result.error:
        outcome.errors[result.item] = result.error
        outcome.traces[result.item] = result.trace
    if result.refused:
        raise result.refused
    return sizes


def _forget(stage: Stage[Any], workspace: Workspace, gone: list[str]) -> None:
    if gone:
        records = [record for item in gone for record in workspace.ledger.rows_of_item(stage.name, item)]
        workspace.ledger.drop(stage.name, gone, doomed=with_notes(stage, paths_of(stage, records)))


def _reasons(workspace: Workspace, stage: Stage[Any], item: Item[Any], known: Done | None) -> set[str]:
    """Why an item, or parts of it, failed."""
    rows = workspace.ledger.rows_of_item(stage.name, item.id)
    return {known.reason if known else ""} | {row.reason for row in rows if isinstance(row, RejectionRow)}


def _state(
    stage: Stage[Any], item: Item[Any], known: Done | None, missing: Missing
) -> Literal["", "new", "failed", "stale", "files gone"]:
    if known is None:
        return "new"
    if known.status == "failed":
        return "failed"
    if known.fingerprint != stage.fingerprint(item):
        return "stale"
    return "files gone" if item.id in missing else ""
