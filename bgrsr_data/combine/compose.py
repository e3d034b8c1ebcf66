"""A person before a room: laid over it, with a shadow, and with the room's light around the edge.

Everything here is linear light. Where a row asks for no effect, nothing is done to the pixel: it is the plain
composite, premultiplied colour plus (1 - alpha) times what is behind (Porter and Duff, "Compositing digital images",
1984).

A picture is drawn row by row from the cached planes to the bytes asked for, so that a row never leaves the processor's
nearest memory: whole-picture steps took twice as long.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bgrsr_data.combine.cutouts import Placed, View
from bgrsr_data.combine.linear import LIGHT_OF_SRGB8, ONE, SRGB8_OF_LIGHT, decode, encode_line, quantize_line
from bgrsr_data.combine.resample import Kernel, Size, scratch, shrink_to
from bgrsr_data.combine.surround import Surround
from bgrsr_data.compiled import compiled


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


class Drawn(NamedTuple):
    """What is drawn of a picture; what has no size is left out.

    Attributes:
        background: (H, W, 3) uint8 sRGB, the background alone.
        picture: (H, W, 3) uint8 sRGB, the person before it.
        light: (3, H, W) uint16 linear light of the picture.
        small_background: (3, H / 2, W / 2) float32 linear light, area average of the background.
        small_light: (3, H / 2, W / 2) float32 linear light, area average of the picture.
    """

    background: NDArray[np.uint8]
    picture: NDArray[np.uint8]
    light: NDArray[np.uint16]
    small_background: NDArray[np.float32]
    small_light: NDArray[np.float32]


def draw_input(
    person: Placed, around: Surround, view: View, shares: Shares, size: Size, *, small: Size, kernel: Kernel
) -> NDArray[np.float32]:
    """The person before the background, at the size of the input.

    Args:
        person: The person, in this picture's light.
        around: Of the person, in a picture of this size.
        view: What is behind.
        shares: How strong each effect is.
        size: (width, height) of the picture.
        small: (width, height) of the input.
        kernel: How it is made smaller.

    Returns:
        (3, h, w) float32, linear light.
    """
    if kernel == "area" and size == (2 * small[0], 2 * small[1]):
        drawn = _NOTHING._replace(small_light=np.empty((3, small[1], small[0]), np.float32))
        _draw_rows(_layers(person, around, view), shares, size, _TABLES, drawn)
        return drawn.small_light
    drawn = _NOTHING._replace(light=scratch("light", (3, size[1], size[0]), np.uint16))
    _draw_rows(_layers(person, around, view), shares, size, _TABLES, drawn)
    return shrink_to(drawn.light, small, kernel)


def draw_target(
    person: Placed, around: Surround, view: View, shares: Shares, size: Size, *, small: Size
) -> tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.float32]]:
    """The background alone and the person before it, (H, W, 3) uint8 sRGB, and the background small.

    Arguments as of `draw_input`; the small background is (3, h, w) float32 linear light, by area average.
    """
    halves = size == (2 * small[0], 2 * small[1])
    background, picture = (np.empty((size[1], size[0], 3), np.uint8) for _ in range(2))
    drawn = _NOTHING._replace(background=background, picture=picture)
    if halves:
        drawn = drawn._replace(small_background=np.empty((3, small[1], small[0]), np.float32))
    _draw_rows(_layers(person, around, view), shares, size, _TABLES, drawn)
    return background, picture, drawn.small_background if halves else shrink_to(decode(background), small)


class _Tables(NamedTuple):
    light_of_srgb: NDArray[np.float32]
    srgb_of_light: NDArray[np.uint8]


_TABLES = _Tables(LIGHT_OF_SRGB8.astype(np.float32) / np.float32(ONE), SRGB8_OF_LIGHT)
_NOTHING = Drawn(
    np.empty((0, 0, 3), np.uint8), np.empty((0, 0, 3), np.uint8), np.empty((3, 0, 0), np.uint16),
    np.empty((3, 0, 0), np.float32), np.empty((3, 0, 0), np.float32),
)  # fmt: skip


class _Layers(NamedTuple):
    """A `Placed`, a `Surround` and a `View`, as compiled code takes them."""

    person: NDArray[np.float32]
    left: int
    top: int
    shade: NDArray[np.float32]
    edge: NDArray[np.float32]
    scene: NDArray[np.uint8]
    glow: NDArray[np.float32]
    scene_left: int
    scene_top: int
    mirrored: bool


def _layers(person: Placed, around: Surround, view: View) -> _Layers:
    scene = view.scene
    return _Layers(
        person.planes, person.left, person.top, around.shade, around.edge,
        scene.srgb, scene.glow, view.left, view.top, view.mirrored,
    )  # fmt: skip


@compiled
def _draw_rows(layers: _Layers, shares: Shares, size: Size, tables: _Tables, drawn: Drawn) -> None:
    person, top, left = layers.person, layers.top, layers.left
    line, level = np.empty((3, size[0]), np.float32), np.empty((3, size[0]), np.uint16)
    glow = np.empty((3, layers.glow.shape[2]), np.float32)
    first, step = layers.scene_left + left, 1
    if layers.mirrored:
        first, step = layers.scene_left + size[0] - 1 - left, -1
    columns, beyond = _between(first, step, person.shape[2], layers.scene.shape[1], layers.glow.shape[2])
    rows, below = _between(layers.scene_top, 1, size[1], layers.scene.shape[0], layers.glow.shape[1])
    for y in range(size[1]):
        _see(layers, y, tables.light_of_srgb, line)
        if drawn.background.size:
            _copy(layers, y, drawn.background[y])
        _add_half(line, drawn.small_background, y)
        if layers.shade.size:
            _darken(line, layers.shade[y], shares.shadow)
        inside = top <= y < top + person.shape[1]
        if inside:
            _lay_over(line, person, y - top, left)
        if inside and layers.edge.size:
            _mix(layers.glow[:, rows[y]], layers.glow[:, rows[y] + 1], below[y], glow)
            _wrap(line[:, left:], person[:, y - top], layers.edge[y - top], (glow, columns, beyond), shares)
        _add_half(line, drawn.small_light, y)
        _keep(line, level, tables.srgb_of_light, drawn, y)


@compiled
def _see(layers: _Layers, y: int, light: NDArray[np.float32], line: NDArray[np.float32]) -> None:
    """The background's row as linear light."""
    row, left, last = layers.scene[layers.scene_top + y], layers.scene_left, line.shape[1] - 1
    for x in range(line.shape[1]):
        place = left + last - x if layers.mirrored else left + x
        for c in range(3):
            line[c, x] = light[row[place, c]]


