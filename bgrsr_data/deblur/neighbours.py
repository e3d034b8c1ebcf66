"""The frames just before and after a frame: from its clip, or from the files beside it."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from bgrsr_data.media.images import read_rgb
from bgrsr_data.media.picture import Picture
from bgrsr_data.media.video import VideoReader

_RUN_UP_S = Fraction(1)
_THUMBNAIL = (160, 90)
_ANOTHER_SHOT = 20.0  # levels, as the cut detector's


def neighbours_in_clip(path: Path, pts: int, count: int) -> list[NDArray[np.uint8]]:
    """Decode what lies around a frame.

    Args:
        path: The clip.
        pts: The frame's time, in the clip's time base.
        count: So many frames on each side.

    Returns:
        (H, W, 3) uint8 sRGB each, in order of time, without the frame; empty where no frame has this very pts.

    Raises:
        InputError: The clip is missing or cannot be decoded.
    """
    with VideoReader(path) as reader:
        reader.seek(pts * reader.time_base - _RUN_UP_S)
        before, after, met = _around(reader, pts, count)
    if not met or len(before) < count:  # the file cannot seek well, or the frame is among the first
        with VideoReader(path) as reader:
            before, after, met = _around(reader, pts, count)
    return [picture.rgb() for picture in (*before, *after)] if met else []


def neighbours_in_files(paths: Sequence[Path], frame: NDArray[np.uint8]) -> list[NDArray[np.uint8]]:
    """Read the files beside a frame, those that are of the same size and shot."""
    return same_shot(frame, (read_rgb(path) for path in paths))


def same_shot(frame: NDArray[np.uint8], others: Iterable[NDArray[np.uint8]]) -> list[NDArray[np.uint8]]:
    """Only the pictures that have the frame's size and, on the whole, its content.

    Args:
        frame: (H, W, 3) uint8.
        others: Candidates.
    """
    small = cv2.resize(frame, _THUMBNAIL, interpolation=cv2.INTER_AREA)
    near = []
    for other in others:
        if other.shape == frame.shape:
            thumbnail = cv2.resize(other, _THUMBNAIL, interpolation=cv2.INTER_AREA)
            if cv2.absdiff(small, thumbnail).mean() < _ANOTHER_SHOT:
                near.append(other)
    return near


def _around(reader: VideoReader, pts: int, count: int) -> tuple[list[Picture], list[Picture], bool]:
    before: deque[Picture] = deque(maxlen=count)
    after: list[Picture] = []
    met = False
    for picture in reader:
        if picture.pts < pts:
            before.append(picture)
        elif picture.pts == pts:
            met = True
        else:
            after.append(picture)
        if (not met and after) or len(after) >= count:
            break
    return list(before), after, met
