"""Where pictures come from: a video file or a camera, both as upright RGB with exact times."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np

from bgrsr_data.errors import InputError, Rejection
from bgrsr_data.media.picture import Picture
from bgrsr_data.media.video import VideoReader
from bgrsrgan.replace.framing import Pixels, Size

CAMERA = "camera:"
_USUAL_RATE = Fraction(30)


class Shot(NamedTuple):
    """One picture of a source.

    Attributes:
        pixels: (h, w, 3) uint8, sRGB, upright, square pixels.
        pts: Its time, in units of the source's time base.
    """

    pixels: Pixels
    pts: int


class Source(ABC):
    """What is replaced, once from its first picture to its last.

    Attributes:
        name: For a person.
        path: The file; None for a camera.
        live: It does not wait: what is not taken in time is lost.
        size: (width, height) of its first picture.
        first_pts: Time of its first picture, in units of the time base.
        time_base: Seconds a unit of pts.
        rate: Pictures a second, on the average.
        frames: About how many there are; None where it is not told.
    """

    name: str
    path: Path | None
    live: bool
    size: Size
    first_pts: int
    time_base: Fraction
    rate: Fraction
    frames: int | None

    @abstractmethod
    def shots(self) -> Iterator[Shot]:
        """The pictures, in order of time."""

    @abstractmethod
    def complaints(self) -> list[str]:
        """What was wrong with it, as far as it was read; each a sentence."""

    @abstractmethod
    def close(self) -> None:
        """Let it go."""


def open_source(text: str, *, seconds: Fraction | None = None) -> Source:
    """Open "clip.mp4", or "camera:0".

    Args:
        text: A file, or CAMERA and what OpenCV calls the camera: its number, or its device or address.
        seconds: End after so much of it.

    Raises:
        InputError: There is no such file or camera, or it gives no picture.
    """
    if text.startswith(CAMERA):
        return Camera(text.removeprefix(CAMERA), seconds=seconds)
    return Film(Path(text), seconds=seconds)


class Film(Source):
    """A video file; see Source."""

    live = False

    def __init__(self, path: Path, *, seconds: Fraction | None = None) -> None:
        self.name, self.path, self._seconds = path.name, path, seconds
        with self._told():
            self._reader = VideoReader(path, tone_map=True)
        self._pictures = iter(self._reader)
        first = self._next()
        if first is None:
            self.close()
            raise InputError(f"{path}: not one picture of it can be decoded")
        self._first, self._ended = first, False
        self.first_pts, self.size = first.pts, first.size
        self.time_base, self.rate = self._reader.time_base, self._reader.rate
        lengths = [one for one in (self._reader.report.declared_s, seconds) if one is not None]
        self.frames = max(1, round(min(lengths) * self.rate)) if lengths else None

    def shots(self) -> Iterator[Shot]:
        """See Source.shots."""
        picture: Picture | None = self._first
        while picture is not None and self._is_wanted(picture):
            with self._told():
                shot = Shot(picture.rgb(), picture.pts)
            yield shot
            picture = self._next()
        self._ended = picture is None

    def complaints(self) -> list[str]:
        """See Source.complaints."""
        report = self._reader.report
        told = [f"{report.skipped} broken pictures are left out"] if report.skipped else []
        if self._ended and report.truncated:
            end, declared = float(report.end_s), float(report.declared_s or 0)
            told.append(f"it breaks off after {end:.2f} s of {declared:.2f} s: the rest is missing")
        return told

    def close(self) -> None:
        """See Source.close."""
        self._reader.close()

    def _is_wanted(self, picture: Picture) -> bool:
        return self._seconds is None or picture.time_s - self._first.time_s < self._seconds

    def _next(self) -> Picture | None:
        with self._told():
            return next(self._pictures, None)

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except Rejection as unfit:
            raise InputError(f"{self.path}: {unfit.detail.removeprefix(f'{self.name} ')}") from unfit


class Camera(Source):
    """A webcam, by OpenCV; see Source. Its times are those at which pictures came, in milliseconds.

    Args:
        device: Its number ("0"), or a device file or an address.
        seconds: End after so long.
    """

    path, live, frames = None, True, None
    first_pts, time_base = 0, Fraction(1, 1000)

    def __init__(self, device: str, *, seconds: Fraction | None = None) -> None:
        self.name, self._seconds, self._lost = f"{CAMERA}{device}", seconds, False
        self._capture = cv2.VideoCapture(int(device) if device.isdecimal() else device)
        first = self._read()
        if first is None:
            self.close()
            raise InputError(f"{self.name}: gives no picture; is it plugged in, and does no other program use it?")
        self.size = first.shape[1], first.shape[0]  # the picture itself is old until the network is ready
        told = self._capture.get(cv2.CAP_PROP_FPS)
        self.rate = Fraction(told).limit_denominator(1001) if 1 <= told <= 1000 else _USUAL_RATE

    def shots(self) -> Iterator[Shot]:
        """See Source.shots."""
        began, last = time.monotonic(), -1
        while (pixels := self._read()) is not None:
            passed = time.monotonic() - began
            if self._seconds is not None and passed >= self._seconds:
                return
            last = max(last + 1, round(passed / self.time_base))
            yield Shot(pixels, last)
        self._lost = True

    def complaints(self) -> list[str]:
        """See Source.complaints."""
        return ["the camera gave no more pictures"] if self._lost else []

    def close(self) -> None:
        """See Source.close."""
        self._capture.release()

    def _read(self) -> Pixels | None:
        found, pixels = self._capture.read()
        return np.ascontiguousarray(pixels[..., ::-1]) if found else None
