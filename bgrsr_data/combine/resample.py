"""Scaling of linear light, the same to the last bit on every machine.

OpenCV's and NumPy's loops choose their instructions by the processor (a fused multiply-add here, none there), so that
the last bit of a scaled float differs between machines. Here each sum is written out, in one order, without fusing.

A picture is scaled along one axis and then along the other, by a table of taps for each: which source
pixels make an output pixel, and with what weights. Kernels are stretched when a picture shrinks, so that nothing
aliases (Turkowski, "Filters for Common Resampling Tasks", Graphics Gems, 1990).
"""

from __future__ import annotations

import math
import threading
from functools import lru_cache
from typing import Any, Literal, NamedTuple

import cv2
import numpy as np
from numpy.typing import DTypeLike, NDArray

from bgrsr_data.compiled import compiled

Kernel = Literal["area", "bilinear", "bicubic", "lanczos"]
Size = tuple[int, int]  # width, height
_REACH = {"area": 0.5, "bilinear": 1.0, "bicubic": 2.0, "lanczos": 3.0}  # half-width in pixels of the output
_ORDER = ("area", "bilinear", "bicubic", "lanczos")


class Taps(NamedTuple):
    """How n output pixels are made of source pixels, along one axis.

    Attributes:
        first: (n,) int64, the first source pixel of each.
        weights: (t, n) float32, what it and the t - 1 after it count; t is 3 or a multiple of 4.
    """

    first: NDArray[np.int64]
    weights: NDArray[np.float32]


