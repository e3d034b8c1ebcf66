"""What combinations are made of, as it is kept in memory: persons and rooms as planes of linear light.

A person is kept as the box that its alpha fills; both are kept no larger than a picture needs. What is kept hangs on
the file and the picture's size alone, never on who asked first.
"""

from __future__ import annotations

import hashlib
import math
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from threading import Lock
from typing import Generic, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from bgrsr_data.combine.light import Light
from bgrsr_data.combine.linear import decode, decode_covered, encode, mean_light, to_16bit
from bgrsr_data.combine.resample import Size, scale, shrink_to, soften, taps
from bgrsr_data.compiled import compiled
from bgrsr_data.records import Combination

PERSON_SPARE = 1.5  # persons are kept so much taller than the picture, for zooms beyond 1
CLOSER = (1.0, 1.1, 1.2, 1.3)  # how close a room is seen; each is kept at its size, so that a crop needs no scaling
GLOW_CELLS = 60  # rows of a picture's grid on which a room's light is gathered
GLOW_REACH = 4.0  # and from how far, in its cells: 7 % of the picture's height


@dataclass(frozen=True, slots=True)
class Cutout:
    """A person.

    Args:
        planes: (4, h, w) uint16 premultiplied linear R, G, B, and alpha, of the box that alpha fills.
        left: Left edge of the box in its file, in pixels of the file.
        top: Its top edge.
        file_height: Height of the file.
        shrunk: Pixels of `planes` a pixel of the file, at most 1.
        light: Mean linear R, G and B of what is covered.
    """

    planes: NDArray[np.uint16]
    left: int
    top: int
    file_height: int
    shrunk: float
    light: Light

    @property
    def nbytes(self) -> int:
        """Memory that it takes."""
        return self.planes.nbytes


@dataclass(frozen=True, slots=True)
class Scene:
    """A background, as large as it is cropped.

    Args:
        srgb: (h, w, 3) uint8, the very bytes that a network is given.
        glow: (3, i, j) float32, the light gathered around each place, on a coarse grid over all of it.
        light: Mean linear R, G and B.
    """

    srgb: NDArray[np.uint8]
    glow: NDArray[np.float32]
    light: Light

    @property
    def nbytes(self) -> int:
        """Memory that it takes."""
        return self.srgb.nbytes + self.glow.nbytes


@dataclass(frozen=True, slots=True)
class View:
    """The part of a background that a picture shows.

    Args:
        scene: The background.
        top: Row of the scene where the picture begins.
        left: Column where it begins.
        mirrored: Whether it is mirrored then.
    """

    scene: Scene
    top: int
    left: int
    mirrored: bool


@dataclass(frozen=True, slots=True)
class Placed:
    """The part of a person that the picture shows.

    Args:
        planes: (4, h, w) float32 premultiplied linear R, G, B, and alpha.
        left: Column of the picture where it begins.
        top: Row of the picture where it begins.
    """

    planes: NDArray[np.float32]
    left: int
    top: int


def cut_out(colour: NDArray[np.uint8], alpha: NDArray[np.uint8], size: Size) -> Cutout:
    """Make a person ready to be placed.

    Args:
        colour: (h, w, 3) uint8, straight sRGB.
        alpha: (h, w) uint8.
        size: (width, height) of the pictures to come.
    """
    rows, columns = np.flatnonzero(alpha.any(axis=1)), np.flatnonzero(alpha.any(axis=0))
    top, bottom = (int(rows[0]), int(rows[-1]) + 1) if rows.size else (0, 1)
    left, right = (int(columns[0]), int(columns[-1]) + 1) if columns.size else (0, 1)
    planes = decode_covered(colour[top:bottom, left:right].copy(), alpha[top:bottom, left:right].copy())
    light = mean_light(planes)
    shrunk = min(1.0, PERSON_SPARE * size[1] / alpha.shape[0])
    if shrunk < 1:
        height, width = (max(1, math.ceil(edge * shrunk)) for edge in planes.shape[1:])
        rows_of, columns_of = (
            taps(n, 0.0, 1 / shrunk, m) for n, m in zip(planes.shape[1:], (height, width), strict=True)
        )
        planes = to_16bit(scale(planes, rows_of, columns_of))
    return Cutout(planes, left, top, alpha.shape[0], shrunk, light)


