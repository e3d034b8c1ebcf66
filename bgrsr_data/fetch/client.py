"""yt-dlp as we use it: asked in our manner, silent, and failing in our words.

Bytes go into a hidden folder, where an interrupted download is taken up again; nothing here counts as footage yet.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yt_dlp
from yt_dlp.utils import YoutubeDLError

from bgrsr_data.errors import FetchError
from bgrsr_data.fetch.pace import Pace
from bgrsr_data.fetch.params import to_params
from bgrsr_data.fetch.reasons import FETCH_REASONS, fetch_error, retry_after, typed_error
from bgrsr_data.fetch.retrying import Retries
from bgrsr_data.fetch.surroundings import surroundings
from bgrsr_data.stage import Room, Tell, room_for_all, tell_nobody
from bgrsr_data.tombstones import Forgotten

PARTS = ".parts"
# A site that changed makes its extractor stumble in any way: it costs that video, not the playlist around it.
_FAILS = (
    YoutubeDLError, OSError, HTTPException, AssertionError, AttributeError, LookupError, RuntimeError, TypeError,
    ValueError,
)  # fmt: skip


@dataclass(frozen=True)
class Manner:
    """How a run fetches, whatever it fetches.

    Args:
        clips: The folder of all sources' folders, where the same video may already lie; None: there are no others.
        pace: When a site may be asked.
        retries: How often, and after which waits, what passes is tried again.
        room: Asked before bytes are written.
        tell: Told while bytes come in.
        forgotten: What is not fetched again, whoever asks.
    """

    clips: Path | None = None
    pace: Pace = field(default_factory=Pace)
    retries: Retries = field(default_factory=Retries)
    room: Room = room_for_all
    tell: Tell = tell_nobody
    forgotten: Forgotten = field(default_factory=Forgotten)


class Client:
    """What one source asks of the network.

    Args:
        folder: The source's folder.
        options: yt-dlp's options of the source.
        manner: How it is asked.
        max_samples: At most so many entries of a playlist are listed.

    Raises:
        InputError: An option is wrong.
    """

    def __init__(self, folder: Path, options: Mapping[str, Any], manner: Manner, max_samples: int | None) -> None:
        self.parts = folder / PARTS
        self.options = options
        self.manner = manner
        self.max_samples = max_samples
        self._granted: set[str] = set()
        to_params(options)

    def extract(self, url: str) -> dict[str, Any]:
        """Ask what is at `url`; a playlist is listed, not followed.

        Raises:
            FetchError: Nothing can be learned; its reason says why.
        """

        def ask() -> dict[str, Any]:
            self.manner.pace.wait(url)
            with self._ydl("none") as ydl:
                try:
                    info: dict[str, Any] | None = ydl.extract_info(url, download=False)
                except _FAILS as error:
                    raise fetch_error(url, error) from error
            if not info:
                raise typed_error("not-a-video", url, "yt-dlp finds nothing")
            return info

        found: dict[str, Any] = self.again(url, ask)
        return found

    def download(self, name: str, info: dict[str, Any], stem: str) -> Path:
        """Download the chosen format of a video; one attempt.

        Raises:
            FetchError: It did not come to its end.
            DiskFullError: Nothing more can be written, or may be.
        """
        size = _size(info)
        if size:
            self._ask_for_room(stem, size)
        self.parts.mkdir(parents=True, exist_ok=True)
        with self._ydl(stem, size_known=bool(size)) as ydl:
            try:
                done = ydl.process_ie_result(dict(info), download=True)
            except _FAILS as error:
                raise fetch_error(name, error, in_parts=_is_in_parts(info)) from error
        downloads = done.get("requested_downloads") or []
        if not downloads:
            raise FetchError("no-format", f"{name}: no-format: yt-dlp gave no file ({FETCH_REASONS['no-format']})")
        return Path(downloads[0]["filepath"])

    def download_image(self, name: str, _info: dict[str, Any], stem: str) -> Path:
        """Still images are no business of yt-dlp's, but its way through proxies and cookies is; one attempt.

        Raises:
            FetchError: It did not come to its end.
            DiskFullError: Nothing more can be written, or may be.
        """
        path = self.parts / f"{stem}{Path(urlsplit(name).path).suffix.lower()}"
        self.parts.mkdir(parents=True, exist_ok=True)
        with self._ydl(stem) as ydl:
            try:
                with ydl.urlopen(name) as response, path.open("wb") as file:
                    size = int(response.headers.get("Content-Length") or 0)
                    self._ask_for_room(stem, size)
                    while block := response.read(1 << 18):
                        file.write(block)
                        self.manner.tell(path.name, file.tell(), size or None)
            except _FAILS as error:
                raise fetch_error(name, error) from error
        return path

    def again(self, url: str, what: Callable[[], Any]) -> Any:
        """Try what passes again; where a site says that we are too fast, all workers leave it alone."""

        def hold(error: FetchError, wait_s: float) -> None:
            if error.reason == "rate-limited":
                self.manner.pace.hold(url, wait_s)

        try:
            return self.manner.retries.run(what, before_wait=hold)
        except FetchError as error:
            hold(error, retry_after(error) or 0.0)
            raise

    def _ydl(self, stem: str, *, size_known: bool = True) -> Any:
        parts = str(self.parts).replace("%", "%%")
        own = {
            "outtmpl": {"default": f"{parts}/{stem}.%(ext)s"},
            "extract_flat": "in_playlist",
            "ignoreerrors": False,
            "skip_unavailable_fragments": False,
            "playlistend": self.max_samples,
            "progress_hooks": [self._hook(stem, size_known=size_known)],
            **surroundings(),
        }
        return yt_dlp.YoutubeDL({**to_params(self.options), **own})

    def _hook(self, stem: str, *, size_known: bool) -> Callable[[dict[str, Any]], None]:
        """What yt-dlp calls while bytes come in; a size that only the server told is asked room for here."""

        def hook(told: dict[str, Any]) -> None:
            whole = told.get("total_bytes") or told.get("total_bytes_estimate")
            done = int(told.get("downloaded_bytes") or 0)
            file = Path(told.get("filename") or "").name
            if whole and not size_known:
                self._ask_for_room(f"{stem} {file}", int(whole) - done)
            self.manner.tell(file, done, int(whole) if whole else None)

        return hook

    def _ask_for_room(self, what: str, wanted: int) -> None:
        """Ask once for each file, also where it is tried again."""
        if wanted > 0 and what not in self._granted:
            self.manner.room(wanted)
            self._granted.add(what)


def _size(info: Mapping[str, Any]) -> int | None:
    """Bytes of the chosen formats, where all of them are told."""
    sizes = [one.get("filesize") or one.get("filesize_approx") for one in info.get("requested_formats") or [info]]
    return int(sum(sizes)) if all(sizes) else None


def _is_in_parts(info: Mapping[str, Any]) -> bool:
    """Whether the download is of many small files (HLS, DASH), each of which may be missing."""
    return str(info.get("protocol") or "").startswith(("m3u8", "http_dash"))
