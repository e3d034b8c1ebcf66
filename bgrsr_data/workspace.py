"""A workspace: one folder is one dataset.

clips/ frames/ deblur/ foregrounds/ trimaps/ backgrounds/    files that the stages wrote
ledger.sqlite       what has been done
manifests/*.parquet what the dataset is
runs/ report/       training runs, and the page to look at
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from bgrsr_data.errors import DiskFullError, InputError, LockedError
from bgrsr_data.ledger import Ledger

LEDGER = "ledger.sqlite"
OUT_LEDGER = ".bgrsr.sqlite"  # beside plain results: what a rerun need not do again


class Workspace:
    """An existing workspace.

    Args:
        root: Its folder.

    Raises:
        InputError: The folder is no workspace.
    """

    def __init__(self, root: Path, *, ledger: str = LEDGER) -> None:
        self.root = root.resolve()
        self.ledger = Ledger(self.root / ledger)

    @classmethod
    def create(cls, root: Path, *, ledger: str = LEDGER) -> Workspace:
        """Make a workspace in `root`, or open the one that is there.

        Args:
            root: Its folder; missing folders are made.
            ledger: Name of the ledger; OUT_LEDGER for a folder of plain results.

        Raises:
            InputError: `root` is a file, or a folder that cannot be written.
        """
        try:
            root.mkdir(parents=True, exist_ok=True)
            Ledger(root / ledger, create=True).close()
        except OSError as error:
            raise InputError(f"{root}: cannot be written ({error.strerror})") from error
        return cls(root, ledger=ledger)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Be the one writer; the lock falls with the process, also when it is killed.

        Raises:
            LockedError: Another process is writing.
        """
        owner = self.root / ".lock.owner"
        lock = FileLock(self.root / ".lock", blocking=False)
        try:
            lock.acquire()
        except Timeout as error:
            who = owner.read_text().strip() if owner.is_file() else "another process"
            raise LockedError(f"{self.root}: {who} is writing here; wait for it or stop it") from error
        try:
            try:
                owner.write_text(f"process {os.getpid()}\n")
            except OSError as error:
                raise DiskFullError(f"{self.root}: cannot be written ({error.strerror}); free some space") from error
            yield
        finally:
            owner.unlink(missing_ok=True)
            lock.release()

    def close(self) -> None:
        """Close the ledger."""
        self.ledger.close()
