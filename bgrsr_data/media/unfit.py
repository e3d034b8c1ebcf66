"""Why a file is not the footage that its name says: a word to count by, and a line to read.

Names prove nothing, so the first bytes are looked at: servers send pages and JSON under a video's address, and a file
without its end lacks the index that decoders ask for first.
"""

from __future__ import annotations

import re
from pathlib import Path

from bgrsr_data.errors import InputError, Rejection

_LOOKED_AT = 512
_MOV_BOXES = (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip")
# What it is, and how such files begin
_TEXTS = (
    ("a web page", rb"<!doctype html|<html|<\?xml"),
    ("JSON", rb"\{|\["),
    ("a playlist", rb"#extm3u|ffconcat"),
)
_PICTURES = (
    ("a GIF", rb"GIF8[79]a"),
    ("a still image", rb"\xff\xd8\xff|\x89PNG|BM|II\*\x00|MM\x00\*|RIFF....WEBP"),
    # FFmpeg opens it as a video, and gives one tile of many
    ("an image of a kind that is not read (HEIC, AVIF)", rb"....ftyp(hei[cmsx]|mif1|avif)"),
)


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
    text = start.lstrip(b"\xef\xbb\xbf \t\r\n")
    for kind, begins in _TEXTS:
        if re.match(begins, text, re.IGNORECASE):
            return kind
    for kind, begins in _PICTURES:
        if re.match(begins, start, re.DOTALL):
            return kind
    return ""


def no_video(path: Path, start: bytes, why: str = "") -> Rejection:
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
