"""Take verdicts, let them take effect, and tell how the review stands."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import typer
from pydantic import ValidationError

from bgrsr_data.cli.output import counted, table
from bgrsr_data.cli.progress import progress_bars
from bgrsr_data.errors import BgrsrError, InputError, LockedError
from bgrsr_data.lineage import in_full
from bgrsr_data.manifests import manifest_path, read_rows
from bgrsr_data.record import kind_of
from bgrsr_data.records import Verdict
from bgrsr_data.review import journal
from bgrsr_data.review.apply import Applied, apply_verdicts, count_combinations
from bgrsr_data.review.audit import Audit, Sampled, read_audit, report_audit, set_audit
from bgrsr_data.review.groups import Stage
from bgrsr_data.review.judge import judge
from bgrsr_data.review.marks import Word
from bgrsr_data.review.progress import ReviewProgress, progress
from bgrsr_data.review.reasons import REASONS
from bgrsr_data.review.rows import stages_of
from bgrsr_data.review.verdicts import Pulled, pull
from bgrsr_data.workspace import Workspace

CONFLICTS_TOLD = 20


def settle_first(workspace: Workspace, told: Callable[[str], None]) -> None:
    """Bring what a killed App left in the journal into the ledger; beside another command it waits."""
    try:
        for warning in journal.settle(workspace).warnings:
            told(warning)
    except LockedError as locked:
        told(f"{locked}; what was said before is shown, and taken at the next pull")


def pull_and_apply(workspace: Workspace, reviewer: str | None, *, as_json: bool = False) -> None:
    """Pull, then plan the combinations again and publish, with the options they were last run with.

    What is told as new is what the published set does not know, be it by tags, buttons or `review judge`.
    """
    before = count_combinations(workspace)
    pulled = pull(workspace, reviewer)
    pulled = _told_since(pulled, _published(workspace), workspace.ledger.verdicts())
    for warning in pulled.warnings:
        typer.echo(f"review: {warning}", err=True)
    with progress_bars() as bars:
        applied = apply_verdicts(workspace, before, bars)
    typer.echo(_as_json(pulled, applied) if as_json else "\n".join(_describe(pulled, applied)))


def take_at_close(workspace: Workspace, reviewer: str | None, told: Callable[[str], None]) -> None:
    """The same when the App was closed: what cannot be done now is told in one line and waits for the next pull."""
    try:
        pull_and_apply(workspace, reviewer)
    except LockedError as locked:
        told(f"{locked}; what was said is kept, take it then with: bgrsr review pull")
    except (BgrsrError, KeyboardInterrupt) as error:
        told(f"{str(error) or 'stopped'}; what was said is kept, take it with: bgrsr review pull")


def word_of(*, accept: bool, reject: bool) -> Word | None:
    """What flags say."""
    return "accept" if accept else "reject" if reject else None


def judge_rows(
    root: Path, rows: Sequence[str], word: Word | None, *, reviewer: str, reason: str, note: str, as_json: bool
) -> None:
    """Judge rows, and tell how many."""
    if word is None and (reason or note):
        raise InputError("judge: --take-back takes neither --reason nor --note")
    given = [name for row in rows for name in (_from_stdin() if row == "-" else [row])]
    with closing(Workspace(root)) as workspace:
        ids = in_full(workspace.ledger, given)
    judged = judge(root, ids, word, reviewer=reviewer, reason=reason, note=note)
    for warning in judged.warnings:
        typer.echo(f"review: {warning}", err=True)
    settled = bool(judged.verdicts or judged.withdrawn) and not judged.waiting
    later = "; it takes effect with: bgrsr review pull, or the next run" if settled else ""
    typer.echo(json.dumps(judged.as_dict()) if as_json else f"review: {judged}{later}")


def _from_stdin() -> list[str]:
    return [line.strip() for line in sys.stdin if line.strip()]


def list_reasons(*, as_json: bool) -> None:
    """The reasons that the App offers."""
    rows = [{"reason": reason, "means": means} for reason, means in REASONS.items()]
    typer.echo(json.dumps(rows) if as_json else table(rows))


def tell_audit(
    root: Path, per_stage: int | None, margin: float | None, confidence: float | None, *, as_json: bool
) -> None:
    """Ask for an audit where options say so, and tell what it has found.

    Raises:
        InputError: The options cannot be.
        LockedError: Another process is writing the workspace.
    """
    if per_stage is not None and margin is not None:
        raise InputError("sample: give --per-stage or --margin, not both")
    with closing(Workspace(root)) as workspace:
        asked = {"per_stage": per_stage, "margin": margin, "confidence": confidence}
        given = {name: value for name, value in asked.items() if value is not None}
        audit = read_audit(workspace.ledger)
        if given or audit is None:
            audit = _audit(given)
            set_audit(workspace, audit)
        found = report_audit(workspace, audit)
    if as_json:
        typer.echo(json.dumps({"audit": audit.model_dump(), "stages": [row.model_dump() for row in found]}))
        return
    typer.echo(table([_in_a_row(row) for row in found]))
    left = sum(row.sample - row.judged for row in found)
    if left:
        typer.echo(
            f'{counted(left, "row")} of the sample to judge: bgrsr review open --stage STAGE, view "audit sample"'
        )


def tell_progress(root: Path, stage: Stage | None, *, as_json: bool) -> None:
    """Tell how far the review is."""
    with closing(Workspace(root)) as workspace:
        stages = [stage] if stage else stages_of(workspace.ledger)
        far = [progress(workspace, name) for name in stages]
    typer.echo(json.dumps([one.as_dict() for one in far]) if as_json else "\n".join(_tell(far)))


def _audit(given: dict[str, int | float]) -> Audit:
    try:
        return Audit.model_validate(given)
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0]).replace("_", "-")
        raise InputError(f"sample: --{name} {first['input']}: {first['msg'].lower()}") from error


def _in_a_row(found: Sampled) -> dict[str, object]:
    return {
        "stage": found.stage,
        "rows": found.rows,
        "sample": found.sample,
        "judged": found.judged,
        "accepted": found.accepted,
        "rate": "-" if found.rate is None else f"{found.rate:.1%}",
        f"{100 * found.confidence:.4g} % interval": _interval(found),
    }


def _interval(found: Sampled) -> str:
    if found.low is None or found.high is None:
        return "-"
    return f"{found.low:.1%} to {found.high:.1%}" + ("" if found.complete else " (so far)")


def _tell(far: Sequence[ReviewProgress]) -> Iterator[str]:
    yield table([_row_of(one) for one in far])
    for one in far:
        who = ", ".join(f"{name} {n:,}" for name, n in one.by_reviewer.items())
        why = ", ".join(f"{reason} {n:,}" for reason, n in one.reasons.items())
        agreed = one.agreement
        yield from [f"{one.stage}: judged by {who}"] if who else []
        yield from [f"{one.stage}: rejected for {why}"] if why else []
        for pair in agreed.pairs:
            kappa = "no kappa: chance explains it" if pair.kappa is None else f"kappa {pair.kappa:.2f}"
            both = f"{pair.first} and {pair.second} agree on {pair.alike:,} of {counted(pair.rows, 'row')}"
            yield f"{one.stage}: {both}, {kappa}"
        yield from _tell_conflicts(one.conflicts)


def _row_of(one: ReviewProgress) -> dict[str, object]:
    share, kappa = one.agreement.share, one.agreement.kappa
    return {
        "stage": one.stage,
        "rows": one.rows,
        "judged": one.judged,
        "accepted": one.accepted,
        "rejected": one.rejected,
        "remaining": one.remaining,
        "made anew": one.outdated,
        "conflicts": len(one.conflicts),
        "agreement": "-" if share is None else f"{share:.0%}",
        "kappa": "-" if kappa is None else f"{kappa:.2f}",
    }


def _published(workspace: Workspace) -> list[Verdict]:
    """The verdicts of the published set."""
    path = manifest_path(workspace.root, Verdict)
    return read_rows(path, Verdict) if path.is_file() else []


def _told_since(pulled: Pulled, before: Sequence[Verdict], now: Sequence[Verdict]) -> Pulled:
    """What differs between two times, however it came into the ledger."""
    said, held = {journal.key_of(verdict) for verdict in now}, {verdict.content for verdict in before}
    news = [verdict for verdict in now if verdict.content not in held]
    withdrawn = [verdict for verdict in before if journal.key_of(verdict) not in said]
    return replace(pulled, verdicts=news, withdrawn=withdrawn, unchanged=len(now) - len(news))


def _describe(pulled: Pulled, applied: Applied) -> Iterator[str]:
    rejected = sum(verdict.verdict == "reject" for verdict in pulled.verdicts)
    accepted = len(pulled.verdicts) - rejected
    yield (
        f"review: {accepted} newly accepted, {rejected} newly rejected, {len(pulled.withdrawn)} withdrawn, "
        f"{pulled.unchanged} as before; {applied.after:,} combinations (were {applied.before:,})"
    )
    earlier = sum(kind_of(verdict.row) in ("frame", "clip") for verdict in pulled.verdicts)
    if earlier:
        yield f"review: {counted(earlier, 'verdict')} on frames or clips: bgrsr run RECIPE chooses and keys again"
    yield from _tell_conflicts(pulled.conflicts)


def _tell_conflicts(conflicts: Sequence[object]) -> Iterator[str]:
    yield from (f"conflict: {conflict}" for conflict in conflicts[:CONFLICTS_TOLD])
    if len(conflicts) > CONFLICTS_TOLD:
        yield f"conflict: and {len(conflicts) - CONFLICTS_TOLD:,} more: bgrsr review status --json"


def _as_json(pulled: Pulled, applied: Applied) -> str:
    return json.dumps({**pulled.as_dict(), "combinations_before": applied.before, "combinations": applied.after})
