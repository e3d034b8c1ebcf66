"""The command line, killed at an exact moment: python kill_at.py STAGE NTH MOMENT ARGUMENTS.

MOMENT is "before" the NTH commit of STAGE (its files are written, its rows are not), "within" the transaction, or
"after" it (what the item had before is not yet deleted).
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterable, Sequence

from bgrsr_data.cli import main
from bgrsr_data.ledger import Done, Ledger
from bgrsr_data.records import Record


class Killing(Ledger):
    """A ledger whose process does not live to see the NTH commit end."""

    at: tuple[str, int, str]  # stage, nth commit, moment
    seen = 0
    commit_of_ledger = Ledger.commit
    insert_of_ledger = Ledger._insert

    def commit(self, done: Done, records: Sequence[Record], *, doomed: Iterable[str] = ()) -> None:
        Killing.seen += done.stage == Killing.at[0]
        _die_if(done.stage, "before")
        Killing.commit_of_ledger(self, done, records, doomed=doomed)
        _die_if(done.stage, "after")

    def _insert(self, stage: str, item: str, records: Sequence[Record]) -> None:
        Killing.insert_of_ledger(self, stage, item, records)
        _die_if(stage, "within")


def _die_if(stage: str, moment: str) -> None:
    if (stage, Killing.seen, moment) == Killing.at:
        os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":  # workers import this file too
    Killing.at = (sys.argv[1], int(sys.argv[2]), sys.argv[3])
    Ledger.commit = Killing.commit  # type: ignore[method-assign]
    Ledger._insert = Killing._insert  # type: ignore[method-assign]
    sys.argv[1:] = sys.argv[4:]
    main()
