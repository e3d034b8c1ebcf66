"""A part of the frame in words: a rectangle, a polygon, or a mask file.

    0,0,0.08,1                              left, top, right, bottom
    170px,720px 190px,720px 156px,195px     corners of a polygon as x,y, three or more
    stand.png                               what is white is marked; scaled to the frame

A bare number is a share of the frame's width or height, one with `px` counts pixels from the left upper corner.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

from bgrsr_data.errors import InputError

HOW = "a rectangle as left,top,right,bottom, a polygon as x,y x,y x,y, or the path of a mask"
_NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:px)?"
_NUMBERS = re.compile(rf"\s*{_NUMBER}(?:[,\s]+{_NUMBER})*\s*")


def check_shape(text: str) -> str:
    """Give `text` back where it is a rectangle, a polygon, or could be a path.

    Raises:
        PydanticCustomError: It is neither.
    """
    if is_path(text):
        return text
    numbers = _numbers(text)
    if len(numbers) % 2 or len(numbers) < 4 or (len(numbers) == 4 and len(text.split()) > 1):
        raise PydanticCustomError("shape", f"must be {HOW}")
    if any(number.startswith("-") or (not number.endswith("px") and float(number) > 1) for number in numbers):
        raise PydanticCustomError("shape", "must lie in the frame: shares are 0 to 1, pixels are written as 96px")
    return text


Shape = Annotated[str, AfterValidator(check_shape)]


def is_path(text: str) -> bool:
    """Whether `text` is no row of numbers, and so the path of a mask."""
    return _NUMBERS.fullmatch(text) is None


def resolved(shape: str, beside: Path) -> str:
    """The same shape, the path of a mask made absolute.

    Raises:
        InputError: There is no such mask.
    """
    if not is_path(shape):
        return shape
    path = (beside / Path(shape).expanduser()).resolve()
    if not path.is_file():
        raise InputError(f"{path}: there is no such mask; a shape is {HOW}")
    return str(path)


def corners_of(shape: str, size: tuple[int, int]) -> list[tuple[float, float]]:
    """The corners of a polygon, or the left upper and the right lower one of a rectangle.

    Args:
        shape: What `check_shape` let pass and is no path.
        size: Height and width of the frame, in pixels.

    Returns:
        (x, y) in pixels: the left upper corner of the frame is (0, 0), the right lower one (width, height).

    Raises:
        InputError: A corner is outside the frame.
    """
    height, width = size
    sides = (_place(number, (width, height)[i % 2], shape, size) for i, number in enumerate(_numbers(shape)))
    return list(zip(sides, sides, strict=True))


def _numbers(text: str) -> list[str]:
    return re.findall(_NUMBER, text)


def _place(number: str, side: int, shape: str, size: tuple[int, int]) -> float:
    place = float(number[:-2]) if number.endswith("px") else float(number) * side
    if not 0 <= place <= side:
        raise InputError(f"'{shape}' goes outside the frame of {size[1]}x{size[0]} px at {number}")
    return place
