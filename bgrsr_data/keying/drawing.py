"""From shapes in words to masks over a frame."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from bgrsr_data.errors import InputError
from bgrsr_data.keying.shapes import corners_of, is_path
from bgrsr_data.media.files import stamp_of
from bgrsr_data.media.images import read_grey

Mask = NDArray[np.bool_]
_SUBPIXELS = 8  # bits of a corner's place after the point
_SAME_SHAPE = 0.02  # by so much a mask's width over its height may differ from the frame's


def draw_shapes(shapes: Sequence[str], size: tuple[int, int]) -> Mask | None:
    """Mark the pixels that any of the shapes covers.

    Args:
        shapes: As `keying/shapes.py` says; paths are absolute, or relative to the current folder.
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
def _drawn(shapes: tuple[str, ...], size: tuple[int, int], _files: tuple[str, ...]) -> Mask:
    """Drawn once for all frames of a clip, and again when a mask file changed."""
    marked = np.zeros(size, np.bool_)
    for shape in shapes:
        marked |= _from_file(Path(shape), size) if is_path(shape) else _from_corners(shape, size)
    marked.flags.writeable = False
    return marked


def _from_corners(shape: str, size: tuple[int, int]) -> Mask:
    corners = corners_of(shape, size)
    marked = np.zeros(size, np.bool_)
    if len(corners) == 2:
        (left, top), (right, bottom) = corners
        marked[round(top) : round(bottom), round(left) : round(right)] = True
    else:
        marked |= _polygon(corners, size)
    if not marked.any():
        raise InputError(f"'{shape}' marks nothing of a frame of {size[1]}x{size[0]} px")
    return marked


def _polygon(corners: Sequence[tuple[float, float]], size: tuple[int, int]) -> Mask:
    """What lies inside, and the pixels that the outline passes through."""
    places = (np.array(corners) - 0.5) * (1 << _SUBPIXELS)  # a pixel's place is its middle
    drawn = np.zeros(size, np.uint8)
    cv2.fillPoly(drawn, [np.rint(places).astype(np.int32)], (1,), shift=_SUBPIXELS)
    return np.asarray(drawn > 0, np.bool_)


def _from_file(path: Path, size: tuple[int, int]) -> Mask:
    mask, (height, width) = read_grey(path), size
    if abs(mask.shape[1] * height / (mask.shape[0] * width) - 1) > _SAME_SHAPE:
        told = f"is {mask.shape[1]}x{mask.shape[0]} px, and the frame {width}x{height}"
        raise InputError(f"{path}: {told}; a mask may be of another size, but not of another shape")
    marked = np.asarray(cv2.resize(mask, (width, height), interpolation=cv2.INTER_AREA), np.uint8) > 127
    if not marked.any():
        raise InputError(f"{path}: marks nothing; what is white in a mask is marked")
    return np.asarray(marked, np.bool_)
