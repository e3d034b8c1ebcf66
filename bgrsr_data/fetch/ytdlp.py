"""All that is at one address, through yt-dlp, and nothing counted that was not decoded to its end.

yt-dlp knows the sites; what it says of success is not taken on trust: a missing Content-Length, a lost fragment, a
leftover `.part` of something else all end as a "finished" file. So each file is downloaded into a hidden folder,
decoded, and only then moved to its name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, NoReturn
from urllib.parse import unquote, urlsplit

from bgrsr_data.errors import FetchError, Rejection
from bgrsr_data.fetch.archive import alone_with, find_whole, stem_of, take_over
from bgrsr_data.fetch.client import Client, Manner
from bgrsr_data.fetch.kept import Kept, keep, list_kept
from bgrsr_data.fetch.listing import LIVE, Listing, flatten, is_link, is_list, read_listing, unfit_unseen, write_listing
from bgrsr_data.fetch.params import is_guest
from bgrsr_data.fetch.provenance import Licences, told_of, write_origin
from bgrsr_data.fetch.reasons import PASSING, typed_error, unfit_error
from bgrsr_data.fetch.verify import Probe, probe
from bgrsr_data.media.images import is_image
from bgrsr_data.records import content_hash

_Download = Callable[[str, dict[str, Any], str], Path]  # (name, info, stem) → the file
REFUSED = frozenset({"licence", "forgotten"})  # it can be fetched, but may not be
_UNNAMED = ".unknown_video"  # yt-dlp's suffix where neither address nor server tells what it is
_MAGIC = (
    (b"\xff\xd8\xff", ".jpg"), (b"\x89PNG", ".png"), (b"BM", ".bmp"), (b"II*\x00", ".tiff"), (b"MM\x00*", ".tiff"),
    (b"RIFF....WEBP", ".webp"), (b"....ftyp", ".mp4"), (b"\x1aE\xdf\xa3", ".mkv"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Dead:
    """An entry of a playlist that could not be fetched, or may not be."""

    entry: str
    reason: str
    detail: str


@dataclass
class Fetched:
    """What an address gave, in the order of its entries."""

    clips: list[Kept] = field(default_factory=list)
    dead: list[Dead] = field(default_factory=list)


def fetch_url(
    url: str,
    folder: Path,
    *,
    file_format: str,
    options: Mapping[str, Any] | None = None,
    max_samples: int | None = None,
    licences: Licences | None = None,
    manner: Manner | None = None,
) -> Fetched:
    """Fetch what is at an address: a video, an image, or the entries of a playlist, channel or search.

    Args:
        url: The address.
        folder: The source's folder; what is whole there already is not fetched again.
        file_format: yt-dlp's format selector, where `options` has none.
        options: yt-dlp's options of the source.
        max_samples: At most so many entries are looked at.
        licences: Which of them may be fetched.
        manner: How the network is asked.

    Raises:
        FetchError: Nothing could be fetched; its reason says why.
        Rejection: Nothing of it is under an accepted licence, or it was forgotten.
        InputError: An option of yt-dlp is wrong.
        DiskFullError: Nothing more can be written, or may be.
    """
    asked = {"format": file_format, **(options or {})}
    licences = licences or Licences()
    licences.refuse_stated()
    walk = _Walk(folder, asked, max_samples, licences, manner or Manner())
    fetched = Fetched()
    for one in walk.at(url):
        if isinstance(one, Dead):
            fetched.dead.append(one)
        elif one not in fetched.clips:  # a playlist may name a video twice
            fetched.clips.append(one)
        walk.seen = len(fetched.clips) + len(fetched.dead)
    if not fetched.clips:
        _nothing(url, fetched.dead)
    return fetched


def _nothing(url: str, dead: list[Dead]) -> NoReturn:
    if not dead:
        raise typed_error("not-a-video", url, "the playlist is empty")
    first = dead[0]
    if all(one.reason in REFUSED for one in dead):
        raise Rejection(first.reason, f"none of {len(dead)} entries may be fetched; the first: {first.detail}")
    raise FetchError(first.reason, f"{url}: none of {len(dead)} entries can be fetched; the first: {first.detail}")


class _Walk:
    """One address being fetched; it holds what all its entries share."""

    def __init__(
        self, folder: Path, options: dict[str, Any], max_samples: int | None, licences: Licences, manner: Manner
    ) -> None:
        self.folder = folder
        self.options = options
        self.max_samples = max_samples
        self.licences = licences
        self.manner = manner
        self.client = Client(folder, options, manner, max_samples)
        self.known = {kept.asked: kept for kept in list_kept(folder)}
        self.given: list[Kept] = []  # by this walk
        self.seen = 0  # entries that were looked at, in this playlist and those inside of it
        self.limited = False  # the site said "too many requests": the rest is not asked for

    def at(self, url: str) -> Iterator[Kept | Dead]:
        """Everything at `url`; entries that are dead are told, not raised."""
        self.manner.forgotten.refuse(place=url)
        if known := self.known.get(self._asked(url)):
            self.licences.refuse(known.licence)
            self.given.append(known)
            yield known
        elif is_image(Path(urlsplit(url).path)):
            yield self._fetch(url, {"id": _file_stem(url), "webpage_url": url}, self.client.download_image)
        elif listing := read_listing(self._listing_path(url)):
            yield from self._entries([{"_type": "url", "url": entry} for entry in listing.entries], url, listing.dead)
        else:
            info = self.client.extract(url)
            if is_list(info):
                yield from self._entries(list(flatten(info.get("entries") or ())), url, {})
            else:
                yield self._fetch(url, info, self.client.download)

    def _entries(
        self, entries: list[dict[str, Any]], url: str, known_dead: Mapping[str, tuple[str, str]]
    ) -> Iterator[Kept | Dead]:
        dead: dict[str, tuple[str, str]] = {}
        for entry in entries:
            if self.seen == self.max_samples:
                break
            name = str(entry["url"]) if is_link(entry) else f"{url}#{entry.get('id')}"
            try:
                yield from self._entry(name, entry, known_dead.get(name))
            except (FetchError, Rejection) as failed:
                self.limited |= failed.reason == "rate-limited"
                detail = failed.detail if isinstance(failed, Rejection) else str(failed)
                dead[name] = (failed.reason, detail)
                yield Dead(name, failed.reason, detail)
        if all(is_link(entry) for entry in entries):
            write_listing(self._listing_path(url), Listing(entries=[str(one["url"]) for one in entries], dead=dead))

    def _entry(self, name: str, entry: dict[str, Any], failed: tuple[str, str] | None) -> Iterator[Kept | Dead]:
        known = self._asked(name) in self.known
        if failed and failed[0] not in PASSING and not known:
            raise Rejection(*failed) if failed[0] in REFUSED else FetchError(*failed)
        if self.limited and not known:
            raise typed_error("rate-limited", name, "not asked for, since the site had enough of the entries before it")
        if not known and (why := unfit_unseen(entry, guest=is_guest(self.options))):
            raise typed_error(why, name, "its list says so; it is not asked for")
        if is_link(entry) or known:
            yield from self.at(name)
        else:
            yield self._fetch(name, entry, self.client.download)

    def _fetch(self, name: str, info: dict[str, Any], download: _Download) -> Kept:
        """Take a file that is whole somewhere in the workspace, or download it; then write down what it is."""
        if info.get("live_status") in LIVE or info.get("is_live"):
            raise typed_error("live", name, "a live stream has no end")
        told = told_of(info, name)
        self.manner.forgotten.refuse(place=told["url"])
        self.licences.refuse(told["licence"])
        stem = stem_of(info)
        with alone_with(stem, self.manner.clips):
            found = find_whole(stem, self.folder, self.manner.clips)
            if found and found[1] in self.given:
                return found[1]  # its list names it twice
            file, shown = found or self._download(name, info, stem, download)
            take_over(file, self.folder)
            write_origin(self.folder, file.name, info)
            self.given.append(keep(self.folder, file.name, shown, asked=self._asked(name), **told))
            return self.given[-1]

    def _download(self, name: str, info: dict[str, Any], stem: str, download: _Download) -> tuple[Path, Probe]:
        part, shown = self.client.again(name, lambda: self._whole(name, info, stem, download))
        file = self.folder / part.name
        part.replace(file)
        _clear(self.client.parts, stem)
        return file, shown

    def _whole(self, name: str, info: dict[str, Any], stem: str, download: _Download) -> tuple[Path, Probe]:
        """One attempt to download and decode; what was taken up and does not decode is fetched again from zero."""
        taken_up = any(self.client.parts.glob(f"{stem}.*"))
        path = _named_by_content(download(name, info, stem))
        try:
            return path, probe(path)
        except Rejection as unfit:
            _clear(self.client.parts, stem)
            if taken_up:
                return self._whole(name, info, stem, download)
            raise unfit_error(name, unfit) from unfit

    def _asked(self, url: str) -> str:
        options = sorted((key, repr(value)) for key, value in self.options.items())
        return content_hash(url, options)

    def _listing_path(self, url: str) -> Path:
        key = content_hash(self._asked(url), self.max_samples, self.licences)
        return self.folder / f".listing-{key[:16]}.json"


def _file_stem(url: str) -> str:
    return PurePosixPath(unquote(urlsplit(url).path)).stem


def _named_by_content(path: Path) -> Path:
    """The file under a suffix that fits its first bytes, where nobody had told one."""
    if path.suffix != _UNNAMED:
        return path
    with path.open("rb") as file:
        start = file.read(12)
    suffix = next((suffix for magic, suffix in _MAGIC if _begins(start, magic)), _UNNAMED)
    return path.replace(path.with_suffix(suffix))


def _begins(start: bytes, magic: bytes) -> bool:
    return all(wanted in (byte, ord(".")) for byte, wanted in zip(start, magic, strict=False)) and len(start) > 4


def _clear(parts: Path, stem: str) -> None:
    """Remove what is left of one download, and the folder when it was the last."""
    for left in parts.glob(f"{stem}.*"):
        left.unlink()
    if parts.is_dir() and not any(parts.iterdir()):
        parts.rmdir()
