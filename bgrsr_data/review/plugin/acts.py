"""What the buttons do, and how the last of it is taken back. Nothing here knows FiftyOne.

Everything goes through the doors that the command line has: `judge` for what a person says, `rekey` for keys. An act
remembers what was before it, so that undo gives that back, whatever it was; the acts of one App are remembered as long
as its server runs.
"""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from bgrsr_data.records import Verdict
from bgrsr_data.review.journal import standing
from bgrsr_data.review.judge import Judged, default_reviewer, judge
from bgrsr_data.review.marks import Word
from bgrsr_data.review.rekey import Rekeyed, rekey, undo_rekey
from bgrsr_data.workspace import Workspace

REMEMBERED = 200


@dataclass(frozen=True)
class Aim:
    """The rows that an act is about, each with the content that the person looks at."""

    root: Path
    seen: Mapping[str, str]

    @property
    def rows(self) -> list[str]:
        """Their ids."""
        return list(self.seen)


@dataclass(frozen=True)
class Told:
    """What an act did.

    Args:
        line: For the person.
        rows: Whose pictures or marks are others now.
        rekeyed: Whether pictures are.
        warning: Whether the person should look twice.
    """

    line: str
    rows: list[str] = field(default_factory=list)
    rekeyed: bool = False
    warning: bool = False


class Acts:
    """The acts of one App on one workspace, the last of which can be taken back.

    Args:
        root: The workspace.
        reviewer: Who acts.
    """

    def __init__(self, root: Path, reviewer: str) -> None:
        self.root, self.reviewer = root, reviewer
        self._past: deque[Callable[[], Told]] = deque(maxlen=REMEMBERED)
        self._one_at_a_time = threading.RLock()

    def say(self, aim: Aim, word: Word, *, reason: str = "", note: str = "") -> Told:
        """Accept or reject rows.

        Raises:
            BgrsrError: As `judge` does.
        """
        with self._one_at_a_time:
            before = self._own(aim)
            judged = judge(self.root, aim.rows, word, reviewer=self.reviewer, reason=reason, note=note, seen=aim.seen)
            self._past.append(lambda: self._say_again(aim, before))
            return _tell_judged(judged, aim)

    def rekey(self, aim: Aim, options: Mapping[str, object], note: str = "") -> Told:
        """Key rows anew with other options.

        Raises:
            BgrsrError: As `rekey` does.
        """
        with self._one_at_a_time, closing(Workspace(self.root)) as workspace:
            done = rekey(workspace, aim.rows, options, reviewer=self.reviewer, note=note)
            if frames := list(done.rows):  # what failed was taken back already
                self._past.append(lambda: self._key_back(frames, aim.rows))
            return _tell_rekeyed(done, aim.rows, "keyed anew")

    def undo(self) -> Told:
        """Take the last act back that is not taken back yet.

        Raises:
            BgrsrError: It cannot be just now; it stays the last act.
        """
        with self._one_at_a_time:
            if not self._past:
                return Told("Nothing to undo: nothing was done since the App was opened", warning=True)
            told = self._past[-1]()
            self._past.pop()
            return told

    def _own(self, aim: Aim) -> dict[str, Verdict]:
        """What this reviewer has said of these contents."""
        with closing(Workspace(self.root)) as workspace:
            return {
                v.row: v
                for v in standing(workspace)
                if v.reviewer == self.reviewer and aim.seen.get(v.row) == v.row_content
            }

    def _say_again(self, aim: Aim, before: Mapping[str, Verdict]) -> Told:
        silent = {row: content for row, content in aim.seen.items() if row not in before}
        if silent:
            judge(self.root, list(silent), None, reviewer=self.reviewer, seen=silent)
        for verdict in before.values():
            judge(
                self.root, [verdict.row], verdict.verdict, reviewer=self.reviewer, reason=verdict.reason,
                note=verdict.note, seen=aim.seen,
            )  # fmt: skip
        return Told(f"Undone: {_count(len(aim.seen))} as before", aim.rows)

    def _key_back(self, frames: list[str], rows: list[str]) -> Told:
        with closing(Workspace(self.root)) as workspace:
            return _tell_rekeyed(undo_rekey(workspace, frames), rows, "keyed as before")


_OPEN: dict[Path, Acts] = {}


def acts_on(root: Path) -> Acts:
    """The acts of this process on a workspace; the reviewer is whom `bgrsr review open` named."""
    if root not in _OPEN:
        _OPEN[root] = Acts(root, os.environ.get("BGRSR_REVIEWER", "").strip() or default_reviewer())
    return _OPEN[root]


def _tell_judged(judged: Judged, aim: Aim) -> Told:
    line = str(judged)
    return Told(_with_first(line[:1].upper() + line[1:], judged.warnings), aim.rows, warning=bool(judged.warnings))


def _tell_rekeyed(done: Rekeyed, rows: list[str], what: str) -> Told:
    said = [f"{_count(len(done.foregrounds))} {what}"] if done.foregrounds else []
    if done.rejections:
        reasons = ", ".join(sorted({row.reason for row in done.rejections}))
        said.append(f"{_count(len(done.rejections))} rejected by the key ({reasons}); undo brings them back")
    line = "; ".join(said) or "Nothing was changed"
    return Told(_with_first(line, list(done.failed.values())), rows, True, bool(done.rejections or done.failed))


def _with_first(line: str, warnings: Iterable[str]) -> str:
    first, *more = list(warnings) or [""]
    return f"{line}. {first}{f' (and {len(more)} more)' if more else ''}" if first else line


def _count(number: int) -> str:
    return "1 picture" if number == 1 else f"{number:,} pictures"
