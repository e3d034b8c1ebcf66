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


class Workspace:
    """An existing workspace.

    Args:
        root: Its folder.

    Raises:
        InputError: The folder is no workspace.
    """

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        if not (self.root / LEDGER).is_file():
            raise InputError(f"{root}: is not a bgrsr workspace; make one with: bgrsr init {root}")
        self.ledger = Ledger(self.root / LEDGER)

    @classmethod
    def create(cls, root: Path) -> Workspace:
        """Make a workspace in `root`, or open the one that is there.

        Raises:
            InputError: `root` is a file, or a folder that cannot be written.
        """
        try:
            root.mkdir(parents=True, exist_ok=True)
            Ledger(root / LEDGER, create=True).close()
        except OSError as error:
            raise InputError(f"{root}: cannot become a workspace ({error.strerror})") from error
        return cls(root)

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
