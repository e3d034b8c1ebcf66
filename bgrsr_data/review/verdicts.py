"""Verdicts come back from the App into the ledger.

A verdict names the reviewer, the time and the content that was seen. It counts as long as the row's content is that
(`Ledger.rejected_by_review`), so a row that is made anew is to be judged anew.
"""

from __future__ import annotations

import getpass
import os
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from bgrsr_data.errors import InputError, Rejection
from bgrsr_data.ledger import Ledger
from bgrsr_data.records import Verdict, make_id
from bgrsr_data.review.database import connect
from bgrsr_data.review.dataset import dataset_name
from bgrsr_data.review.marks import Mark
from bgrsr_data.review.seen import SeenGroup, read_groups, write_mark
from bgrsr_data.workspace import Workspace


@dataclass
class Pulled:
    """What a pull brought.

    Args:
        verdicts: New and changed ones, as they are in the ledger now.
        withdrawn: Those whose tag was removed.
        unchanged: How many verdicts were already in the ledger.
        warnings: One line for each row that was skipped, and why.
    """

    verdicts: list[Verdict] = field(default_factory=list)
    withdrawn: list[Verdict] = field(default_factory=list)
    unchanged: int = 0
    warnings: list[str] = field(default_factory=list)


def pull(workspace: Workspace, reviewer: str | None = None) -> Pulled:
    """Bring verdicts from FiftyOne into the ledger, as the workspace's one writer.

    Args:
        workspace: The workspace.
        reviewer: Who judged; git's user name or the login name when None.

    Raises:
        InputError: FiftyOne is not installed, or the workspace was never opened in it.
        LockedError: Another process is writing the workspace.
        ToolError: FiftyOne has no database.
    """
    name = dataset_name(workspace.root)
    fiftyone = connect()
    if not fiftyone.dataset_exists(name):
        raise InputError(f"{workspace.root}: was never opened for review; open it with: bgrsr review open")
    dataset = fiftyone.load_dataset(name)
    groups = read_groups(dataset)
    with workspace.writing():
        pulled = compare(groups, workspace.ledger.verdicts(), reviewer or default_reviewer(), now())
        workspace.ledger.add_verdicts(pulled.verdicts)
        workspace.ledger.drop_verdicts(pulled.withdrawn)
    pulled.warnings += _outdated(pulled.verdicts, workspace.ledger)
    write_mark(dataset, _settled(groups, workspace.ledger.verdicts()))
    return pulled


def compare(groups: Iterable[SeenGroup], verdicts: Iterable[Verdict], reviewer: str, at: str) -> Pulled:
    """Find what the App says that the ledger does not.

    Args:
        groups: What the App shows.
        verdicts: What the ledger holds.
        reviewer: Who judged.
        at: When, UTC, ISO 8601.
    """
    pulled = Pulled()
    held: dict[tuple[str, str], list[Verdict]] = {}
    for verdict in sorted(verdicts, key=lambda v: v.at):
        held.setdefault((verdict.row, verdict.row_content), []).append(verdict)
    for group in groups:
        try:
            mark = group.decide()
        except Rejection as unclear:
            pulled.warnings.append(f"{group.row}: {unclear.detail}; remove one of the tags and pull again")
            continue
        known = held.get((group.row, group.content), [])
        _compare_one(pulled, group, mark, known, reviewer, at)
    return pulled


def default_reviewer() -> str:
    """Git's user name, or else the login name."""
    try:
        said = subprocess.run(["git", "config", "user.name"], capture_output=True, text=True, timeout=10, check=False)
        name = said.stdout.strip()
    except OSError:
        name = ""  # no git here
    if name:
        return name
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a user id without a name, as in containers
        return f"user-{os.getuid()}"


def now() -> str:
    """The time, UTC, ISO 8601, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def _compare_one(pulled: Pulled, group: SeenGroup, mark: Mark, known: list[Verdict], reviewer: str, at: str) -> None:
    holds = Mark(known[-1].verdict, known[-1].note) if known else Mark()
    if mark.word is None and mark.note:
        pulled.warnings.append(f"{group.row}: has a note but neither accept nor reject; it stays in FiftyOne only")
    if mark in (group.base, holds):
        pulled.unchanged += holds.word is not None
    elif mark.word is None:
        pulled.withdrawn += known
    else:
        key = make_id("verdict", group.row, reviewer)
        pulled.verdicts.append(
            Verdict(
                id=key,
                row=group.row,
                row_content=group.content,
                verdict=mark.word,
                reviewer=reviewer,
                note=mark.note,
                at=at,
            )
        )


def _settled(groups: Iterable[SeenGroup], verdicts: Iterable[Verdict]) -> list[tuple[SeenGroup, Mark, str]]:
    """The groups that the ledger now agrees with, and that do not show it yet."""
    held = {(verdict.row, verdict.row_content): verdict for verdict in sorted(verdicts, key=lambda v: v.at)}
    settled = []
    for group in groups:
        verdict = held.get((group.row, group.content))
        mark = Mark(verdict.verdict, verdict.note) if verdict else Mark()
        if group.base != mark and group.wants(mark):
            settled.append((group, mark, verdict.reviewer if verdict else ""))
    return settled


def _outdated(verdicts: Iterable[Verdict], ledger: Ledger) -> list[str]:
    current = {row.id: row.content for v in verdicts for _, _, row in ledger.find(v.row) if row.id == v.row}
    return [
        f"{verdict.row}: was made anew since it was opened, so its verdict does not count; open it again"
        for verdict in verdicts
        if current.get(verdict.row) != verdict.row_content
    ]
