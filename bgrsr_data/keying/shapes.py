"""Marking a part of the frame: a rectangle, a polygon, or a mask file.

    0,0,0.08,1                              left, top, right, bottom
    170px,720px 190px,720px 156px,195px     corners of a polygon as x,y, three or more
    stand.png                               white is marked; scaled to the frame

A bare number is a share of the frame's width or height, one with `px` counts pixels from the left upper corner.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from bgrsr_data.errors import InputError
from bgrsr_data.media.files import stamp_of

if TYPE_CHECKING:
    Mask = NDArray[np.bool_]

HOW = "give a rectangle as left,top,right,bottom, a polygon as x,y x,y x,y, or the path of a mask"
_NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:px)?"
_NUMBERS = re.compile(rf"\s*{_NUMBER}(?:[,\s]+{_NUMBER})*\s*")
_SUBPIXELS = 8  # bits of a corner's place after the point
_SHAPE_SLACK = 0.02  # by so much a mask's width over its height may differ from the frame's


def check_shape(text: str) -> str:
    """Give `text` back where it is a rectangle, a polygon, or could be a path.

    Raises:
        ValueError: It is neither; the message says why.
    """
    if is_path(text):
        return text
    numbers = _numbers(text)
    if len(numbers) % 2 or len(numbers) < 4 or (len(numbers) == 4 and len(text.split()) > 1):
        raise ValueError(f"'{text}' has not enough corners; {HOW}")
    outside = [number for number in numbers if _outside(number)]
    if outside:
        raise ValueError(f"'{text}' goes outside the frame at {outside[0]}: shares are from 0 to 1, pixels end in px")
    return text


def is_path(text: str) -> bool:
    """Whether `text` is no row of numbers, and so the path of a mask."""
    return _NUMBERS.fullmatch(text) is None


def draw_shapes(shapes: Sequence[str], size: tuple[int, int]) -> Mask | None:
    """Mark the pixels that any of the shapes covers.

    Args:
        shapes: As the module says; paths are absolute, or relative to the current folder.
        size: Height and width of the frame, in pixels.

    Returns:
        (H, W) bool, not to be written to; None where there is no shape.

    Raises:
        InputError: A shape goes outside the frame or marks nothing; a mask cannot be read, or has another shape.
    """
    if not shapes:
        return None
    return _drawn(tuple(shapes), size, tuple(stamp_of(Path(shape)) for shape in shapes if is_path(shape)))


@lru_cache(maxsize=32)
def _drawn(shapes: tuple[str, ...], size: tuple[int, int], files: tuple[str, ...]) -> Mask:  # noqa: ARG001 - a key
    """Drawn once for all frames of a clip."""
    marked = np.zeros(size, np.bool_)
    for shape in shapes:
        marked |= _from_file(Path(shape), size) if is_path(shape) else _from_numbers(shape, size)
    marked.flags.writeable = False
    return marked


def _from_numbers(text: str, size: tuple[int, int]) -> Mask:
    numbers, marked = _numbers(text), np.zeros(size, np.bool_)
    corners = [_pixels(number, size[1 - i % 2], text, size) for i, number in enumerate(numbers)]
    if len(corners) == 4:
        left, top, right, bottom = (round(corner) for corner in corners)
        marked[top:bottom, left:right] = True
    else:
        marked = _polygon(corners, size)
    if not marked.any():
        raise InputError(f"'{text}' marks no pixel of a frame of {size[1]}x{size[0]} px; {HOW}")
    return marked


def _polygon(corners: Sequence[float], size: tuple[int, int]) -> Mask:
    """What lies inside, and the pixels that the outline passes through."""
    import cv2  # noqa: PLC0415 - options are read by commands that draw nothing

    places = (np.array(corners).reshape(-1, 2) - 0.5) * (1 << _SUBPIXELS)  # a pixel's place is its middle
    drawn = np.zeros(size, np.uint8)
    cv2.fillPoly(drawn, [np.rint(places).astype(np.int32)], 1, shift=_SUBPIXELS)
    return np.asarray(drawn > 0, np.bool_)


def _from_file(path: Path, size: tuple[int, int]) -> Mask:
    import cv2  # noqa: PLC0415

    from bgrsr_data.media.images import read_grey  # noqa: PLC0415

    if not path.is_file():
        raise InputError(f"'{path}': there is no such mask; {HOW}")
    mask, (height, width) = read_grey(path), size
    if abs(mask.shape[1] * height / (mask.shape[0] * width) - 1) > _SHAPE_SLACK:
        told = f"is {mask.shape[1]}x{mask.shape[0]} px, the frame {width}x{height}"
        raise InputError(f"{path}: {told}; a mask may be of another size, but not of another shape")
    marked = np.asarray(cv2.resize(mask, (width, height), interpolation=cv2.INTER_AREA), np.uint8) > 127
    if not marked.any():
        raise InputError(f"{path}: marks nothing; what is white in a mask is marked")
    return np.asarray(marked, np.bool_)


def _numbers(text: str) -> list[str]:
    return re.findall(_NUMBER, text)


def _outside(number: str) -> bool:
    if number.endswith("px"):
        return number.startswith("-")
    return not 0 <= float(number) <= 1


def _pixels(number: str, side: int, text: str, size: tuple[int, int]) -> float:
    """A coordinate in pixels."""
    place = float(number[:-2]) if number.endswith("px") else float(number) * side
    if not 0 <= place <= side:
        raise InputError(f"'{text}' goes outside the frame of {size[1]}x{size[0]} px at {number}")
    return place
