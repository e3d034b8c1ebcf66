"""A chart of known colours, coded into YUV by the formulas of the standards alone, and encoded with any tags.

Nothing of libswscale has a part in it:
Y' = Kr R' + Kg G' + Kb B', Cb = (B' - Y') / 2(1 - Kb), Cr = (R' - Y') / 2(1 - Kr),
(ITU-R BT.709-6, BT.601-7, BT.2020-2; SMPTE 240M; FCC 73.682), black at 16 and white at 235 or at 0 and 255.
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np

COLOURS = np.array(
    [
        (0, 177, 64), (0, 255, 0), (0, 71, 187), (0, 0, 255), (255, 0, 0), (255, 255, 0), (0, 255, 255), (255, 0, 255),
        (232, 190, 172), (141, 85, 36), (255, 255, 255), (0, 0, 0), (128, 128, 128), (12, 8, 30), (200, 30, 40),
    ],
    np.float64,
)  # fmt: skip
PATCH = 16  # pixels; a multiple of every chroma block
WEIGHTS = {  # AVColorSpace → (Kr, Kb)
    1: (0.2126, 0.0722), 4: (0.30, 0.11), 5: (0.299, 0.114), 6: (0.299, 0.114), 7: (0.212, 0.087), 9: (0.2627, 0.0593),
}  # fmt: skip
UNTAGGED = 2


def code(colours: np.ndarray, matrix: int, bits: int, *, full: bool) -> list[np.ndarray]:
    """Y', Cb and Cr of (N, 3) colours in [0, 255], as integers of `bits` bits."""
    (kr, kb), (red, green, blue) = WEIGHTS[matrix], (colours / 255).T
    luma = kr * red + (1 - kr - kb) * green + kb * blue
    chroma = [(blue - luma) / (2 * (1 - kb)), (red - luma) / (2 * (1 - kr))]
    most, unit = 2**bits - 1, 2 ** (bits - 8)
    planes = [luma * (most if full else 219 * unit) + (0 if full else 16 * unit)]
    planes += [part * (most if full else 224 * unit) + 128 * unit for part in chroma]
    return [np.clip(np.rint(plane), 0, most).astype(np.uint16 if bits > 8 else np.uint8) for plane in planes]


def chart(
    layout: str, height: int, matrix: int = 1, *, full: bool = False, colours: np.ndarray = COLOURS
) -> av.VideoFrame:
    """The colours side by side, coded; planes of RGB (gbrp) hold them as they are, alpha is half."""
    frame = av.VideoFrame(PATCH * len(colours), height, layout)
    rows = (
        _rgb_rows(colours) if frame.format.is_rgb else _yuv_rows(frame, code(colours, matrix, _bits(frame), full=full))
    )
    for number, plane in enumerate(frame.planes):
        line = rows[number].view(np.uint8)
        lines = np.zeros((plane.height, plane.line_size), np.uint8)
        lines[:, : line.size] = line
        plane.update(lines.tobytes())
    return frame


def _bits(frame: av.VideoFrame) -> int:
    return frame.format.components[0].bits


def _rgb_rows(colours: np.ndarray) -> list[np.ndarray]:
    red, green, blue = (np.repeat(values, PATCH) for values in colours.T.astype(np.uint8))
    return [green, blue, red]


def _yuv_rows(frame: av.VideoFrame, coded: list[np.ndarray]) -> list[np.ndarray]:
    parts = frame.format.components[:3]
    rows = [np.repeat(values, PATCH * part.width // frame.width) for values, part in zip(coded, parts, strict=False)]
    if frame.format.name == "nv12":
        return [rows[0], np.stack(rows[1:], axis=-1).ravel()]
    return [*rows, np.full_like(rows[0], 2 ** (_bits(frame) - 1))]


def encode(path: Path, frame: av.VideoFrame, codec: str, options: dict[str, str], **tags: int) -> Path:
    """Two equal frames in a file; `tags` are colorspace, color_range, color_primaries, color_trc."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=5, options=options)
        stream.width, stream.height, stream.pix_fmt = frame.width, frame.height, frame.format.name
        for name, value in tags.items():
            setattr(stream.codec_context, name, value)
            setattr(frame, name, value)
        for number in range(2):
            frame.pts, frame.time_base = number, Fraction(1, 5)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def patches(rgb: np.ndarray) -> np.ndarray:
    """(N, 3) the colour in the middle of each patch."""
    middle = rgb[rgb.shape[0] // 2, PATCH // 2 :: PATCH]
    return middle.astype(int)


def worst_error(rgb: np.ndarray, expected: np.ndarray = COLOURS) -> int:
    """The greatest difference of a channel, in levels."""
    return int(np.abs(patches(rgb) - expected).max())
