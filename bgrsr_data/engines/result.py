"""What an engine yields for one item."""

from __future__ import annotations

import errno
import time
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bgrsr_data.errors import BgrsrError, DiskFullError, InputError, Rejection
from bgrsr_data.ledger import Status
from bgrsr_data.records import Record, reject_part
from bgrsr_data.stage import Item, Stage


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
        return Result(item.id, "failed", error=str(error), seconds=time.perf_counter() - start, refused=refused)
    except Exception as error:  # noqa: BLE001 - a bug met by one item must not cost the others; it is kept and told
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
            full = DiskFullError(f"{root}: the disk is full; free some space and run the same command again")
            return Result(item.id, "failed", error=str(full), fatal=full)
        told = f"unexpected {type(error).__name__}: {error}"
        return Result(item.id, "failed", error=told, trace=traceback.format_exc())
    return Result(item.id, "done", records, seconds=time.perf_counter() - start)
