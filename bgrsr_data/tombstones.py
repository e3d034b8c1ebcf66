"""What was forgotten on request of its owner, so that it is never fetched again.

A tombstone holds no more than it takes to recognise the footage: addresses, the SHA-256 of each file, the ids of rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field

from bgrsr_data.database import Database
from bgrsr_data.errors import Rejection
from bgrsr_data.records import Record


class Tombstone(BaseModel):
    """A source that was forgotten."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(description="Of the source.")
    name: str = Field(description="A hash of its name, so that the command that was typed is understood again.")
    places: list[str] = Field(description="Addresses and paths under which it was, and each of its clips.")
    footage: list[str] = Field(description="SHA-256 of each of its files.")
    at: str = Field(description="The day, UTC, ISO 8601.")
    reason: str = ""

    def __str__(self) -> str:
        return f"forgotten on {self.at}" + (f": {self.reason}" if self.reason else "")

    def refuse(self) -> NoReturn:
        """Say why it is not fetched.

        Raises:
            Rejection: forgotten.
        """
        raise Rejection("forgotten", f"{self}; it was deleted on request and is not fetched again")


@dataclass(frozen=True)
class Forgotten:
    """All that is not to be fetched again, by place and by content."""

    places: dict[str, Tombstone] = field(default_factory=dict)
    footage: dict[str, Tombstone] = field(default_factory=dict)

    @classmethod
    def of(cls, stones: Iterable[Tombstone]) -> Forgotten:
        """What these tombstones stand for."""
        listed = list(stones)
        return cls(
            {same_place(place): stone for stone in listed for place in stone.places},
            {sha256: stone for stone in listed for sha256 in stone.footage},
        )

    def at(self, *places: str | None) -> Tombstone | None:
        """The tombstone of one of these addresses or paths."""
        known = (self.places.get(same_place(place)) for place in places if place)
        return next((stone for stone in known if stone), None)

    def refuse(self, *, place: str | None = None, sha256: str | None = None) -> None:
        """Refuse what was forgotten.

        Raises:
            Rejection: forgotten.
        """
        if stone := self.at(place) or self.footage.get(sha256 or ""):
            stone.refuse()


@dataclass(frozen=True)
class Grave:
    """What goes from the ledger in one transaction, and what is put in its place.

    Args:
        stone: What remains.
        rows: (stage, kind, id) of each row.
        items: (stage, id) of each item that goes with all its rows.
        files: Files and folders to delete.
        rejections: (stage, item, row) that say why another item has less than before.
    """

    stone: Tombstone
    rows: Sequence[tuple[str, str, str]]
    items: Sequence[tuple[str, str]]
    files: Sequence[str]
    rejections: Sequence[tuple[str, str, Record]] = ()


class Graveyard(Database):
    """The part of the ledger that remembers what was forgotten."""

    def tombstones(self) -> list[Tombstone]:
        """Every tombstone, by id."""
        query = "SELECT body FROM tombstones ORDER BY id"
        return [Tombstone.model_validate_json(body) for (body,) in self._db.execute(query)]

    def tombstone_of(self, prefix: str) -> Tombstone | None:
        """The tombstone of the source or row whose id begins with `prefix`; None where there is none, or several."""
        query = "SELECT DISTINCT stone FROM forgotten WHERE row >= ? AND row < ?"
        found = self._db.execute(query, (prefix, prefix + "\U0010ffff")).fetchall()
        return next((s for s in self.tombstones() if s.id == found[0][0]), None) if len(found) == 1 else None

    def bury(self, grave: Grave) -> None:
        """Put up a tombstone, and take what it stands for out of the ledger, all or nothing."""
        stone = grave.stone
        with self._writing():
            self._db.execute("INSERT OR REPLACE INTO tombstones VALUES (?, ?)", (stone.id, stone.model_dump_json()))
            ids = {stone.id, *(row for _, _, row in grave.rows)}
            self._db.executemany("INSERT OR REPLACE INTO forgotten VALUES (?, ?)", [(row, stone.id) for row in ids])
            self._db.executemany("DELETE FROM said WHERE row = ?", [(row,) for row in ids])
            self._db.executemany("DELETE FROM rekeys WHERE frame = ?", [(row,) for row in ids])
            self._db.executemany("DELETE FROM rows WHERE stage = ? AND kind = ? AND id = ?", grave.rows)
            for table, item in (("rows", "item"), ("items", "id")):
                query = f"DELETE FROM {table} WHERE stage = ? AND {item} = ?"  # noqa: S608 - constants
                self._db.executemany(query, grave.items)
            told = ((stage, item, row.kind, row.id, row.model_dump_json()) for stage, item, row in grave.rejections)
            self._db.executemany("INSERT OR REPLACE INTO rows VALUES (?, ?, ?, ?, ?)", told)
            self._db.executemany("INSERT OR IGNORE INTO doomed VALUES (?)", [(path,) for path in sorted(grave.files)])

    def scrub(self) -> bool:
        """Overwrite what was deleted: SQLite only unlinks rows, and its journal still has them.

        Returns:
            False where another process reads the file, so that the journal could not be emptied.
        """
        with self._naming_a_full_disk():
            self._db.execute("VACUUM")
            busy, _, _ = self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return not busy


def read_forgotten(ledger: Path) -> Forgotten:
    """What a ledger's tombstones stand for; for a worker process, which has the workspace's folder alone."""
    if not ledger.is_file():
        return Forgotten()
    opened = Graveyard(ledger)
    try:
        return Forgotten.of(opened.tombstones())
    finally:
        opened.close()


def same_place(place: str) -> str:
    """An address without what does not make it another: scheme, `www.`, case of the host, fragment, last slash."""
    parts = urlsplit(place)
    if parts.scheme not in ("http", "https"):
        return place
    host = (parts.hostname or "").removeprefix("www.") + (f":{parts.port}" if parts.port else "")
    return f"//{host}{parts.path.rstrip('/')}" + (f"?{parts.query}" if parts.query else "")
