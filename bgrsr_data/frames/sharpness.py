"""How sharp a picture is, and how sharp for its place in the clip.

The variance of the Laplacian (Pech-Pacheco et al., "Diatom autofocusing in brightfield microscopy", ICPR 2000) grows
with focus, but as much with what is seen: a beard is sharper than a wall. Within a few frames of one shot the content
hardly changes, so there the ratio to the neighbours tells motion blur from plain content.

Of a person who moves before a wall that stays, the wall is most of the picture and always sharp. So the same ratio is
taken once more over what moves alone: the picture is cut into tiles, and a tile counts as far as it changed between the
frame and the one before or after it. On blur made on real clips (docs/deblur.md) that tells a blurred frame from a
sharp one with an AUC of .98; the whole picture's ratio with .84, its plain sharpness with .65.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

GREY_WIDTH = 640
TILE_PX = 16
REACH = 3
_HALVED_FROM_PX = 480
_FLATTEST = 5  # one tile in so many is flat and shows grain alone
_STILL, _MOVING = 1.0, 4.0  # levels of mean change in a tile: up to the first it does not count, from the second fully
_LITTLE = 100.0  # squared Laplacian of one tile: less than that is no evidence


def shrink(luma: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Average down to a width of 640, so that figures of different resolutions compare; smaller ones stay.

    By halves, and at last by less than a half: 0.3 ms for 1080p where OpenCV's average over thirds takes 0.9, and the
    sharpness of both agrees within 1 % from frame to frame.

    Args:
        luma: (H, W) uint8.

    Returns:
        (h, w) uint8, w at most 640.
    """
    height, width = luma.shape
    grey = np.ascontiguousarray(luma)
    if width <= GREY_WIDTH:
        return grey
    size = (GREY_WIDTH, max(1, round(height * GREY_WIDTH / width)))
    while grey.shape[1] >= 2 * GREY_WIDTH and grey.shape[0] >= 2 * size[1]:
        grey = np.asarray(cv2.resize(grey, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), np.uint8)
    return np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_LINEAR), np.uint8)


def measure_sharpness(grey: NDArray[np.uint8]) -> float:
    """Variance of the Laplacian.

    Args:
        grey: (h, w) uint8, as `shrink` gives it.

    Returns:
        At least 0; 0 for a flat picture.
    """
    return float(cv2.meanStdDev(cv2.Laplacian(grey, cv2.CV_16S))[1].item() ** 2)


def relate_sharpness(sharpness: Sequence[float], shots: Sequence[int], index: int, reach: int = REACH) -> float:
    """Sharpness of one frame over the 80th percentile of its neighbours within its shot.

    Args:
        sharpness: Of every decoded frame, in order.
        shots: The shot of each, in order.
        index: The frame in question.
        reach: So many neighbours count on each side.

    Returns:
        About 1 for a frame as sharp as those around it, well below 1 for a blurred one; 1 where it has no neighbour.
    """
    around = range(max(0, index - reach), min(len(sharpness), index + reach + 1))
    others = [sharpness[i] for i in around if i != index and shots[i] == shots[index]]
    usual = _usual(others) if others else 0.0
    return sharpness[index] / usual if usual > 0 else 1.0


