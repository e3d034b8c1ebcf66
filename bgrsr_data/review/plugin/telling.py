"""How far the review is, in words: what the panel shows. Nothing here knows FiftyOne."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from bgrsr_data.review.audit import Audit, Sampled, read_audit, report_audit
from bgrsr_data.review.groups import STAGES
from bgrsr_data.review.progress import ReviewProgress, progress
from bgrsr_data.workspace import Workspace

CONFLICTS = 5  # so many are named


def tell_progress(root: Path, stage: str) -> tuple[float, str]:
    """Count, and say it.

    Args:
        root: The workspace.
        stage: Which rows.

    Returns:
        The share of rows that are judged, 0 to 1, and the rest as Markdown.

    Raises:
        BgrsrError: It cannot be counted.
    """
    with closing(Workspace(root)) as workspace:
        known = next(name for name in STAGES if name == stage)
        counted = progress(workspace, known)
        asked = read_audit(workspace.ledger)
        sampled = report_audit(workspace, asked, known) if asked and counted.rows else []
    share = counted.judged / counted.rows if counted.rows else 1.0
    parts = (_counts(counted), _reviewers(counted), _conflicts(counted), _audit(asked, sampled))
    return share, "\n\n".join(part for part in parts if part)


def _counts(counted: ReviewProgress) -> str:
    outdated = (
        f"\n\n{counted.outdated:,} were judged before they were made anew: look again." if counted.outdated else ""
    )
    return _table(
        ("accepted", "rejected", "remaining", "in all"),
        [tuple(f"{n:,}" for n in (counted.accepted, counted.rejected, counted.remaining, counted.rows))],
    ) + outdated  # fmt: skip


def _reviewers(counted: ReviewProgress) -> str:
    if not counted.by_reviewer:
        return "Nobody has judged anything yet."
    rows = _table(("reviewer", "judged"), ((_cell(name), f"{n:,}") for name, n in counted.by_reviewer.items()))
    reasons = _table(("rejected for", "pictures"), ((_cell(why), f"{n:,}") for why, n in counted.reasons.items()))
    told = f"**Reviewers**\n\n{rows}"
    return f"{told}\n\n**Reasons**\n\n{reasons}" if counted.reasons else told


def _conflicts(counted: ReviewProgress) -> str:
    agreement = counted.agreement
    if agreement.share is None:
        return "**Agreement** is known once two people judge the same pictures."
    kappa = "" if agreement.kappa is None else f", Cohen's κ {agreement.kappa:.2f}"
    told = (
        f"**Agreement** {agreement.share:.0%}{kappa} over {_pictures(agreement.rows)} that two or more people judged."
    )
    named = [f"- {_cell(str(conflict))}" for conflict in counted.conflicts[:CONFLICTS]]
    more = len(counted.conflicts) - len(named)
    named += [f"- and {more:,} more: see the view *conflicts*"] if more else []
    return "\n".join([told, "", f"**Conflicts**: {len(counted.conflicts):,}", *named])


def _audit(asked: Audit | None, sampled: Iterable[Sampled]) -> str:
    if asked is None:
        return "No **audit sample** is drawn; draw one with `bgrsr review sample`."
    return "\n\n".join(_one_audit(each) for each in sampled)


def _one_audit(sampled: Sampled) -> str:
    told = f"**Audit sample**: {sampled.judged:,} of {sampled.sample:,} judged"
    if sampled.rate is None or sampled.low is None or sampled.high is None:
        return f"{told}."
    ends = f"between {sampled.low:.1%} and {sampled.high:.1%}, with {sampled.confidence:.0%} confidence"
    so_far = "" if sampled.complete else " so far"
    return f"{told}, {sampled.rate:.1%} accepted{so_far}; of all {sampled.rows:,}: {ends}."


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    names = list(head)
    lines = [names, ["---"] * len(names), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cell(text: str) -> str:
    """A text that is not read as Markdown."""
    return "".join(f"\\{c}" if c in "\\`*_{}[]<>#|~" else c for c in text)


def _pictures(number: int) -> str:
    return "1 picture" if number == 1 else f"{number:,} pictures"
