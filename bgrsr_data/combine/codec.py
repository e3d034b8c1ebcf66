"""What a codec leaves of the input.

Every step is in whole numbers and therefore the same on every machine: JPEG by libjpeg-turbo (in OpenCV), whose vector
code gives the bytes of its plain code (its accurate DCT; the fast one is not used); H.264 by x264 and FFmpeg's decoder
(in PyAV) with one thread, likewise exact by their own tests. Only RGB to YUV, which swscale does by processor, is done
here for H.264.
"""

from __future__ import annotations

import threading
from fractions import Fraction
from functools import lru_cache
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from bgrsr_data.compiled import compiled

Codec = Literal["none", "jpeg", "h264"]


def code(srgb: NDArray[np.uint8], codec: Codec, quality: int) -> NDArray[np.uint8]:
    """Encode and decode a picture.

    Args:
        srgb: (h, w, 3) uint8.
        codec: "none" gives the picture back.
        quality: Of JPEG, 1 to 100; the quantiser of H.264, 0 to 51.
    """
    if codec == "jpeg":
        return code_jpeg(srgb, quality)
    return code_h264(srgb, quality) if codec == "h264" else srgb


def code_jpeg(srgb: NDArray[np.uint8], quality: int) -> NDArray[np.uint8]:
    """As a frame of MJPEG: half the chroma in both directions (4:2:0)."""
    told = [
        cv2.IMWRITE_JPEG_QUALITY, quality,
        cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_420,
    ]  # fmt: skip
    data = cv2.imencode(".jpg", cv2.cvtColor(srgb, cv2.COLOR_RGB2BGR), told)[1]
    decoded = np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)
    return np.asarray(cv2.cvtColor(decoded, cv2.COLOR_BGR2RGB), np.uint8)


def code_h264(srgb: NDArray[np.uint8], quantiser: int) -> NDArray[np.uint8]:
    """As a key frame of a video call: 4:2:0, BT.601, one quantiser for the whole picture."""
    import av  # noqa: PLC0415 - for those who ask for it

    height, width = srgb.shape[:2]
    yuv = np.zeros((3 * (height + height % 2) // 2, width + width % 2), np.uint8)
    _to_yuv420(srgb, yuv)
    coder = _CODERS.get(yuv.shape[1], height + height % 2, quantiser)
    frame = av.VideoFrame.from_ndarray(yuv, format="yuv420p")
    frame.pts = coder.coded = coder.coded + 1
    (packet,) = coder.encoder.encode(frame)
    (picture,) = coder.decoder.decode(packet)
    out = np.empty_like(srgb)
    _from_yuv420(np.asarray(picture.to_ndarray(), np.uint8), out)
    return out


class _Coder:
    """An encoder and its decoder; with one quantiser and key frames alone, no picture hangs on those before it."""

    def __init__(self, width: int, height: int, quantiser: int) -> None:
        import av  # noqa: PLC0415
        from av.codec.context import Flags  # noqa: PLC0415

        self.coded = 0
        self.encoder = av.CodecContext.create("libx264", "w")
        self.encoder.width, self.encoder.height, self.encoder.pix_fmt = width, height, "yuv420p"
        self.encoder.time_base, self.encoder.thread_count = Fraction(1, 30), 1
        self.encoder.options = {
            "preset": "ultrafast", "tune": "zerolatency", "qp": str(quantiser), "x264-params": "threads=1:keyint=1",
        }  # fmt: skip
        self.decoder = av.CodecContext.create("h264", "r")
        self.decoder.thread_count = 1
        self.decoder.flags |= Flags.low_delay  # a picture for each packet, at once


class _Coders(threading.local):
    """The coders of a thread: to open one takes longer than to code ten pictures."""

    def __init__(self) -> None:
        self.get = lru_cache(64)(_Coder)


_CODERS = _Coders()


@compiled
def _to_yuv420(srgb: NDArray[np.uint8], yuv: NDArray[np.uint8]) -> None:
    """BT.601, limited range, in 2^-16 steps; chroma is the mean of four pixels, I420 layout."""
    rows, width = 2 * yuv.shape[0] // 3, yuv.shape[1]
    chroma = yuv[rows:].reshape(2, rows // 2, width // 2)
    for y in range(0, rows, 2):
        for x in range(0, width, 2):
            red = green = blue = np.int64(0)
            for k in range(4):
                i, j = min(y + k // 2, srgb.shape[0] - 1), min(x + k % 2, srgb.shape[1] - 1)
                r, g, b = np.int64(srgb[i, j, 0]), np.int64(srgb[i, j, 1]), np.int64(srgb[i, j, 2])
                yuv[y + k // 2, x + k % 2] = (16829 * r + 33039 * g + 6416 * b + (16 << 16) + 32768) >> 16
                red, green, blue = red + r, green + g, blue + b
            chroma[0, y // 2, x // 2] = (-9714 * red - 19070 * green + 28784 * blue + (128 << 18) + 131072) >> 18
            chroma[1, y // 2, x // 2] = (28784 * red - 24103 * green - 4681 * blue + (128 << 18) + 131072) >> 18


@compiled
def _from_yuv420(yuv: NDArray[np.uint8], srgb: NDArray[np.uint8]) -> None:
    rows, width = 2 * yuv.shape[0] // 3, yuv.shape[1]
    chroma = yuv[rows:].reshape(2, rows // 2, width // 2)
    for y in range(srgb.shape[0]):
        for x in range(srgb.shape[1]):
            luma = 76309 * (np.int64(yuv[y, x]) - 16) + 32768
            u, v = np.int64(chroma[0, y // 2, x // 2]) - 128, np.int64(chroma[1, y // 2, x // 2]) - 128
            for c, level in enumerate((luma + 104597 * v, luma - 25675 * u - 53279 * v, luma + 132201 * u)):
                srgb[y, x, c] = min(max(int(level >> 16), 0), 255)
