"""Run a stage: what is missing, stale or failed, and nothing else.

The runner is the one committer: it compares each item's fingerprint with the ledger's, hands what is left to an engine,
and commits results one by one. Everything before the last commit survives a kill.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from bgrsr_data.engines.local import run_here, run_pool
from bgrsr_data.engines.result import Result
from bgrsr_data.ledger import Done, Ledger
from bgrsr_data.media.files import HALF_WRITTEN
from bgrsr_data.records import Record, RejectionRow
from bgrsr_data.stage import Item, Stage
from bgrsr_data.workspace import Workspace

Progress = Callable[[str, int, int], None]  # (stage, finished, all)
PATH_FIELDS = ("path", "annotations", "mask", "alpha_path", "foreground_path")


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


def plan_stage(stage: Stage[Any], workspace: Workspace, *, only_failed: bool = False) -> Plan:
    """Compare the items of `stage` with the ledger; nothing is touched."""
    known = workspace.ledger.items(stage.name)
    files = _Files(workspace)
    pending, why, listed = [], Counter[str](), set()
    for item in stage.items(workspace.ledger):
        listed.add(item.id)
        state = _state(stage, item, known.get(item.id), files)
        if state and (state == "failed" or not only_failed):
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
    progress: Progress | None = None,
) -> Outcome:
    """Do what is left of `stage`. The caller holds the workspace's lock.

    Args:
        stage: What to run.
        workspace: Where.
        workers: Worker processes; by default one for each processor.
        only_failed: Run the failed items alone.
        progress: Called with (stage, finished items, all items).

    Returns:
        The counts. Items that failed are in `errors`; they do not raise.

    Raises:
        InputError: A stage that takes the set as a whole cannot work with what there is.
        DiskFullError: Nothing more could be written; what was finished is committed.
    """
    plan = plan_stage(stage, workspace, only_failed=only_failed)
    if workspace.ledger.options(stage.name) != stage.options.model_dump_json():
        workspace.ledger.set_options(stage.name, stage.options.model_dump_json())
    outcome = Outcome(stage.name, unchanged=plan.unchanged, gone=len(plan.gone))
    _forget(stage, workspace, plan.gone)
    if plan.pending and stage.folder:
        _sweep(workspace.root / stage.folder)
    fingerprints = {item.id: stage.fingerprint(item) for item in plan.pending}
    workspace.ledger.begin(stage.name, fingerprints)
    with closing(_results(stage, plan.pending, workspace.root, workers or os.cpu_count() or 1)) as results:
        for result in results:
            _commit(stage, workspace, result, fingerprints[result.item], outcome)
            if progress:
                progress(stage.name, outcome.worked, len(plan.pending))
    return outcome


def _results(stage: Stage[Any], items: list[Item[Any]], root: Path, workers: int) -> Generator[Result]:
    if stage.pooled and items:
        yield from run_pool(stage, items, root, workers=min(workers, len(items)))
    else:
        yield from run_here(stage, items, root)


def _commit(stage: Stage[Any], workspace: Workspace, result: Result, fingerprint: str, outcome: Outcome) -> None:
    if result.fatal:
        raise result.fatal
    before = workspace.ledger.rows_of_item(stage.name, result.item)
    records = before if stage.outside and result.status == "failed" else result.records
    done = Done(
        stage.name, result.item, fingerprint, result.status, result.error, result.attempts, round(result.seconds, 4),
        sum((workspace.root / path).stat().st_size for path in _paths(stage, result.records)),
    )  # fmt: skip
    workspace.ledger.commit(done, records)
    _delete(workspace.root, set(_paths(stage, before)) - set(_paths(stage, records)))
    setattr(outcome, result.status, getattr(outcome, result.status) + 1)
    outcome.seconds += result.seconds
    outcome.records.update(record.kind for record in result.records)
    outcome.reasons.update(record.reason for record in result.records if isinstance(record, RejectionRow))
    if result.error:
        outcome.errors[result.item] = result.error
        outcome.traces[result.item] = result.trace
    if result.refused:
        raise result.refused


def _sweep(folder: Path) -> None:
    """Remove half-written files that a killed run left beside the whole ones."""
    for path in folder.rglob(".*"):
        if HALF_WRITTEN.fullmatch(path.name) and path.is_file():
            path.unlink()


def _forget(stage: Stage[Any], workspace: Workspace, gone: list[str]) -> None:
    if gone:
        records = [record for item in gone for record in workspace.ledger.rows_of_item(stage.name, item)]
        workspace.ledger.drop(stage.name, gone)
        _delete(workspace.root, set(_paths(stage, records)))


def _state(
    stage: Stage[Any], item: Item[Any], known: Done | None, files: _Files
) -> Literal["", "new", "failed", "stale", "files gone"]:
    if known is None:
        return "new"
    if known.status == "failed":
        return "failed"
    if known.fingerprint != stage.fingerprint(item):
        return "stale"
    return "files gone" if files.missing(stage, item.id) else ""


class _Files:
    """Which items of a stage lack a file that they wrote, read once."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._missing: dict[str, set[str]] = {}

    def missing(self, stage: Stage[Any], item: str) -> bool:
        if stage.name not in self._missing:
            self._missing[stage.name] = {
                owner
                for owner, path in written_files(self._workspace.ledger, stage)
                if not (self._workspace.root / path).is_file()
            }
        return item in self._missing[stage.name]


def written_files(ledger: Ledger, stage: Stage[Any]) -> Iterator[tuple[str, str]]:
    """(item, path) of every file in the folder of `stage` that its records name."""
    if stage.folder is not None:
        for item, record in ledger.records(stage.name):
            for path in _paths(stage, [record]):
                yield item, path


def _paths(stage: Stage[Any], records: Iterable[Record]) -> Iterator[str]:
    """The files that `stage` itself wrote."""
    for record in records:
        for name in PATH_FIELDS:
            path = getattr(record, name, None)
            if path and stage.owns(path):
                yield path


def _delete(root: Path, paths: Iterable[str]) -> None:
    for path in paths:
        (root / path).unlink(missing_ok=True)
