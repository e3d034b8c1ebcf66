"""One decoded picture of a video, with exact time and true colour.

Decoders hand out YUV as it was coded. What makes it the picture that the camera saw is written beside it or must be
guessed the way encoders mean it: the matrix (ITU-R BT.709 or BT.601; untagged video of 720 lines, or 1280 columns, is
BT.709), the range, the rotation, the shape of a pixel. Any of them taken wrong tilts colours by more than a key bears.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TypeVar

import av
import numpy as np
from av.video.plane import VideoPlane
from av.video.reformatter import ColorRange, Colorspace, Interpolation
from numpy.typing import NDArray

Depth = TypeVar("Depth", np.uint8, np.uint16)

# AVColorSpace of a tag → the matrix of libswscale. Tags that say nothing, or nothing that swscale knows, are not here.
_MATRIX_OF_TAG = {
    1: Colorspace.ITU709,
    4: Colorspace.FCC,
    5: Colorspace.ITU601,
    6: Colorspace.ITU601,
    7: Colorspace.SMPTE240M,
    9: Colorspace.BT2020,
    10: Colorspace.BT2020,
}
_HD_LINES, _HD_COLUMNS = 720, 1280  # a cinema picture of 1280×544 is HD too
_FULL_CHROMA = Interpolation.FULL_CHR_H_INT | Interpolation.FULL_CHR_H_INP
_EXACT = Interpolation.BICUBIC | Interpolation.ACCURATE_RND | _FULL_CHROMA
_LUMA_FIRST = ("yuv4", "yuvj", "yuva", "nv", "gray")  # formats whose first plane is the luma


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

    def luma(self) -> NDArray[np.uint8]:
        """The luma as coded (its range is not expanded, its pixels are not made square), upright.

        Returns:
            (H, W) uint8; a view of the decoder's memory for 8-bit video, so do not write to it.
        """
        return np.rot90(_first_plane(self.frame), self._quarter_turns)

    def rgb(self) -> NDArray[np.uint8]:
        """The picture as it is meant to be seen: upright, square pixels.

        Returns:
            (H, W, 3) uint8, sRGB, contiguous.
        """
        width = max(1, round(self.frame.width * self.pixel_aspect))
        shown = self.frame.reformat(
            width=width,
            height=self.frame.height,
            format="rgb24",
            src_colorspace=_matrix(self.frame),
            src_color_range=_range(self.frame),
            dst_color_range=ColorRange.JPEG,
            interpolation=_EXACT,
            threads=1,
        )
        pixels = _rows(shown.planes[0], np.uint8, samples=3).reshape(shown.height, shown.width, 3)
        return np.ascontiguousarray(np.rot90(pixels, self._quarter_turns))

    @property
    def _quarter_turns(self) -> int:
        return round(self.frame.rotation / 90) % 4


def _matrix(frame: av.VideoFrame) -> Colorspace:
    large = frame.height >= _HD_LINES or frame.width >= _HD_COLUMNS
    guess = Colorspace.ITU709 if large else Colorspace.ITU601
    return _MATRIX_OF_TAG.get(int(frame.colorspace), guess)


def _range(frame: av.VideoFrame) -> ColorRange:
    full = frame.color_range == ColorRange.JPEG or frame.format.name.startswith("yuvj")
    return ColorRange.JPEG if full else ColorRange.MPEG


def _first_plane(frame: av.VideoFrame) -> NDArray[np.uint8]:
    name, bits = frame.format.name, frame.format.components[0].bits
    if not name.startswith(_LUMA_FIRST) or name.endswith("be"):
        return _first_plane(frame.reformat(format="gray", threads=1))
    if bits == 8:
        return _rows(frame.planes[0], np.uint8)
    return np.asarray(_rows(frame.planes[0], np.uint16) >> (bits - 8), np.uint8)


def _rows(plane: VideoPlane, dtype: type[Depth], samples: int = 1) -> NDArray[Depth]:
    flat = np.frombuffer(memoryview(plane), dtype)
    rows = flat.reshape(-1, plane.line_size // flat.itemsize)
    return rows[: plane.height, : samples * plane.width]
