"""The App: FiftyOne's, opened on one stage of a workspace."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import webbrowser
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from bgrsr_data.errors import ToolError
from bgrsr_data.review.database import connect
from bgrsr_data.review.dataset import sync
from bgrsr_data.review.groups import Progress, Stage, quietly, silent
from bgrsr_data.review.judge import default_reviewer
from bgrsr_data.review.plugins import gather_plugins
from bgrsr_data.review.ports import check_port
from bgrsr_data.review.previews import FOLDER, keep_newest
from bgrsr_data.review.serve import ADDRESS
from bgrsr_data.review.tables import LIMIT
from bgrsr_data.workspace import Workspace

PORT = 5151
START_S = 120


def open_app(  # noqa: PLR0913 - what a command of many options asks for
    workspace: Workspace,
    *,
    stage: Stage = "foregrounds",
    reviewer: str | None = None,
    port: int = PORT,
    browser: bool = True,
    limit: int = LIMIT,
    opened: Callable[[str], None] = silent,
    progress: Progress = quietly,
    told: Callable[[str], None] = silent,
) -> None:
    """Synchronise a stage with FiftyOne and serve the App until Ctrl-C.

    Args:
        workspace: The workspace.
        stage: What is looked at.
        reviewer: Who judges, for the App's buttons; git's user name or the login name when None.
        port: Where the App listens, on this machine only.
        browser: Open it in the default browser.
        limit: At most so many rows are shown.
        opened: Called with the App's URL once it answers.
        progress: Called as ("rows", written, all of them) while they are written.
        told: Called with a line where not all rows are shown, or files are gone.

    Raises:
        InputError: The port is taken, FiftyOne is not installed, or the set cannot be shown.
        ToolError: FiftyOne has no database, or its server ended.
    """
    check_port(port)
    keep_newest(workspace.root)
    dataset = sync(workspace, stage, limit=limit, progress=progress, told=told)
    log = workspace.root / FOLDER / "app.log"
    environment = {
        **os.environ,
        "BGRSR_WORKSPACE": str(workspace.root),
        "BGRSR_REVIEWER": reviewer or default_reviewer(),
        "FIFTYONE_PLUGINS_DIR": str(gather_plugins(workspace.root, Path(connect().config.plugins_dir))),
    }
    with _serving(port, log, environment) as server, suppress(KeyboardInterrupt):
        url = f"http://{ADDRESS}:{port}/datasets/{dataset.name}"
        opened(url)
        if browser:
            webbrowser.open(url)
        server.wait()
        raise _ended(log)


@contextmanager
def _serving(port: int, log: Path, environment: Mapping[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """A server that answers, ended with the block."""
    log.parent.mkdir(exist_ok=True)
    with log.open("wb") as said:
        command = [sys.executable, "-m", "bgrsr_data.review.serve", str(port)]
        server = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=said, stderr=said, start_new_session=True, env=environment
        )
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
