"""What a run would do, and what it would cost, from the ledger's own timings."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bgrsr_data.ledger import Ledger
from bgrsr_data.records import Source
from bgrsr_data.runner import plan_stage
from bgrsr_data.sources import STAGE as SOURCES
from bgrsr_data.stage import Stage
from bgrsr_data.workspace import LEDGER, Workspace


@dataclass(frozen=True)
class Forecast:
    """What one stage would do.

    Args:
        stage: Its name.
        items: Items to do; those that earlier stages of the run are expected to add are counted in.
        why: Of the items known now, how many are new, stale, failed, or lost their files.
        unchanged: Items that would be left as they are.
        seconds: Wall time, None where the stage never ran here.
        bytes: Disk, likewise.
    """

    stage: str
    items: int
    why: dict[str, int]
    unchanged: int
    seconds: float | None
    bytes: int | None

    def as_dict(self) -> dict[str, Any]:
        """For programs."""
        return asdict(self)


def forecast(
    stages: Sequence[Stage[Any]], root: Path, sources: Sequence[Source], *, workers: int | None
) -> list[Forecast]:
    """Forecast a run of `stages`; nothing is touched, also where there is no workspace yet."""
    if not (root / LEDGER).is_file():
        first = Forecast(stages[0].name, len(sources), {"new": len(sources)}, 0, None, None)
        return [first, *(Forecast(stage.name, 0, {}, 0, None, None) for stage in stages[1:])]
    workspace = Workspace(root)
    known = {source.id for source in workspace.ledger.rows(Source, SOURCES)}
    added = {"fetch": sum(source.id not in known for source in sources)}
    rows: list[Forecast] = []
    for stage in stages:
        rows.append(_forecast(stage, workspace, added, workers or os.cpu_count() or 1))
    workspace.close()
    return rows


def _forecast(stage: Stage[Any], workspace: Workspace, added: dict[str, int], workers: int) -> Forecast:
    plan = plan_stage(stage, workspace)
    grown = _grown(stage, workspace.ledger, added)
    added.setdefault(stage.name, grown)
    items = len(plan.pending) + added[stage.name]
    done = [item for item in workspace.ledger.items(stage.name).values() if item.status != "failed"]
    why = Counter(plan.why) + Counter({"new": added[stage.name]})
    if not done:
        return Forecast(stage.name, items, dict(why), plan.unchanged, None if items else 0.0, None if items else 0)
    seconds = sum(item.seconds for item in done) / len(done) * items / (workers if stage.pooled else 1)
    size = round(sum(item.bytes for item in done) / len(done) * items)
    return Forecast(stage.name, items, dict(why), plan.unchanged, round(seconds, 1), size)


def _grown(stage: Stage[Any], ledger: Ledger, added: dict[str, int]) -> int:
    """How many items more this stage will have, since stages before it have more: as many for each as until now."""
    upstream = [name for name in stage.needs if added.get(name)]
    if not upstream or not stage.pooled:
        return 0
    before = ledger.items(upstream[-1])
    return round(added[upstream[-1]] * len(ledger.items(stage.name)) / len(before)) if before else 0
