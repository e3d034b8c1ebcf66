"""What people changed about the keying of single frames; a later change of a frame holds what those before it say."""

from __future__ import annotations

from collections.abc import Iterable

from bgrsr_data.database import Database
from bgrsr_data.records import Rekey


class Rekeys(Database):
    """The part of the ledger that holds them."""

    def rekeys(self) -> dict[str, list[Rekey]]:
        """The changes of each frame, by frame; the last of each decides."""
        found: dict[str, list[Rekey]] = {}
        for (body,) in self._db.execute("SELECT body FROM rekeys ORDER BY frame, step"):
            rekey = Rekey.model_validate_json(body)
            found.setdefault(rekey.frame, []).append(rekey)
        return found

    def add_rekeys(self, rekeys: Iterable[Rekey]) -> None:
        """Keep how frames are to be keyed from now on."""
        with self._writing():
            rows = [(rekey.frame, rekey.step, rekey.model_dump_json()) for rekey in rekeys]
            self._db.executemany("INSERT OR REPLACE INTO rekeys VALUES (?, ?, ?)", rows)

    def drop_rekeys(self, rekeys: Iterable[Rekey]) -> None:
        """Forget changes; what was before them holds again."""
        with self._writing():
            rows = [(rekey.frame, rekey.step) for rekey in rekeys]
            self._db.executemany("DELETE FROM rekeys WHERE frame = ? AND step = ?", rows)
