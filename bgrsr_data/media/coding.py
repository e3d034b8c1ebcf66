"""How the numbers of a decoded frame stand for colours: what its tags say, and what encoders mean where they do not.

Followed as tagged: the matrix (BT.709, BT.601, SMPTE 240M, FCC, BT.2020), the range of YUV and of grey, primaries wider
than a screen's (BT.2020, P3), and the transfers that are no screen's (linear, PQ, HLG). Left as coded, as players do:

- BT.709, BT.601 and gamma transfers: such values were graded on a screen that shows them like sRGB. Undoing the
  camera's curve instead would lighten every shadow.
- BT.601 and other primaries close to BT.709's: encoders write these tags by habit beside the BT.601 matrix, and where
  they are true the colours differ less than two cameras do.
- the range of RGB: it is full; a tag that says otherwise comes from a filter that meant YUV.

Untagged: BT.709 from 720 lines or 1280 columns on, else BT.601; limited range, but yuvj formats.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

import av
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc

from bgrsr_data.errors import Rejection
from bgrsr_data.media.beside import Beside, beside

# AVColorSpace → the matrix of libswscale; the tags 0 (RGB), 2 (none) and 3 (reserved) say nothing of YUV.
_MATRIX_OF_TAG = {
    1: Colorspace.ITU709,
    4: Colorspace.FCC,
    5: Colorspace.ITU601,
    6: Colorspace.ITU601,
    7: Colorspace.SMPTE240M,
    9: Colorspace.BT2020,
}
_NO_MATRIX = {
    8: "YCgCo", 10: "BT.2020 constant luminance", 11: "SMPTE ST 2085", 12: "chromaticity-derived matrix",
    13: "chromaticity-derived constant luminance", 14: "ICtCp", 15: "IPT-PQ-C2", 16: "YCgCo-R", 17: "YCgCo-R",
}  # fmt: skip
_NO_SCREEN: dict[int, str] = {
    ColorTrc.LOG: "logarithmic",
    ColorTrc.LOG_SQRT: "logarithmic",
    ColorTrc.SMPTE428: "SMPTE 428 (cinema)",
}
_WIDE: set[int] = {ColorPrimaries.BT2020, ColorPrimaries.SMPTE431, ColorPrimaries.SMPTE432}
HDR: dict[int, str] = {ColorTrc.SMPTE2084: "PQ", ColorTrc.ARIB_STD_B67: "HLG"}
_OPEN = 2  # of matrix, primaries and transfer: unspecified
_HD_LINES, _HD_COLUMNS = 720, 1280  # a cinema picture of 1280×544 is HD too
_USUAL_PEAK = 1000.0  # cd/m², of the screens that HDR is graded on


@dataclass(frozen=True, slots=True)
class Coding:
    """What the numbers mean.

    Args:
        matrix: From YUV to RGB.
        full: Whether black is 0 and white is the greatest number.
        primaries: Those of its RGB that are wider than sRGB's, else BT.709.
        transfer: PQ, HLG or linear, else BT.709: shown as it is.
    """

    matrix: Colorspace
    full: bool
    primaries: ColorPrimaries
    transfer: ColorTrc

    @property
    def for_a_screen(self) -> bool:
        """Whether its RGB is what sRGB screens take."""
        return self.primaries == ColorPrimaries.BT709 and self.transfer == ColorTrc.BT709


_GREY_IS_LIMITED = {"av1", "h264", "hevc", "libdav1d", "mpeg2video", "vp9"}  # where their standards find no range


@dataclass(frozen=True, slots=True)
class Told:
    """What the container and the codec say of all frames; it holds where a frame says nothing (VP9 lacks words)."""

    colorspace: int
    color_range: int
    color_primaries: int
    color_trc: int

    @classmethod
    def by(cls, context: av.VideoCodecContext) -> Told:
        """As it stands before the first frame was decoded."""
        extent = context.color_range
        if not extent and context.name in _GREY_IS_LIMITED and (context.pix_fmt or "").startswith("gray"):
            extent = ColorRange.MPEG
        return cls(context.colorspace, extent, context.color_primaries, context.color_trc)

    def complete(self, frame: av.VideoFrame) -> None:
        """Tag what the frame leaves open."""
        if frame.colorspace == _OPEN:
            frame.colorspace = self.colorspace
        if not frame.color_range:
            frame.color_range = self.color_range
        if frame.color_primaries == _OPEN:
            frame.color_primaries = self.color_primaries
        if frame.color_trc == _OPEN:
            frame.color_trc = self.color_trc


def coding_of(frame: av.VideoFrame) -> Coding:
    """Read the tags of a frame, and guess what they leave open.

    Raises:
        Rejection: "hdr": it is HDR, but not told which; "colour": coded in a way that cannot be turned into RGB here.
    """
    transfer, primaries = frame.color_trc, frame.color_primaries
    _refuse_unreadable(frame)
    return Coding(
        matrix=_matrix(frame),
        full=frame.color_range == ColorRange.JPEG or frame.format.name.startswith("yuvj"),
        primaries=ColorPrimaries(primaries) if primaries in _WIDE else ColorPrimaries.BT709,
        transfer=ColorTrc(transfer) if transfer in {ColorTrc.LINEAR, *HDR} else ColorTrc.BT709,
    )


def peak_of(frame: av.VideoFrame) -> float:
    """The brightest light of the screen that an HDR frame was graded on, in cd/m² (SMPTE ST 2086), 1000 if untold."""
    told = beside(frame, Beside.MASTERING_DISPLAY_METADATA)
    above, below, _, is_told = struct.unpack_from("=iiii", told, 72) if told else (0,) * 4
    return above / below if is_told and below and above > 0 else _USUAL_PEAK


def _matrix(frame: av.VideoFrame) -> Colorspace:
    large = frame.height >= _HD_LINES or frame.width >= _HD_COLUMNS
    guess = Colorspace.ITU709 if large else Colorspace.ITU601
    return _MATRIX_OF_TAG.get(int(frame.colorspace), guess)


def _refuse_unreadable(frame: av.VideoFrame) -> None:
    untagged = frame.color_trc in {ColorTrc.UNSPECIFIED, 0}
    if untagged and beside(frame, Beside.DOVI_RPU_BUFFER):
        raise Rejection("hdr", "coded as Dolby Vision without a picture for other screens (profile 5)")
    if untagged and beside(frame, Beside.MASTERING_DISPLAY_METADATA):
        raise Rejection("hdr", "graded for high dynamic range, but not tagged as PQ or HLG: its light is unknown")
    name = _NO_MATRIX.get(int(frame.colorspace)) or _NO_SCREEN.get(frame.color_trc)
    if name:
        raise Rejection("colour", f"coded as {name}, which cannot be turned into sRGB here")
