"""A mongod of the tests' own, with a database and a HOME of its own, so that nobody's FiftyOne is touched."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def own_mongod(mongod: Path, home: Path) -> Iterator[dict[str, str]]:
    """Start it; give the environment in which a FiftyOne uses it."""
    port = free_port()
    (home / "db").mkdir()
    arguments = ["--dbpath", str(home / "db"), "--port", str(port), "--bind_ip", "127.0.0.1", "--nounixsocket"]
    arguments += ["--wiredTigerCacheSizeGB", "0.25", "--nojournal", "--quiet"]
    process = subprocess.Popen([mongod, *arguments], stdout=subprocess.DEVNULL)
    try:
        wait_for(port)
        own = {"HOME": str(home), "FIFTYONE_DATABASE_NAME": "bgrsr-test"}
        own["FIFTYONE_DATABASE_URI"] = f"mongodb://127.0.0.1:{port}"
        yield {name: value for name, value in os.environ.items() if not name.startswith("FIFTYONE")} | own
    finally:
        process.terminate()
        process.wait(60)


def free_port() -> int:
    """A port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(port: int, seconds: float = 60) -> None:
    """Wait until something listens on a port."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.1)
    raise TimeoutError(f"nothing listens on port {port}")
