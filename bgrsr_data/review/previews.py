"""Pictures made for the reviewer only: a person before the background that the trainer will see.

A fault of a key is seen best on a background other than the screen. Where the set holds a combination of the
foreground, its first one is shown as the trainer gets it; else the foreground is laid over a checkerboard, which shows
holes and halos of any colour. Previews lie in `.review/` of the workspace and can be deleted at any time.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bgrsr_data.media.colour import to_linear, to_srgb8
from bgrsr_data.media.images import read_grey, read_rgb, write_image
from bgrsr_data.media.scaling import resize

FOLDER = ".review"
VERSION = 1  # raise it when the same rows give other pictures
LONG_SIDE_PX = 960
TILE_PX = 24
DARK, LIGHT = 96, 176  # sRGB grey: neither hides a white nor a black fringe


def draw_on_checkerboard(foreground: NDArray[np.uint8], alpha: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Lay a foreground over a grey checkerboard, no larger than `LONG_SIDE_PX`.

    Args:
        foreground: (h, w, 3) uint8 sRGB, straight.
        alpha: (h, w) uint8.

    Returns:
        (H, W, 3) uint8 sRGB, blended in linear light.
    """
    cover = alpha.astype(np.float32)[..., None] / 255
    both = np.dstack([to_linear(foreground) * cover, cover]).astype(np.float32)
    scale = min(1.0, LONG_SIDE_PX / max(alpha.shape))
    height, width = (max(1, round(side * scale)) for side in alpha.shape)
    both = both if scale == 1 else resize(both, (width, height))
    board = to_linear(draw_checkerboard(height, width))
    return to_srgb8(np.asarray(both[..., :3] + (1 - both[..., 3:]) * board, np.float32))


def draw_checkerboard(height: int, width: int) -> NDArray[np.uint8]:
    """Draw tiles of two greys.

    Returns:
        (height, width, 3) uint8 sRGB, dark in the top left corner.
    """
    odd = (np.arange(height)[:, None] // TILE_PX + np.arange(width) // TILE_PX) % 2
    return np.repeat(np.where(odd, LIGHT, DARK).astype(np.uint8)[..., None], 3, axis=2)


def write_checkerboard(path: Path, foreground: Path, alpha: Path) -> None:
    """Write the preview of a foreground that is in no combination.

    Raises:
        InputError: A file of the foreground is gone or is no image.
        DiskFullError: Nothing more can be written.
    """
    write_image(path, draw_on_checkerboard(read_rgb(foreground), read_grey(alpha)))
