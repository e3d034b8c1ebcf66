"""A mongod of the tests' own, with a database and a HOME of its own, so that nobody's FiftyOne is touched."""

from __future__ import annotations

import contextlib
import itertools
import os
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from processes import GIVE_UP_S, until

# Below what Linux gives to whoever connects, so that a port that is free now stays so until our own program listens.
PORTS = (10_000 + n % 6_000 for n in itertools.count(os.getpid() * 37))  # other sessions of tests begin elsewhere


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
        process.wait(2 * GIVE_UP_S)


def free_port() -> int:
    """A port that nothing listens on."""
    for port in PORTS:
        with contextlib.suppress(OSError), socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
            return port
    raise AssertionError("there is no end to them")


def listens(port: int) -> bool:
    """Whether something listens on a port."""
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=GIVE_UP_S):
        return True
    return False


def wait_for(port: int) -> None:
    """Wait until something listens on a port."""
    until(lambda: listens(port))