def calm(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Take the finest grain off, before tiles are measured.

    Args:
        grey: (h, w) uint8, as `shrink` gives it.

    Returns:
        (h // 2, w // 2) uint8 where w is at least 480, which costs nothing of the figure; else of the same shape.
    """
    if grey.shape[1] >= _HALVED_FROM_PX and grey.shape[0] > 1:
        half = (grey.shape[1] // 2, grey.shape[0] // 2)
        return np.asarray(cv2.resize(grey, half, interpolation=cv2.INTER_AREA), np.uint8)
    return np.asarray(cv2.GaussianBlur(grey, (3, 3), 0), np.uint8)


def measure_tiles(calmed: NDArray[np.uint8]) -> NDArray[np.float32]:
    """How sharp each part of a picture is: the mean of the squared Laplacian, less what grain reaches.

    Args:
        calmed: (h, w) uint8, as `calm` gives it.

    Returns:
        (h // 16, w // 16) float32, at least 0; what is left over at the right and bottom is not looked at.
    """
    detail = cv2.Laplacian(calmed, cv2.CV_16S)
    tiles = _mean_tiles(np.asarray(cv2.multiply(detail, detail, dtype=cv2.CV_32F), np.float32))
    rank = tiles.size // _FLATTEST
    return np.asarray(np.maximum(tiles - np.partition(tiles, rank, axis=None)[rank], 0), np.float32)


def measure_motion(calmed: NDArray[np.uint8], last: NDArray[np.uint8]) -> NDArray[np.float32]:
    """How much each part of a picture changed.

    Args:
        calmed: (h, w) uint8, as `calm` gives it.
        last: Same shape: the picture before.

    Returns:
        (h // 16, w // 16) float32, mean absolute difference in levels.
    """
    return _mean_tiles(cv2.absdiff(calmed, last).astype(np.float32))


def relate_subject(tiles: Sequence[NDArray[np.float32]], moves: NDArray[np.float32], index: int) -> float:
    """Sharpness of what moves in a frame over the 80th percentile of the same place in its neighbours.

    Args:
        tiles: Of the frame and its neighbours, one shape, as `measure_tiles` gives them.
        moves: Same shape: how much changed between the frame and those beside it, as `measure_motion` gives it.
        index: Which of `tiles` is the frame's.

    Returns:
        About 1 for a subject as sharp as around it, well below 1 for a blurred one; 1 where it has no neighbour or
        nothing moves.
    """
    sharpness = weigh_subject(tiles, moves)
    return relate_sharpness(sharpness, [0] * len(sharpness), index)


def weigh_subject(tiles: Sequence[NDArray[np.float32]], moves: NDArray[np.float32]) -> list[float]:
    """Sum the tiles of each picture where something moves, and a little, so that next to nothing is no evidence.

    Args:
        tiles: As `measure_tiles` gives them, one shape.
        moves: As `measure_motion` gives it, the same shape.

    Returns:
        Above 0 each; comparable with each other only.
    """
    counts = np.clip((moves - _STILL) / (_MOVING - _STILL), 0, 1)
    return [float(np.vdot(one, counts)) + _LITTLE for one in tiles]


@dataclass(slots=True)
class SubjectCurve:
    """The subject's ratio of every picture of a clip, in one pass; it holds the tiles of seven pictures.

    Push every picture, then `finish`: `ratios` has one figure a picture, three pictures late until then.

    Args:
        ratios: As `relate_subject` gives them, in order.
    """

    ratios: list[float] = field(default_factory=list)
    _last: NDArray[np.uint8] | None = None
    _shot: int | None = None
    _tiles: list[NDArray[np.float32]] = field(default_factory=list)
    _moves: list[NDArray[np.float32]] = field(default_factory=list)

    def push(self, grey: NDArray[np.uint8], shot: int) -> None:
        """Take the next picture.

        Args:
            grey: (h, w) uint8, as `shrink` gives it.
            shot: The number of its shot.
        """
        calmed = calm(grey)
        if self._last is None or shot != self._shot or calmed.shape != self._last.shape:
            self.finish()
            self._last, self._shot = calmed, shot
        self._tiles.append(measure_tiles(calmed))
        self._moves.append(measure_motion(calmed, self._last))
        self._last = calmed
        if len(self._tiles) > REACH:
            self._relate(len(self._tiles) - 1 - REACH)
        if len(self._tiles) > 2 * REACH:
            del self._tiles[0], self._moves[0]

    def finish(self) -> None:
        """Relate the last pictures of the shot, after which there are none."""
        for index in range(max(0, len(self._tiles) - REACH), len(self._tiles)):
            self._relate(index)
        self._tiles, self._moves, self._last = [], [], None

    def _relate(self, index: int) -> None:
        moves = np.maximum.reduce(self._moves[index : index + 2])
        first = max(0, index - REACH)
        self.ratios.append(relate_subject(self._tiles[first : index + REACH + 1], moves, index - first))


def _usual(sharpness: Sequence[float]) -> float:
    """The 80th percentile, between two ranks linearly (NumPy's takes a fifth of the time a picture has)."""
    ranked, place = sorted(sharpness), 0.8 * (len(sharpness) - 1)
    low = int(place)
    high = min(low + 1, len(ranked) - 1)
    return ranked[low] + (place - low) * (ranked[high] - ranked[low])


def _mean_tiles(values: NDArray[np.float32]) -> NDArray[np.float32]:
    height, width = (max(1, side // TILE_PX) for side in values.shape)
    whole = values[: height * TILE_PX, : width * TILE_PX]
    return np.asarray(cv2.resize(whole, (width, height), interpolation=cv2.INTER_AREA), np.float32)
