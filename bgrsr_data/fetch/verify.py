"""Decode a file to its end before it counts.

A name, a suffix, even a valid header prove nothing: a 404 page saved as .mp4, a download cut short, a song with cover
art all look like videos from outside. Decoding packet by packet tells them apart; a damaged packet costs itself alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal

import av

from bgrsr_data.errors import InputError, Rejection
from bgrsr_data.media.images import is_image, read_rgb

VIDEO_SUFFIXES = frozenset(
    (
        ".3gp", ".avi", ".flv", ".m2ts", ".m4v", ".mkv", ".mov", ".mp4", ".mpeg", ".mpg", ".mts", ".mxf", ".ogv", ".ts",
        ".vob", ".webm", ".wmv",
    )
)  # fmt: skip
_JPEG = b"\xff\xd8\xff"
_IMAGE_MAGIC = (_JPEG, b"\x89PNG", b"RIFF", b"BM", b"II*\x00", b"MM\x00*")
MAX_BROKEN = 0.05  # share of packets that may fail: a clip with more holes than this is no evidence of motion
_MISSING_S = Fraction(1, 2)  # a clip may end so much before its header says: rounding, the last frame's length


@dataclass(frozen=True, slots=True)
class Probe:
    """What decoding a file showed.

    Args:
        media: Video or still.
        width: Pixels, upright (after the rotation that the file asks for).
        height: Pixels, upright.
        frames: Pictures that were decoded.
        duration: Seconds from the first to the end of the last frame; 0 for a still.
        codec: Its name, as "h264"; for a still the format.
        time_base: Seconds of one pts tick; 0 for a still.
        broken: Packets that could not be decoded.
    """

    media: Literal["video", "still"]
    width: int
    height: int
    frames: int
    duration: Fraction
    codec: str
    time_base: Fraction = Fraction(0)
    broken: int = 0


def probe(path: Path) -> Probe:
    """Decode a video or image to its end.

    Raises:
        Rejection: zero-byte, not-a-video, not-an-image, audio-only, cover-art-only, no-frame, truncated or corrupt.
        InputError: The file cannot be read.
    """
    try:
        size = path.stat().st_size
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from error
    if size == 0:
        raise Rejection("zero-byte", f"{path.name} is empty (0 bytes)")
    return _probe_still(path) if is_image(path) else _probe_video(path)


def _probe_still(path: Path) -> Probe:
    data = path.read_bytes()
    try:
        height, width, _ = read_rgb(path).shape
    except InputError as error:
        reason = "truncated" if data.startswith(_IMAGE_MAGIC) else "not-an-image"
        raise Rejection(reason, f"{path.name} cannot be decoded as an image{_page(path)}") from error
    if data.startswith(_JPEG) and not _jpeg_ends(data):  # the decoder fills what is missing with grey
        raise Rejection("truncated", f"{path.name} has no end: a part of the picture is missing")
    codec = path.suffix.lower().lstrip(".").replace("jpg", "jpeg")
    return Probe("still", width, height, 1, Fraction(0), codec)


def _jpeg_ends(data: bytes) -> bool:
    """Whether the end marker follows the picture; markers never occur inside of it, but do in a thumbnail before it."""
    at = 2
    while data[at : at + 1] == b"\xff" and data[at + 1 : at + 2] != b"\xda":  # segments before the picture
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return data.find(b"\xff\xd9", at) >= 0


def _probe_video(path: Path) -> Probe:
    try:
        container = av.open(str(path), metadata_errors="replace")
    except av.error.FFmpegError as error:
        reason, why = "not-a-video", f"{path.name} cannot be opened as a video ({error.strerror}){_page(path)}"
        if b"ftyp" in _head(path)[:16] and not _page(path):
            reason, why = "truncated", f"{path.name} has no index (moov): the end of the file is missing"
        raise Rejection(reason, why) from error
    with container:
        stream = _moving(container, path)
        stream.thread_count = 1
        seen = _decode(container, stream, path)
        _refuse_holes(seen, stream, container, path)
        return _described(seen, stream)


@dataclass(slots=True)
class _Seen:
    """What one pass over the packets found; times in ticks of the stream's time base."""

    packets: int = 0
    broken: int = 0
    frames: int = 0
    width: int = 0
    height: int = 0
    first: int | None = None
    last: int = 0
    end: int = 0
    cut: bool = False


