"""Footage that is already on this machine: a file, or a folder with all that is in it.

Files are copied into the workspace, so that a set stays whole when a card is taken out or a folder tidied up; the
originals are only ever read.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from bgrsr_data.errors import InputError
from bgrsr_data.fetch.kept import Kept, find_kept, keep
from bgrsr_data.fetch.verify import probe
from bgrsr_data.media.files import sha256_of, written_beside
from bgrsr_data.media.images import is_image
from bgrsr_data.media.video import is_video

_MAGIC = (
    b"\xff\xd8\xff", b"\x89PNG", b"\x1aE\xdf\xa3", b"\x00\x00\x01\xba", b"\x00\x00\x01\xb3", b"OggS", b"FLV\x01",
)  # fmt: skip


def list_files(place: Path, *, without: Path | None = None) -> list[Path]:
    """The images and videos of a folder and all below it, sorted; a file stands for itself.

    Hidden files and what is neither by suffix nor by its first bytes (a README, a spreadsheet) are passed over.

    Args:
        place: A file or folder.
        without: A folder to pass over, as the workspace itself where it lies inside `place`.

    Raises:
        InputError: `place` does not exist, or a folder holds no image and no video.
    """
    if place.is_file():
        return [place]
    if not place.is_dir():
        raise InputError(f"{place}: does not exist")
    files = [file for file in _walk(place, without) if _is_footage(file)]
    if not files:
        raise InputError(f"{place}: no image or video in this folder")
    return files


def copy_in(original: Path, folder: Path, name: str) -> Kept:
    """Copy one file into a source's folder once it is known to be whole.

    Args:
        original: The file; it is only read.
        folder: The source's folder.
        name: The copy's name in it, with '/' between folders.

    Raises:
        Rejection: The file cannot be decoded to its end.
        InputError: The file cannot be read.
        DiskFullError: Nothing more can be written.
    """
    copy = folder / name
    try:
        known = find_kept(folder, name)
        if known and known.sha256 == sha256_of(original):
            return known
        shown = probe(original)
        if not (copy.is_file() and sha256_of(copy) == sha256_of(original)):
            _copy(original, copy)
    except OSError as error:
        raise InputError(f"{original}: cannot be read ({error.strerror})") from error
    return keep(folder, name, shown, asked=name, title=original.stem)


def _copy(original: Path, copy: Path) -> None:
    with written_beside(copy) as beside, original.open("rb") as reader, beside.open("wb") as writer:
        shutil.copyfileobj(reader, writer, 1 << 20)
        writer.flush()
        os.fsync(writer.fileno())


def _walk(folder: Path, without: Path | None) -> Iterator[Path]:
    for entry in sorted(folder.iterdir()):
        if entry.name.startswith(".") or entry == without:
            continue
        if entry.is_dir() and not entry.is_symlink():  # a linked folder could lead in a circle
            yield from _walk(entry, without)
        elif entry.is_file():
            yield entry


def _is_footage(file: Path) -> bool:
    if is_image(file) or is_video(file):
        return True
    try:
        with file.open("rb") as opened:
            start = opened.read(12)
    except OSError:
        return False
    riff = start[:4] == b"RIFF" and start[8:] in (b"AVI ", b"WEBP")
    return riff or start.startswith(_MAGIC) or start[4:8] == b"ftyp"
