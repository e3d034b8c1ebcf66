"""How much may still be written: what the disk has free less a reserve, and the budget that a person gave.

A full disk is found by whoever writes next, as often as not another program. So a run stops before: a stage asks for
room while it works, and the runner looks after each commit. What is finished is kept, and the same command continues.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from bgrsr_data.engines.result import Told
from bgrsr_data.errors import DiskFullError
from bgrsr_data.sizes import size

RESERVE_BYTES = 1_000_000_000  # left free on the disk, for the ledger's journal and for other programs
RESERVE_SHARE = 0.01  # or this share of it, where that is less


class Budget:
    """What one run may write.

    Args:
        root: The workspace.
        written: Bytes that its ledger knows of.
        limit: The most that the workspace may come to; None for all that the disk holds.
    """

    def __init__(self, root: Path, written: int, limit: int | None = None) -> None:
        self._root = root
        self._written = written
        self._limit = limit
        self._asked: dict[str, int] = {}  # by running item
        self._seen: dict[str, int] = {}  # how much of that is on the disk already
        self._ended: list[int] = []

    def ask(self, item: str, wanted: int) -> None:
        """Give a running item room for `wanted` bytes more.

        Raises:
            DiskFullError: They would not fit.
        """
        self.check(wanted)
        self._asked[item] = self._asked.get(item, 0) + wanted

    def hear(self, told: Told) -> None:
        """Note how much of what an item asked for is written."""
        self._seen[told.item] = told.units

    def settle(self, item: str, before: int, after: int) -> None:
        """An item ended: its files had `before` bytes and have `after` now."""
        self._asked.pop(item, None)
        self._seen.pop(item, None)
        self._written += after - before
        self._ended.append(after - before)

    def expect(self, running: int) -> None:
        """Whether so many items more would fit, if they are as large as those that ended.

        Raises:
            DiskFullError: They would not.
        """
        mean = sum(self._ended) / len(self._ended) if self._ended else 0
        self.check(0 if self._asked else max(0, round(running * mean)))  # items that ask are not guessed at

    def check(self, wanted: int) -> None:
        """Whether `wanted` bytes more would fit.

        Raises:
            DiskFullError: They would not.
        """
        used = self._written + sum(self._asked.values())
        if self._limit is not None and used + wanted > self._limit:
            raise DiskFullError(
                f"{self._root}: --max-disk {size(self._limit)} would be passed ({size(used)} are used or promised, "
                f"{size(wanted)} more are wanted); what is finished is kept, give more and run the same command again"
            )
        coming = sum(max(0, asked - self._seen.get(item, 0)) for item, asked in self._asked.items())
        free, kept = free_bytes(self._root), reserve_bytes(self._root)
        if free - coming - wanted < kept:
            raise DiskFullError(
                f"{self._root}: the disk is full but for a reserve ({size(free)} free, of which {size(kept)} stay so, "
                f"{size(coming + wanted)} more are wanted); what is finished is kept, free some space and run the same "
                "command again"
            )


def warn_of_space(root: Path, written: int, coming: int, limit: int | None) -> str | None:
    """One line where what is forecast would not fit.

    Args:
        root: The workspace, or where it will be.
        written: Bytes that it has.
        coming: Bytes that a run is expected to add.
        limit: The most that it may come to.
    """
    if not coming:
        return None
    if limit is not None and written + coming > limit:
        told = f"{size(written)} are there" if written else "nothing is there yet"
        return f"about {size(coming)} are to come and {told}: --max-disk {size(limit)} will stop the run before its end"
    room = free_bytes(root) - reserve_bytes(root)
    if coming > room:
        return (
            f"about {size(coming)} are to come, but {root} has room for {size(max(0, room))}: the run will stop there"
        )
    return None


def free_bytes(folder: Path) -> int:
    """Free space of the disk that `folder` is on, or will be."""
    return shutil.disk_usage(_existing(folder)).free


def reserve_bytes(folder: Path) -> int:
    """What is left free on that disk: 1 GB, or 1 % of it where that is less."""
    return min(RESERVE_BYTES, round(shutil.disk_usage(_existing(folder)).total * RESERVE_SHARE))


def _existing(folder: Path) -> Path:
    return next(path for path in (folder.resolve(), *folder.resolve().parents) if path.exists())
