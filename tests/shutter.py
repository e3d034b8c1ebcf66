"""Motion blur put onto real, sharp video frames, so that the truth is known.

A shutter that stays open averages light while the scene moves. Motion is dense flow between consecutive frames (Kroeger
et al., "Fast optical flow using dense inverse search", ECCV 2016), stretched until the blur is as long as wanted. What
moves is splatted along it, over a plate of what stays, in linear light: so the still background stays as sharp as it
is, and the moving edge is mixed with what is behind it, which is what discolours a key.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice, pairwise
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from bgrsr_data.media.colour import luma, to_linear, to_srgb8
from bgrsr_data.media.video import decode
from bgrsrgan.deblur.shutter import Strip

Rgb = NDArray[np.uint8]
CLIPS = (
    "greenscreen/aframe_man_axe.mp4",
    "greenscreen/grid_bbaf2n.mpg",
    "greenscreen/grid_brbk7n.mpg",
    "greenscreen/grid_lbax4n.mpg",
    "greenscreen/grid_lrwp9a.mpg",
    "greenscreen/mdn_yellowscreen_man.mp4",
    "talking_heads/hdtf_WDA_KatieHill_000.mp4",
    "talking_heads/liveportrait_s18.mp4",
)
REACH, STEP = 3, 4
_MOVES_PX = 0.4  # of blur: less is left as it is
_LEAST_MOTION_PX = 0.35  # a frame: less cannot be stretched into honest motion
_MOST_MOTION_PX = 12.0
_SEEN_LEVELS = 3.0  # a difference that is more than noise
_CUT_LEVELS = 20.0
_LEAST_SHARE = 0.005  # of the picture: a blur that changes less is none
LENGTHS_PX = (3.0, 5.0, 8.0, 12.0, 18.0, 25.0)


@dataclass(frozen=True)
class Moment:
    """Seven consecutive frames of a clip, of which the middle one (and its neighbours, where told) is blurred.

    Args:
        clip: The clip's name.
        index: Of the middle frame in the clip.
        true: The middle frame as it was shot.
        frame: The same, blurred; equal to `true` for a negative.
        neighbours: The frames around it, in order of time.
        length_px: Blur of what moves most (its 90th percentile); 0 for a negative.
        kind: "untouched"; "alone": the neighbours are sharp; "among": each of them is blurred by its own share; "slow":
            the clip at a quarter of its rate, with a shutter of 324°, averaged from real frames in between.
        blurred: (H, W) bool, where the blur changed the frame.
    """

    clip: str
    index: int
    true: Rgb
    frame: Rgb
    neighbours: tuple[Rgb, ...]
    length_px: float
    kind: str
    blurred: NDArray[np.bool_]


@dataclass
class Shot:
    """Frames in a row, and the motion between them.

    Args:
        name: Of the clip.
        frames: (H, W, 3) uint8 each, sRGB.
    """

    name: str
    frames: Sequence[Rgb]
    _flows: dict[tuple[int, int], NDArray[np.float32]] = field(default_factory=dict)

    def flow(self, one: int, other: int) -> NDArray[np.float32]:
        """Where each pixel of frame `one` lies in frame `other`, (H, W, 2) in pixels."""
        if (one, other) not in self._flows:
            search = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
            greys = (luma(self.frames[one]), luma(self.frames[other]))
            flow = search.calc(*greys, np.zeros((*greys[0].shape, 2), np.float32))
            self._flows[one, other] = np.asarray(flow * _changed(*greys)[..., None], np.float32)
        return self._flows[one, other]

    def motion_px(self, index: int) -> float:
        """How far what moves goes in a frame: the 90th percentile over the moving pixels."""
        way = np.linalg.norm(self.flow(index, index + 1), axis=-1)
        moving = way[way > max(0.25, 0.2 * float(np.percentile(way, 99)))]
        return float(np.percentile(moving, 90)) if moving.size > 200 else 0.0

    def expose(self, index: int, length_px: float) -> Rgb:
        """Frame `index` as a shutter sees it that is open while what moves goes `length_px`."""
        motion = self.motion_px(index)
        stretch = length_px / max(motion, _LEAST_MOTION_PX) / 2
        ways = (self.flow(index, index - 1) * stretch, self.flow(index, index + 1) * stretch)
        return _expose(self.frames[index], ways, samples=int(np.clip(length_px * 1.5, 9, 33)) | 1)


def _changed(one: Rgb, other: Rgb) -> NDArray[np.float32]:
    """1 where two pictures differ or near it, 0 elsewhere: on a flat screen flow is invented."""
    difference = cv2.GaussianBlur(cv2.absdiff(one, other).astype(np.float32), (0, 0), 1.5)
    seen = cv2.dilate((difference > _SEEN_LEVELS).astype(np.float32), np.ones((9, 9), np.uint8))
    return np.asarray(cv2.GaussianBlur(seen, (0, 0), 4), np.float32)


def _expose(frame: Rgb, ways: tuple[NDArray[np.float32], NDArray[np.float32]], samples: int) -> Rgb:
    light = to_linear(frame)
    reach = np.maximum(*(np.linalg.norm(way, axis=-1) for way in ways))
    moves = cv2.dilate((reach > _MOVES_PX).astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    plate = _behind(light, moves)
    total = np.zeros_like(light)
    for time in np.linspace(-1, 1, samples):
        colour, cover = _splat(light, ways[int(time > 0)] * np.float32(abs(time)), moves)
        total += colour + (1 - cover[..., None]) * plate
    exposed = to_srgb8(total / samples)
    changed = (np.abs(exposed.astype(int) - frame).max(axis=-1) > 2).astype(np.float32)
    share = cv2.GaussianBlur(cv2.dilate(changed, np.ones((9, 9), np.uint8)), (0, 0), 2)
    return to_srgb8(light + (to_linear(exposed) - light) * share[..., None])


def _splat(
    light: NDArray[np.float32], way: NDArray[np.float32], moves: NDArray[np.bool_]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Move pixels along their way: colour times cover, and cover (at most 1)."""
    height, width = moves.shape
    y, x = np.nonzero(moves)
    to_x, to_y = x + way[y, x, 0], y + way[y, x, 1]
    left, top = np.floor(to_x).astype(int), np.floor(to_y).astype(int)
    colour = np.zeros((height * width, 3))
    cover = np.zeros(height * width)
    for dx in (0, 1):
        for dy in (0, 1):
            at_x, at_y = left + dx, top + dy
            inside = (at_x >= 0) & (at_x < width) & (at_y >= 0) & (at_y < height)
            weight = ((1 - np.abs(to_x - at_x)) * (1 - np.abs(to_y - at_y)))[inside]
            at = (at_y * width + at_x)[inside]
            cover += np.bincount(at, weight, minlength=height * width)
            for channel in range(3):
                values = light[y[inside], x[inside], channel] * weight
                colour[:, channel] += np.bincount(at, values, minlength=height * width)
    share = np.minimum(1.5 * cover, 1)  # where the way spreads, pixels do not quite touch
    colour *= (share / np.maximum(cover, 1e-6))[:, None]
    return colour.reshape(height, width, 3).astype(np.float32), share.reshape(height, width).astype(np.float32)


