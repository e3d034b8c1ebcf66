"""One decoded picture of a video, with exact time and true colour.

Decoders hand out YUV as it was coded. What makes it the picture that the camera saw is written beside it or must be
guessed the way encoders mean it: matrix, range, primaries, transfer (coding.py), the way up (upright.py), the shape
of a pixel. Any of them taken wrong tilts colours by more than a key bears.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TypeVar

import av
import cv2
import numpy as np
from av.video.plane import VideoPlane
from av.video.reformatter import ColorRange, Interpolation
from numpy.typing import NDArray

from bgrsr_data.media.coding import Coding, coding_of, peak_of
from bgrsr_data.media.light import to_screen
from bgrsr_data.media.upright import display_matrix, turn

Depth = TypeVar("Depth", np.uint8, np.uint16)

_EXACT = Interpolation.BICUBIC | Interpolation.ACCURATE_RND | Interpolation.FULL_CHR_H_INT
_LUMA_FIRST = ("yuv4", "yuvj", "yuva", "nv", "gray", "ya")  # formats whose first plane is the luma
_EXPANDED = np.clip(np.rint((np.arange(256) - 16) * 255 / 219), 0, 255).astype(np.uint8)


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """One picture.

    Args:
        frame: As decoded; kept alive for as long as this object or a view of its luma.
        pts: Time, in units of `time_base`.
        time_base: Seconds.
        pixel_aspect: Width of a pixel over its height.
    """

    frame: av.VideoFrame
    pts: int
    time_base: Fraction
    pixel_aspect: Fraction = Fraction(1)

    @property
    def time_s(self) -> Fraction:
        """Time in seconds, exact."""
        return self.pts * self.time_base

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of `rgb()`: upright, square pixels."""
        width, height = self._square_width, self.frame.height
        return (height, width) if display_matrix(self.frame)[1] else (width, height)

    @property
    def _square_width(self) -> int:
        return max(1, round(self.frame.width * self.pixel_aspect))

    def luma(self) -> NDArray[np.uint8]:
        """The luma as coded (its range is not expanded, its pixels are not made square), upright.

        Returns:
            (H, W) uint8; a view of the decoder's memory for 8-bit video, so do not write to it.
        """
        return turn(_first_plane(self.frame), display_matrix(self.frame))

    def rgb(self) -> NDArray[np.uint8]:
        """The picture as it is meant to be seen: upright, square pixels, its alpha (where it has one) left out.

        Returns:
            (H, W, 3) uint8, sRGB, contiguous; high dynamic range is brought down to what a screen shows.

        Raises:
            Rejection: "hdr" or "colour": it is coded in a way that cannot be shown truly.
        """
        coding = coding_of(self.frame)
        if coding.for_a_screen:
            shown = self._rgb_in_8_bits(coding)
        else:
            deep = self._rgb_as_coded("rgb48le", np.uint16, coding)
            shown = to_screen(deep, _white(self.frame, coding), coding, peak_of(self.frame))
        if _is_grey(self.frame) and self.frame.color_range == ColorRange.MPEG:
            shown = _EXPANDED[shown]  # libswscale takes every grey for full range
        return np.ascontiguousarray(turn(shown, display_matrix(self.frame)))

    def _rgb_in_8_bits(self, coding: Coding) -> NDArray[np.uint8]:
        """The same bytes by way of three planes: a third of the time, since libswscale packs pixels one by one."""
        if self.frame.format.is_rgb:  # of few bits its two ways differ
            return self._rgb_as_coded("rgb24", np.uint8, coding)
        green, blue, red = (_rows(plane, np.uint8) for plane in self._converted("gbrp", coding).planes)
        return np.asarray(cv2.merge([red, green, blue]), np.uint8)

    def _rgb_as_coded(self, layout: str, dtype: type[Depth], coding: Coding) -> NDArray[Depth]:
        shown = self._converted(layout, coding)
        return _rows(shown.planes[0], dtype, samples=3).reshape(shown.height, shown.width, 3)

    def _converted(self, layout: str, coding: Coding) -> av.VideoFrame:
        return self.frame.reformat(
            width=self._square_width,
            height=self.frame.height,
            format=layout,
            src_colorspace=coding.matrix,
            src_color_range=ColorRange.JPEG if coding.full else ColorRange.MPEG,
            dst_color_range=ColorRange.JPEG,
            interpolation=_EXACT,
            threads=1,
        )


def _white(frame: av.VideoFrame, coding: Coding) -> int:
    """What libswscale makes of white in 16 bits: it shifts full range up, and ends limited range at 255 × 256."""
    bits = frame.format.components[0].bits
    if frame.format.is_rgb:
        return 65535 if bits > 8 else 65283
    return (2**bits - 1) << (16 - bits) if coding.full or _is_grey(frame) else 65283


def _is_grey(frame: av.VideoFrame) -> bool:
    return frame.format.name.startswith(("gray", "ya"))


def _first_plane(frame: av.VideoFrame) -> NDArray[np.uint8]:
    name, bits = frame.format.name, frame.format.components[0].bits
    if not name.startswith(_LUMA_FIRST) or name.endswith("be") or len(frame.format.components) == 2:
        return _first_plane(frame.reformat(format="gray", threads=1))
    if bits == 8:
        return _rows(frame.planes[0], np.uint8)
    return np.asarray(_rows(frame.planes[0], np.uint16) >> (bits - 8), np.uint8)


def _rows(plane: VideoPlane, dtype: type[Depth], samples: int = 1) -> NDArray[Depth]:
    flat = np.frombuffer(memoryview(plane), dtype)
    rows = flat.reshape(-1, plane.line_size // flat.itemsize)
    return rows[: plane.height, : samples * plane.width]
