"""FiftyOne's server as a child process: `python -m bgrsr_data.review.serve PORT`.

It ends with its parent, whichever way that ends: the parent holds the other end of stdin, and a killed process lets go
of it too. A server that outlived its command would hold the port and the user's database.

It is FiftyOne's own server with two things added: a picture of ours that is missing is drawn when the App asks for it,
and the browser asks again each time, since a file that is made anew may keep its name.
"""

from __future__ import annotations

import importlib
import os
import sys
import threading
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

ADDRESS = "127.0.0.1"
MEDIA = "/media"


class Pictures:
    """ASGI middleware before FiftyOne's `/media`.

    Args:
        app: What answers.
        drawer: Draws what is missing.
    """

    def __init__(self, app: Any, drawer: Any) -> None:
        self.app, self.drawer = app, drawer

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request."""
        if scope["type"] != "http" or scope["path"] != MEDIA:
            await self.app(scope, receive, send)
            return
        threads = importlib.import_module("anyio").to_thread
        for path in parse_qs(scope["query_string"].decode()).get("filepath", ()):
            await threads.run_sync(self.drawer.draw, Path(path))

        async def send_fresh(message: Any) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], (b"cache-control", b"no-cache")]
            await send(message)

        await self.app(scope, receive, send_fresh)


def _end_with_the_parent() -> None:
    sys.stdin.read()
    os._exit(0)


def main(port: int) -> None:
    """Serve until the parent lets go of stdin."""
    threading.Thread(target=_end_with_the_parent, daemon=True).start()
    server = importlib.import_module("fiftyone.server.main")
    drawing = importlib.import_module("bgrsr_data.review.drawing")
    server.app.add_middleware(Pictures, drawer=drawing.Drawer(Path(os.environ["BGRSR_WORKSPACE"])))
    server.start_server(port=port, address=ADDRESS)


if __name__ == "__main__":
    main(int(sys.argv[1]))
