"""Look at a still image before it counts: decoders fill what is missing with grey, and show one of many pictures."""

from __future__ import annotations

from pathlib import Path

from bgrsr_data.errors import InputError, Rejection
from bgrsr_data.media.images import count_pictures, is_damaged_jpeg, read_rgb
from bgrsr_data.media.unfit import read_start, what_else

_JPEG = b"\xff\xd8"
_INKS = 4  # components of a JPEG that is coded for a press: cyan, magenta, yellow, black
_WITHOUT_SIZE = {0x01, *range(0xD0, 0xD8)}  # markers that stand alone
_FRAME_HEADERS = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
_SCAN = 0xDA
_END = b"\xff\xd9"  # never inside a picture, but in the thumbnail before it


def check_still(path: Path) -> tuple[int, int]:
    """Decode an image.

    Returns:
        Width and height in pixels, upright.

    Raises:
        Rejection: "zero-byte", "not-an-image", "truncated", "corrupt", "several-pictures" or "print-colours".
        InputError: The file cannot be read.
    """
    start = read_start(path)
    kind = what_else(start)
    try:
        height, width, _ = read_rgb(path).shape
    except InputError as error:
        if kind == "a still image":
            why = f"{path.name} cannot be decoded: a part of it is missing, or its kind of pixels is not read"
            raise Rejection("truncated", why) from error
        why = f"{path.name} is {kind or 'nothing that can be decoded'}, not an image"
        raise Rejection("not-an-image", why) from error
    if start.startswith(_JPEG):
        _check_jpeg(path)
    elif (pictures := count_pictures(path)) > 1:
        why = f"{path.name} holds {pictures} pictures, of which only the first would be used; give each its own file"
        raise Rejection("several-pictures", why)
    return width, height


def _check_jpeg(path: Path) -> None:
    data = path.read_bytes()
    at, components = _scan(data)
    if components == _INKS:
        why = f"{path.name} is coded in the inks of a press (CMYK), whose colours cannot be known; save it as sRGB"
        raise Rejection("print-colours", why)
    if data.find(_END, at) < 0:
        raise Rejection("truncated", f"{path.name} has no end: a part of the picture is missing")
    if is_damaged_jpeg(data):
        raise Rejection("corrupt", f"{path.name} is damaged: a part of the picture cannot be decoded")


def _scan(data: bytes) -> tuple[int, int]:
    """Where a JPEG's first scan begins, and how many colour components its header tells."""
    at, components = 2, 0
    while at + 9 < len(data) and data[at] == 0xFF and data[at + 1] != _SCAN:
        marker = data[at + 1]
        if marker in _FRAME_HEADERS:
            components = data[at + 9]
        at += 2 if marker in _WITHOUT_SIZE else 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return at, components
