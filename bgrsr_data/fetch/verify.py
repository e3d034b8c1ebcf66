"""Decode a file to its end before it counts.

A name, a suffix, even a valid header prove nothing: a 404 page saved as .mp4, a download cut short, a song with cover
art all look like videos from outside. Decoding packet by packet tells them apart; a damaged packet costs what builds on
it, no more.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Literal

from bgrsr_data.errors import Rejection
from bgrsr_data.fetch.stills import check_still
from bgrsr_data.media.images import is_image
from bgrsr_data.media.video import DecodeReport, VideoReader

MAX_BROKEN = 0.05  # share of packets that may fail: a clip with more holes than this is no evidence of motion


@dataclass(frozen=True, slots=True)
class Probe:
    """What decoding a file showed.

    Args:
        media: Video or still.
        width: Pixels of the first picture as it is meant to be seen: upright, each as wide as high.
        height: The same.
        frames: Pictures that are whole.
        duration: Seconds from the first to the end of the last frame; 0 for a still.
        codec: Its name, as "h264"; for a still the format.
        broken: Packets that could not be decoded.
    """

    media: Literal["video", "still"]
    width: int
    height: int
    frames: int
    duration: Fraction
    codec: str
    broken: int = 0


def probe(path: Path) -> Probe:
    """Decode a video or image to its end.

    Raises:
        Rejection: "zero-byte", "not-a-video", "not-an-image", "audio-only", "cover-art-only", "no-frame", "truncated",
            "corrupt", "several-pictures" or "print-colours".
        InputError: The file cannot be read.
    """
    if is_image(path):
        width, height = check_still(path)
        codec = path.suffix.lower().lstrip(".").replace("jpg", "jpeg")
        return Probe("still", width, height, 1, Fraction(0), codec)
    with VideoReader(path) as reader:
        pictures = reader.as_coded()
        width, height = next((picture.size for picture in pictures), (0, 0))
        for _ in pictures:
            pass
        report = reader.report
        _refuse_holes(report, path)
        return Probe("video", width, height, report.frames, report.end_s, reader.codec, report.broken)


def _refuse_holes(report: DecodeReport, path: Path) -> None:
    if not report.frames:
        raise Rejection("no-frame", f"not one frame of {path.name} can be decoded ({report.packets} packets)")
    if report.truncated:
        declared = f" of {float(report.declared_s):.2f} s" if report.declared_s else ""
        raise Rejection("truncated", f"{path.name} ends after {float(report.end_s):.2f} s{declared}: a part is missing")
    if report.broken > MAX_BROKEN * report.packets:
        raise Rejection("corrupt", f"{report.broken} of {report.packets} packets of {path.name} cannot be decoded")