@compiled
def _copy(layers: _Layers, y: int, srgb: NDArray[np.uint8]) -> None:
    row, left, last = layers.scene[layers.scene_top + y], layers.scene_left, srgb.shape[0] - 1
    for x in range(srgb.shape[0]):
        place = left + last - x if layers.mirrored else left + x
        for c in range(3):
            srgb[x, c] = row[place, c]


@compiled
def _add_half(line: NDArray[np.float32], small: NDArray[np.float32], y: int) -> None:
    """Two rows make one, and two pixels of each."""
    if small.size:
        for c in range(3):
            row, light, odd = small[c, y // 2], line[c], y % 2 == 1
            for x in range(row.size):
                mean = np.float32(0.25) * (light[2 * x] + light[2 * x + 1])
                row[x] = row[x] + mean if odd else mean


@compiled
def _keep(
    line: NDArray[np.float32], level: NDArray[np.uint16], srgb_of_light: NDArray[np.uint8], drawn: Drawn, y: int
) -> None:
    if drawn.light.size or drawn.picture.size:
        quantize_line(line, level)
    if drawn.light.size:
        for c in range(3):
            for x in range(level.shape[1]):
                drawn.light[c, y, x] = level[c, x]
    if drawn.picture.size:
        encode_line(level, srgb_of_light, drawn.picture[y])


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
