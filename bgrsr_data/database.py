"""The ledger's file: its tables, how it is opened, and how it is written.

A ledger of an earlier schema gets what it lacks when it is opened; one of a later schema is refused.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bgrsr_data.errors import DiskFullError, InputError

_SCHEMAS = (
    """
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
    INSERT INTO meta VALUES ('schema', '0');
    """,
    """
    CREATE TABLE doomed (path TEXT PRIMARY KEY) WITHOUT ROWID;
    CREATE TABLE tombstones (id TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE forgotten (row TEXT PRIMARY KEY, stone TEXT NOT NULL) WITHOUT ROWID;
    """,
    "ALTER TABLE items ADD COLUMN reason TEXT NOT NULL DEFAULT ''",
    "CREATE TABLE rekeys (frame TEXT, step INTEGER, body TEXT NOT NULL, PRIMARY KEY (frame, step)) WITHOUT ROWID",
    """
    CREATE TABLE said (
        number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, row TEXT NOT NULL, content TEXT NOT NULL,
        reviewer TEXT NOT NULL, body TEXT NOT NULL
    );
    CREATE INDEX said_of ON said (row, content, reviewer);
    INSERT INTO said (id, row, content, reviewer, body)
        SELECT key, row, json_extract(body, '$.row_content'), reviewer, json_object('id', key, 'verdict', json(body))
        FROM (SELECT lower(hex(randomblob(16))) AS key, row, reviewer, body FROM verdicts)
        ORDER BY json_extract(body, '$.at');
    DROP TABLE verdicts
    """,
)
SCHEMA_VERSION = len(_SCHEMAS)
_NO_WRITING = ("SQLITE_CANTOPEN", "SQLITE_READONLY")  # SQLite writes beside a file that it only reads


def _refusal(path: Path, error: sqlite3.DatabaseError) -> InputError:
    if not getattr(error, "sqlite_errorname", "").startswith(_NO_WRITING):
        return InputError(f"{path}: is not a ledger of bgrsr ({error})")
    why = f"cannot be opened ({error}): it and its folder must be writable, also to look"
    return InputError(f"{path}: {why}; mend their rights, or copy the workspace")


class Database:
    """An open SQLite file with our tables.

    Args:
        path: The file. It must be on a local disk: SQLite's locks do not hold on NFS.
        create: Make the file if it is not there.

    Raises:
        InputError: There is no such file, or it is not one of ours or of a later version.
    """

    def __init__(self, path: Path, *, create: bool = False) -> None:
        if not path.is_file() and not create:
            raise InputError(f"{path.parent}: is not a bgrsr workspace; make one with: bgrsr init {path.parent}")
        self.path = path
        try:
            self._db = sqlite3.connect(path, timeout=30, isolation_level=None)
        except sqlite3.OperationalError as error:
            raise _refusal(path, error) from error
        try:
            self._prepare()
        except sqlite3.DatabaseError as error:
            self._db.close()
            raise _refusal(path, error) from error

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def _prepare(self) -> None:
        if not self._made():
            with self._naming_a_full_disk():
                self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")
        if self._schema() > SCHEMA_VERSION:
            raise InputError(f"{self.path}: was written by another version of bgrsr (schema {self._schema()})")
        if self._schema() < SCHEMA_VERSION:
            with self._writing():
                for schema in _SCHEMAS[self._schema() :]:  # none of them where another process was faster
                    for statement in schema.split(";"):
                        self._db.execute(statement)
                self._db.execute("UPDATE meta SET value = ? WHERE key = 'schema'", (str(SCHEMA_VERSION),))

    def _schema(self) -> int:
        if not self._made():
            return 0
        (version,) = self._db.execute("SELECT value FROM meta WHERE key = 'schema'").fetchone()
        return int(version)

    def _made(self) -> bool:
        """Whether there is any table: ours, or another program's, which we leave alone."""
        return bool(self._db.execute("SELECT 1 FROM sqlite_master").fetchone())

    def _state(self) -> tuple[int, int]:
        """Equal as long as nothing was written, by another process or by this one."""
        (others,) = self._db.execute("PRAGMA data_version").fetchone()
        return others, self._db.total_changes

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """One transaction: all of the block, or nothing.

        Raises:
            DiskFullError: Nothing more can be written.
        """
        with self._naming_a_full_disk():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise

    @contextmanager
    def _naming_a_full_disk(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.OperationalError as error:
            if "full" in str(error):
                raise DiskFullError(f"{self.path}: the disk is full; free some space and run it again") from error
            raise