def place(cutout: Cutout, row: Combination, size: Size) -> Placed:
    """Scale and move a person into the picture.

    Args:
        cutout: The person.
        row: Its zoom, place and flip.
        size: (width, height) of the picture.
    """
    zoom = row.zoom * size[1] / cutout.file_height  # picture pixels a pixel of the file
    step = cutout.shrunk / zoom
    span: list[tuple[float, int, int]] = []
    for offset, box, pixels, whole in (
        (row.top, cutout.top, cutout.planes.shape[1], size[1]),
        (row.left, cutout.left, cutout.planes.shape[2], size[0]),
    ):
        begin = offset * size[1] + box * zoom
        first = min(max(math.floor(begin) - 1, 0), whole)
        last = min(max(math.ceil(begin + pixels / step) + 1, first), whole)
        span.append(((first - begin) * step, first, last - first))
    (start_y, top, height), (start_x, left, width) = span
    columns = taps(cutout.planes.shape[2], start_x, step, width)
    planes = scale(cutout.planes, taps(cutout.planes.shape[1], start_y, step, height), columns)
    if row.flip:
        return Placed(np.ascontiguousarray(planes[..., ::-1]), size[0] - left - width, top)
    return Placed(planes, left, top)


def alpha_of(person: Placed, size: Size) -> NDArray[np.uint8]:
    """The person's share of each pixel of the whole picture, (H, W) uint8."""
    alpha = np.zeros((size[1], size[0]), np.uint8)
    _write_alpha(person.planes[3], person.left, person.top, alpha)
    return alpha


@compiled
def _write_alpha(cover: NDArray[np.float32], left: int, top: int, alpha: NDArray[np.uint8]) -> None:
    for y in range(cover.shape[0]):
        row, out = cover[y], alpha[top + y, left : left + cover.shape[1]]
        for x in range(row.size):
            out[x] = np.uint8(
                np.int32(min(max(row[x], np.float32(0)), np.float32(1)) * np.float32(255) + np.float32(0.5))
            )


def make_scene(rgb: NDArray[np.uint8], size: Size, closer: float) -> Scene:
    """Make a background ready to be cropped.

    Args:
        rgb: (h, w, 3) uint8 sRGB.
        size: (width, height) of the picture.
        closer: How many times larger than just filling the picture.
    """
    planes = decode(rgb)
    height, width = planes.shape[1:]
    grown = closer * max(size[0] / width, size[1] / height)
    columns, rows = (
        taps(n, 0.0, n / m, m, extend=True)
        for n, m in ((width, max(round(width * grown), size[0])), (height, max(round(height * grown), size[1])))
    )
    light = scale(planes, rows, columns)
    return Scene(encode(light), _gather(light, size), mean_light(planes))


def _gather(light: NDArray[np.float32], size: Size) -> NDArray[np.float32]:
    cell = size[1] / min(GLOW_CELLS, size[1])
    coarse = shrink_to(light, (max(2, round(light.shape[2] / cell)), max(2, round(light.shape[1] / cell))))
    return soften(coarse, GLOW_REACH)


def look(scene: Callable[[float], Scene], size: Size, seed: int, purpose: str) -> View:
    """Which part of a background a combination sees.

    Args:
        scene: Gives the background as close as asked.
        size: (width, height) of the picture.
        seed: Of the combination.
        purpose: "original" or "target": each is drawn for itself.
    """
    _, right, down, mirror = draw(seed, purpose)
    seen = scene(closeness(seed, purpose))
    height, width = seen.srgb.shape[:2]
    top, left = int(down * (height - size[1] + 1)), int(right * (width - size[0] + 1))
    return View(seen, top, left, mirror < 0.5)


def closeness(seed: int, purpose: str) -> float:
    """How many times larger than just filling the picture a combination sees a background; arguments as of `look`."""
    return CLOSER[int(draw(seed, purpose)[0] * len(CLOSER))]


def draw(seed: int, purpose: str) -> tuple[float, float, float, float]:
    """Four even draws from [0, 1) that hang on the seed and the purpose alone, in every version of every library."""
    digest = hashlib.sha256(f"{purpose} {seed}".encode()).digest()
    one, two, three, four = ((int.from_bytes(digest[i : i + 8], "big") >> 11) / 2**53 for i in range(0, 32, 8))
    return one, two, three, four


class _Sized(Protocol):
    @property
    def nbytes(self) -> int: ...


Key = TypeVar("Key", bound=Hashable)
Kept = TypeVar("Kept", bound=_Sized)


class Cache(Generic[Key, Kept]):
    """Keeps what was used last, up to so many bytes; threads may share it.

    Args:
        most: Bytes to keep.
        make: Makes what is not there.
    """

    def __init__(self, most: int, make: Callable[[Key], Kept]) -> None:
        self._most, self._make = most, make
        self._kept: OrderedDict[Key, Kept] = OrderedDict()
        self._bytes = 0
        self._changing = Lock()

    def __call__(self, name: Key) -> Kept:
        """What is called `name`, made if it is not there (any more)."""
        with self._changing:
            if name in self._kept:
                self._kept.move_to_end(name)
                return self._kept[name]
        made = self._make(name)
        with self._changing:
            if name not in self._kept:
                self._kept[name] = made
                self._bytes += made.nbytes
                while self._bytes > self._most and len(self._kept) > 1:
                    self._bytes -= self._kept.popitem(last=False)[1].nbytes
        return made
