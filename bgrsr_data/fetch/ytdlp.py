"""One address through yt-dlp, and nothing counted that was not decoded to its end.

yt-dlp knows the sites; what it says of success is not taken on trust: a missing Content-Length, a lost fragment, a
leftover `.part` of something else all end as a "finished" file. So each file is downloaded into a hidden folder
(where an interrupted download is taken up again), decoded, and only then moved to its name.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, NoReturn
from urllib.parse import unquote, urlsplit

import yt_dlp
from pydantic import BaseModel, ConfigDict, ValidationError
from yt_dlp.utils import YoutubeDLError

from bgrsr_data.errors import FetchError, Rejection
from bgrsr_data.fetch.kept import Kept, keep, list_kept
from bgrsr_data.fetch.reasons import FETCH_REASONS, PASSING, fetch_error, unfit_error
from bgrsr_data.fetch.surroundings import surroundings
from bgrsr_data.fetch.verify import probe
from bgrsr_data.media.files import write_bytes
from bgrsr_data.media.images import is_image
from bgrsr_data.records import content_hash

RETRY_WAITS_S = (1.0, 5.0)  # before a page is asked for again; yt-dlp itself does not repeat a 500 or 429 there
PARTS = ".parts"
_Download = Callable[[str, dict[str, Any], str], Path]  # (name, info, stem) → the file
Progress = Callable[[str, int, int | None], None]  # (name, bytes so far, bytes in all)

_TOLD = ("id", "extractor", "title", "uploader", "channel", "license", "upload_date", "webpage_url", "format_id")


@dataclass(frozen=True, slots=True)
class Dead:
    """An entry of a playlist that could not be fetched."""

    entry: str
    reason: str
    detail: str


@dataclass
class Fetched:
    """What an address gave."""

    clips: list[Kept] = field(default_factory=list)
    dead: list[Dead] = field(default_factory=list)


class _Listing(BaseModel):
    """A playlist that was walked to its end, so that it need not be asked for again."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    entries: list[str]
    dead: dict[str, tuple[str, str]]


def fetch_url(
    url: str,
    folder: Path,
    *,
    options: Mapping[str, Any] | None = None,
    file_format: str,
    max_samples: int | None = None,
    on_progress: Progress | None = None,
) -> Fetched:
    """Fetch what is at an address: a video, an image, or the entries of a playlist.

    Args:
        url: The address.
        folder: The source's folder; what is whole there already is not fetched again.
        options: yt-dlp's options of the source.
        file_format: yt-dlp's format selector.
        max_samples: At most so many entries of a playlist.
        on_progress: Called while bytes come in.

    Raises:
        FetchError: Nothing could be fetched; its reason says why.
        DiskFullError: Nothing more can be written.
    """
    fetcher = _Fetcher(folder, {"format": file_format, **(options or {})}, max_samples, on_progress)
    fetched = Fetched()
    for one in fetcher.walk(url):
        (fetched.clips if isinstance(one, Kept) else fetched.dead).append(one)  # type: ignore[arg-type]
        if len(fetched.clips) == max_samples:
            break
    if not fetched.clips:
        _nothing(url, fetched.dead)
    return fetched


def _nothing(url: str, dead: list[Dead]) -> NoReturn:
    if not dead:
        raise FetchError("not-a-video", f"{url}: not-a-video: the playlist is empty")
    first = dead[0]
    raise FetchError(first.reason, f"{url}: none of {len(dead)} entries can be fetched; the first: {first.detail}")


