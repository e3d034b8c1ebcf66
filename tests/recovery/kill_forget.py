"""The command line, killed while it forgets: python kill_forget.py MOMENT ARGUMENTS.

MOMENT: "bury", after the transaction; "deleted", when half of the files are deleted; "publish", before the manifests
are published; "scrub", before the ledger is overwritten.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from typing import Any

from bgrsr_data import forget, written
from bgrsr_data.cli import main
from bgrsr_data.ledger import Ledger
from bgrsr_data.tombstones import Graveyard

PLACES: dict[str, tuple[Any, str]] = {
    "bury": (Graveyard, "bury"),
    "deleted": (Ledger, "doomed"),
    "publish": (forget, "run_stage"),
    "scrub": (Graveyard, "scrub"),
}


def die(*_: object, **__: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def after(function: Callable[..., Any]) -> Callable[..., Any]:
    def killing(*given: Any, **named: Any) -> None:
        function(*given, **named)
        die()

    return killing


def half(function: Callable[..., list[str]]) -> Callable[..., Any]:
    """Delete every other file of the list, then die."""

    def killing(ledger: Ledger) -> None:
        root = ledger.path.parent
        for path in function(ledger)[::2]:
            if (root / path).is_dir():
                written.shutil.rmtree(root / path)
            else:
                (root / path).unlink(missing_ok=True)
        die()

    return killing


if __name__ == "__main__":
    moment = sys.argv.pop(1)
    owner, name = PLACES[moment]
    former = getattr(owner, name)
    setattr(owner, name, {"bury": after, "deleted": half}.get(moment, lambda _: die)(former))
    main()
