"""Which way up a picture is: cameras store it as the sensor lies, and a matrix beside it (ISO/IEC 14496-12)."""

from __future__ import annotations

import struct
from typing import TypeVar

import av
import numpy as np
from numpy.typing import NDArray

from bgrsr_data.media.beside import Beside, beside

Depth = TypeVar("Depth", np.uint8, np.uint16)
AS_STORED = (1, 0, 0, 1)


def display_matrix(frame: av.VideoFrame) -> tuple[int, int, int, int]:
    """(a, b, c, d) of the frame's matrix, each -1, 0 or 1: the pixel at (x, y) is shown at (a x + c y, b x + d y).

    Angles between quarter turns become the nearest one.
    """
    told = beside(frame, Beside.DISPLAYMATRIX)
    a, b, _, c, d = struct.unpack_from("=5i", told) if told else (0,) * 5
    if not (a or b or c or d):
        return AS_STORED
    if abs(a) + abs(d) >= abs(b) + abs(c):
        return (_sign(a), 0, 0, _sign(d))
    return (0, _sign(b), _sign(c), 0)


def turn(pixels: NDArray[Depth], matrix: tuple[int, int, int, int]) -> NDArray[Depth]:
    """Show pixels the way that `matrix` tells; a view.

    Args:
        pixels: (H, W) or (H, W, C).
        matrix: As `display_matrix` gives it.
    """
    a, b, c, d = matrix
    shown = pixels.swapaxes(0, 1) if b else pixels
    return shown[:: (b or d), :: (a or c)]


def _sign(value: int) -> int:
    return -1 if value < 0 else 1
