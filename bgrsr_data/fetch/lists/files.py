"""The files of a public list: from a folder, or from where they were published."""

from __future__ import annotations

import hashlib
import urllib.error
import urllib.request
from http.client import HTTPException
from pathlib import Path

from bgrsr_data.errors import InputError, ToolError
from bgrsr_data.fetch.lists.public import PublicList

TIMEOUT_S = 30.0
_LARGEST = 1 << 24  # bytes; such a list is some kilobytes of text


def read_folder(public: PublicList, folder: Path) -> dict[str, bytes]:
    """The files of a list from a folder; they may be of another version than the pinned one.

    Raises:
        InputError: One is not there or cannot be read.
    """
    try:
        return {name: (folder / name).read_bytes() for name in public.files}
    except OSError as error:
        raise InputError(
            f"{error.filename}: cannot be read ({error.strerror}); {public.name} needs {', '.join(public.files)}"
        ) from error


def download(public: PublicList, base_url: str | None = None) -> dict[str, bytes]:
    """The files of a list from where it was published.

    Args:
        public: The list.
        base_url: A mirror to take them from instead; the checksums are the same.

    Raises:
        ToolError: One cannot be downloaded, or is not the file that was pinned.
    """
    base = (base_url or public.base_url).rstrip("/")
    return {name: _download(f"{base}/{name}", sha256, public.name) for name, sha256 in public.files.items()}


def changed(public: PublicList, files: dict[str, bytes]) -> list[str]:
    """Names of the files that are not the pinned ones."""
    return [name for name, data in files.items() if hashlib.sha256(data).hexdigest() != public.files[name]]


def as_text(data: bytes) -> str:
    """UTF-8 with or without a byte order mark; a byte that is none becomes U+FFFD, for the parser to name its line."""
    return data.decode("utf-8-sig", errors="replace")


def _download(url: str, sha256: str, name: str) -> bytes:
    otherwise = f"; with a copy at hand: bgrsr sources import {name} --from DIR"
    if not url.startswith(("https://", "http://")):
        raise InputError(f"{url}: is no web address")
    try:
        with urllib.request.urlopen(url, timeout=TIMEOUT_S) as response:  # noqa: S310 - the scheme is checked above
            data: bytes = response.read(_LARGEST)
    except urllib.error.HTTPError as error:
        raise ToolError(f"{url}: cannot be downloaded (HTTP {error.code}){otherwise}") from error
    except (OSError, HTTPException) as error:
        why = getattr(error, "reason", None) or error
        raise ToolError(f"{url}: cannot be downloaded ({why}){otherwise}") from error
    found = hashlib.sha256(data).hexdigest()
    if found != sha256:
        raise ToolError(
            f"{url}: is not the file that was pinned: its SHA-256 is {found[:12]}…, not {sha256[:12]}…; "
            "nothing was imported"
        )
    return data
