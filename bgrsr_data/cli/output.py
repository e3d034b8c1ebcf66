"""How results look: plain lines on stdout."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from typing import Any

import typer

from bgrsr_data.cli import DEBUG
from bgrsr_data.errors import ToolError
from bgrsr_data.runner import Outcome


def show(outcome: Outcome, *, as_json: bool = False) -> None:
    """Say what a run of a stage came to."""
    if as_json:
        typer.echo(json.dumps(as_dict(outcome)))
    else:
        typer.echo(describe(outcome))
    for item, error in outcome.errors.items():
        typer.echo(f"failed: {item}: {error}{_trace(outcome, item)}", err=True)


def describe(outcome: Outcome) -> str:
    """One line: what was done, what was rejected and why, what was left as it was."""
    if not outcome.worked and not outcome.gone:
        return f"{outcome.stage}: up to date ({counted(outcome.unchanged, 'item')})"
    kinds = sorted(outcome.records.items())
    made = [counted(n, kind) + _decided(outcome, kind) for kind, n in kinds if kind != "rejection"]
    parts = [", ".join(made) or "nothing new"]
    if outcome.reasons:
        why = ", ".join(f"{n} {reason}" for reason, n in outcome.reasons.most_common())
        parts.append(f"{outcome.reasons.total()} rejected ({why})")
    parts += [f"{outcome.failed} failed"] if outcome.failed else []
    parts += [f"{counted(outcome.unchanged, 'item')} unchanged"] if outcome.unchanged else []
    parts += [f"{counted(outcome.gone, 'item')} gone"] if outcome.gone else []
    return f"{outcome.stage}: {'; '.join(parts)}"


def _decided(outcome: Outcome, kind: str) -> str:
    """What became of frames, as " (90 kept, 22 improved)"; nothing of those that were only extracted."""
    told = [f"{n} {decision}" for decision, n in outcome.decisions.most_common() if decision != "extracted"]
    return f" ({', '.join(told)})" if kind == "frame" and told else ""


def counted(number: int, noun: str) -> str:
    """A number and its noun, as 1 clip, or 2 clips."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def as_dict(outcome: Outcome) -> dict[str, Any]:
    """The counts, for programs."""
    return {
        "stage": outcome.stage,
        "done": outcome.done,
        "rejected": outcome.rejected,
        "failed": outcome.failed,
        "unchanged": outcome.unchanged,
        "gone": outcome.gone,
        "records": dict(outcome.records),
        "reasons": dict(outcome.reasons),
        "decisions": dict(outcome.decisions),
        "errors": outcome.errors,
    }


def raise_for_failures(outcomes: Sequence[Outcome]) -> None:
    """End with an error when items failed, after everything else was done.

    Raises:
        ToolError: Some did.
    """
    failed = {outcome.stage: outcome.failed for outcome in outcomes if outcome.failed}
    if failed:
        where = ", ".join(f"{n} in {stage}" for stage, n in failed.items())
        many = counted(sum(failed.values()), "item")
        raise ToolError(f"{many} failed ({where}); the rest is done; try again with: bgrsr retry")


def table(rows: Sequence[Mapping[str, object]]) -> str:
    """Rows of equal keys as aligned columns, numbers to the right."""
    if not rows:
        return "nothing here yet"
    names = list(rows[0])
    cells = [[_cell(row[name]) for name in names] for row in rows]
    widths = [max(len(name), *(len(line[i]) for line in cells)) for i, name in enumerate(names)]
    right = [all(isinstance(row[name], int | float) for row in rows) for name in names]

    def line(words: Sequence[str]) -> str:
        padded = (w.rjust(n) if r else w.ljust(n) for w, n, r in zip(words, widths, right, strict=True))
        return "  ".join(padded).rstrip()

    return "\n".join([line(names), *(line(words) for words in cells)])


def _cell(value: object) -> str:
    if isinstance(value, float):
        return f"{value:,.1f}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def _trace(outcome: Outcome, item: str) -> str:
    trace = outcome.traces.get(item)
    return f"\n{trace}" if trace and os.environ.get(DEBUG) else ""
