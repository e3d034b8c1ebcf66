"""FiftyOne's server as a child process: `python -m bgrsr_data.review.serve PORT`.

It ends with its parent, whichever way that ends: the parent holds the other end of stdin, and a killed process lets go
of it too. A server that outlived its command would hold the port and the user's database.
"""

from __future__ import annotations

import importlib
import os
import sys
import threading

ADDRESS = "127.0.0.1"


def _end_with_the_parent() -> None:
    sys.stdin.read()
    os._exit(0)


def main(port: int) -> None:
    """Serve until the parent lets go of stdin."""
    threading.Thread(target=_end_with_the_parent, daemon=True).start()
    importlib.import_module("fiftyone.server.main").start_server(port=port, address=ADDRESS)


if __name__ == "__main__":
    main(int(sys.argv[1]))
