"""Why a file is not the footage that its name says: a word to count by, and a line to read.

Names prove nothing, so the first bytes are looked at: servers send pages and JSON under a video's address, and a file
without its end lacks the index that decoders ask for first.
"""

from __future__ import annotations

from pathlib import Path

from bgrsr_data.errors import InputError, Rejection

_LOOKED_AT = 512
_MOV_BOXES = (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip")
_IMAGES = (b"\xff\xd8\xff", b"\x89PNG", b"BM", b"II*\x00", b"MM\x00*")
_PAGES = (b"<!doctype html", b"<html", b"<?xml")


def read_start(path: Path) -> bytes:
    """The first bytes of a file.

    Raises:
        InputError: It cannot be read.
        Rejection: "zero-byte".
    """
    try:
        with path.open("rb") as file:
            start = file.read(_LOOKED_AT)
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from error
    if not start:
        raise Rejection("zero-byte", f"{path.name} is empty (0 bytes)")
    return start


def what_else(start: bytes) -> str:
    """What a file is that is neither video nor sound, by its first bytes; empty where they do not tell."""
    text = start.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if text.startswith(_PAGES):
        return "a web page"
    if text.startswith((b"{", b"[")):
        return "JSON"
    if text.startswith((b"#extm3u", b"ffconcat")):
        return "a playlist"
    if start.startswith((b"GIF87a", b"GIF89a")):
        return "a GIF"
    if start.startswith(_IMAGES) or start[:4] + start[8:12] == b"RIFFWEBP":
        return "a still image"
    return ""


def no_video(path: Path, start: bytes, why: str) -> Rejection:
    """The rejection of a file that no decoder opens.

    Args:
        path: The file.
        start: Its first bytes.
        why: What the decoder said.
    """
    if kind := what_else(start):
        return Rejection("not-a-video", f"{path.name} is {kind}, not a video")
    if start[4:8] in _MOV_BOXES:
        return Rejection("truncated", f"{path.name} has no index (moov): the end of the file is missing")
    return Rejection("not-a-video", f"{path.name} cannot be opened as a video ({why})")
