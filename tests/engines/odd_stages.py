"""Stages that do odd things, importable by worker processes."""

from __future__ import annotations

import errno
import os
import signal
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel

from bgrsr_data.errors import DiskFullError, FetchError, InputError, Rejection
from bgrsr_data.ledger import Ledger
from bgrsr_data.media.files import write_bytes
from bgrsr_data.records import ManifestRow, Record, make_id
from bgrsr_data.stage import Item, Stage


class OddOptions(BaseModel):
    """What every item does, but for those named otherwise."""

    deed: str = "write"


@dataclass(frozen=True, slots=True)
class Deed:
    """What one item does."""

    deed: str


class Odd(Stage[Deed]):
    """Does what its items say: "write" a file, or something odd."""

    name = "odd"
    folder = "odd"
    options: OddOptions

    def __init__(self, items: dict[str, str] | None = None, *, version: int = 1) -> None:
        super().__init__(OddOptions())
        self.listed = dict(items or {})
        self.version = version

    def items(self, ledger: Ledger) -> Iterable[Item[Deed]]:
        for name, deed in self.listed.items():
            yield Item(name, (deed,), Deed(deed))

    def run(self, item: Item[Deed], root: Path) -> Sequence[Record]:
        with (root / "attempts").open("a") as file:
            file.write(f"{item.id}\n")
        _do(item.payload.deed, root)
        self._say(item)
        path = f"odd/{item.id}.txt"
        write_bytes(root / path, item.payload.deed.encode())
        return [ManifestRow(id=make_id("manifest", item.id), path=path, sha256="", rows=len(item.payload.deed))]

    def _say(self, item: Item[Deed]) -> None:
        """ "tell 30" tells 10, 20, 30 of 30; "ask 5000" asks room for so much, "flood 99" tells as often as it can."""
        name, _, number = item.payload.deed.partition(" ")
        if name == "tell":
            for done in range(0, int(number) + 1, 10):
                time.sleep(0.3)
                self.telling(f"{item.id}.mp4", done, int(number))
        if name == "flood":
            for done in range(int(number)):
                self.telling(f"{item.id}.mp4", done, None)
        if name == "ask":
            self.room(int(number))


def _do(deed: str, root: Path) -> None:
    name, _, seconds = deed.partition(" ")
    if name == "exit":
        os._exit(7)
    if name == "killed" or (name == "killed-once" and not (root / "once").exists()):
        (root / "once").touch()
        os.kill(os.getpid(), signal.SIGKILL)
    if name == "sleep":
        time.sleep(float(seconds))
    if name in RAISED:
        raise RAISED[name]


RAISED: dict[str, BaseException] = {
    "interrupted": KeyboardInterrupt(),
    "bug": ZeroDivisionError("a slip"),
    "unfit": Rejection("too-odd", "it is odd by 3"),
    "fails": InputError("it cannot be read"),
    "limited": FetchError("rate-limited", "too many requests"),
    "gone": FetchError("gone", "it is gone"),
    "full": DiskFullError("nothing can be written"),
    "enospc": OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)),
    "unpicklable": InputError(lambda: None),
}
