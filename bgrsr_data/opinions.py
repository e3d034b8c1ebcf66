"""What people said of rows, in the order in which it reached the ledger; nothing that was said is written over.

A reviewer's last word on a content stands. A row that is made anew is to be judged anew; where it becomes again what it
was, as after a step is undone, what was said of it then counts again. Of several reviewers the majority decides, and
the latest word where there is none: then they are in conflict, which is told until somebody settles it.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from bgrsr_data.database import Database
from bgrsr_data.records import KINDS, Verdict


class Said(BaseModel):
    """One thing that was said: a verdict, or that it is taken back."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(default_factory=lambda: uuid.uuid4().hex, description="Of this saying: it is put down once.")
    verdict: Verdict
    taken_back: bool = False
    by: str = Field(default="", description="Who took it back.")
    at: str = Field(default="", description="When it was taken back, UTC, ISO 8601.")


@dataclass(frozen=True)
class Conflict:
    """A row whose reviewers are tied.

    Args:
        row: Its id.
        verdicts: The last word of each on its present content, the earliest first; the last one decides meanwhile.
    """

    row: str
    verdicts: tuple[Verdict, ...]

    def as_dict(self) -> dict[str, Any]:
        """For programs."""
        return {"row": self.row, "verdicts": [verdict.model_dump(mode="json") for verdict in self.verdicts]}

    def __str__(self) -> str:
        said = ", ".join(f"{v.reviewer} says {v.verdict}{f' ({v.reason})' if v.reason else ''}" for v in self.verdicts)
        return f"{self.row}: {said}; {self.verdicts[-1].verdict} counts, the latest, until a majority decides"


def decide_between(verdicts: Sequence[Verdict]) -> Verdict:
    """The verdict that decides, of one row's on one content: the majority's latest, or the latest of all on a tie."""
    ordered = sorted(verdicts, key=lambda v: v.at)
    balance = _balance(ordered)
    if balance == 0:
        return ordered[-1]
    most = "accept" if balance > 0 else "reject"
    return [v for v in ordered if v.verdict == most][-1]


def are_tied(verdicts: Iterable[Verdict]) -> bool:
    """Whether as many accept as reject."""
    listed = list(verdicts)
    return bool(listed) and _balance(listed) == 0


def _balance(verdicts: Iterable[Verdict]) -> int:
    """How many more accept than reject."""
    return sum(1 if v.verdict == "accept" else -1 for v in verdicts)


class Opinions(Database):
    """The part of the ledger that holds what people said."""

    _counted: tuple[tuple[int, int], dict[str, list[Verdict]]] | None = None

    # ---- reading

    def verdicts(self) -> list[Verdict]:
        """Every verdict that stands: the last word of each reviewer on each content of a row, sorted by row."""
        query = """SELECT body FROM said WHERE number IN (SELECT max(number) FROM said GROUP BY row, content, reviewer)
                   ORDER BY row, reviewer, number"""
        said = [Said.model_validate_json(body) for (body,) in self._db.execute(query)]
        return [one.verdict for one in said if not one.taken_back]

    def history(self, row: str) -> list[Said]:
        """Everything that was ever said of a row, in order."""
        found = self._db.execute("SELECT body FROM said WHERE row = ? ORDER BY number", (row,))
        return [Said.model_validate_json(body) for (body,) in found]

    def verdicts_by_row(self) -> dict[str, list[Verdict]]:
        """The verdicts that stand and were given on the present content of their rows, by row.

        Every stage asks: they are remembered until something is written, by whichever process.
        """
        state = self._state()
        if self._counted is None or self._counted[0] != state:
            self._counted = (state, self._count())
        return {row: list(said) for row, said in self._counted[1].items()}

    def _count(self) -> dict[str, list[Verdict]]:
        standing: dict[str, list[Verdict]] = {}
        for verdict in self.verdicts():
            standing.setdefault(verdict.row, []).append(verdict)
        contents = self.contents(standing)
        valid = {row: [v for v in said if v.row_content in contents[row]] for row, said in standing.items()}
        return {row: said for row, said in valid.items() if said}

    def decided(self) -> dict[str, Verdict]:
        """The verdict that decides on each row that was judged as it is."""
        return {row: decide_between(verdicts) for row, verdicts in self.verdicts_by_row().items()}

    def rejected_by_review(self) -> dict[str, Verdict]:
        """The verdict that keeps a row out of the set, by the row's id."""
        return {row: verdict for row, verdict in self.decided().items() if verdict.verdict == "reject"}

    def conflicts(self) -> list[Conflict]:
        """The rows whose reviewers are tied, sorted by id."""
        by_row = sorted(self.verdicts_by_row().items())
        return [Conflict(row, tuple(sorted(said, key=lambda v: v.at))) for row, said in by_row if are_tied(said)]

    def contents(self, rows: Iterable[str]) -> dict[str, list[str]]:
        """What the content of rows is now: none where a row is gone, several where a stage hands it on with changes."""
        return {row: self._contents_of(row) for row in rows}

    def audit(self) -> str | None:
        """The audit that was asked for, JSON; None where none was."""
        row = self._db.execute("SELECT value FROM meta WHERE key = 'audit'").fetchone()
        return row[0] if row else None

    # ---- writing (one process, which holds the workspace's lock)

    def hear(self, said: Iterable[Said]) -> list[Said]:
        """Put down what was said, once each, all or nothing; what is said of forgotten rows is not kept.

        Returns:
            What was not known before.
        """
        new = []
        with self._lasting(), self._writing():
            for one in said:
                verdict = one.verdict
                key = (one.id, verdict.row, verdict.row_content, verdict.reviewer, one.model_dump_json(), verdict.row)
                done = self._db.execute(
                    "INSERT OR IGNORE INTO said (id, row, content, reviewer, body) SELECT ?, ?, ?, ?, ? "
                    "WHERE NOT EXISTS (SELECT 1 FROM forgotten WHERE row = ?)",
                    key,
                )
                new += [one] if done.rowcount else []
        return new

    def add_verdicts(self, verdicts: Iterable[Verdict]) -> None:
        """Put down verdicts; each stands in place of the same reviewer's earlier one on the same content."""
        self.hear(Said(verdict=verdict) for verdict in verdicts)

    def drop_verdicts(self, verdicts: Iterable[Verdict], *, by: str = "", at: str = "") -> None:
        """Put down that verdicts were taken back."""
        self.hear(Said(verdict=verdict, taken_back=True, by=by, at=at) for verdict in verdicts)

    def set_audit(self, audit: str) -> None:
        """Remember the audit (JSON) that was asked for."""
        with self._writing():
            self._db.execute("INSERT OR REPLACE INTO meta VALUES ('audit', ?)", (audit,))

    @contextmanager
    def _lasting(self) -> Iterator[None]:
        """What is written meanwhile outlasts a power cut: the journal that it came from is deleted next."""
        self._db.execute("PRAGMA synchronous = FULL")
        try:
            yield
        finally:
            self._db.execute("PRAGMA synchronous = NORMAL")

    def _contents_of(self, row: str) -> list[str]:
        bodies: Mapping[str, str] = dict(
            self._db.execute("SELECT body, kind FROM rows WHERE id = ?", (row,)).fetchall()
        )
        return sorted({KINDS[kind].model_validate_json(body).content for body, kind in bodies.items()})
