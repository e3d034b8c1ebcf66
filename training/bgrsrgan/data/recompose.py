"""New pairs from rendered ones: the person of one, dressed anew, before the rooms of others.

A set of a CI machine has a dozen people and seven rooms. A network that is shown their pairs alone knows the clothes
and the rooms by heart before it knows what a person is: it loses dark jumpers and hats (seen). Here the person is
taken off the target, moved and sized, given other clothes, and laid over other views of other rooms in other light,
in which other things stand; a webcam films it. What stays true is what is to be learned: faces, hair, the outline, and
that the answer is the same person before the other room. Copying people into other pictures is the oldest trick of
matting's data (Xu et al., "Deep Image Matting", CVPR 2017, https://arxiv.org/abs/1703.03872) and of instance
segmentation's (Ghiasi et al., "Simple Copy-Paste", CVPR 2021, https://arxiv.org/abs/2012.07177); drawing appearance
far wider than it is, so that reality is one more draw, is domain randomisation (Tobin et al., IROS 2017,
https://arxiv.org/abs/1703.06907).

All sums are in linear light. Shadows and light that wraps around the person stay behind: those are in the pairs that
are not recomposed.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from bgrsr_data.combine.camera import film
from bgrsr_data.combine.draw import Camera
from bgrsr_data.combine.linear import ONE, decode, encode
from bgrsr_data.combine.resample import scale, shrink_to, taps
from bgrsr_data.compiled import compiled

Planes = NDArray[np.float32]
Pixels = NDArray[np.uint8]

LUMINANCE = np.array([0.2126, 0.7152, 0.0722], np.float32)
FURNISHED = 0.4  # of the rooms get a thing from another one: what stands out is not always a person
DRESSED = 0.7  # of the people get other clothes
DARKEST, BRIGHTEST = math.exp(-3.2), math.exp(1.0)  # of the light that clothes give back
SMALLEST, LARGEST = 0.6, 3.0  # of the person, against the pair's: a webcam is often closer than a studio
LEAST_ROOM = 0.35  # of a room's width that is seen


class Scene(NamedTuple):
    """A recomposed pair; h, w and H, W are the low and high resolution, uint8, sRGB.

    Attributes:
        lr_frame: (h, w, 3): the person before one room, as a webcam shows it.
        lr_background: (h, w, 3): the other room.
        hr_background: (H, W, 3): the same.
        hr_target: (H, W, 3): the person before it.
        hr_alpha: (H, W): the person's share of each pixel.
    """

    lr_frame: Pixels
    lr_background: Pixels
    hr_background: Pixels
    hr_target: Pixels
    hr_alpha: Pixels


def recompose(
    target: Pixels, background: Pixels, alpha: Pixels, rooms: tuple[Pixels, Pixels, Pixels], camera: Camera,
    random: Generator,
) -> Scene:  # fmt: skip
    """Make a pair of a pair's person and of other pairs' rooms.

    Args:
        target: (H, W, 3) uint8, sRGB: the person before `background`; H and W are even.
        background: (H, W, 3) uint8, sRGB.
        alpha: (H, W) uint8, straight.
        rooms: Behind the person in the frame, in the target, and what something in the first is taken from; each
            (any height, any width, 3) uint8, sRGB.
        camera: How the frame is filmed.
        random: Of every draw.
    """
    height, width = alpha.shape
    person = dress(move(lift(target, background, alpha), random), random)
    before, behind = see(rooms[0], (width, height), random), see(rooms[1], (width, height), random)
    if random.random() < FURNISHED:
        furnish(before, see(rooms[2], (width, height), random), random)
    small = (width // 2, height // 2)
    exposed = np.float32(math.exp(random.uniform(-0.3, 0.3)))
    return Scene(
        lr_frame=film(shrink_to(lay(person, before) * exposed, small, camera.kernel), camera),
        lr_background=encode(shrink_to(behind, small)),
        hr_background=encode(behind),
        hr_target=encode(lay(person, behind)),
        hr_alpha=np.rint(person[3] * 255).astype(np.uint8),
    )


def lift(target: Pixels, background: Pixels, alpha: Pixels) -> Planes:
    """Take the person off a background that is known.

    Returns:
        (4, H, W) float32 [0, 1]: premultiplied linear light, and alpha. Where there is nobody it is 0, shadows too.
    """
    person = np.empty((4, *alpha.shape), np.float32)
    _lift(decode(target), decode(background), alpha, np.float32(1 / ONE), person)
    return person


def move(person: Planes, random: Generator) -> Planes:
    """Put the person elsewhere, smaller or larger; where the frame cuts them off they stay cut off."""
    height, width = person.shape[1:]
    if random.random() < 0.5:
        person = np.ascontiguousarray(person[..., ::-1])
    rows, columns = (person[3] > 0.5).any(1), (person[3] > 0.5).any(0)
    spans = bool(rows[0] and rows[-1]) or bool(columns[0] and columns[-1])  # from border to border: cannot shrink
    shown = math.exp(-random.uniform(0.0 if spans else math.log(SMALLEST), math.log(LARGEST)))
    left = _start(width, shown, (bool(columns[0]), bool(columns[-1])), random)
    top = height - shown * height if rows[-1] else _start(height, shown, (bool(rows[0]), False), random)
    if rows[-1] and shown < 1:
        top *= 1 - 0.6 * random.random() ** 2  # sits lower: less of the chest is seen
    up_down = taps(height, top, shown, height, kernel="bilinear", extend=True)
    across = taps(width, left, shown, width, kernel="bilinear", extend=True)
    return np.clip(scale(person, up_down, across), 0, 1)


def dress(person: Planes, random: Generator) -> Planes:
    """Give the person other light, and other clothes below a slanted line; in place."""
    light = draw_tint(random, 0.35, math.exp(random.uniform(-0.6, 0.5)))
    clothes, line, slope, blur = light, np.float32(1e6), np.float32(0), np.float32(1)
    rows = np.flatnonzero((person[3] > 0.5).any(1))
    if rows.size and random.random() < DRESSED:
        clothes = draw_tint(random, 1.0, math.exp(random.uniform(math.log(DARKEST), math.log(BRIGHTEST))))
        line = np.float32(rows[0] + (rows[-1] - rows[0]) * random.uniform(0.55, 0.97))
        slope, blur = np.float32(random.uniform(-0.2, 0.2)), np.float32(random.uniform(1, 8))
    _dress(person, light, clothes, (line, slope, blur))
    return person


def see(room: Pixels, size: tuple[int, int], random: Generator) -> Planes:
    """Another view of a room in other light: (h, w, 3) uint8 → (3, H, W) float32 [0, 1], linear light; size (W, H)."""
    planes = decode(np.ascontiguousarray(room[:, ::-1]) if random.random() < 0.5 else room)
    height, width = planes.shape[1:]
    shown = random.uniform(LEAST_ROOM, 1)
    top, left = random.uniform(0, 1 - shown, 2) * (height, width)
    view = scale(
        planes,
        taps(height, top, shown * height / size[1], size[1], kernel="bilinear", extend=True),
        taps(width, left, shown * width / size[0], size[0], kernel="bilinear", extend=True),
    )
    _tint(view, draw_tint(random, 0.5, math.exp(random.uniform(-1.0, 0.7))))
    return view


def furnish(room: Planes, other: Planes, random: Generator) -> None:
    """Put a round or square piece of another room into one, in place."""
    height, width = room.shape[1:]
    centre = (np.float32(random.uniform(0, height)), np.float32(random.uniform(0, width)))
    radii = (np.float32(height * random.uniform(0.05, 0.35)), np.float32(height * random.uniform(0.05, 0.35)))
    _furnish(room, other, centre, radii, np.float32(random.uniform(5, 40)), bool(random.random() < 0.5))


def draw_tint(random: Generator, strength: float, gain: float) -> NDArray[np.float32]:
    """A (3, 3) float32 matrix from linear RGB to linear RGB: saturation, hue, the gain of each channel."""
    saturation = 1 + strength * random.uniform(-1, 1)
    tint = saturation * np.eye(3) + (1 - saturation) * LUMINANCE
    if random.random() < strength:
        hue = np.exp(1.5 * random.standard_normal((3, 3)))
        share = random.random()
        tint = (share * hue / hue.sum(1, keepdims=True) + (1 - share) * np.eye(3)) @ tint
    gains = gain * np.exp(0.25 * strength * random.standard_normal(3))
    made: NDArray[np.float32] = (gains[:, None] * tint).astype(np.float32)
    return made


def lay(person: Planes, room: Planes) -> Planes:
    """The person, (4, H, W) premultiplied, over a room, (3, H, W): (3, H, W) float32, linear light."""
    picture = np.empty_like(room)
    _lay(person, room, picture)
    return picture


def _start(length: int, shown: float, cut: tuple[bool, bool], random: Generator) -> float:
    """Where the view of `shown` times `length` begins so that no border that cuts the person moves into it."""
    last = length * (1 - shown)
    if shown > 1 and any(cut):
        return 0.0 if cut[0] else last
    return float(random.uniform(min(0.0, last), max(0.0, last)))


@compiled
def _lift(
    target: NDArray[np.uint16], background: NDArray[np.uint16], alpha: Pixels, unit: np.float32, person: Planes
) -> None:
    for y in range(alpha.shape[0]):
        for x in range(alpha.shape[1]):
            cover = np.float32(alpha[y, x]) * np.float32(1 / 255)
            person[3, y, x] = cover
            for c in range(3):
                light = unit * (np.float32(target[c, y, x]) - (np.float32(1) - cover) * np.float32(background[c, y, x]))
                person[c, y, x] = min(max(light, np.float32(0)), cover)


@compiled
def _dress(person: Planes, light: Any, clothes: Any, where: tuple[np.float32, np.float32, np.float32]) -> None:
    line, slope, blur = where
    for y in range(person.shape[1]):
        for x in range(person.shape[2]):
            cover, below = person[3, y, x], (np.float32(y) + slope * np.float32(x) - line) / blur
            share = min(max(below + np.float32(0.5), np.float32(0)), np.float32(1))
            r, g, b = person[0, y, x], person[1, y, x], person[2, y, x]
            for c in range(3):
                lit = light[c, 0] * r + light[c, 1] * g + light[c, 2] * b
                worn = clothes[c, 0] * r + clothes[c, 1] * g + clothes[c, 2] * b
                person[c, y, x] = min(max(lit + share * (worn - lit), np.float32(0)), cover)


@compiled
def _tint(planes: Planes, tint: NDArray[np.float32]) -> None:
    for y in range(planes.shape[1]):
        for x in range(planes.shape[2]):
            r, g, b = planes[0, y, x], planes[1, y, x], planes[2, y, x]
            for c in range(3):
                light = tint[c, 0] * r + tint[c, 1] * g + tint[c, 2] * b
                planes[c, y, x] = min(max(light, np.float32(0)), np.float32(1))


@compiled
def _furnish(room: Planes, other: Planes, centre: Any, radii: Any, sharpness: np.float32, is_round: bool) -> None:
    for y in range(room.shape[1]):
        v = abs(np.float32(y) - centre[0]) / radii[0]
        for x in range(room.shape[2]):
            u = abs(np.float32(x) - centre[1]) / radii[1]
            away = u * u + v * v if is_round else max(u, v)
            share = min(max(np.float32(0.5) - sharpness * (away - np.float32(1)), np.float32(0)), np.float32(1))
            for c in range(3):
                room[c, y, x] += share * (other[c, y, x] - room[c, y, x])


@compiled
def _lay(person: Planes, room: Planes, picture: Planes) -> None:
    for c in range(3):
        for y in range(room.shape[1]):
            for x in range(room.shape[2]):
                picture[c, y, x] = person[c, y, x] + (np.float32(1) - person[3, y, x]) * room[c, y, x]
