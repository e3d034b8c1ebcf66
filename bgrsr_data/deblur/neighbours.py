"""The frames just before and after a frame: from its clip, or from the files beside it."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from bgrsr_data.media.files import stamp_of
from bgrsr_data.media.images import read_rgb
from bgrsr_data.media.picture import Picture
from bgrsr_data.media.video import VideoReader

_RUN_UP_S = Fraction(1)
_THUMBNAIL = (160, 90)
_ANOTHER_SHOT = 20.0  # levels, as the cut detector's
_HELD = 18  # files: as many as any option looks at around one, and that one


@dataclass(frozen=True, slots=True, eq=False)
class Neighbour:
    """A frame near another.

    Args:
        rgb: (H, W, 3) uint8, sRGB.
        pts: Its time, in the clip's time base; for a file its place.
        away: `pts` less that of the frame: below 0 before it.
    """

    rgb: NDArray[np.uint8]
    pts: int
    away: int


def neighbours_in_clip(path: Path, pts: int, count: int) -> list[Neighbour]:
    """Decode what lies around a frame.

    Args:
        path: The clip.
        pts: The frame's time, in the clip's time base.
        count: So many frames on each side.

    Returns:
        In order of time, without the frame; empty where no frame has this very pts.

    Raises:
        InputError: The clip is missing or cannot be decoded.
    """
    with VideoReader(path, tone_map=True) as reader:
        reader.seek(pts * reader.time_base - _RUN_UP_S)
        before, after, met = _around(reader, pts, count)
    if not met or len(before) < count:  # the file cannot seek well, or the frame is among the first
        with VideoReader(path, tone_map=True) as reader:
            before, after, met = _around(reader, pts, count)
    near = (*before, *after) if met else ()
    return [Neighbour(picture.rgb(), picture.pts, picture.pts - pts) for picture in near]


def neighbours_in_files(before: Sequence[Path], after: Sequence[Path]) -> list[Neighbour]:
    """Read the files beside a frame.

    Args:
        before: Nearest last.
        after: Nearest first.

    Raises:
        InputError: One is missing or no image.
    """
    places = [*range(-len(before), 0), *range(1, len(after) + 1)]
    return [Neighbour(read_held(path), at, at) for path, at in zip((*before, *after), places, strict=True)]


def read_held(path: Path) -> NDArray[np.uint8]:
    """Read a file, or give what was just read of it: a plain file is a neighbour to all around it.

    Returns:
        (H, W, 3) uint8, sRGB, read-only.
    """
    return _read(path, stamp_of(path) if path.exists() else "")


def same_shot(frame: NDArray[np.uint8], others: Iterable[Neighbour]) -> list[Neighbour]:
    """Only the neighbours that have the frame's size and, on the whole, its content.

    Args:
        frame: (H, W, 3) uint8.
        others: Candidates.
    """
    small = cv2.resize(frame, _THUMBNAIL, interpolation=cv2.INTER_AREA)
    near = []
    for other in others:
        if other.rgb.shape == frame.shape:
            thumbnail = cv2.resize(other.rgb, _THUMBNAIL, interpolation=cv2.INTER_AREA)
            if cv2.absdiff(small, thumbnail).mean() < _ANOTHER_SHOT:
                near.append(other)
    return near


@lru_cache(maxsize=_HELD)
def _read(path: Path, stamp: str) -> NDArray[np.uint8]:  # noqa: ARG001 - a file that was written anew is read anew
    rgb = read_rgb(path)
    rgb.setflags(write=False)
    return rgb


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
