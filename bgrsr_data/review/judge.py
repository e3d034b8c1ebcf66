"""The one door for what a person says of rows: the plugin's buttons, the tags of the App, and the command line.

It is written to the journal first and then settled into the ledger, so that nothing that was said is ever lost.
"""

from __future__ import annotations

import getpass
import os
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bgrsr_data.errors import InputError, LockedError
from bgrsr_data.opinions import Said
from bgrsr_data.records import Verdict, make_id
from bgrsr_data.review import journal
from bgrsr_data.review.marks import Word
from bgrsr_data.workspace import Workspace


@dataclass(frozen=True)
class Judged:
    """What came of saying something.

    Args:
        verdicts: What was given.
        withdrawn: What was taken back.
        waiting: Whether it is in the journal still, since another command is writing the workspace.
        warnings: One line for each row that was left as it is, and for whatever a person should know.
    """

    verdicts: list[Verdict] = field(default_factory=list)
    withdrawn: list[Verdict] = field(default_factory=list)
    waiting: bool = False
    warnings: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        counts = {word: sum(v.verdict == word for v in self.verdicts) for word in ("accept", "reject")}
        told = [f"{n:,} {word}ed" for word, n in counts.items() if n]
        told += [f"{len(self.withdrawn):,} taken back"] if self.withdrawn else []
        later = "; kept, and put into the ledger when the other command ends" if self.waiting else ""
        return ", ".join(told or ["nothing changed"]) + later

    def as_dict(self) -> dict[str, Any]:
        """For programs."""
        return {
            "verdicts": [verdict.model_dump(mode="json") for verdict in self.verdicts],
            "withdrawn": [verdict.model_dump(mode="json") for verdict in self.withdrawn],
            "waiting": self.waiting,
            "warnings": self.warnings,
        }


def judge(
    root: Path,
    rows: Sequence[str],
    word: Word | None,
    *,
    reviewer: str,
    reason: str = "",
    note: str = "",
    seen: Mapping[str, str] | None = None,
) -> Judged:
    """Accept or reject rows, or take back what the same reviewer said of them.

    Args:
        root: The workspace.
        rows: Ids, of any kind.
        word: "accept", "reject", or None to take back.
        reviewer: Who says so; git's user name or the login name where it is empty.
        reason: Why, in a word (`reasons.REASONS`), or one's own.
        note: More, in a sentence.
        seen: The content of rows that the person looked at, by id; a row that is not named is judged as it is now.

    Returns:
        What was said. It is on the disk, in the journal at least.

    Raises:
        InputError: There is no such workspace, no row is given, or none of these ids is known.
        DiskFullError: It cannot be written down.
    """
    with closing(Workspace(root)) as workspace:
        contents, unknown = _contents(workspace, rows, seen or {})
        who, at = reviewer.strip() or default_reviewer(), now()
        said, warnings = _sayings(workspace, contents, word, who, at, reason.strip(), note.strip())
        warnings = [f"{row}: is no row of this set (any more)" for row in unknown] + warnings
        journal.append(workspace.root, said)
        outdated = warn_of_changes(workspace, [one.verdict for one in said if not one.taken_back])
        waiting = False
        try:
            warnings += journal.settle(workspace).warnings
        except LockedError:
            waiting = True
    given = [one.verdict for one in said if not one.taken_back]
    return Judged(given, [one.verdict for one in said if one.taken_back], waiting, warnings + outdated)


def make_verdict(row: str, content: str, word: Word, *, reviewer: str, at: str, reason: str, note: str) -> Verdict:
    """A verdict; its id names row, content and reviewer."""
    return Verdict(
        id=make_id("verdict", row, content, reviewer), row=row, row_content=content, verdict=word,
        reason=reason, reviewer=reviewer, note=note, at=at,
    )  # fmt: skip


def warn_of_changes(workspace: Workspace, verdicts: Sequence[Verdict]) -> list[str]:
    """A line for each verdict on a content that its row no longer has."""
    contents = workspace.ledger.contents({verdict.row for verdict in verdicts})
    return [
        f"{verdict.row}: was made anew since it was opened, so its verdict does not count; open it again"
        for verdict in verdicts
        if verdict.row_content not in contents[verdict.row]
    ]


def default_reviewer() -> str:
    """Git's user name, or else the login name."""
    try:
        said = subprocess.run(["git", "config", "user.name"], capture_output=True, text=True, timeout=10, check=False)
        name = said.stdout.strip()
    except (OSError, subprocess.TimeoutExpired):
        name = ""  # no git here, or one that hangs
    if name:
        return name
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a user id without a name, as in containers
        return f"user-{os.getuid()}"


def now() -> str:
    """The time, UTC, ISO 8601, to the millisecond."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def _contents(workspace: Workspace, rows: Sequence[str], seen: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
    """What is judged of each row, and the ids that nobody knows."""
    if not rows:
        raise InputError("judge: no row is given; name some, or select some in the App")
    known = {row: found[-1] for row, found in workspace.ledger.contents(dict.fromkeys(rows)).items() if found}
    contents = {row: seen.get(row, known.get(row, "")) for row in dict.fromkeys(rows)}
    unknown = [row for row, content in contents.items() if not content]
    if len(unknown) == len(contents):
        more = f" (and {len(unknown) - 1} more)" if len(unknown) > 1 else ""
        raise InputError(f"{unknown[0]}{more}: is no row of this set; ids are in the manifests and in the App")
    return {row: content for row, content in contents.items() if content}, unknown


def _sayings(
    workspace: Workspace, contents: Mapping[str, str], word: Word | None, reviewer: str, at: str, reason: str, note: str
) -> tuple[list[Said], list[str]]:
    if word is not None:
        given = (
            make_verdict(row, content, word, reviewer=reviewer, at=at, reason=reason, note=note)
            for row, content in contents.items()
        )
        return [Said(verdict=verdict) for verdict in given], []
    own = {
        v.row: v for v in journal.standing(workspace) if v.reviewer == reviewer and v.row_content == contents.get(v.row)
    }
    said = [Said(verdict=own[row], taken_back=True, by=reviewer, at=at) for row in contents if row in own]
    return said, [f"{row}: {reviewer} has said nothing of it" for row in contents if row not in own]
