"""What an engine yields for one item, and what the item says while it runs."""

from __future__ import annotations

import errno
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from bgrsr_data.errors import BgrsrError, DiskFullError, FetchError, InputError, Rejection
from bgrsr_data.ledger import Status
from bgrsr_data.records import Record, reject_part
from bgrsr_data.stage import Item, Stage, room_for_all, tell_nobody

TELL_EVERY_S = 0.25


@dataclass(frozen=True, slots=True)
class Result:
    """How one item ended, and the records it gave."""

    item: str
    status: Status
    records: Sequence[Record] = ()
    error: str = ""
    seconds: float = 0.0
    attempts: int = 1
    fatal: BgrsrError | None = None  # the run must stop, as when the disk is full
    refused: InputError | None = None  # the stage as a whole cannot work with what there is
    trace: str = ""
    reason: str = ""  # why it failed, in a word, where the error tells one
    units: int = 0  # how much it told to have done, in the stage's unit


@dataclass(frozen=True, slots=True)
class Told:
    """How far a running item is.

    Args:
        item: Its id.
        what: The file that is worked on.
        done: How much of that file is done, in the stage's unit.
        total: Of how much, where that is known.
        units: How much the item has done in all, earlier files included.
    """

    item: str
    what: str
    done: int
    total: int | None
    units: int


Hear = Callable[[Told], None]
Ask = Callable[[str, int], None]  # (item, bytes); raises DiskFullError


def hear_nothing(told: Told) -> None:
    """Let what items tell pass."""


def allow(item: str, wanted: int) -> None:
    """Give whatever an item asks for."""


class Teller:
    """Passes on what an item tells, a few times a second at most, and the end of each file it has spoken of."""

    def __init__(self, item: str, hear: Hear) -> None:
        self._item = item
        self._hear = hear
        self._done: dict[str, int] = {}
        self._spoken = ""
        self._next = time.monotonic() + TELL_EVERY_S

    @property
    def units(self) -> int:
        """All that was done, over all files."""
        return sum(self._done.values())

    def __call__(self, what: str, done: int, total: int | None) -> None:
        """Hear that `done` of `total` are done of the file `what`."""
        self._done[what] = done
        now = time.monotonic()
        ended = total is not None and done >= total and self._spoken == what
        if ended or now >= self._next:
            self._next = now + TELL_EVERY_S
            self._spoken = "" if ended else what
            self._hear(Told(self._item, what, done, total, self.units))


def attend(stage: Stage[Any], item: Item[Any], root: Path, hear: Hear, ask: Ask) -> Result:
    """Run one item, and listen to it meanwhile."""
    teller = Teller(item.id, hear)
    stage.telling, stage.room = teller, partial(ask, item.id)
    try:
        result = attempt(stage, item, root)
    finally:
        stage.telling, stage.room = tell_nobody, room_for_all
    return replace(result, units=teller.units)


def attempt(stage: Stage[Any], item: Item[Any], root: Path) -> Result:
    """Run one item and turn whatever happens into a result, so that one bad item never ends a run."""
    start = time.perf_counter()
    try:
        records = stage.run(item, root)
    except Rejection as unfit:
        row = reject_part(stage.name, item.id, item.id, unfit.reason, unfit.detail)
        return Result(item.id, "rejected", (row,), seconds=time.perf_counter() - start)
    except DiskFullError as error:
        return Result(item.id, "failed", error=str(error), fatal=error)
    except BgrsrError as error:
        refused = error if stage.whole and isinstance(error, InputError) else None
        reason = error.reason if isinstance(error, FetchError) else ""
        seconds = time.perf_counter() - start
        return Result(item.id, "failed", error=str(error), seconds=seconds, refused=refused, reason=reason)
    except Exception as error:  # noqa: BLE001 - a bug met by one item must not cost the others; it is kept and told
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
            full = DiskFullError(f"{root}: the disk is full; free some space and run the same command again")
            return Result(item.id, "failed", error=str(full), fatal=full)
        told = f"unexpected {type(error).__name__}: {error}"
        return Result(item.id, "failed", error=told, trace=traceback.format_exc())
    return Result(item.id, "done", records, seconds=time.perf_counter() - start)
