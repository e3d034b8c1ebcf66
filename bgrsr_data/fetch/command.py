"""What `bgrsr fetch TARGET` adds to the sources of a workspace."""

from __future__ import annotations

import typing
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import Field

from bgrsr_data.errors import InputError
from bgrsr_data.marked import did_you_mean
from bgrsr_data.options import Options
from bgrsr_data.records import Role, Source

_KEYS = {"source_licence": "licence", "section": "sections", "category": "categories"}  # flag: key of an entry
_YT_DLP = {"format": "format", "cookies": "cookiefile", "proxy": "proxy"}  # flag: option of yt-dlp


class TargetOptions(Options):
    """What a person can say of one target: the keys of an entry in a source list, as flags."""

    role: str | None = Field(default=None, description="What it is for: talking-head, greenscreen, background or coco.")
    source_licence: str | None = Field(default=None, description="TARGET's own licence, as CC-BY-4.0; else unknown.")
    creator: str | None = Field(default=None, description="Whom to credit; else unknown.")
    attribution: str | None = Field(default=None, description="The credit line that its licence asks for.")
    person: str | None = Field(
        default=None,
        description='Who is seen; one person stays in one split. "{folder}": each sub-folder is a person of its own, '
        'named after it; "{file}": each file.',
    )
    split: str | None = Field(default=None, description="Force the split: train, val or test.")
    section: list[str] | None = Field(default=None, description="A part to use, as 00:20-01:35; may be repeated.")
    max_samples: int | None = Field(default=None, description="At most so many files, playlist items or images.")
    annotations: str | None = Field(default=None, description="COCO instances JSON, or its URL, for role coco.")
    category: list[str] | None = Field(
        default=None, description="A COCO category that images must show beside a person; may be repeated."
    )
    format: str | None = Field(default=None, description="yt-dlp's format selector for TARGET.")
    cookies: str | None = Field(default=None, description="A cookies.txt, where TARGET asks for a login.")
    proxy: str | None = Field(default=None, description="Fetch TARGET through it, as socks5://127.0.0.1:1080.")


def sources_of(target: str | None, about: Mapping[str, Any]) -> list[Source]:
    """The sources that a target stands for: those of a source list, one, or none where there is no target.

    Args:
        target: A URL, a file, a folder, or a source list.
        about: The flags of `TargetOptions` that were used.

    Raises:
        InputError: The role is missing or unknown, the target does not exist, or flags do not fit it.
    """
    from bgrsr_data.fetch.sources import read_sources  # noqa: PLC0415 - for --help, which takes the flags alone

    if target is not None and not target.endswith((".yaml", ".yml")):
        return _given(target, about)
    if about:
        flag = f"--{next(iter(about)).replace('_', '-')}"
        where = f"in {target} it is a key of the entry" if target else "the sources listed so far have their own"
        raise InputError(f"{flag} goes with a TARGET that is a URL, a file or a folder; {where}")
    return read_sources(Path(target)) if target else []


def _given(target: str, about: Mapping[str, Any]) -> list[Source]:
    from bgrsr_data.fetch.sources import is_url, sources_from_argument  # noqa: PLC0415

    role, roles = about.get("role"), typing.get_args(Role)
    if role not in roles:
        given = f"role '{role}' is unknown{did_you_mean(role, roles)}" if role else "say what it is for with --role"
        raise InputError(f"{target}: {given} ({', '.join(roles)})")
    asked = {_YT_DLP[flag]: value for flag, value in about.items() if flag in _YT_DLP}
    if asked and not is_url(target):
        raise InputError(f"{target}: --format, --cookies and --proxy are for URLs")
    keys = {_KEYS.get(flag, flag): value for flag, value in about.items() if flag not in _YT_DLP}
    return sources_from_argument(target, **{"licence": "unknown", "creator": "unknown", **keys, "yt_dlp": asked})
