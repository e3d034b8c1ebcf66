"""Footage that is already on this machine: a file, or a folder with all that is in it.

Files are copied into the workspace, so that a set stays whole when a card is taken out or a folder tidied up; the
originals are only ever read. They are neither hard-linked nor cloned: what an editor later does to a linked original
would happen to the set. What cannot be read (a link to nowhere, a file of another user) is told by name, and costs
nothing but itself.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath
from stat import S_ISDIR, S_ISREG
from typing import Literal
from unicodedata import category

from bgrsr_data.errors import InputError, Rejection
from bgrsr_data.fetch.kept import Kept, find_kept, keep
from bgrsr_data.fetch.verify import probe
from bgrsr_data.media.files import stamp_of, written_beside
from bgrsr_data.media.images import is_image
from bgrsr_data.media.video import is_video
from bgrsr_data.records import content_hash
from bgrsr_data.stage import Room, Tell, room_for_all, tell_nobody

_MAGIC = (
    b"\xff\xd8\xff", b"\x89PNG", b"\x1aE\xdf\xa3", b"\x00\x00\x01\xba", b"\x00\x00\x01\xb3", b"OggS", b"FLV\x01",
    b"GIF8",
)  # fmt: skip
_PIECE = 1 << 20
_LONGEST_NAME = 160  # bytes; the note beside it, and the hidden name while it is written, must fit in 255
_SPOILS_A_LINE = ("Cc", "Cs")  # control characters, and bytes that are no UTF-8


def list_files(place: Path, *, without: Path | None = None) -> list[Path]:
    """The images and videos of a folder and all below it, sorted; a file stands for itself.

    Hidden files and what is neither by suffix nor by its first bytes (a README, a spreadsheet) are passed over. What
    cannot be read but may be footage, and linked folders (they could lead in a circle), are listed for `copy_in` to
    refuse.

    Args:
        place: A file or folder.
        without: A folder to pass over, as the workspace itself where it lies inside `place`.

    Raises:
        InputError: `place` does not exist or cannot be listed, or the folder holds no image and no video.
    """
    if place.is_file():
        return [place]
    if not place.is_dir():
        raise InputError(f"{place}: does not exist")
    try:
        entries = sorted(place.iterdir())
    except OSError as error:
        raise InputError(f"{place}: cannot be listed ({error.strerror})") from error
    files = [file for file in _walk(entries, without) if _may_be_footage(file)]
    if not files:
        raise InputError(f"{place}: no image or video in this folder")
    return files


def name_in(place: Path, file: Path) -> str:
    """What the copy of `file` is called: its path in `place`, made fit for one line of text and any file system."""
    told = file.relative_to(place).as_posix() if file != place else file.name
    return "/".join(_fit(part) for part in told.split("/"))


def stamps_of(place: Path, *, without: Path | None = None) -> list[str]:
    """What changes when a file of `place` does: its name, size, time, and whether it can be read.

    Raises:
        InputError: As `list_files`.
    """
    return [f"{stamp_of(file)} {os.access(file, os.R_OK)}" for file in list_files(place, without=without)]


def copy_in(original: Path, folder: Path, name: str, *, telling: Tell = tell_nobody, room: Room = room_for_all) -> Kept:
    """Copy one file into a source's folder once it is known to be whole.

    Args:
        original: The file; it is only read.
        folder: The source's folder.
        name: The copy's name in it, with '/' between folders.
        telling: Told of the bytes as they are copied.
        room: Asked for room before.

    Raises:
        Rejection: "unreadable", "linked-folder", "changing", or it cannot be decoded to its end.
        DiskFullError: Nothing more can be written.
    """
    _refuse_unreadable(original, name)
    known = find_kept(folder, name)
    if known and known.sha256 == _sha256_of(original, name):
        return known
    before = stamp_of(original)
    try:
        shown = probe(original)
    except Rejection as unfit:
        raise Rejection(unfit.reason, unfit.detail.replace(original.name, name)) from unfit
    room(original.stat().st_size)
    with written_beside(folder / name) as beside:
        _copy(original, beside, name, telling)
        if stamp_of(original) != before:
            raise Rejection("changing", f"{name} was changed while it was copied; run again when it is finished")
    return keep(folder, name, shown, asked=name, title=PurePosixPath(name).stem)


def _copy(original: Path, copy: Path, name: str, telling: Tell) -> None:
    size, done = original.stat().st_size, 0
    with copy.open("wb") as writer:
        for piece in _pieces(original, name):
            writer.write(piece)
            done += len(piece)
            telling(name, done, size)
        writer.flush()
        os.fsync(writer.fileno())


def _sha256_of(original: Path, name: str) -> str:
    digest = hashlib.sha256()
    for piece in _pieces(original, name):
        digest.update(piece)
    return digest.hexdigest()


def _pieces(original: Path, name: str) -> Iterator[bytes]:
    try:
        with original.open("rb") as reader:
            while piece := reader.read(_PIECE):
                yield piece
    except OSError as error:
        raise Rejection("unreadable", f"{name} cannot be read ({error.strerror})") from error


def _refuse_unreadable(original: Path, name: str) -> None:
    try:
        if _kind(original) == "folder" and original.is_symlink():
            why = f"{name} is a link to a folder, and links are not followed; name the folder as a source of its own"
            raise Rejection("linked-folder", why)
        if _kind(original) == "unknown" and original.is_symlink():
            raise Rejection("unreadable", f"{name} is a link that leads nowhere")
        original.open("rb").close()
    except OSError as error:
        raise Rejection("unreadable", f"{name} cannot be read ({error.strerror})") from error


def _walk(entries: Iterable[Path], without: Path | None) -> Iterator[Path]:
    for entry in entries:
        if entry.name.startswith(".") or entry == without:
            continue
        if _kind(entry) != "folder" or entry.is_symlink():
            yield entry
            continue
        try:
            inside = sorted(entry.iterdir())
        except OSError:
            yield entry
        else:
            yield from _walk(inside, without)


def _kind(path: Path) -> Literal["file", "folder", "device", "unknown"]:
    try:
        mode = path.stat().st_mode
    except OSError:
        return "unknown"
    return "file" if S_ISREG(mode) else "folder" if S_ISDIR(mode) else "device"


def _may_be_footage(file: Path) -> bool:
    kind = _kind(file)
    if kind in ("folder", "device"):
        return kind == "folder"  # nobody knows what is in it
    if is_image(file) or is_video(file):
        return True
    try:
        with file.open("rb") as opened:
            start = opened.read(12)
    except OSError:
        return not file.suffix
    riff = start[:4] == b"RIFF" and start[8:] in (b"AVI ", b"WEBP")
    return riff or start.startswith(_MAGIC) or start[4:8] == b"ftyp"


def _fit(part: str) -> str:
    """A name of a file or folder, without what spoils a line of text, and no longer than file systems bear."""
    readable = "".join("-" if category(letter) in _SPOILS_A_LINE else letter for letter in part)
    if readable == part and len(part.encode()) <= _LONGEST_NAME:
        return part
    stem, suffix = PurePosixPath(readable).stem, PurePosixPath(readable).suffix
    tail = f"-{content_hash(part)[:8]}{suffix[:16]}"
    return stem.encode()[: _LONGEST_NAME - len(tail.encode())].decode(errors="ignore") + tail
