"""Tags and notes that a person gave by hand in the App come back into the ledger, and the journal with them.

A verdict names the reviewer, the time and the content that was seen. It counts as long as the row's content is that
(`Opinions.decided`), so a row that is made anew is to be judged anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bgrsr_data.errors import InputError, Rejection
from bgrsr_data.opinions import Conflict, decide_between
from bgrsr_data.records import Verdict
from bgrsr_data.review import journal
from bgrsr_data.review.database import connect, talking
from bgrsr_data.review.dataset import dataset_name
from bgrsr_data.review.groups import STAGES
from bgrsr_data.review.judge import default_reviewer, make_verdict, now, warn_of_changes
from bgrsr_data.review.marks import Mark
from bgrsr_data.review.reasons import REASONS
from bgrsr_data.review.seen import SeenGroup, read_groups, write_standing
from bgrsr_data.review.standing import standing_of
from bgrsr_data.workspace import Workspace

_Known = Mapping[tuple[str, str], list[Verdict]]


@dataclass
class Pulled:
    """What a pull brought.

    Args:
        verdicts: New and changed ones: given by hand, or waiting in the journal.
        withdrawn: Those that were taken back.
        unchanged: How many rows carry the verdict that the ledger held already.
        conflicts: The rows on which reviewers are tied now.
        warnings: One line for each row that was skipped, and why.
    """

    verdicts: list[Verdict] = field(default_factory=list)
    withdrawn: list[Verdict] = field(default_factory=list)
    unchanged: int = 0
    conflicts: list[Conflict] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """For programs."""
        return {
            "verdicts": [verdict.model_dump(mode="json") for verdict in self.verdicts],
            "withdrawn": [verdict.model_dump(mode="json") for verdict in self.withdrawn],
            "unchanged": self.unchanged,
            "conflicts": [conflict.as_dict() for conflict in self.conflicts],
            "warnings": self.warnings,
        }


@talking()
def pull(workspace: Workspace, reviewer: str | None = None) -> Pulled:
    """Bring what was said into the ledger, as the workspace's one writer: the journal, then the tags of every stage.

    Args:
        workspace: The workspace.
        reviewer: Who gave the tags; git's user name or the login name when None.

    Raises:
        InputError: FiftyOne is not installed, or the workspace was never opened in it, nor judged.
        LockedError: Another process is writing the workspace; all that was said stays where it is.
        ToolError: FiftyOne has no database.
    """
    settled = journal.settle(workspace)
    fiftyone = connect()
    names = [name for stage in STAGES if fiftyone.dataset_exists(name := dataset_name(workspace.root, stage))]
    if not names and not (workspace.root / journal.FOLDER).is_dir():  # `review judge` makes it, too
        raise InputError(f"{workspace.root}: was never opened for review; open it with: bgrsr review open")
    pulled = Pulled(
        [said.verdict for said in settled.said if not said.taken_back],
        [said.verdict for said in settled.said if said.taken_back],
        warnings=settled.warnings,
    )
    for name in names:
        _pull_dataset(pulled, fiftyone.load_dataset(name), workspace, reviewer or default_reviewer())
    pulled.warnings += warn_of_changes(workspace, pulled.verdicts)
    pulled.conflicts = workspace.ledger.conflicts()
    return pulled


def _pull_dataset(pulled: Pulled, dataset: Any, workspace: Workspace, reviewer: str) -> None:
    """Take the tags of one stage, and show on its pictures what stands then."""
    groups = read_groups(dataset)
    with workspace.writing():
        own = compare(groups, workspace.ledger.verdicts(), reviewer, at := now())
        workspace.ledger.add_verdicts(own.verdicts)
        workspace.ledger.drop_verdicts(own.withdrawn, by=reviewer, at=at)
    taken = {verdict.row for verdict in (*own.verdicts, *own.withdrawn)}
    standing = standing_of(workspace, {group.row: group.content for group in groups})
    for over in (True, False):
        write_standing(dataset, [(g, standing[g.row]) for g in groups if (g.row in taken) is over], over=over)
    pulled.verdicts += own.verdicts
    pulled.withdrawn += own.withdrawn
    pulled.unchanged += own.unchanged
    pulled.warnings += own.warnings


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
    for verdict in verdicts:
        held.setdefault((verdict.row, verdict.row_content), []).append(verdict)
    for group in groups:
        try:
            mark = group.decide()
        except Rejection as unclear:
            pulled.warnings.append(f"{group.row}: {unclear.detail}; remove one of the tags and pull again")
            continue
        _compare_one(pulled, group, mark, held, reviewer, at)
    return pulled


def _compare_one(pulled: Pulled, group: SeenGroup, mark: Mark, held: _Known, reviewer: str, at: str) -> None:
    known = held.get((group.row, group.content), [])
    decided = decide_between(known) if known else None
    holds = Mark(decided.verdict, decided.note) if decided else Mark()
    if mark.word is None and mark.note:
        pulled.warnings.append(f"{group.row}: has a note but neither accept nor reject; it stays in FiftyOne only")
    if mark in (group.base, holds):
        pulled.unchanged += holds.word is not None
    elif mark.word is None:  # one's own word is taken back; where there is none, the word that was shown
        pulled.withdrawn += [verdict for verdict in known if verdict.reviewer == reviewer] or known
    else:
        pulled.verdicts.append(
            make_verdict(
                group.row,
                group.content,
                mark.word,
                reviewer=reviewer,
                at=at,
                reason=_reason_in(mark.note) if mark.word == "reject" else "",
                note=mark.note,
            )
        )


def _reason_in(note: str) -> str:
    """The reason that a note begins with, as in the tag "reject: halo at the hair"."""
    return next((reason for reason in REASONS if note.lower().split(" ")[0].rstrip(":,;.") == reason), "")
