"""What a playlist held when it was walked to its end, so that it need not be asked for again.

Entries that failed are in it too: one that is gone is not asked for again, one whose reason may have passed is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bgrsr_data.media.files import write_bytes

LIVE = ("is_live", "is_upcoming", "post_live")
_LISTS = ("playlist", "multi_video")
_FOR_MEMBERS = ("private", "premium_only", "subscriber_only", "needs_auth")


class Listing(BaseModel):
    """The addresses of a playlist, in its order, and those of them that failed with (reason, line)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    entries: list[str]
    dead: dict[str, tuple[str, str]] = Field(default_factory=dict)


def read_listing(path: Path) -> Listing | None:
    """What was remembered, None where nothing was, or not whole."""
    try:
        return Listing.model_validate_json(path.read_bytes())
    except (OSError, ValidationError):
        return None


def write_listing(path: Path, listing: Listing) -> None:
    """Remember it.

    Raises:
        DiskFullError: Nothing more can be written.
    """
    write_bytes(path, f"{listing.model_dump_json(indent=1)}\n".encode())


def is_list(info: Mapping[str, Any]) -> bool:
    """Whether yt-dlp found a playlist, and not a video."""
    return info.get("_type") in _LISTS


def is_link(entry: Mapping[str, Any]) -> bool:
    """Whether an entry only says where the video is."""
    return entry.get("_type") in ("url", "url_transparent")


def unfit_unseen(entry: Mapping[str, Any], *, guest: bool) -> str | None:
    """The reason why an entry need not be asked for, where its list tells: that saves one of few requests."""
    if entry.get("live_status") in LIVE:
        return "live"
    return "private" if guest and entry.get("availability") in _FOR_MEMBERS else None


def flatten(entries: Iterable[dict[str, Any] | None]) -> Iterator[dict[str, Any]]:
    """The entries of a playlist and of all playlists inside of it, in order."""
    for entry in entries:
        if entry and is_list(entry):
            yield from flatten(entry.get("entries") or ())
        elif entry:
            yield entry
