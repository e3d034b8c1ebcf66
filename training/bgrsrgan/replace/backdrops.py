"""What a person is put before: a picture, a video, a colour, or their own room out of focus."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from bgrsr_data.errors import InputError
from bgrsr_data.media.colour import to_linear, to_srgb8
from bgrsr_data.media.images import is_image, read_rgb
from bgrsr_data.media.scaling import resize
from bgrsrgan.replace.framing import Pixels, Size, cover
from bgrsrgan.replace.sources import Film
from bgrsrgan.replace.threads import Ahead

BLUR = "blur"
_BLUR_SHARE = 0.04  # of the frame's height: standard deviation of the blur
_LEAST_ROOM = 1e-3  # where less of the room is seen around a place, the blur has nothing to go by


class Scene(NamedTuple):
    """A background as a network takes it.

    Attributes:
        low: (h, w, 3) uint8, sRGB, at the frame's size: each pixel the light of four.
        high: (2h, 2w, 3) uint8, sRGB.
    """

    low: Pixels
    high: Pixels


class Backdrop(ABC):
    """Gives the background of each moment."""

    @abstractmethod
    def at(self, time_s: Fraction, frame: Pixels, alpha: NDArray[np.float32] | None) -> Scene:
        """The background at a moment; moments are asked for in order.

        Args:
            time_s: Seconds after the first picture.
            frame: (h, w, 3) uint8, sRGB: what the camera sees.
            alpha: (2h, 2w) float32 [0, 1]: where the person was in the picture before; None where it is not known.
        """

    def close(self) -> None:  # noqa: B027 - most hold none
        """Let go of files."""


def open_backdrop(text: str, size: Size) -> Backdrop:
    """Open "office.jpg", "beach.mp4", "#2040a0", "navy" or "blur".

    Args:
        text: A file where one has this name; else BLUR or a colour.
        size: (width, height) of the frame, in pixels.

    Raises:
        InputError: It is none of these, or cannot be read.
    """
    path = Path(text)
    if path.is_file():
        return Still(read_rgb(path), size) if is_image(path) else Moving(path, size)
    if text == BLUR:
        return Blurred(size)
    colour = colour_of(text)
    if colour is None:
        raise InputError(
            f"--background {text}: there is no such file, and it is no colour; give an image, a video, a colour as"
            f' "#2040a0" or navy, or {BLUR}'
        )
    return Still(np.full((2 * size[1], 2 * size[0], 3), colour, np.uint8), size)


def colour_of(text: str) -> tuple[int, int, int] | None:
    """The sRGB values, [0, 255], of "#2040a0" or of a colour's name in CSS; None where it is neither."""
    from matplotlib.colors import is_color_like, to_rgb  # noqa: PLC0415 - takes its time, for a few words

    if not is_color_like(text):
        return None
    red, green, blue = (round(255 * value) for value in to_rgb(text))
    return red, green, blue


def scene_of(pixels: Pixels, size: Size) -> Scene:
    """Fit a picture to cover a frame.

    Args:
        pixels: (H, W, 3) uint8, sRGB, of any size.
        size: (width, height) of the frame.
    """
    high = cover(pixels, (2 * size[0], 2 * size[1]))
    return Scene(cover(high, size), high)


class Still(Backdrop):
    """The same picture always; see Backdrop."""

    def __init__(self, pixels: Pixels, size: Size) -> None:
        self._scene = scene_of(pixels, size)

    def at(self, time_s: Fraction, frame: Pixels, alpha: NDArray[np.float32] | None) -> Scene:  # noqa: ARG002
        """See Backdrop.at."""
        return self._scene


class Moving(Backdrop):
    """A video, shown in step with the camera's, and from its beginning again when it ends; see Backdrop."""

    def __init__(self, path: Path, size: Size) -> None:
        self._ahead = Ahead(_for_ever(path, size), held=2)
        self._scenes = iter(self._ahead)
        (_, self._scene), self._coming = next(self._scenes), next(self._scenes)

    def at(self, time_s: Fraction, frame: Pixels, alpha: NDArray[np.float32] | None) -> Scene:  # noqa: ARG002
        """See Backdrop.at."""
        while self._coming[0] <= time_s:
            (_, self._scene), self._coming = self._coming, next(self._scenes)
        return self._scene

    def close(self) -> None:
        """See Backdrop.close."""
        self._ahead.close()


def _for_ever(path: Path, size: Size) -> Iterator[tuple[Fraction, Scene]]:
    """Each picture of a video and when it is due, in seconds; after the last one the first again."""
    begins_s = Fraction(0)
    while True:
        film = Film(path)
        try:
            origin = film.first_pts
            for shot in film.shots():
                time_s = begins_s + (shot.pts - origin) * film.time_base
                yield time_s, scene_of(shot.pixels, size)
            begins_s = time_s + 1 / film.rate
        finally:
            film.close()


class Blurred(Backdrop):
    """The room itself, out of focus, the person's own light left out where it is known; see Backdrop."""

    def __init__(self, size: Size) -> None:
        self._size = size

    def at(self, time_s: Fraction, frame: Pixels, alpha: NDArray[np.float32] | None) -> Scene:  # noqa: ARG002
        """See Backdrop.at; a frame of another size is scaled, which a blur does not show."""
        width, height = self._size
        light, sigma = resize(to_linear(frame), self._size), _BLUR_SHARE * height
        blurred = cv2.GaussianBlur(light, (0, 0), sigma)
        if alpha is not None:
            blurred = _around(light, resize(alpha, self._size), blurred, sigma)
        high = cv2.resize(blurred, (2 * width, 2 * height), interpolation=cv2.INTER_LINEAR)
        return Scene(to_srgb8(np.asarray(blurred, np.float32)), to_srgb8(np.asarray(high, np.float32)))


def _around(
    light: NDArray[np.float32], alpha: NDArray[np.float32], whole: cv2.typing.MatLike, sigma: float
) -> NDArray[np.float32]:
    """Blur what is not the person: each place is the mean of the room around it, as far as it is seen."""
    room = 1 - cv2.dilate(alpha, np.ones((5, 5), np.uint8))
    seen = cv2.GaussianBlur(room, (0, 0), sigma)[..., None]
    lit = cv2.GaussianBlur(light * room[..., None], (0, 0), sigma)
    return np.asarray(np.where(seen > _LEAST_ROOM, lit / np.maximum(seen, _LEAST_ROOM), whole), np.float32)
