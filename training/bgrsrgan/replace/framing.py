"""Which part of a picture a network sees, and at what size.

Networks are trained on 4:3 and are convolutions throughout, so a picture of another shape is neither squeezed nor cut
to 4:3: it is seen whole, at the height that people had in training. docs/replace.md has what was measured.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bgrsr_data.media.colour import to_linear, to_srgb8
from bgrsr_data.media.scaling import resize

Pixels = NDArray[np.uint8]
Size = tuple[int, int]  # width, height

STEP_PX = 16  # as both sides of 320×240: networks halve a picture several times, and odd halves do not fit together
LONGEST = 3  # times the shorter side; what is longer is cut at both ends


def seen_size(shape: Size, box: Size) -> Size:
    """The size at which a network sees a picture: of the picture's shape, its shorter side that of `box`.

    Args:
        shape: (width, height) of the picture, in pixels.
        box: (width, height) that the network was trained on.

    Returns:
        (width, height), each a multiple of STEP_PX.
    """
    width, height = shape
    short = _stepped(min(box))
    long = _stepped(min(box) * min(max(shape) / min(shape), LONGEST))
    return (long, short) if width >= height else (short, long)


def cover(pixels: Pixels, size: Size) -> Pixels:
    """The middle of a picture, as much of it as has the shape of `size`, scaled to it in linear light.

    Args:
        pixels: (h, w, 3) uint8, sRGB.
        size: (width, height) wanted, in pixels.

    Returns:
        (H, W, 3) uint8, sRGB, contiguous.
    """
    height, width, _ = pixels.shape
    across, down = size
    part_width = max(1, min(width, round(height * across / down)))
    part_height = max(1, min(height, round(width * down / across)))
    left, top = (width - part_width) // 2, (height - part_height) // 2
    part = pixels[top : top + part_height, left : left + part_width]
    if (part_width, part_height) == size:
        return np.ascontiguousarray(part)
    return to_srgb8(resize(to_linear(part), size))


def _stepped(side: float) -> int:
    return max(STEP_PX, STEP_PX * round(side / STEP_PX))