def _behind(light: NDArray[np.float32], moves: NDArray[np.bool_]) -> NDArray[np.float32]:
    """What stays, with the place of what moves filled in from around it (push and pull)."""
    known = (~moves).astype(np.float32)
    return np.where(moves[..., None], _fill(light * known[..., None], known), light)


def _fill(sums: NDArray[np.float32], weight: NDArray[np.float32]) -> NDArray[np.float32]:
    here = sums / np.maximum(weight, 1e-6)[..., None]
    if min(weight.shape) < 4:
        mean = sums.sum(axis=(0, 1)) / max(float(weight.sum()), 1e-6)
        return np.where(weight[..., None] > 0, here, mean).astype(np.float32)
    half = ((weight.shape[1] + 1) // 2, (weight.shape[0] + 1) // 2)
    coarse = _fill(*(cv2.resize(one, half, interpolation=cv2.INTER_AREA) for one in (sums, weight)))
    around = cv2.resize(coarse, weight.shape[::-1], interpolation=cv2.INTER_LINEAR)
    share = np.minimum(weight, 1)[..., None]
    return (here * share + around * (1 - share)).astype(np.float32)


def moments(path: Path, count: int, seed: int = 0) -> Iterator[Moment]:
    """Blurred and untouched moments of a clip, spread over where it moves.

    Args:
        path: The clip.
        count: So many moments at most; each is given once untouched and once blurred, every third one among neighbours
            that are blurred too, and every third one slow.
        seed: Draws how much the neighbours are blurred.
    """
    shot = Shot(path.stem, [picture.rgb() for picture in islice(decode(path), 400)])
    draw = np.random.default_rng(seed)
    fit = [index for index in range(REACH, len(shot.frames) - REACH - 1, 2) if _is_honest(shot, index)]
    places = (np.arange(min(count, len(fit))) + 0.5) * len(fit) / max(1, min(count, len(fit)))
    for number, index in enumerate(fit[int(place)] for place in places):
        yield _moment(shot, index, 0.0, [0.0] * 2 * REACH, "untouched")
        length_px = LENGTHS_PX[number % len(LENGTHS_PX)]
        if number % 3 == 1:
            others_px = list(draw.uniform(0, 0.8, 2 * REACH) * length_px)
            blurred = _moment(shot, index, length_px, others_px, "among")
        else:
            blurred = _moment(shot, index, length_px, [0.0] * 2 * REACH, "alone")
        slow = [_slow(shot, index)] if number % 3 == 2 else []
        yield from (one for one in (blurred, *slow) if one.blurred.mean() >= _LEAST_SHARE)


def _is_honest(shot: Shot, index: int) -> bool:
    """Whether something moves, and no cut is near."""
    around = shot.frames[index - REACH : index + REACH + 1]
    small = [cv2.resize(frame, (160, 90), interpolation=cv2.INTER_AREA) for frame in around]
    cut = max(float(cv2.absdiff(one, other).mean()) for one, other in pairwise(small)) > _CUT_LEVELS
    return not cut and _LEAST_MOTION_PX <= shot.motion_px(index) <= _MOST_MOTION_PX


def _moment(shot: Shot, index: int, length_px: float, others_px: Sequence[float], kind: str) -> Moment:
    frame = shot.expose(index, length_px) if length_px else shot.frames[index]
    around = [at for at in range(index - REACH, index + REACH + 1) if at != index]
    neighbours = [shot.expose(at, px) if px > 1 else shot.frames[at] for at, px in zip(around, others_px, strict=True)]
    return _described(shot, index, frame, neighbours, length_px, kind)


def _slow(shot: Shot, index: int) -> Moment:
    """The frame as a camera of a quarter of the rate takes it; its neighbours are as far away as there."""
    index = int(np.clip(index, STEP * REACH, len(shot.frames) - 1 - STEP * REACH))
    strip = Strip(shot.frames[index - STEP : index + STEP + 1])
    frame = strip.expose(STEP, 0.9 * STEP)
    around = [shot.frames[index + STEP * away] for away in range(-REACH, REACH + 1) if away]
    return _described(shot, index, frame, around, 0.9 * STEP * shot.motion_px(index), "slow")


def _described(shot: Shot, index: int, frame: Rgb, neighbours: Sequence[Rgb], length_px: float, kind: str) -> Moment:
    true = shot.frames[index]
    difference = np.abs(frame.astype(np.float32) - true).max(axis=-1)
    changed = cv2.GaussianBlur(difference, (0, 0), 2) > _SEEN_LEVELS / 2
    return Moment(shot.name, index, true, frame, tuple(neighbours), length_px, kind, np.asarray(changed))
