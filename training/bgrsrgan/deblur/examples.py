"""Blurred patches with their truth, made of sharp footage.

Where something moves, a patch is cut out of a run of frames, and three of them are exposed anew with longer shutters:
the one to restore, and one before and one after it, which are as often sharper as not, as in a real clip. Both are
aligned onto the middle one, exactly as `bgrsr_data.deblur.restorer` does it when the network is used.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from bgrsr_data.deblur.flow import align
from bgrsr_data.errors import InputError
from bgrsr_data.media.colour import luma
from bgrsr_data.media.picture import Picture
from bgrsr_data.media.video import VideoReader
from bgrsrgan.deblur.options import DeblurTraining
from bgrsrgan.deblur.shutter import Rgb, Strip

REACH = 8  # frames on each side of the middle one: a neighbour, and half of its shutter
AWAY, MOST_SPAN = 4, 8.0  # frames to the furthest neighbour, and that the longest shutter spans
MARGIN_PX = 32  # cut off at the end: motion brings in what lies beside the patch
PATCHES_A_MOMENT = 4
UNTOUCHED = 0.15  # share to learn from that is not blurred: what is sharp must come out as it went in
SHARPER = 0.4  # share of neighbours that are as sharp as the footage
_STILL = 1.5  # levels between two frames: where less changes, nothing moves
_ANOTHER_SHOT = 20.0


class Example(NamedTuple):
    """One patch.

    Args:
        frames: (9, P, P) uint8: before, the frame, after, aligned; RGB, sRGB.
        truth: (3, P, P) uint8: the frame as it was shot.
    """

    frames: Rgb
    truth: Rgb


def make_examples(
    clips: Sequence[Path], count: int, options: DeblurTraining, *, seed: int, untouched: float = UNTOUCHED
) -> list[Example]:
    """Patches of several clips, equally many of each where they give as many.

    Args:
        clips: Videos.
        count: So many at most.
        options: Size of a patch, longest blur.
        seed: Decides everything that is drawn.
        untouched: Share that is not blurred.

    Raises:
        InputError: No clip shows anything that moves, or one cannot be decoded.
    """
    share = -(-count // len(clips))
    examples: list[Example] = []
    for number, clip in enumerate(clips):
        examples += _of_clip(clip, share, options, untouched, np.random.default_rng([seed, number]))
    if not examples:
        names = ", ".join(clip.name for clip in clips)
        least = options.patch_px + 2 * MARGIN_PX
        raise InputError(f"{names}: nothing to learn from: nothing moves in it, or it is smaller than {least} px")
    return examples[:count]


def _of_clip(
    clip: Path, count: int, options: DeblurTraining, untouched: float, rng: np.random.Generator
) -> list[Example]:
    examples: list[Example] = []
    with VideoReader(clip) as reader:
        length = max(1, int((reader.report.declared_s or 10) * reader.rate))
        every = max(1, (length - 2 * REACH) * PATCHES_A_MOMENT // max(1, count))
        for run in _runs(reader, every):
            frames = [picture.rgb() for picture in run]
            if len({frame.shape for frame in frames}) == 1 and not _is_cut(frames):
                for _ in range(PATCHES_A_MOMENT):
                    if example := _example(frames, options, untouched, rng):
                        examples.append(example)
            if len(examples) >= count:
                break
    return examples[:count]


def _runs(pictures: VideoReader, every: int) -> Iterator[list[Picture]]:
    """Runs of 2·REACH + 1 consecutive pictures, one at every so many."""
    around: deque[Picture] = deque(maxlen=2 * REACH + 1)
    for number, picture in enumerate(pictures):
        around.append(picture)
        if len(around) == around.maxlen and number % every == 0:
            yield list(around)


def _is_cut(frames: Sequence[Rgb]) -> bool:
    small = [cv2.resize(frame, (64, 36), interpolation=cv2.INTER_AREA) for frame in frames]
    return any(cv2.absdiff(one, other).mean() > _ANOTHER_SHOT for one, other in pairwise(small))


def _example(
    frames: Sequence[Rgb], options: DeblurTraining, untouched: float, rng: np.random.Generator
) -> Example | None:
    """One patch where something moves; None where nothing does."""
    place = _moving_place(frames, options.patch_px + 2 * MARGIN_PX, rng)
    if place is None:
        return None
    strip = Strip([np.ascontiguousarray(frame[place]) for frame in frames])
    speed = max(strip.speed_px(REACH), 0.1)
    span = 0.0 if rng.random() < untouched else float(min(rng.uniform(2, options.longest_px) / speed, MOST_SPAN))
    away = int(rng.integers(1, AWAY + 1))
    frame = strip.expose(REACH, span)
    others = [strip.expose(at, _neighbour_span(span, rng)) for at in (REACH - away, REACH + away)]
    frame, *others = _as_a_camera(frame, others, rng)
    inner = np.s_[MARGIN_PX:-MARGIN_PX, MARGIN_PX:-MARGIN_PX]
    before, after = (align(frame, other) for other in others)
    stack = np.concatenate([before[inner], frame[inner], after[inner]], axis=-1)
    truth = strip.frames[REACH][inner]
    return Example(np.ascontiguousarray(stack.transpose(2, 0, 1)), np.ascontiguousarray(truth.transpose(2, 0, 1)))


def _moving_place(frames: Sequence[Rgb], side: int, rng: np.random.Generator) -> tuple[slice, slice] | None:
    """A square drawn with the odds of how much changes in it; None where nothing does, or the frame is smaller."""
    middle, height, width = frames[REACH], *frames[REACH].shape[:2]
    if height < side or width < side:
        return None
    changes = cv2.absdiff(luma(middle), luma(frames[REACH + 1])).astype(np.float32)
    mean = cv2.boxFilter(changes, -1, (side // 3, side // 3))[side // 2 : height - side // 2 + 1 : 8]
    odds = np.maximum(mean[:, side // 2 : width - side // 2 + 1 : 8] - _STILL, 0).astype(np.float64)
    if odds.sum() <= 0:
        return None
    row, column = np.unravel_index(rng.choice(odds.size, p=(odds / odds.sum()).ravel()), odds.shape)
    return slice(int(row) * 8, int(row) * 8 + side), slice(int(column) * 8, int(column) * 8 + side)


def _neighbour_span(span: float, rng: np.random.Generator) -> float:
    return 0.0 if rng.random() < SHARPER else float(min(span * rng.uniform(0.2, 1.2), MOST_SPAN))


def _as_a_camera(frame: Rgb, others: Sequence[Rgb], rng: np.random.Generator) -> list[Rgb]:
    """Noise and JPEG, the same strength on all three: averaging has made them cleaner than a camera's."""
    sigma, quality = rng.uniform(0, 2), int(rng.integers(75, 100))
    coded = rng.random() < 0.5
    return [_degrade(picture, sigma, quality if coded else None, rng) for picture in (frame, *others)]


def _degrade(picture: Rgb, sigma: float, quality: int | None, rng: np.random.Generator) -> Rgb:
    noisy = picture + rng.normal(0, sigma, picture.shape).astype(np.float32)
    degraded = np.rint(np.clip(noisy, 0, 255)).astype(np.uint8)
    if quality is None:
        return degraded
    _, coded = cv2.imencode(".jpg", degraded, [cv2.IMWRITE_JPEG_QUALITY, quality])  # channel order does not matter
    return np.asarray(cv2.imdecode(coded, cv2.IMREAD_COLOR), np.uint8)


def array_of(examples: Sequence[Example]) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """(N, 9, P, P) and (N, 3, P, P)."""
    return np.stack([one.frames for one in examples]), np.stack([one.truth for one in examples])
