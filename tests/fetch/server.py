"""A web server on this machine that serves a folder, well or badly: the first part of the path says how.

/ok/NAME            as it should be, with Range
/no-range/NAME      without Range
/status-404/NAME    that status, always
/twice-500/NAME     that status twice for each NAME, then as it should be
/later-5/NAME       429 once for each NAME, with Retry-After: 5; then as it should be
/cookie/NAME        403 to who brings no cookie
/cut-once/NAME      closes the connection halfway, once; then as it should be
/cut/NAME           closes the connection halfway through what was asked for, always
/cut-once-no-range/NAME   closes the connection halfway, once, and never knows Range
/untold/NAME        as it should be, with no Content-Length
/half/NAME          the first half, with no Content-Length, as if it were all
/page/NAME          an HTML page, said to be one
/disguised/NAME     an HTML page, said to be a video
/json/NAME          a JSON text, said to be a video
/empty/NAME         nothing, said to be a video
/redirect/NAME      a redirect to an HTML page
/login/NAME         a redirect to a page where one logs in
/circle/NAME        a redirect to itself
/hang/NAME          no answer
/short/NAME         never more than the first half, however it is asked for
/stall/NAME         the same, but the connection stays open and nothing more comes
/feed?ITEM&ITEM     an RSS feed of those paths
/slow/NAME          as it should be; the first two times over two seconds
/wait/NAME          as it should be; the second time only the first half, until the server closes
/lost/NAME          as it should be, but for NAME with "002" in it: 404

It is a proxy too, that takes every host for itself.
"""

from __future__ import annotations

import mimetypes
import re
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Lock, Thread
from types import TracebackType

PAGE = b"<!DOCTYPE html><html><head><title>Sorry</title></head><body><p>This page does not exist.</p></body></html>"
_BODIES = {
    "page": (PAGE, "text/html"),
    "disguised": (PAGE, "video/mp4"),
    "json": (b'{"error": {"code": 404, "message": "No such video"}}', "video/mp4"),
    "empty": (b"", "video/mp4"),
}
mimetypes.add_type("application/vnd.apple.mpegurl", ".m3u8")
mimetypes.add_type("application/dash+xml", ".mpd")


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is no news here."""


class FaultServer:
    """Serves `folder` on a free port of 127.0.0.1; use it as a context manager.

    Attributes:
        asked: How many GET requests each path had.
        ranges: The Range headers that came, in order.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.asked: Counter[str] = Counter()
        self.ranges: list[str] = []
        self._server = _Server(("127.0.0.1", 0), type("Handler", (_Handler,), {"site": self}))
        self.closing, self._counting = Event(), Lock()
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})

    def url(self, path: str) -> str:
        """The address of `path`, as "cut/a.mp4"."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/{path}"

    def count(self, what: str) -> int:
        """Count a request; how many there were of it, with this one."""
        with self._counting:  # each request has a thread
            self.asked[what] += 1
            return self.asked[what]

    def __enter__(self) -> FaultServer:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.closing.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    site: FaultServer
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._serve(self.site.count(self.path))

    def do_HEAD(self) -> None:
        self._serve(self.site.asked[self.path])

    def log_message(self, *_args: object) -> None:
        pass

    def _serve(self, nth: int) -> None:
        path, _, query = re.sub(r"^http://[^/]*", "", self.path).lstrip("/").partition("?")
        manner, _, name = path.partition("/")
        kind, _, figure = manner.partition("-")
        if manner == "feed":
            self._body(_feed(self.site, query.split("&") if query else []), "application/rss+xml")
        elif kind == "status" or (kind == "twice" and nth <= 2):
            self._body(PAGE, "text/html", status=int(figure))
        elif kind == "later" and nth <= 1:
            self._body(PAGE, "text/html", status=429, headers={"Retry-After": figure})
        elif manner == "cookie" and not self.headers.get("Cookie"):
            self._body(PAGE, "text/html", status=403)
        elif manner in _BODIES:
            self._body(*_BODIES[manner])
        elif manner in ("redirect", "login", "circle"):
            where = {"redirect": "/page/start", "login": "/page/login", "circle": self.path}[manner]
            self._body(b"", "text/html", status=302, headers={"Location": where})
        elif manner == "hang":
            self.site.closing.wait()
            self.close_connection = True
        elif not (self.site.folder / name).is_file() or (manner == "lost" and "002" in name):
            self._body(PAGE, "text/html", status=404)
        else:
            data = (self.site.folder / name).read_bytes()
            self._file(data, mimetypes.guess_type(name)[0] or "application/octet-stream", manner, nth)

    def _file(self, data: bytes, mime: str, manner: str, nth: int) -> None:
        if manner in ("half", "untold"):
            self.send_response(200)
            self.send_header("Content-Type", mime)
            self.send_header("Connection", "close")
            self.end_headers()
            self._write(data if manner == "untold" else data[: len(data) // 2])
            self.close_connection = True
            return
        ranged = not manner.endswith("no-range")
        start, stop = self._range(len(data)) if ranged else (0, len(data))
        part = data[start:stop]
        self.send_response(200 if len(part) == len(data) else 206)
        if len(part) != len(data):
            self.send_header("Content-Range", f"bytes {start}-{stop - 1}/{len(data)}")
        self.send_header("Content-Type", mime)
        self.send_header("Content-Length", str(len(part)))
        if ranged:
            self.send_header("Accept-Ranges", "bytes")
        self.end_headers()
        if manner in ("short", "stall") or (manner == "wait" and nth == 2):
            self._write(data[start : min(stop, len(data) // 2)])
            if manner != "short":
                self.site.closing.wait()
            self.close_connection = True
            return
        cut = self.command == "GET" and len(part) > 4096 and manner == "cut"
        cut |= self.command == "GET" and len(part) > 4096 and manner.startswith("cut-once") and self._first()
        if manner == "slow" and self.command == "GET" and nth <= 2:
            for at in range(0, len(part), len(part) // 40 + 1):
                self._write(part[at : at + len(part) // 40 + 1])
                time.sleep(0.05)
        else:
            self._write(part[: len(part) // 2] if cut else part)
        self.close_connection |= cut

    def _first(self) -> bool:
        """Whether this is the first time that much of a file was asked for (a page's look at its start is not)."""
        key = f"cut {self.path}"
        return self.site.count(key) == 2  # yt-dlp first asks what it is, then for the file

    def _range(self, size: int) -> tuple[int, int]:
        asked = self.headers.get("Range", "")
        if not asked.startswith("bytes="):
            return 0, size
        self.site.ranges.append(asked)
        first, _, last = asked.removeprefix("bytes=").partition("-")
        return min(int(first), size - 1), min(int(last) + 1, size) if last else size

    def _body(self, body: bytes, mime: str, status: int = 200, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Type", mime)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self._write(body)

    def _write(self, data: bytes) -> None:
        if self.command == "GET":
            try:
                self.wfile.write(data)
            except ConnectionError:  # the client has seen enough
                self.close_connection = True


def _feed(site: FaultServer, paths: list[str]) -> bytes:
    items = "".join(f"<item><title>{path}</title><link>{site.url(path)}</link></item>" for path in paths)
    head = '<?xml version="1.0"?><rss version="2.0"><channel><title>Clips</title>'
    return f"{head}{items}</channel></rss>".encode()
