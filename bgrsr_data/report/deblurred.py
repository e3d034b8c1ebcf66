"""What deblurring did, to be looked at: each frame before and after, and close to where they differ most."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from bgrsr_data.media.contact import Picture
from bgrsr_data.media.images import read_rgb
from bgrsr_data.records import Frame
from bgrsr_data.report.strips import Strip, strip

_CLOSE = 4  # a close-up shows one part in so many of the picture's height
COLUMNS = ("As taken", "As used", "As taken, close", "As used, close")


def draw_deblurred(pairs: Sequence[tuple[Frame, Frame]], root: Path) -> list[Strip]:
    """Draw a row for each frame: before, after, and the same part of both close up.

    Args:
        pairs: (extracted, replaced or improved).
        root: The workspace.

    Raises:
        InputError: A file that a row names is gone.
    """
    strips = []
    for before, after in pairs:
        one, other = read_rgb(root / before.path), read_rgb(root / after.path)
        part = most_changed(one, other)
        away_s = float((after.pts - before.pts) * before.time_base)
        told = f"{away_s:+.2f} s" if after.decision == "replaced" else f"ringing {after.ringing:.1f} levels"
        words = (
            f"{after.decision} by {after.method}, {told}; subject {before.subject_ratio:.2f} to "
            f"{after.subject_ratio:.2f} as sharp as around it; at {float(before.pts * before.time_base):.2f} s"
        )
        strips.append(strip(words, COLUMNS, [one, other, one[part], other[part]]))
    return strips


def most_changed(one: Picture, other: Picture) -> tuple[slice, slice]:
    """The part of two pictures of one shape in which they differ most, a quarter of their height high.

    Args:
        one: (H, W, 3) uint8.
        other: Same shape.
    """
    height, width = one.shape[:2]
    tall = max(1, min(height, width) // _CLOSE)
    wide = min(width, tall * 4 // 3)
    difference = cv2.boxFilter(cv2.absdiff(one, other).max(axis=-1).astype(np.float32), -1, (wide, tall))
    y, x = np.unravel_index(int(difference.argmax()), difference.shape)
    top = min(max(0, int(y) - tall // 2), height - tall)
    left = min(max(0, int(x) - wide // 2), width - wide)
    return slice(top, top + tall), slice(left, left + wide)
