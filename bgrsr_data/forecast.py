"""What a run would do, and what it would cost, from the ledger's own counts and timings."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bgrsr_data.ledger import Done, Ledger
from bgrsr_data.recipes import passed_over
from bgrsr_data.records import Source
from bgrsr_data.runner import Plan, plan_stage
from bgrsr_data.sources import STAGE as SOURCES
from bgrsr_data.sources import remember, sort_out
from bgrsr_data.stage import Stage
from bgrsr_data.stages import stage_class
from bgrsr_data.workspace import LEDGER, Workspace

BEFORE = "since what comes before changes"


@dataclass(frozen=True)
class Forecast:
    """What one stage would do.

    Args:
        stage: Its name.
        items: Items to do, with those that the stages before it are expected to add; None where nobody can know yet.
        why: How many of them are new, stale, failed, lost their files, or are to do `BEFORE`; and how many are gone.
        unchanged: Items that would be left as they are.
        seconds: Wall time, None where `items` is, or where the stage never ran here.
        bytes: Disk, likewise.
    """

    stage: str
    items: int | None
    why: dict[str, int]
    unchanged: int
    seconds: float | None
    bytes: int | None

    def as_dict(self) -> dict[str, Any]:
        """For programs."""
        return asdict(self)


@dataclass(frozen=True)
class _Work:
    """What the run adds to a stage's items, and how many it does again; `added` None: nobody can know yet."""

    added: int | None
    again: int
    gone: int = 0

    def __bool__(self) -> bool:
        return self.added != 0 or self.again > 0 or self.gone > 0


def forecast(
    stages: Sequence[Stage[Any]], root: Path, sources: Sequence[Source], *, workers: int | None
) -> list[Forecast]:
    """Forecast a run of `stages`; nothing is touched, also where there is no workspace yet."""
    with opened(root, sources) as workspace:
        workspace.ledger.suppose(passed_over(stages, workspace.ledger.passed_over()))
        work = {SOURCES: _unknown_to(workspace.ledger, sources)}
        return [_forecast(stage, workspace, work, workers or os.cpu_count() or 1) for stage in stages]


@contextmanager
def opened(root: Path, sources: Sequence[Source]) -> Iterator[Workspace]:
    """The workspace; where there is none, one elsewhere that stands as the new one would at its first stage."""
    with TemporaryDirectory() as elsewhere:
        if (root / LEDGER).is_file():
            workspace = Workspace(root)
        else:
            workspace = Workspace.create(Path(elsewhere))
            remember(workspace.ledger, sources)
        try:
            yield workspace
        finally:
            workspace.close()


def _unknown_to(ledger: Ledger, sources: Sequence[Source]) -> _Work:
    sources, _ = sort_out(ledger, sources)
    known = {source.id: source.content for source in ledger.rows(Source, SOURCES)}
    changed = sum(source.id in known and known[source.id] != source.content for source in sources)
    return _Work(added=len({source.id for source in sources} - known.keys()), again=changed)


def _forecast(stage: Stage[Any], workspace: Workspace, work: dict[str, _Work], workers: int) -> Forecast:
    """Forecast one stage, and note its work in `work` for the stages after it."""
    plan = plan_stage(stage, workspace)
    more = _caused(stage, plan, workspace.ledger, work)
    why = plan.why + Counter({"gone": len(plan.gone)})
    if more.added is None:
        work[stage.name] = more
        return Forecast(stage.name, None, dict(why), plan.unchanged, None, None)
    why += Counter({"new": more.added, BEFORE if stage.needs else "stale": more.again})
    items = len(plan.pending) + more.added + more.again
    first = why["new"] + why["failed"]
    work[stage.name] = _Work(first, items - first, len(plan.gone))
    unchanged = max(0, plan.unchanged - more.again)
    done = _finished(workspace.ledger, stage.name)
    if items and not done:
        return Forecast(stage.name, items, dict(why), unchanged, None, None)
    share = items / max(1, len(done))
    seconds = sum(item.seconds for item in done) * share / (max(1, min(workers, items)) if stage.pooled else 1)
    return Forecast(
        stage.name, items, dict(why), unchanged, round(seconds, 1), round(sum(item.bytes for item in done) * share)
    )


def _caused(stage: Stage[Any], plan: Plan, ledger: Ledger, work: dict[str, _Work]) -> _Work:
    """What the stages before this one will give it to do, beside what it has to do already."""
    if stage.name == "fetch":
        return _Work(work[SOURCES].added, min(work[SOURCES].again, plan.unchanged))
    before = [name for name in stage.needs if work.get(name)]
    if not before:
        return _Work(0, 0)
    if not stage.pooled:  # it takes the set as a whole, so that it is done again, or for the first time
        return _Work(0, plan.unchanged or int(not plan.pending))
    counted = [name for name in before if not stage_class(name).whole]  # how many a whole set hands on, nobody knows
    if not counted:
        return _Work(None, 0)
    last, finished = work[counted[-1]], len(_finished(ledger, counted[-1]))
    if last.added is None or not finished:
        return _Work(None, 0)
    ratio = (len(plan.pending) + plan.unchanged) / finished
    stale = len(plan.pending) - plan.why["new"] - plan.why["failed"]
    return _Work(round(last.added * ratio), max(0, min(round(last.again * ratio) - stale, plan.unchanged)))


def _finished(ledger: Ledger, stage: str) -> list[Done]:
    return [item for item in ledger.items(stage).values() if item.status != "failed"]
