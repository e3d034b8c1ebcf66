"""Let verdicts take effect: combinations are planned anew and published, with the options that they were last run with.

What a verdict takes from earlier stages, as another frame in place of a rejected one, is the next run's to make.
"""

from __future__ import annotations

from dataclasses import dataclass

from bgrsr_data.records import Combination
from bgrsr_data.runner import Progress, run_stage
from bgrsr_data.stages import stage_as_it_ran
from bgrsr_data.workspace import Workspace

STAGES = ("combine", "publish")


@dataclass(frozen=True)
class Applied:
    """What became of the set.

    Args:
        before: How many combinations there were.
        after: How many there are.
    """

    before: int
    after: int


def count_combinations(workspace: Workspace) -> int:
    """How many combinations are in the set: planned, and not rejected themselves."""
    ledger = workspace.ledger
    out = ledger.rejected_by_review()
    return ledger.count(Combination.kind) - sum(row.startswith(f"{Combination.kind}-") for row in out)


def apply_verdicts(workspace: Workspace, before: int, progress: Progress) -> Applied:
    """Plan again and publish.

    Args:
        workspace: The workspace.
        before: How many combinations there were before the verdicts came.
        progress: Told how far it is.

    Raises:
        LockedError: Another process is writing the workspace.
        InputError: Nothing is left to combine, or the splits leak: nothing was published.
    """
    with workspace.writing():
        for name in STAGES:
            options = workspace.ledger.options(name)
            if options is not None:
                run_stage(stage_as_it_ran(name, options), workspace, progress=progress)
    return Applied(before, count_combinations(workspace))
