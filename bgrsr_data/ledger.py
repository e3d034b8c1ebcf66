"""The ledger (SQLite, WAL): what has been done.

One row per item of work (its fingerprint, how it ended, how long it took), and the records it gave. An item and its
records are committed together, so a kill at any moment leaves either all or nothing of an item. Readers never block the
one writer.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Literal, TypeVar

from bgrsr_data.errors import DiskFullError, InputError
from bgrsr_data.records import KINDS, Record, Verdict, content_hash

Status = Literal["done", "rejected", "failed"]
R = TypeVar("R", bound=Record)
SCHEMA_VERSION = 1

_SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE stages (stage TEXT PRIMARY KEY, options TEXT NOT NULL);
CREATE TABLE items (
    stage TEXT, id TEXT, fingerprint TEXT NOT NULL, status TEXT NOT NULL, error TEXT NOT NULL,
    attempts INTEGER NOT NULL, seconds REAL NOT NULL, bytes INTEGER NOT NULL, PRIMARY KEY (stage, id)
) WITHOUT ROWID;
CREATE TABLE rows (
    stage TEXT, item TEXT, kind TEXT, id TEXT, body TEXT NOT NULL, PRIMARY KEY (stage, kind, id)
) WITHOUT ROWID;
CREATE INDEX rows_by_item ON rows (stage, item);
CREATE INDEX rows_by_id ON rows (id);
CREATE TABLE verdicts (row TEXT, reviewer TEXT, body TEXT NOT NULL, PRIMARY KEY (row, reviewer)) WITHOUT ROWID;
"""


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