def _moving(container: Any, path: Path) -> Any:
    """The first stream of moving pictures; cover art is one picture attached to a sound."""
    streams = container.streams.video
    if not streams:
        kind = "audio-only" if container.streams.audio else "not-a-video"
        raise Rejection(kind, f"{path.name} holds no video, only {container.format.long_name}{_page(path)}")
    for stream in streams:
        if not stream.disposition & av.stream.Disposition.attached_pic and stream.average_rate is not None:
            return stream
    raise Rejection("cover-art-only", f"{path.name} is sound with a cover picture, no video")


def _decode(container: Any, stream: Any, path: Path) -> _Seen:
    seen = _Seen()
    for frame in _frames(container, stream, seen):
        seen.frames += 1
        if seen.frames == 1:
            turned = frame.rotation % 180 != 0
            seen.width, seen.height = (frame.height, frame.width) if turned else (frame.width, frame.height)
        if frame.pts is not None:
            seen.first = frame.pts if seen.first is None else min(seen.first, frame.pts)
            seen.last = max(seen.last, frame.pts)
            seen.end = max(seen.end, frame.pts + (frame.duration or 0))
    if seen.frames == 0:
        raise Rejection("no-frame", f"not one frame of {path.name} can be decoded ({seen.packets} packets)")
    return seen


def _frames(container: Any, stream: Any, seen: _Seen) -> Iterator[Any]:
    packets = container.demux(stream)
    while True:
        try:
            packet = next(packets)
        except StopIteration:
            return
        except av.error.FFmpegError:  # the container ends in the middle of something
            seen.cut = True
            return
        seen.packets += packet.size > 0  # the last, empty one only empties the decoder
        try:
            yield from packet.decode()
        except av.error.InvalidDataError:
            seen.broken += 1


def _refuse_holes(seen: _Seen, stream: Any, container: Any, path: Path) -> None:
    told = _told(stream, container)
    shown = _shown(seen, stream)
    lost = stream.frames - seen.packets  # an index, where there is one, knows how many there were
    if seen.cut or lost > max(1, stream.frames // 50) or told - shown > max(_MISSING_S, told / 50):
        why = f"{path.name} ends after {float(shown):.2f} s of {float(told):.2f} s: a part is missing"
        raise Rejection("truncated", why)
    if seen.broken > MAX_BROKEN * seen.packets:
        raise Rejection("corrupt", f"{seen.broken} of {seen.packets} packets of {path.name} cannot be decoded")


def _told(stream: Any, container: Any) -> Fraction:
    """Seconds that the header promises; the container's length may be its sound's, so the stream's goes first."""
    if stream.duration is not None:
        return Fraction(stream.duration * stream.time_base)
    if container.duration is None:
        return Fraction(0)
    told = Fraction(container.duration, 1_000_000)
    return told * 9 / 10 if container.streams.audio else told  # the sound may go on for a while


def _shown(seen: _Seen, stream: Any) -> Fraction:
    """Seconds from the first frame to the end of the last."""
    if seen.first is None:
        return Fraction(seen.frames / stream.average_rate)
    end = seen.end
    if end <= seen.last:  # the last frame tells no length: it is as long as the average one
        between = Fraction(seen.last - seen.first, seen.frames - 1) if seen.frames > 1 else Fraction(0)
        end = seen.last + round(between)
    return Fraction((end - seen.first) * stream.time_base)


def _described(seen: _Seen, stream: Any) -> Probe:
    return Probe(
        "video", seen.width, seen.height, seen.frames, _shown(seen, stream), stream.codec_context.name,
        Fraction(stream.time_base), seen.broken,
    )  # fmt: skip


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(512)


def _page(path: Path) -> str:
    """A hint where the file is a web page, as a server's error page saved under a video's name."""
    start = _head(path).lstrip().lower()
    return "; it is a web page" if start.startswith((b"<!doctype html", b"<html", b"<?xml")) else ""
