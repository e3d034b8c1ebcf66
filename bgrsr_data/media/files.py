"""Files that appear under their name only when they are whole: written beside, flushed to the disk, renamed."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bgrsr_data.errors import DiskFullError, InputError

# The names that written_beside gives, and nobody else: what a kill left of them may be removed from any folder. The
# suffix stays last, since OpenCV and FFmpeg choose the format by it.
HALF_WRITTEN = re.compile(r"\..*\.bgrsr-[0-9a-f]{8}\.part(\.[^.]*)?")


def write_bytes(path: Path, data: bytes) -> None:
    """Write a file so that it appears under its name only when it is whole.

    Raises:
        InputError: It cannot be written there.
        DiskFullError: Nothing more can be written.
    """
    with written_beside(path) as beside, beside.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


@contextmanager
def written_beside(path: Path) -> Iterator[Path]:
    """Give a temporary path beside `path`, and rename it to `path` when the block ends well.

    Raises:
        InputError: It cannot be written there.
        DiskFullError: Nothing more can be written.
    """
    beside = path.with_name(f".{path.stem}.bgrsr-{secrets.token_hex(4)}.part{path.suffix}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield beside
        beside.replace(path)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DiskFullError(f"{path}: the disk is full; free some space and run the same command again") from error
        if isinstance(error.filename, str) and Path(error.filename) in (path, beside, *path.parents):
            why = os.strerror(errno.ENOTDIR) if isinstance(error, FileExistsError) else error.strerror
            raise InputError(f"{path}: cannot be written ({why}); give another place") from error
        raise
    finally:
        with contextlib.suppress(OSError):  # there is no such folder, or none that may be written
            beside.unlink()


def sha256_of(path: Path) -> str:
    """SHA-256 of a file's bytes, hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def stamp_of(path: Path) -> str:
    """Place, size and time of a file: when it is another than before, the file was changed, without reading it."""
    place = os.path.realpath(path)  # Path.resolve would raise at a link that leads in a circle
    try:
        stat = path.stat()
    except OSError:
        return f"{place} missing"
    return f"{place} {stat.st_size} {stat.st_mtime_ns}"


def refuse_unspeakable_name(path: Path) -> None:
    """Refuse a file whose name is no text: rows hold paths as text.

    Raises:
        InputError: Its name is not UTF-8.
    """
    name = str(path)
    if not name.isprintable() and any(0xD800 <= ord(letter) <= 0xDFFF for letter in name):
        raise InputError(f"{name!r}: its name is not UTF-8; rename the file")