class Ledger:
    """An open ledger.

    Args:
        path: The SQLite file. It must be on a local disk: SQLite's locks do not hold on NFS.
        create: Make the file if it is not there.

    Raises:
        InputError: There is no ledger, or it is not one of ours or of another version.
    """

    def __init__(self, path: Path, *, create: bool = False) -> None:
        if not path.is_file() and not create:
            raise InputError(f"{path.parent}: is not a bgrsr workspace; make one with: bgrsr init {path.parent}")
        self.path = path
        self._db = sqlite3.connect(path, timeout=30, isolation_level=None)
        try:
            self._prepare()
        except sqlite3.DatabaseError as error:
            self._db.close()
            raise InputError(f"{path}: is not a ledger of bgrsr ({error})") from error

    def _prepare(self) -> None:
        with self._writing():
            if not self._made():
                self._db.execute("PRAGMA journal_mode = WAL")
                self._make()
        self._db.execute("PRAGMA synchronous = NORMAL")
        (version,) = self._db.execute("SELECT value FROM meta WHERE key = 'schema'").fetchone()
        if int(version) != SCHEMA_VERSION:
            raise InputError(f"{self.path}: was written by another version of bgrsr (schema {version})")

    def _make(self) -> None:
        """Make the tables, all or none, unless another process was faster."""
        self._db.execute("BEGIN IMMEDIATE")
        if not self._made():
            for statement in _SCHEMA.split(";"):
                self._db.execute(statement)
            self._db.execute("INSERT INTO meta VALUES ('schema', ?)", (str(SCHEMA_VERSION),))
        self._db.execute("COMMIT")

    def _made(self) -> bool:
        """Whether there is any table: ours, or another program's, which we leave alone."""
        return bool(self._db.execute("SELECT 1 FROM sqlite_master").fetchone())

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    # ---- reading

    def items(self, stage: str) -> dict[str, Done]:
        """Every item of `stage`, by id."""
        columns = "stage, id, fingerprint, status, error, attempts, seconds, bytes"
        query = f"SELECT {columns} FROM items WHERE stage = ? ORDER BY id"  # noqa: S608 - a constant
        rows = self._db.execute(query, (stage,))
        return {row[1]: Done(*row) for row in rows}

    def rows(self, model: type[R], *stages: str) -> list[R]:
        """Every record of one kind, sorted by id; of `stages` alone where given."""
        among = f"AND stage IN ({','.join('?' * len(stages))})" if stages else ""
        query = f"SELECT body FROM rows WHERE kind = ? {among} ORDER BY id, stage"  # noqa: S608 - only '?' goes in
        return [model.model_validate_json(body) for (body,) in self._db.execute(query, (model.kind, *stages))]

    def latest(self, model: type[R], *stages: str) -> list[R]:
        """The records of the last of `stages` that ever ran: of `deblur`, or of `frames` where none was deblurred."""
        ran = [stage for stage in stages if self.options(stage) is not None]
        return self.rows(model, ran[-1]) if ran else []

    def rows_of_item(self, stage: str, item: str) -> list[Record]:
        """The records that one item gave."""
        query = "SELECT kind, body FROM rows WHERE stage = ? AND item = ? ORDER BY kind, id"
        return [KINDS[kind].model_validate_json(body) for kind, body in self._db.execute(query, (stage, item))]

    def records(self, stage: str) -> Iterator[tuple[str, Record]]:
        """(item, record) of everything that `stage` gave."""
        for item, kind, body in self._db.execute("SELECT item, kind, body FROM rows WHERE stage = ?", (stage,)):
            yield item, KINDS[kind].model_validate_json(body)

    def find(self, prefix: str) -> list[tuple[str, str, Record]]:
        """(stage, item, record) of every record whose id begins with `prefix`."""
        query = "SELECT stage, item, kind, body FROM rows WHERE id >= ? AND id < ? ORDER BY id, stage"
        found = self._db.execute(query, (prefix, prefix + "\U0010ffff"))
        return [(stage, item, KINDS[kind].model_validate_json(body)) for stage, item, kind, body in found]

    def made_from(self, identifier: str) -> dict[str, int]:
        """How many records of each kind name `identifier` as one they were made from."""
        query = "SELECT kind, count(*) FROM rows WHERE id != ? AND instr(body, ?) GROUP BY kind ORDER BY kind"
        return dict(self._db.execute(query, (identifier, f'"{identifier}"')).fetchall())

    def count(self, kind: str, *stages: str) -> int:
        """How many records of `kind` there are; of `stages` alone where given."""
        among = f"AND stage IN ({','.join('?' * len(stages))})" if stages else ""
        query = f"SELECT count(*) FROM rows WHERE kind = ? {among}"  # noqa: S608 - only '?' goes in
        return int(self._db.execute(query, (kind, *stages)).fetchone()[0])

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

    def verdicts(self) -> list[Verdict]:
        """Every verdict, sorted by the row it judges."""
        query = "SELECT body FROM verdicts ORDER BY row, reviewer"
        return [Verdict.model_validate_json(body) for (body,) in self._db.execute(query)]

    def rejected_by_review(self) -> dict[str, Verdict]:
        """The verdict that keeps a row out of the set, by the row's id.

        A verdict counts while the row's content is what the reviewer saw; the latest one of several decides.
        """
        latest: dict[str, Verdict] = {}
        for verdict in sorted(self.verdicts(), key=lambda v: v.at):
            latest[verdict.row] = verdict
        rejected = {row: verdict for row, verdict in latest.items() if verdict.verdict == "reject"}
        current = {r.id: r.content for row in rejected for _, _, r in self.find(row) if r.id == row}
        return {row: verdict for row, verdict in rejected.items() if current.get(row) == verdict.row_content}

    # ---- writing (one process, which holds the workspace's lock)

    def commit(self, done: Done, records: Sequence[Record]) -> None:
        """Put down how an item ended together with its records, in place of what was known of it."""
        with self._writing():
            self._db.execute("BEGIN IMMEDIATE")
            self._drop(done.stage, done.id)
            self._db.execute("INSERT INTO items VALUES (?, ?, ?, ?, ?, ?, ?, ?)", astuple(done))
            self._insert(done.stage, done.id, records)
            self._db.execute("COMMIT")

    def begin(self, stage: str, items: Iterable[str]) -> None:
        """Take back that these items are up to date, before the first of their files is replaced.

        A run that is stopped in between, and then another one with the former options, does them again.
        """
        with self._writing():
            self._db.execute("BEGIN IMMEDIATE")
            known = [(stage, item) for item in items]
            self._db.executemany("UPDATE items SET fingerprint = '' WHERE stage = ? AND id = ?", known)
            self._db.execute("COMMIT")

    def drop(self, stage: str, items: Iterable[str]) -> None:
        """Forget items that are no longer asked for, with their records."""
        with self._writing():
            self._db.execute("BEGIN IMMEDIATE")
            for item in items:
                self._drop(stage, item)
            self._db.execute("COMMIT")

    def set_options(self, stage: str, options: str) -> None:
        """Remember the options that `stage` runs with."""
        with self._writing():
            self._db.execute(
                "INSERT INTO stages VALUES (?, ?) ON CONFLICT (stage) DO UPDATE SET options = excluded.options",
                (stage, options),
            )

    def add_verdicts(self, verdicts: Iterable[Verdict]) -> None:
        """Keep verdicts, each in place of the same reviewer's earlier one on the same row."""
        with self._writing():
            self._db.execute("BEGIN IMMEDIATE")
            for verdict in verdicts:
                self._db.execute(
                    "INSERT OR REPLACE INTO verdicts VALUES (?, ?, ?)",
                    (verdict.row, verdict.reviewer, verdict.model_dump_json()),
                )
            self._db.execute("COMMIT")

    def drop_verdicts(self, verdicts: Iterable[Verdict]) -> None:
        """Forget verdicts that were withdrawn."""
        with self._writing():
            self._db.execute("BEGIN IMMEDIATE")
            keys = [(verdict.row, verdict.reviewer) for verdict in verdicts]
            self._db.executemany("DELETE FROM verdicts WHERE row = ? AND reviewer = ?", keys)
            self._db.execute("COMMIT")

    def _drop(self, stage: str, item: str) -> None:
        self._db.execute("DELETE FROM rows WHERE stage = ? AND item = ?", (stage, item))
        self._db.execute("DELETE FROM items WHERE stage = ? AND id = ?", (stage, item))

    def _insert(self, stage: str, item: str, records: Sequence[Record]) -> None:
        rows = ((stage, item, record.kind, record.id, record.model_dump_json()) for record in records)
        self._db.executemany("INSERT INTO rows VALUES (?, ?, ?, ?, ?)", rows)

    def _writing(self) -> _Writing:
        return _Writing(self._db, self.path)


class _Writing:
    """Roll back when the block fails, and call a full disk by its name."""

    def __init__(self, db: sqlite3.Connection, path: Path) -> None:
        self._db = db
        self._path = path

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if error is None:
            return
        if self._db.in_transaction:
            self._db.execute("ROLLBACK")
        if isinstance(error, sqlite3.OperationalError) and "full" in str(error):
            raise DiskFullError(f"{self._path}: the disk is full; free some space and run it again") from error
