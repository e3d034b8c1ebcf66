"""Pictures made for the reviewer only, drawn when somebody looks at them.

A fault of a key is seen best on a background other than the screen: over a checkerboard, which shows holes and halos
of any colour, and as the trainer gets it, before the target background and as the input before the original one. The
name of a picture says what it shows and of which content, so a changed row has another picture. They lie in `.review/`
of the workspace, may be deleted at any time, and the oldest go by themselves.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from bgrsr_data.media.colour import to_linear, to_srgb8
from bgrsr_data.media.scaling import resize
from bgrsr_data.records import Combination, Foreground, Trimap, content_hash

FOLDER = ".review"
PICTURES = "pictures"
VERSION = 2  # raise it when the same rows give other pictures
LONG_SIDE_PX = 960
TILE_PX = 24
DARK, LIGHT = 96, 176  # sRGB grey: neither hides a white nor a black fringe
KEPT_BYTES = 2 << 30

What = Literal["alpha", "foreground", "window", "input", "background", "target"]


def picture_path(root: Path, what: What, row: Foreground | Trimap | Combination, content: str) -> Path:
    """Where a picture lies once it is drawn.

    Args:
        root: The workspace.
        what: alpha: of a foreground, since its file keeps its name and browsers keep what they have seen; foreground:
            on a checkerboard; window: the part of the photograph that a trimap covers; input,
            background, target: of a combination.
        row: What is shown.
        content: The content of all that is shown.
    """
    return root / FOLDER / PICTURES / what / f"{row.id}~{content_hash(VERSION, content)[:16]}.jpg"


def shown_size(width: int, height: int) -> tuple[int, int]:
    """The size of a picture on the checkerboard: (width, height), no side longer than `LONG_SIDE_PX`."""
    scale = min(1.0, LONG_SIDE_PX / max(width, height))
    return max(1, round(width * scale)), max(1, round(height * scale))


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
    width, height = shown_size(alpha.shape[1], alpha.shape[0])
    both = both if (height, width) == alpha.shape else resize(both, (width, height))
    board = to_linear(draw_checkerboard(height, width))
    return to_srgb8(np.asarray(both[..., :3] + (1 - both[..., 3:]) * board, np.float32))


def draw_checkerboard(height: int, width: int) -> NDArray[np.uint8]:
    """Draw tiles of two greys.

    Returns:
        (height, width, 3) uint8 sRGB, dark in the top left corner.
    """
    odd = (np.arange(height)[:, None] // TILE_PX + np.arange(width) // TILE_PX) % 2
    return np.repeat(np.where(odd, LIGHT, DARK).astype(np.uint8)[..., None], 3, axis=2)


def keep_newest(root: Path, most_bytes: int = KEPT_BYTES) -> None:
    """Delete the pictures that were drawn longest ago, until the rest is small enough."""
    kept = 0
    with_stats = []
    for folder, _, names in os.walk(root / FOLDER / PICTURES):
        for name in names:
            path = Path(folder, name)
            stat = path.stat()
            with_stats.append((stat.st_mtime, stat.st_size, path))
    for _, size, path in sorted(with_stats, reverse=True):
        kept += size
        if kept > most_bytes:
            path.unlink(missing_ok=True)