def taps(
    source: int,
    start: float,
    step: float,
    count: int,
    *,
    kernel: Kernel = "area",
    extend: bool = False,
    stretch: float | None = None,
) -> Taps:
    """The taps of `count` output pixels; the first one covers the source from `start` to `start + step`.

    The area average of a picture that grows would show its pixels as blocks: there it is bicubic.

    Args:
        source: Pixels that the source has.
        start: Where the output begins, in source pixels; may lie outside.
        step: Source pixels an output pixel, more than 0.
        count: Output pixels.
        kernel: Of which shape the weights are.
        extend: Beyond its border the source goes on as it ends; else there is nothing (0).
        stretch: Source pixels that the kernel's unit spans, to make things softer; None: as many as need be.
    """
    kernel = "bicubic" if kernel == "area" and step < 1 else kernel
    stretch = max(step, 1.0) if stretch is None else stretch
    reach = _REACH[kernel] * stretch
    most = math.ceil(2 * reach) + (kernel == "area")
    width = 3 if min(most, source) <= 3 else -(-min(most, source) // 4) * 4
    made = Taps(np.empty(count, np.int64), np.zeros((width, count), np.float32))
    _weigh(source, (start, step), (reach, stretch), _ORDER.index(kernel), extend, made)
    return made


@lru_cache(64)
def whole_taps(source: int, count: int, kernel: Kernel = "area") -> Taps:
    """The taps that make `count` pixels of all `source` pixels."""
    return taps(source, 0.0, source / count, count, kernel=kernel, extend=True)


class _Scratch(threading.local):
    def __init__(self) -> None:
        self.kept: dict[str, NDArray[np.uint8]] = {}


_SCRATCH = _Scratch()


def scratch(name: str, shape: tuple[int, ...], dtype: DTypeLike) -> NDArray[Any]:
    """An array to work in, this thread's alone, whose values last until the next one of this name.

    Memory that is asked for anew has to be cleared by the system, which takes as long as the sums do.
    """
    needed = math.prod(shape) * np.dtype(dtype).itemsize
    kept = _SCRATCH.kept.get(name)
    if kept is None or kept.size < needed:
        kept = _SCRATCH.kept[name] = np.empty(needed, np.uint8)
    return kept[:needed].view(dtype).reshape(shape)


def scale(planes: NDArray[Any], rows: Taps, columns: Taps) -> NDArray[np.float32]:
    """Scale planes.

    Args:
        planes: (C, h, w) uint16, 65535 for 1, or float32; linear light, premultiplied light, alpha.
        rows: The taps along y.
        columns: The taps along x.

    Returns:
        (C, H, W) float32; 65535 has become 1.
    """
    out = np.empty((len(planes), rows.first.size, columns.first.size), np.float32)
    if not out.size:  # a person who is wholly outside
        return out
    grows = out.shape[1] > planes.shape[1]
    for plane, scaled in zip(planes, out, strict=True):  # one at a time: it stays in the processor's own memory
        if grows:  # fewer pixels are touched in this order
            _add_rows(_turned(_scaled(_turned(plane), columns)), rows, scaled)
        else:
            cv2.transpose(_scaled(_turned(_scaled(plane, rows)), columns), dst=scaled)
    return out


def shrink_to(planes: NDArray[Any], size: Size, kernel: Kernel = "area") -> NDArray[np.float32]:
    """Scale planes to (width, height); all else as of `scale`."""
    return scale(planes, whole_taps(planes.shape[1], size[1], kernel), whole_taps(planes.shape[2], size[0], kernel))


def soften(planes: NDArray[np.float32], reach: float) -> NDArray[np.float32]:
    """Blur by a tent that reaches `reach` pixels to each side; beyond its border the picture goes on as it ends."""
    return scale(planes, _tent(planes.shape[1], reach), _tent(planes.shape[2], reach))


@lru_cache(16)
def _tent(count: int, reach: float) -> Taps:
    return taps(count, 0.0, 1.0, count, kernel="bilinear", extend=True, stretch=reach)


def _scaled(plane: NDArray[Any], rows: Taps) -> NDArray[np.float32]:
    out = scratch("rows", (rows.first.size, plane.shape[1]), np.float32)
    _add_rows(plane, rows, out)
    return out


def _turned(plane: NDArray[Any]) -> NDArray[Any]:
    """Rows as columns, so that columns are scaled as rows are: a processor adds many pixels of a row at a time.

    OpenCV moves the values, and leaves them as they are.
    """
    out = scratch(f"turned {plane.dtype}", plane.shape[::-1], plane.dtype)
    cv2.transpose(plane, dst=out)
    return out


@compiled
def _kernel(t: float, shape: int) -> float:
    """Height of a kernel at `t` output pixels from its middle.

    Bilinear is a tent, bicubic that of Keys (1981) with a = -1/2, Lanczos has three lobes. The heights are rounded to
    2^-20, for the last bit of a sine is not the same in every mathematical library.
    """
    t = abs(t)
    if shape == 1:
        return max(0.0, 1.0 - t)
    if shape == 2:
        if t < 1.0:
            return (1.5 * t - 2.5) * t * t + 1.0
        return ((-0.5 * t + 2.5) * t - 4.0) * t + 2.0 if t < 2.0 else 0.0
    if t >= 3.0:
        return 0.0
    height = 1.0 if t < 1e-9 else 3.0 * math.sin(math.pi * t) * math.sin(math.pi * t / 3.0) / (math.pi * t) ** 2
    return math.floor(height * 1048576.0 + 0.5) / 1048576.0


@compiled
def _weight(pixel: int, middle: float, reach: float, stretch: float, shape: int) -> float:
    """What a source pixel counts for an output pixel around `middle`: its covered part, or the kernel's height."""
    if shape == 0:
        return max(0.0, min(pixel + 1.0, middle + reach) - max(float(pixel), middle - reach))
    return _kernel((pixel + 0.5 - middle) / stretch, shape)


@compiled
def _weigh(
    source: int, grid: tuple[float, float], kernel: tuple[float, float], shape: int, extend: bool, taps: Taps
) -> None:
    """Fill `taps`; a pixel outside counts for the border's (`extend`) or is left out."""
    start, step = grid
    reach, stretch = kernel
    width, count = taps.weights.shape
    for i in range(count):
        middle = start + (i + 0.5) * step
        inset = 0.5 if shape else 0.0  # a kernel weighs the middles of pixels
        low, high = math.floor(middle - reach + inset + 1e-9), math.ceil(middle + reach - inset - 1e-9)
        first = min(max(low, 0), max(source - width, 0))
        taps.first[i] = first
        total = 0.0
        for pixel in range(low, high):
            total += _weight(pixel, middle, reach, stretch, shape)
        for pixel in range(low, high):
            if extend or 0 <= pixel < source:
                place = min(max(pixel, 0), source - 1) - first
                if 0 <= place < width:
                    weight = _weight(pixel, middle, reach, stretch, shape)
                    taps.weights[place, i] += np.float32(weight / total)


@compiled
def _add_rows(plane: NDArray[Any], taps: Taps, out: NDArray[np.float32]) -> None:
    """Each output row is a weighted sum of source rows, three or four at a time; 65535 becomes 1."""
    group = 3 if taps.weights.shape[0] == 3 else 4
    unit = np.float32(1 / 65535) if plane.itemsize == 2 else np.float32(1)
    last = plane.shape[0] - 1
    for y in range(out.shape[0]):
        row = out[y]
        for g in range(0, taps.weights.shape[0], group):
            top = taps.first[y] + g  # rows beyond the last one have no weight
            p, q = plane[min(top, last)], plane[min(top + 1, last)]
            r, s = plane[min(top + 2, last)], plane[min(top + group - 1, last)]
            u, v, w = unit * taps.weights[g, y], unit * taps.weights[g + 1, y], unit * taps.weights[g + 2, y]
            z = unit * taps.weights[g + 3, y] if group == 4 else np.float32(0)
            if g == 0 and group == 3:
                for x in range(row.size):
                    row[x] = u * np.float32(p[x]) + v * np.float32(q[x]) + w * np.float32(r[x])
            elif g == 0:
                for x in range(row.size):
                    light = u * np.float32(p[x]) + v * np.float32(q[x])
                    row[x] = light + (w * np.float32(r[x]) + z * np.float32(s[x]))
            else:
                for x in range(row.size):
                    light = u * np.float32(p[x]) + v * np.float32(q[x])
                    row[x] += light + (w * np.float32(r[x]) + z * np.float32(s[x]))
