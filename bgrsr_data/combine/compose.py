"""A person before a room: laid over it, with a shadow, and with the room's light around the edge.

Everything here is linear light. Where a row asks for no effect, nothing is done to the pixel: it is the plain
composite, premultiplied colour plus (1 - alpha) times what is behind (Porter and Duff, "Compositing digital images",
1984).

A picture is drawn row by row from the cached planes to the bytes asked for, so that a row never leaves the processor's
nearest memory: whole-picture steps took three times as long.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bgrsr_data.combine.cutouts import Placed, View
from bgrsr_data.combine.linear import SRGB8_OF_LIGHT, encode_line, quantize_line
from bgrsr_data.combine.resample import Size, scratch
from bgrsr_data.combine.surround import Surround
from bgrsr_data.compiled import compiled

_NO_LIGHT = np.empty((3, 0, 0), np.uint16)
_NO_SRGB = np.empty((0, 0, 3), np.uint8)


class Shares(NamedTuple):
    """How strong each effect is.

    Attributes:
        shadow: Share of its light that the room loses where the shadow is darkest.
        wrap: Share of the room's light, where it is brighter, that reaches over the edge.
        spill: Share of the room's light, brighter or darker, that the edge shows instead of its own.
    """

    shadow: np.float32
    wrap: np.float32
    spill: np.float32


def light_person(person: Placed, gains: NDArray[np.float32]) -> None:
    """Give the person another light, in place; a channel saturates where the camera's would.

    Where bicubic scaling overshot, coverage and colour are brought back together.

    Args:
        person: The person.
        gains: (3,) float32.
    """
    _light_person(person.planes, gains)


def draw_light(person: Placed, around: Surround, view: View, shares: Shares, size: Size) -> NDArray[np.uint16]:
    """The person before the background.

    Args:
        person: The person, in this picture's light.
        around: Of the person, in a picture of this size.
        view: What is behind.
        shares: How strong each effect is.
        size: (width, height) of the picture.

    Returns:
        (3, H, W) uint16, linear light, which lasts until this thread draws the next.
    """
    light = scratch("light", (3, size[1], size[0]), np.uint16)
    _draw(_layers(person, around, view), shares, size, light, _NO_SRGB, _NO_SRGB)
    return light


def draw_srgb(
    person: Placed, around: Surround, view: View, shares: Shares, size: Size
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """The background alone, and the person before it, (H, W, 3) uint8 sRGB each; arguments as of `draw_light`."""
    background, picture = (np.empty((size[1], size[0], 3), np.uint8) for _ in range(2))
    _draw(_layers(person, around, view), shares, size, _NO_LIGHT, background, picture)
    return background, picture


class _Layers(NamedTuple):
    """A `Placed`, a `Surround` and a `View`, as compiled code takes them."""

    person: NDArray[np.float32]
    left: int
    top: int
    shade: NDArray[np.float32]
    edge: NDArray[np.float32]
    scene: NDArray[np.uint16]
    glow: NDArray[np.float32]
    scene_left: int
    scene_top: int
    mirrored: bool


def _layers(person: Placed, around: Surround, view: View) -> _Layers:
    scene = view.scene
    return _Layers(
        person.planes, person.left, person.top, around.shade, around.edge,
        scene.planes, scene.glow, view.left, view.top, view.mirrored,
    )  # fmt: skip


def _draw(
    layers: _Layers,
    shares: Shares,
    size: Size,
    light: NDArray[np.uint16],
    background: NDArray[np.uint8],
    picture: NDArray[np.uint8],
) -> None:
    _draw_rows(layers, shares, size, SRGB8_OF_LIGHT, light, background, picture)


@compiled
def _draw_rows(
    layers: _Layers,
    shares: Shares,
    size: Size,
    srgb_of_light: NDArray[np.uint8],
    light: NDArray[np.uint16],
    background: NDArray[np.uint8],
    picture: NDArray[np.uint8],
) -> None:
    """Draw what is asked for: what has no rows is not."""
    person, top, left = layers.person, layers.top, layers.left
    line, level = np.empty((3, size[0]), np.float32), np.empty((3, size[0]), np.uint16)
    glow = np.empty((3, layers.glow.shape[2]), np.float32)
    first, step = layers.scene_left + left, 1
    if layers.mirrored:
        first, step = layers.scene_left + size[0] - 1 - left, -1
    columns, beyond = _between(first, step, person.shape[2], layers.scene.shape[2], layers.glow.shape[2])
    rows, below = _between(layers.scene_top, 1, size[1], layers.scene.shape[1], layers.glow.shape[1])
    for y in range(size[1]):
        _see(layers.scene, layers.scene_top + y, layers.scene_left, layers.mirrored, line)
        if background.size:
            quantize_line(line, level)
            encode_line(level, srgb_of_light, background[y])
        if layers.shade.size:
            _darken(line, layers.shade[y], shares.shadow)
        inside = top <= y < top + person.shape[1]
        if inside:
            _lay_over(line, person, y - top, left)
        if inside and layers.edge.size:
            _mix(layers.glow[:, rows[y]], layers.glow[:, rows[y] + 1], below[y], glow)
            _wrap(line[:, left:], person[:, y - top], layers.edge[y - top], (glow, columns, beyond), shares)
        quantize_line(line, level)
        if light.size:
            _keep(level, light, y)
        if picture.size:
            encode_line(level, srgb_of_light, picture[y])


@compiled
def _keep(level: NDArray[np.uint16], light: NDArray[np.uint16], y: int) -> None:
    for c in range(3):
        for x in range(level.shape[1]):
            light[c, y, x] = level[c, x]


@compiled
def _see(scene: NDArray[np.uint16], y: int, left: int, mirrored: bool, line: NDArray[np.float32]) -> None:
    unit = np.float32(1 / 65535)
    for c in range(3):
        row, part = line[c], scene[c, y, left : left + line.shape[1]]
        if mirrored:
            for x in range(row.size):
                row[x] = unit * np.float32(part[row.size - 1 - x])
        else:
            for x in range(row.size):
                row[x] = unit * np.float32(part[x])


@compiled
def _darken(line: NDArray[np.float32], shade: NDArray[np.float32], shadow: np.float32) -> None:
    for c in range(3):
        row = line[c]
        for x in range(row.size):
            row[x] *= np.float32(1) - shadow * shade[x]


@compiled
def _lay_over(line: NDArray[np.float32], person: NDArray[np.float32], y: int, left: int) -> None:
    for c in range(3):
        over, cover = person[c, y], person[3, y]
        under = line[c, left : left + over.size]
        for x in range(over.size):
            under[x] = over[x] + (np.float32(1) - cover[x]) * under[x]


@compiled
def _mix(upper: NDArray[np.float32], lower: NDArray[np.float32], share: np.float32, mixed: NDArray[np.float32]) -> None:
    for c in range(3):
        for x in range(mixed.shape[1]):
            mixed[c, x] = upper[c, x] + share * (lower[c, x] - upper[c, x])


@compiled
def _wrap(
    line: NDArray[np.float32],
    person: NDArray[np.float32],
    edge: NDArray[np.float32],
    around: tuple[NDArray[np.float32], NDArray[np.int64], NDArray[np.float32]],
    shares: Shares,
) -> None:
    """Where the edge is, move the person's light towards that of the room, by a share.

    The wrapped share never darkens, and stays below the room's own light: it cannot glow.
    """
    glow, columns, beyond = around
    for x in range(edge.size):
        near, cover = edge[x], person[3, x]
        if near > 0 and cover > 0:
            i, part = columns[x], beyond[x]
            for c in range(3):
                room = glow[c, i] + part * (glow[c, i + 1] - glow[c, i])
                change = cover * room - person[c, x]
                line[c, x] += near * (shares.wrap * max(change, np.float32(0)) + shares.spill * change)


@compiled
def _between(
    first: int, step: int, count: int, fine: int, coarse: int
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Between which two of `coarse` cells each of `count` of `fine` pixels lies: the one before, and how far on."""
    before, beyond = np.empty(count, np.int64), np.empty(count, np.float32)
    for x in range(count):
        place = min(max((first + step * x + 0.5) * coarse / fine - 0.5, 0.0), coarse - 1.0)
        before[x] = min(int(place), max(coarse - 2, 0))
        beyond[x] = np.float32(place - before[x])
    return before, beyond


@compiled
def _light_person(planes: NDArray[np.float32], gains: NDArray[np.float32]) -> None:
    for y in range(planes.shape[1]):
        cover = planes[3, y]
        for c in range(3):
            light = planes[c, y]
            for x in range(cover.size):
                gain = gains[c] / max(cover[x], np.float32(1))
                most = min(max(cover[x], np.float32(0)), np.float32(1))
                light[x] = min(max(light[x] * gain, np.float32(0)), most)
        for x in range(cover.size):
            cover[x] = min(max(cover[x], np.float32(0)), np.float32(1))
