"""The ledger (SQLite, WAL): what has been done.

One row per item of work (its fingerprint, how it ended, how long it took), and the records it gave. An item and its
records are committed together, so a kill at any moment leaves either all or nothing of an item. Readers never block the
one writer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple, dataclass
from typing import Literal, TypeVar

from bgrsr_data.opinions import Opinions
from bgrsr_data.record import kind_of
from bgrsr_data.records import KINDS, Frame, Record, content_hash
from bgrsr_data.rekeys import Rekeys
from bgrsr_data.tombstones import Graveyard

Status = Literal["done", "rejected", "failed"]
R = TypeVar("R", bound=Record)


@dataclass(frozen=True, slots=True)
class Done:
    """How an item ended: what the ledger keeps beside its records."""

    stage: str
    id: str
    fingerprint: str
    status: Status
    error: str = ""
    attempts: int = 1
    seconds: float = 0.0
    bytes: int = 0
    reason: str = ""  # why it failed, in a word, where the error tells one


class Ledger(Graveyard, Opinions, Rekeys):
    """An open ledger.

    Args:
        path: The SQLite file. It must be on a local disk: SQLite's locks do not hold on NFS.
        create: Make the file if it is not there.

    Raises:
        InputError: There is no ledger, or it is not one of ours or of another version.
    """

    _supposed: frozenset[str] | None = None

    # ---- reading

    def items(self, stage: str) -> dict[str, Done]:
        """Every item of `stage`, by id."""
        columns = "stage, id, fingerprint, status, error, attempts, seconds, bytes, reason"
        query = f"SELECT {columns} FROM items WHERE stage = ? ORDER BY id"  # noqa: S608 - a constant
        rows = self._db.execute(query, (stage,))
        return {row[1]: Done(*row) for row in rows}

    def rows(self, model: type[R], *stages: str) -> list[R]:
        """Every record of one kind, sorted by id; of `stages` alone where given."""
        among = f"AND stage IN ({','.join('?' * len(stages))})" if stages else ""
        query = f"SELECT body FROM rows WHERE kind = ? {among} ORDER BY id, stage"  # noqa: S608 - only '?' goes in
        return [model.model_validate_json(body) for (body,) in self._db.execute(query, (model.kind, *stages))]

    def latest(self, model: type[R], *stages: str) -> list[R]:
        """The records of the last of `stages` that ran and is not passed over.

        Each of them hands on what the one before it gave, as `select` and `deblur` do with the frames of `frames`.
        """
        return self.rows(model, self.last_of(*stages))

    def last_of(self, *stages: str) -> str:
        """The last of `stages` that ran and is not passed over; the first where none is."""
        out = self.passed_over()
        ran = [stage for stage in stages[1:] if stage not in out and self.options(stage) is not None]
        return [stages[0], *ran][-1]

    def passed_over(self) -> frozenset[str]:
        """The stages that the set goes without: what they gave stays until it is wanted again, but nobody reads it."""
        if self._supposed is not None:
            return self._supposed
        row = self._db.execute("SELECT value FROM meta WHERE key = 'passed over'").fetchone()
        return frozenset(row[0].split()) if row else frozenset()

    def suppose(self, passed_over: Iterable[str]) -> None:
        """Read as if these stages were passed over, and no others; nothing is written."""
        self._supposed = frozenset(passed_over)

    def rows_of_item(self, stage: str, item: str) -> list[Record]:
        """The records that one item gave."""
        query = "SELECT kind, body FROM rows WHERE stage = ? AND item = ? ORDER BY kind, id"
        return [KINDS[kind].model_validate_json(body) for kind, body in self._db.execute(query, (stage, item))]

    def records(self, stage: str) -> Iterator[tuple[str, Record]]:
        """(item, record) of everything that `stage` gave."""
        for item, kind, body in self._db.execute("SELECT item, kind, body FROM rows WHERE stage = ?", (stage,)):
            yield item, KINDS[kind].model_validate_json(body)

    def bodies(self) -> Iterator[tuple[str, str, str, str, str]]:
        """(stage, item, kind, id, JSON) of every record."""
        yield from self._db.execute("SELECT stage, item, kind, id, body FROM rows ORDER BY id, stage")

    def find(self, prefix: str) -> list[tuple[str, str, Record]]:
        """(stage, item, record) of every record whose id begins with `prefix`."""
        query = "SELECT stage, item, kind, body FROM rows WHERE id >= ? AND id < ? ORDER BY id, stage"
        found = self._db.execute(query, (prefix, prefix + "\U0010ffff"))
        return [(stage, item, KINDS[kind].model_validate_json(body)) for stage, item, kind, body in found]

    def made_from(self, identifier: str) -> dict[str, int]:
        """How many records of each kind name `identifier` as one they were made from."""
        query = "SELECT kind, count(DISTINCT id) FROM rows WHERE id != ? AND instr(body, ?) GROUP BY kind ORDER BY kind"
        return dict(self._db.execute(query, (identifier, f'"{identifier}"')).fetchall())

    def count(self, kind: str, *stages: str) -> int:
        """How many records of `kind` there are; of `stages` alone where given."""
        among = f"AND stage IN ({','.join('?' * len(stages))})" if stages else ""
        query = f"SELECT count(*) FROM rows WHERE kind = ? {among}"  # noqa: S608 - only '?' goes in
        return int(self._db.execute(query, (kind, *stages)).fetchone()[0])

    def counts(self, kind: str, field: str) -> dict[str, int]:
        """How many records of `kind` have each value of one field."""
        query = "SELECT json_extract(body, ?), count(*) FROM rows WHERE kind = ? GROUP BY 1"
        return dict(self._db.execute(query, (f"$.{field}", kind)).fetchall())

    def bytes(self) -> int:
        """Size of all files that items wrote."""
        return int(self._db.execute("SELECT coalesce(sum(bytes), 0) FROM items").fetchone()[0])

    def bytes_of_item(self, stage: str, item: str) -> int:
        """Size of the files that one item wrote; 0 where it never ended."""
        row = self._db.execute("SELECT bytes FROM items WHERE stage = ? AND id = ?", (stage, item)).fetchone()
        return int(row[0]) if row else 0

    def doomed(self) -> list[str]:
        """Files that no record names any more, and that are to be deleted."""
        return [path for (path,) in self._db.execute("SELECT path FROM doomed ORDER BY path")]

    def digest(self, kind: str, *stages: str) -> str:
        """A hash over all records of one kind: equal as long as the records are."""
        among = f"AND stage IN ({','.join('?' * len(stages))})" if stages else ""
        query = f"SELECT body FROM rows WHERE kind = ? {among} ORDER BY id, stage"  # noqa: S608 - only '?' goes in
        return content_hash(*(body for (body,) in self._db.execute(query, (kind, *stages))))

    def options(self, stage: str) -> str | None:
        """The options (JSON) that `stage` was last run with, None where it never ran."""
        row = self._db.execute("SELECT options FROM stages WHERE stage = ?", (stage,)).fetchone()
        return row[0] if row else None

    def stages(self) -> list[str]:
        """The stages that were ever run here."""
        return [name for (name,) in self._db.execute("SELECT stage FROM stages ORDER BY rowid")]

    def ids(self, kind: str, *stages: str) -> list[str]:
        """The ids of every record of one kind, sorted; of `stages` alone where given."""
        among = f"AND stage IN ({','.join('?' * len(stages))})" if stages else ""
        query = f"SELECT DISTINCT id FROM rows WHERE kind = ? {among} ORDER BY id"  # noqa: S608 - only '?' goes in
        return [row for (row,) in self._db.execute(query, (kind, *stages))]

    def to_judge(self, kind: str, rejected: Iterable[str] | None = None) -> list[str]:
        """The ids of the rows of a kind that people judge, sorted: those of the set, and those a verdict keeps out.

        A rejected frame is not chosen again by the next run; it still was one of those that were looked at. Rows of the
        other kinds stay where they are, so of them nobody asks for verdicts.

        Args:
            kind: Of the rows.
            rejected: Rows that are rejected as they are, where the caller knows; else what is said here.
        """
        if kind != Frame.kind:
            return self.ids(kind)
        chosen = self.ids(kind, self.last_of("frames", "select", "deblur"))
        out = self.rejected_by_review() if rejected is None else rejected
        return sorted({*chosen, *(row for row in out if kind_of(row) == kind)})

    # ---- writing (one process, which holds the workspace's lock)

    def commit(self, done: Done, records: Sequence[Record], *, doomed: Iterable[str] = ()) -> None:
        """Put down how an item ended together with its records, in place of what was known of it.

        Args:
            done: How it ended.
            records: What it gave.
            doomed: Files that it wrote before and that go now; after a kill the next run deletes them.
        """
        with self._writing():
            self._drop(done.stage, done.id)
            self._db.execute("INSERT INTO items VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", astuple(done))
            self._insert(done.stage, done.id, records)
            self._doom(doomed)

    def begin(self, stage: str, items: Iterable[str]) -> None:
        """Take back that these items are up to date, before the first of their files is replaced.

        A run that is stopped in between, and then another one with the former options, does them again.
        """
        with self._writing():
            known = [(stage, item) for item in items]
            self._db.executemany("UPDATE items SET fingerprint = '' WHERE stage = ? AND id = ?", known)

    def drop(self, stage: str, items: Iterable[str], *, doomed: Iterable[str] = ()) -> None:
        """Forget items that are no longer asked for, with their records; `doomed` are the files that go."""
        with self._writing():
            for item in items:
                self._drop(stage, item)
            self._doom(doomed)

    def spare(self, paths: Iterable[str]) -> None:
        """Strike files that were deleted off the list of those to delete."""
        with self._writing():
            self._db.executemany("DELETE FROM doomed WHERE path = ?", [(path,) for path in paths])

    def set_options(self, stage: str, options: str) -> None:
        """Remember the options that `stage` runs with."""
        with self._writing():
            self._db.execute(
                "INSERT INTO stages VALUES (?, ?) ON CONFLICT (stage) DO UPDATE SET options = excluded.options",
                (stage, options),
            )

    def pass_over(self, stages: Iterable[str]) -> None:
        """Go without these stages, and without no others, until a run takes one up again."""
        wanted = frozenset(stages)
        if wanted != self.passed_over():
            with self._writing():
                self._db.execute("INSERT OR REPLACE INTO meta VALUES ('passed over', ?)", (" ".join(sorted(wanted)),))

    def _drop(self, stage: str, item: str) -> None:
        self._db.execute("DELETE FROM rows WHERE stage = ? AND item = ?", (stage, item))
        self._db.execute("DELETE FROM items WHERE stage = ? AND id = ?", (stage, item))

    def _insert(self, stage: str, item: str, records: Sequence[Record]) -> None:
        rows = ((stage, item, record.kind, record.id, record.model_dump_json()) for record in records)
        self._db.executemany("INSERT INTO rows VALUES (?, ?, ?, ?, ?)", rows)

    def _doom(self, paths: Iterable[str]) -> None:
        self._db.executemany("INSERT OR IGNORE INTO doomed VALUES (?)", [(path,) for path in sorted(paths)])
