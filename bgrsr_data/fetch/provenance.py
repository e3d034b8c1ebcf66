"""Who made it, where it was published, and under what licence: what a site told, kept beside each file.

`NAME.info.json` (see kept.py) holds what the rows say; `NAME.origin.json` holds all that yt-dlp learned, without what
is secret or soon untrue: no signed addresses, no headers, no cookies.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bgrsr_data.errors import Rejection
from bgrsr_data.fetch.kept import ORIGIN, licence_of
from bgrsr_data.licences import UNKNOWN, canonical, is_accepted, is_known
from bgrsr_data.media.files import write_bytes

_TOLD = ("id", "extractor", "title", "uploader", "channel", "license", "upload_date", "webpage_url", "format_id")
_SECRET = frozenset(
    (
        "automatic_captions", "comments", "cookies", "downloader_options", "formats", "fragment_base_url", "fragments",
        "hls_aes", "http_headers", "manifest_url", "subtitles", "thumbnail", "thumbnails", "url",
        "webpage_url_domain",
    )
)  # fmt: skip


def told_of(info: Mapping[str, Any], name: str) -> dict[str, Any]:
    """What a site told of a video, as fields of `Kept`.

    Args:
        info: What yt-dlp extracted.
        name: The address that was asked for, where the site names no page of its own.
    """
    creators = [one for one in info.get("creators") or [] if one]
    return {
        "title": str(info.get("title") or info.get("id")),
        "creator": info.get("uploader") or info.get("creator") or ", ".join(creators) or info.get("channel"),
        "channel": info.get("channel") or info.get("uploader"),
        "licence": canonical(info["license"]) if info.get("license") else None,
        "published": _published(info),
        "url": _public(str(info.get("webpage_url") or name)),
        "origin": _without_secrets({key: info[key] for key in _TOLD if info.get(key) is not None}),
    }


@dataclass(frozen=True, slots=True)
class Licences:
    """Which footage of a source may be fetched.

    Args:
        stated: The licence that the person stated of the source.
        accepted: Licences that are wanted; none: any.
    """

    stated: str = UNKNOWN
    accepted: tuple[str, ...] = ()

    def refuse_stated(self) -> None:
        """Refuse a source by what was stated of it, before anything is asked.

        Raises:
            Rejection: licence.
        """
        if is_known(self.stated):
            self.refuse(None)

    def refuse(self, own: str | None) -> None:
        """Refuse a file whose licence is none of those accepted.

        Args:
            own: The licence that its page tells; it counts where none was stated.

        Raises:
            Rejection: licence.
        """
        licence = licence_of(self.stated, own)
        if self.accepted and not is_accepted(licence, self.accepted):
            have = f"its licence is {licence}" if is_known(licence) else "nobody tells its licence"
            raise Rejection("licence", f"{have}; accepted are: {', '.join(self.accepted)}")


def write_origin(folder: Path, file: str, info: Mapping[str, Any]) -> None:
    """Keep all that yt-dlp knew of a file, beside it.

    Raises:
        DiskFullError: Nothing more can be written.
    """
    from yt_dlp import YoutubeDL  # noqa: PLC0415 - it takes a second to import

    known = _without_secrets(YoutubeDL.sanitize_info(dict(info), remove_private_keys=True))
    text = json.dumps(known, indent=1, sort_keys=True, ensure_ascii=False)
    write_bytes(folder / f"{file}{ORIGIN}", f"{text}\n".encode())


def _published(info: Mapping[str, Any]) -> str | None:
    """The day as ISO 8601; a plain file's own time is no day of publication."""
    day = str(info.get("release_date") or info.get("upload_date") or "")
    if len(day) != 8 or not day.isdigit() or info.get("direct"):
        return None
    return f"{day[:4]}-{day[4:6]}-{day[6:]}"


def _without_secrets(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_secrets(inner) for key, inner in value.items() if key not in _SECRET}
    if isinstance(value, list):
        return [_without_secrets(inner) for inner in value]
    return _public(value) if isinstance(value, str) else value


def _public(text: str) -> str:
    """Text without the name and password that an address in it may carry."""
    return re.sub(r"(?<=://)[^/\s?#]*@", "", text)