class _Fetcher:
    """One address being fetched; it holds what all its entries share."""

    def __init__(
        self, folder: Path, options: dict[str, Any], max_samples: int | None, on_progress: Progress | None
    ) -> None:
        self.folder = folder
        self.options = options
        self.max_samples = max_samples
        self.on_progress = on_progress
        self.known = {kept.asked: kept for kept in list_kept(folder)}

    def walk(self, url: str) -> Iterator[Kept | Dead]:
        """Everything at `url`; entries that are dead are told, not raised."""
        if known := self.known.get(self._asked(url)):
            yield known
            return
        if is_image(Path(urlsplit(url).path)):
            yield self._fetch(url, {"id": _file_stem(url), "webpage_url": url}, self._download_image)
            return
        listing = self._listing(url)
        if listing is not None:
            yield from self._entries(url, [{"_type": "url", "url": entry} for entry in listing.entries], listing)
            return
        info = self._extract(url)
        if info.get("_type") in ("playlist", "multi_video"):
            yield from self._entries(url, [entry for entry in info.get("entries") or [] if entry], None)
        else:
            yield self._fetch(url, info)

    def _entries(self, url: str, entries: list[dict[str, Any]], listing: _Listing | None) -> Iterator[Kept | Dead]:
        dead: dict[str, tuple[str, str]] = {}
        known_dead = {} if listing is None else listing.dead
        for entry in entries[: self.max_samples]:
            linked = entry.get("_type") in ("url", "url_transparent")
            name = str(entry["url"]) if linked else f"{url}#{entry.get('id')}"
            try:
                if name in known_dead and known_dead[name][0] not in PASSING:
                    raise FetchError(*known_dead[name])
                if linked:
                    yield from self.walk(name)
                else:
                    yield self.known.get(self._asked(name)) or self._fetch(name, entry)
            except FetchError as error:
                if error.reason == "rate-limited":
                    raise  # the next entries would only make it worse
                dead[name] = (error.reason, str(error))
                yield Dead(name, error.reason, str(error))
        if all(entry.get("_type") in ("url", "url_transparent") for entry in entries):
            self._remember(url, [str(entry["url"]) for entry in entries], dead)

    def _fetch(self, name: str, info: dict[str, Any], download: _Download | None = None) -> Kept:
        """Download, decode, and move to its name; what does not decode is fetched once more from zero."""
        if info.get("is_live"):
            raise FetchError("not-a-video", f"{name}: not-a-video: a live stream has no end")
        stem = _stem(info, self.options["format"])
        for last in (False, True):
            path = (download or self._download)(name, info, stem)
            try:
                shown = probe(path)
            except Rejection as unfit:
                _clear(self.folder / PARTS, stem)
                if last:
                    raise unfit_error(name, unfit) from unfit
            else:
                break
        path.replace(self.folder / path.name)
        _clear(self.folder / PARTS, stem)
        told = {key: info[key] for key in _TOLD if info.get(key) is not None}
        page = str(info.get("webpage_url") or name)
        return keep(
            self.folder, path.name, shown, asked=self._asked(name), title=str(info.get("title") or info.get("id")),
            url=page, origin=told,
        )  # fmt: skip

    def _download(self, name: str, info: dict[str, Any], stem: str) -> Path:
        try:
            (self.folder / PARTS).mkdir(parents=True, exist_ok=True)
            with self._ydl(stem) as ydl:
                done = ydl.process_ie_result(dict(info), download=True)
        except (YoutubeDLError, OSError) as error:
            raise fetch_error(name, error, in_parts=_is_in_parts(info)) from error
        downloads = done.get("requested_downloads") or []
        if not downloads:
            raise FetchError("no-format", f"{name}: no-format: yt-dlp gave no file ({FETCH_REASONS['no-format']})")
        return Path(downloads[0]["filepath"])

    def _download_image(self, name: str, _info: dict[str, Any], stem: str) -> Path:
        """Still images are no business of yt-dlp's, but its way through proxies and cookies is."""
        path = self.folder / PARTS / f"{stem}{Path(urlsplit(name).path).suffix.lower()}"
        for wait in (*RETRY_WAITS_S, None):
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                with self._ydl(stem) as ydl, ydl.urlopen(name) as response, path.open("wb") as file:
                    shutil.copyfileobj(response, file)
            except (YoutubeDLError, OSError) as error:
                failed = fetch_error(name, error)
                _wait_or_raise(failed, wait, error)
            else:
                break
        return path

    def _extract(self, url: str) -> dict[str, Any]:
        """Ask what is at `url`; a playlist is listed, not followed."""
        for wait in (*RETRY_WAITS_S, None):
            try:
                with self._ydl("none") as ydl:
                    info: dict[str, Any] | None = ydl.extract_info(url, download=False)
            except (YoutubeDLError, OSError) as error:
                _wait_or_raise(fetch_error(url, error), wait, error)
            else:
                break
        if not info:
            raise FetchError("not-a-video", f"{url}: not-a-video: {FETCH_REASONS['not-a-video']}")
        return info

    def _ydl(self, stem: str) -> Any:
        parts = str(self.folder / PARTS).replace("%", "%%")
        own = {
            "outtmpl": {"default": f"{parts}/{stem}.%(ext)s"},
            "extract_flat": "in_playlist",
            "ignoreerrors": False,
            "skip_unavailable_fragments": False,
            "playlistend": self.max_samples,
            "progress_hooks": [self._hook],
            **surroundings(),
        }
        return yt_dlp.YoutubeDL({"noplaylist": True, "retries": 3, "fragment_retries": 3, **self.options, **own})

    def _hook(self, told: dict[str, Any]) -> None:
        if self.on_progress:
            whole = told.get("total_bytes") or told.get("total_bytes_estimate")
            name = Path(told.get("filename") or "").name
            self.on_progress(name, int(told.get("downloaded_bytes") or 0), int(whole) if whole else None)

    def _asked(self, url: str) -> str:
        options = sorted((key, repr(value)) for key, value in self.options.items())
        return content_hash(url, options)

    def _listing(self, url: str) -> _Listing | None:
        try:
            return _Listing.model_validate_json(self._listing_path(url).read_bytes())
        except (OSError, ValidationError):
            return None

    def _remember(self, url: str, entries: list[str], dead: dict[str, tuple[str, str]]) -> None:
        listing = _Listing(entries=entries, dead=dead)
        write_bytes(self._listing_path(url), listing.model_dump_json(indent=1).encode())

    def _listing_path(self, url: str) -> Path:
        return self.folder / f".listing-{content_hash(self._asked(url), self.max_samples)[:16]}.json"


def _wait_or_raise(failed: Exception, wait: float | None, error: BaseException) -> None:
    passing = isinstance(failed, FetchError) and failed.reason in PASSING
    if wait is None or not passing:
        raise failed from error
    time.sleep(wait)


def _is_in_parts(info: Mapping[str, Any]) -> bool:
    """Whether the download is of many small files (HLS, DASH), each of which may be missing."""
    return str(info.get("protocol") or "").startswith(("m3u8", "http_dash"))


def _file_stem(url: str) -> str:
    return PurePosixPath(unquote(urlsplit(url).path)).stem


def _stem(info: Mapping[str, Any], file_format: str) -> str:
    """A file name that is safe, readable, and another for another video or format."""
    extractor = str(info.get("extractor") or "generic")
    page = info.get("webpage_url") if extractor == "generic" else ""  # its ids are mere file names
    key = content_hash(extractor, info.get("id"), page, file_format)[:8]
    readable = "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in str(info.get("id")))
    return f"{readable.strip('-')[:48] or 'clip'}-{key}"


def _clear(parts: Path, stem: str) -> None:
    """Remove what is left of one download, and the folder when it was the last."""
    for left in parts.glob(f"{stem}.*"):
        left.unlink()
    if parts.is_dir() and not any(parts.iterdir()):
        parts.rmdir()
