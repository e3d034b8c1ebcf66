"""`fetch`, in a process that kills itself (SIGKILL) at an exact moment.

Each moment is met by the second file, or the second source, so that something is finished before it.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

from faults.meet import FETCH
from recovery.kill_at import Killing

from bgrsr_data.fetch import client, local, ytdlp
from bgrsr_data.ledger import Ledger
from bgrsr_data.runner import run_stage
from bgrsr_data.workspace import Workspace

SECOND = 2


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def before(module: Any, name: str) -> None:
    """Die when `name` of `module` is called for the second time."""
    called, plain = count(1), getattr(module, name)

    def call(*given: Any, **named: Any) -> Any:
        if next(called) == SECOND:
            die()
        return plain(*given, **named)

    setattr(module, name, call)


def after(module: Any, name: str) -> None:
    """Die when `name` of `module` has ended for the second time."""
    called, plain = count(1), getattr(module, name)

    def call(*given: Any, **named: Any) -> Any:
        result = plain(*given, **named)
        if next(called) == SECOND:
            die()
        return result

    setattr(module, name, call)


def while_downloading() -> None:
    """Die when some bytes of other.mp4 are there, and not all."""
    plain = client.Client._hook

    def hook(self: client.Client, stem: str, **named: Any) -> Callable[[dict[str, Any]], None]:
        tell = plain(self, stem, **named)

        def told(what: dict[str, Any]) -> None:
            tell(what)
            if stem.startswith("other") and 0 < what["downloaded_bytes"] < what["total_bytes"]:
                die()

        return told

    client.Client._hook = hook  # type: ignore[method-assign]


def at_commit(moment: str) -> None:
    """Die at the second commit."""
    Killing.at = ("fetch", SECOND, moment)
    Ledger.commit = Killing.commit  # type: ignore[method-assign]
    Ledger._insert = Killing._insert  # type: ignore[method-assign]


MOMENTS: dict[str, Callable[[], None]] = {
    "while bytes come in": while_downloading,
    "between download and decoding": lambda: before(ytdlp, "probe"),
    "between decoding and renaming": lambda: after(ytdlp, "probe"),
    "between renaming and its notes": lambda: before(ytdlp, "write_origin"),
    "between its first note and its second": lambda: before(ytdlp, "keep"),
    "between the notes and the next file": lambda: after(ytdlp, "keep"),
    "between a local file's copy and its name": lambda: after(local, "_copy"),
    "between a local file's copy and its note": lambda: before(local, "keep"),
    "before the ledger's commit": lambda: at_commit("before"),
    "within the ledger's commit": lambda: at_commit("within"),
    "after the ledger's commit": lambda: at_commit("after"),
}


def fetch_and_die(root: Path, moment: str) -> None:
    """Fetch all sources of the workspace `root`, up to `moment`; to be run in a process of its own."""
    os.environ["no_proxy"] = "*"
    MOMENTS[moment]()
    run_stage(FETCH, Workspace(root))
