"""The App: FiftyOne's, opened on a workspace."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable

from bgrsr_data.errors import InputError
from bgrsr_data.review.database import connect
from bgrsr_data.review.dataset import sync
from bgrsr_data.workspace import Workspace

PORT = 5151
ADDRESS = "127.0.0.1"


def open_app(
    workspace: Workspace, *, port: int = PORT, browser: bool = True, opened: Callable[[str], None] = lambda _: None
) -> None:
    """Synchronise the set with FiftyOne and serve the App until Ctrl-C.

    Args:
        workspace: The workspace.
        port: Where the App listens, on this machine only.
        browser: Open it in the default browser.
        opened: Called with the App's URL once it answers.

    Raises:
        InputError: The port is taken, FiftyOne is not installed, or the set cannot be shown.
        ToolError: FiftyOne has no database.
    """
    check_port(port)
    dataset = sync(workspace)
    fiftyone = connect()
    session = fiftyone.launch_app(dataset, port=port, address=ADDRESS, remote=not browser, auto=False)
    opened(f"http://{ADDRESS}:{port}/datasets/{dataset.name}")
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        pass
    finally:
        session.close()


def check_port(port: int) -> None:
    """See that nothing listens on a port of this machine.

    Raises:
        InputError: It is taken.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((ADDRESS, port))
        except OSError as error:
            raise InputError(f"port {port}: cannot be used ({error.strerror}); choose another with --port") from error
