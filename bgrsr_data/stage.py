"""A stage: item → rows, or a rejection.

A stage lists its items from what the ledger knows, and turns one item into rows. It keeps no state, so that any engine
may run it anywhere: same item, same options, same version, same rows.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Generic, TypeVar

from bgrsr_data.records import Record, content_hash

if TYPE_CHECKING:
    from pydantic import BaseModel

    from bgrsr_data.ledger import Ledger

Payload = TypeVar("Payload")
Tell = Callable[[str, int, int | None], None]  # (what is worked on, how much of it is done, of how much where known)
Room = Callable[[int], None]  # (bytes about to be written); raises DiskFullError where they would not fit


def tell_nobody(what: str, done: int, total: int | None) -> None:
    """What `Stage.telling` is until an engine listens."""


def room_for_all(wanted: int) -> None:
    """What `Stage.room` is until an engine counts."""


@dataclass(frozen=True, slots=True)
class Item(Generic[Payload]):
    """One piece of work.

    Args:
        id: Unique within the stage, stable from run to run.
        inputs: Content hashes of all that decides the result, beside options and version.
        payload: What `Stage.run` needs; it travels to a worker process by pickle.
        unfinished: A part of it failed for a reason that may have passed: `bgrsr retry` runs it again.
    """

    id: str
    inputs: tuple[str, ...]
    payload: Payload
    unfinished: bool = False


class Stage(ABC, Generic[Payload]):
    """One step of the data's way. Subclasses set the variables and the two methods.

    Args:
        options: All that a person can choose; part of every item's fingerprint.

    While `run` is at work it may call `telling(file, done, total)` as often as it likes, in units of `unit`, and should
    call `room(bytes)` before it writes much: each call asks for so many bytes more. When the item ends they are given
    back, since from then on its files are counted. Neither decides a row.
    """

    name: str
    version: int = 1  # raise it when the same item and options give other rows than before
    needs: tuple[str, ...] = ()  # the stages whose rows it reads
    folder: str | None = None  # the folder of the workspace that it alone writes
    pooled: bool = True  # False: one item at a time, in the driver's process
    outside: bool = False  # True: its inputs may be away for a while; an item that fails keeps what it gave before
    spares: frozenset[str] = frozenset()  # reasons of rejections that leave the files of before where they are
    whole: bool = False  # True: its one item is the whole set; input that it cannot work with ends the run
    sealed: bool = False  # True: a file that holds other bytes than its row tells is written again
    notes: tuple[str, ...] = ()  # endings of what it writes down beside a file, as .info.json: it goes with the file
    keeps_others: bool = False  # True: items that are not listed any more are left as they are
    command: str = ""  # what runs it alone, where that is not its name
    unit: str = "bytes"  # what `telling` counts: bytes, or a noun as "frames"

    def __init__(self, options: BaseModel) -> None:
        self.options = options
        self.telling: Tell = tell_nobody
        self.room: Room = room_for_all

    @abstractmethod
    def items(self, ledger: Ledger) -> Iterable[Item[Payload]]:
        """List what is to be done, from rows alone (no pixels are read)."""

    @abstractmethod
    def run(self, item: Item[Payload], root: Path) -> Sequence[Record]:
        """Do one item: read, compute, write under `root` / `folder`, and describe what was written.

        Raises:
            Rejection: The item is unfit.
            BgrsrError: The item failed; `bgrsr retry` tries it again.
            DiskFullError: The run stops.
        """

    def finish(self, root: Path) -> None:
        """What is left when no item is: called at the end of every run that no item failed in, also an idle one."""

    def owns(self, path: str) -> bool:
        """Whether this stage wrote the file at `path` (a kept frame's row points at one that `frames` wrote)."""
        return self.folder is not None and path.split("/", maxsplit=1)[0] == self.folder

    def fingerprint(self, item: Item[Payload]) -> str:
        """What decides the rows of `item`: when it is another than the ledger's, the item is stale."""
        return content_hash(self.name, self.version, self.options.model_dump_json(), *item.inputs)
