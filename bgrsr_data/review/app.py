"""The App: FiftyOne's, opened on a workspace."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
import webbrowser
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from bgrsr_data.errors import InputError, ToolError
from bgrsr_data.review.dataset import sync
from bgrsr_data.review.groups import Progress, quietly
from bgrsr_data.review.previews import FOLDER
from bgrsr_data.review.serve import ADDRESS
from bgrsr_data.workspace import Workspace

PORT = 5151
START_S = 120


def open_app(
    workspace: Workspace,
    *,
    port: int = PORT,
    browser: bool = True,
    opened: Callable[[str], None] = lambda _: None,
    progress: Progress = quietly,
) -> None:
    """Synchronise the set with FiftyOne and serve the App until Ctrl-C.

    Args:
        workspace: The workspace.
        port: Where the App listens, on this machine only.
        browser: Open it in the default browser.
        opened: Called with the App's URL once it answers.
        progress: Called as ("previews", drawn, all of them) while pictures are drawn.

    Raises:
        InputError: The port is taken, FiftyOne is not installed, or the set cannot be shown.
        ToolError: FiftyOne has no database, or its server ended.
    """
    check_port(port)
    dataset = sync(workspace, progress)
    log = workspace.root / FOLDER / "app.log"
    with _serving(port, log) as server, suppress(KeyboardInterrupt):
        url = f"http://{ADDRESS}:{port}/datasets/{dataset.name}"
        opened(url)
        if browser:
            webbrowser.open(url)
        server.wait()
        raise _ended(log)


def check_port(port: int) -> None:
    """See that nothing listens on a port of this machine.

    Raises:
        InputError: It is taken, or it is not for us.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((ADDRESS, port))
        except (OSError, OverflowError) as error:
            why = getattr(error, "strerror", None) or error
            raise InputError(f"port {port}: cannot be used ({why}); choose another with --port") from error


@contextmanager
def _serving(port: int, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A server that answers, ended with the block."""
    log.parent.mkdir(exist_ok=True)
    with log.open("wb") as said:
        command = [sys.executable, "-m", "bgrsr_data.review.serve", str(port)]
        server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=said, stderr=said, start_new_session=True)
    try:
        _wait_for(server, port, log)
        yield server
    finally:
        server.kill()
        server.communicate()


def _wait_for(server: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + START_S
    while server.poll() is None and time.monotonic() < deadline:
        with suppress(OSError), socket.create_connection((ADDRESS, port), timeout=1):
            return
        time.sleep(0.1)
    raise _ended(log)


def _ended(log: Path) -> ToolError:
    lines = log.read_text(errors="replace").strip().splitlines()[-1:]
    return ToolError(f"the FiftyOne server ended ({' '.join(lines) or 'it said nothing'}); see {log}")
