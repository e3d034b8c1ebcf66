"""One video is downloaded once: what any source of the workspace has whole, another takes from it.

A file is named after what it is: its id at its extractor, and the format (yt-dlp's own archive knows the id alone, so
that another format of a video counts as done). Which part of it is used is no question of fetching, since sections are
cut while frames are taken. So the name is the key, the note beside the file (kept.py) is the proof, and nothing is
lost with the ledger.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from filelock import FileLock

from bgrsr_data.fetch.kept import SUFFIX, Kept, find_kept
from bgrsr_data.media.files import written_beside
from bgrsr_data.records import content_hash


def stem_of(info: Mapping[str, Any]) -> str:
    """A file name that is safe and readable, the same for the same (extractor, id, format) and for nothing else.

    Args:
        info: What yt-dlp extracted; its format is already chosen.
    """
    extractor = str(info.get("extractor") or "generic")
    page = info.get("webpage_url") if extractor == "generic" else ""  # its ids are mere file names
    key = content_hash(extractor, info.get("id"), page, info.get("format_id"))[:12]
    readable = "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in str(info.get("id")))
    return f"{readable.strip('-')[:48] or 'clip'}-{key}"


@contextmanager
def alone_with(stem: str, clips: Path | None) -> Iterator[None]:
    """Let no other process fetch the same video meanwhile; the lock falls with the process.

    Args:
        stem: The video.
        clips: The folder of all sources' folders; None: there are no others.
    """
    if clips is None:
        yield
        return
    lock = clips / ".fetching" / f"{stem}.lock"
    lock.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(lock):
        try:
            yield
        finally:
            lock.unlink(missing_ok=True)  # who waits for it sees that, and makes it anew


def find_whole(stem: str, folder: Path, clips: Path | None) -> tuple[Path, Kept] | None:
    """A whole file of that video: in the source's own folder, or in another's.

    Returns:
        The file, and what is known of it.
    """
    elsewhere = sorted(clips.glob(f"*/{stem}.*{SUFFIX}")) if clips else []
    for note in [*sorted(folder.glob(f"{stem}.*{SUFFIX}")), *elsewhere]:
        if known := find_kept(note.parent, note.name.removesuffix(SUFFIX)):
            return note.parent / known.file, known
    return None


def take_over(file: Path, folder: Path) -> None:
    """Let a file appear in another folder too, without a second copy of its bytes where the disk can do that.

    Raises:
        DiskFullError: Nothing more can be written.
    """
    if file.parent == folder:
        return
    with written_beside(folder / file.name) as beside:
        try:
            os.link(file, beside)
        except OSError:  # another disk, or a file system without links
            shutil.copyfile(file, beside)
