"""Videos, decoded once from the first to the last frame: the only place that opens one.

A file that decoders call fine may still be wrong: cut short (they stop without a word), broken in the middle, a picture
of an album in a sound file, two fields in one frame, times that jump back. Each is mended, counted or refused here, so
that whatever reads pictures can believe them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain
from pathlib import Path
from types import TracebackType

import av
from av.stream import Disposition

from bgrsr_data.errors import Rejection
from bgrsr_data.media.coding import HDR, Coding, Told, coding_of
from bgrsr_data.media.damage import Undamaged
from bgrsr_data.media.deinterlace import Deinterlacer
from bgrsr_data.media.picture import Picture
from bgrsr_data.media.shape import PixelShapes
from bgrsr_data.media.unfit import no_video, read_start, what_else

VIDEO_SUFFIXES = frozenset(
    {".3gp", ".avi", ".flv", ".m2ts", ".m4v", ".mkv", ".mov", ".mp4", ".mpeg", ".mpg", ".mts", ".mxf", ".ogv", ".ts"}
    | {".vob", ".webm", ".wmv"}
)
# Nothing else is opened: a playlist or script under a video's name would have FFmpeg read other files and addresses.
CONTAINERS = (
    "aac,asf,av1,avi,dv,flac,flv,h264,hevc,m4v,matroska,webm,mov,mp4,m4a,3gp,3g2,mj2,mp3,"
    "mpeg,mpegts,mpegvideo,mxf,ogg,wav"
)
_INDEXED = {"mov,mp4,m4a,3gp,3g2,mj2", "matroska,webm"}  # containers that can be entered anywhere, by one clock
_RUN_UP_S = 1  # pictures are deinterlaced with the one before them, and fields may come in pairs
_ROUNDING_S = Fraction(1, 50)
_CLOCK = re.compile(r"(\d+):(\d\d):(\d\d(?:\.\d+)?)")
_MISSING_S = Fraction(1, 2)
_MISSING_SHARE = Fraction(1, 50)


@dataclass(slots=True)
class DecodeReport:
    """What was met on the way; complete when the last picture was given.

    Args:
        frames: Pictures given.
        skipped: Packets and pictures left out because they are broken.
        end_s: End of the last picture, seconds after the first one's start.
        declared_s: The length that the file claims; None where it claims none.
        packets: Packets read.
        broken: Those that could not be decoded, or not whole.
        indexed: Packets that the file's index claims; 0 where there is none.
        breaks_off: The file ends in the middle of something.
    """

    frames: int = 0
    skipped: int = 0
    end_s: Fraction = Fraction(0)
    declared_s: Fraction | None = None
    packets: int = 0
    broken: int = 0
    indexed: int = 0
    breaks_off: bool = False

    @property
    def truncated(self) -> bool:
        """Whether the file ends well before the length or the index that it claims."""
        declared_s = self.declared_s or Fraction(0)
        missing_s = declared_s - self.end_s
        early = missing_s > max(_MISSING_S, _MISSING_SHARE * declared_s)
        fewer = self.indexed - self.packets > max(Fraction(1), _MISSING_SHARE * self.indexed)
        return self.breaks_off or early or (fewer and missing_s > _ROUNDING_S)  # an edit list may leave packets out


def is_video(path: Path) -> bool:
    """Whether the name says it is a video that we read."""
    return path.suffix.lower() in VIDEO_SUFFIXES


def decode(path: Path) -> Iterator[Picture]:
    """Give every picture of a video, in order; `VideoReader` also tells what was wrong with it."""
    with VideoReader(path) as reader:
        yield from reader


class VideoReader:
    """An open video; iterate over it once.

    Args:
        path: The file.
        tone_map: Whether high dynamic range is brought down to what a screen shows, instead of refused.

    Raises:
        InputError: It cannot be read.
        Rejection: "zero-byte", "not-a-video", "truncated" (no index), "audio-only", "cover-art-only"; while iterating
            "hdr" or "colour": it is coded in a way that is not wanted or cannot be shown.
    """

    def __init__(self, path: Path, *, tone_map: bool = False) -> None:
        self.path = path
        self.tone_map = tone_map
        self._first: int | None = None
        self._open()
        self._running: Iterator[Picture] = iter(())
        self.time_base = Fraction(self._stream.time_base or Fraction(1, 1000))
        self.codec = self._stream.codec_context.name
        self.rate = Fraction(self._stream.average_rate or 25)
        self.report = DecodeReport(declared_s=self._declared(), indexed=self._stream.frames)

    def _open(self) -> None:
        start = read_start(self.path)
        if what_else(start):
            raise no_video(self.path, start)
        try:
            self._container = av.open(
                str(self.path), options={"format_whitelist": CONTAINERS}, metadata_errors="replace"
            )
        except (av.error.FFmpegError, OSError) as error:
            raise no_video(self.path, start, str(error.strerror)) from error
        try:
            self._stream = _moving_stream(self._container, self.path)
        except Rejection:
            self._container.close()
            raise
        self._stream.thread_type = "NONE"
        self._stream.codec_context.thread_count = 1
        self._told = Told.by(self._stream.codec_context)
        self._shapes = PixelShapes(self._stream)

    def __enter__(self) -> VideoReader:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._container.close()

    def seek(self, time_s: Fraction) -> None:
        """Continue from a key frame at or before `time_s`, where the file can; the next picture's pts tells from where.

        Args:
            time_s: Seconds, on the scale of the pictures' pts.
        """
        start = self._stream.start_time or 0
        try:
            self._container.seek(max(start, int(time_s / self.time_base)), stream=self._stream)
        except av.error.FFmpegError:
            self._container.seek(0)

    def __iter__(self) -> Iterator[Picture]:
        """Give every picture, in order of time; the report grows with them."""
        self._running = self._shown()
        return self._running

    def skip_to(self, time_s: Fraction) -> Iterator[Picture]:
        """Give the pictures from `time_s` on, the same that decoding all before would lead to.

        An index is trusted as far as a picture before `time_s` shows that it led to the right place; files without one,
        whose clocks may jump, are decoded up to there.

        Args:
            time_s: Seconds, on the scale of the pictures' pts; after the last picture that was given.
        """
        broken, skipped = self.report.broken, self.report.skipped
        indexed = self._container.format.name in _INDEXED
        if indexed:
            self.report.indexed = 0  # packets are left out on purpose
            self._running = self._enter(time_s)
        for picture in self._running:
            if picture.time_s >= time_s:
                if indexed:
                    self.report.broken, self.report.skipped = broken, skipped  # what has no beginning is not broken
                return chain([picture], self._running)
        return iter(())

    def _enter(self, time_s: Fraction) -> Iterator[Picture]:
        self.seek(time_s - _RUN_UP_S)
        pictures = self._shown()
        landed = next(pictures, None)
        if landed is not None and landed.time_s <= time_s:
            return chain([landed], pictures)
        self.close()
        self._open()
        return self._shown()

    def _shown(self) -> Iterator[Picture]:
        seen = None
        for picture in self._timed(self._progressive()):
            tags = _tags(picture.frame)
            if tags != seen:
                _refuse(coding_of(picture.frame), tone_map=self.tone_map)
                seen = tags
            yield picture

    def as_coded(self) -> Iterator[Picture]:
        """Give every picture with its fields and light as they are: to judge the file, at the decoder's own speed."""
        return self._timed(self._frames())

    def _timed(self, frames: Iterator[av.VideoFrame]) -> Iterator[Picture]:
        step = max(1, round(1 / (self.rate * self.time_base)))
        last = None
        for frame in frames:
            told = frame.pts if frame.pts is not None else frame.dts
            pts = told if told is not None and (last is None or told > last) else (0 if last is None else last + step)
            last = pts
            self._first = pts if self._first is None else self._first
            self.report.frames += 1
            self.report.end_s = (pts - self._first + (frame.duration or step)) * self.time_base
            yield Picture(frame, pts, self.time_base, self._shapes.of(frame))

    def _progressive(self) -> Iterator[av.VideoFrame]:
        deinterlacer = Deinterlacer(self.time_base)
        for frame in self._frames():
            yield from deinterlacer.push(frame)
        yield from deinterlacer.flush()

    def _frames(self) -> Iterator[av.VideoFrame]:
        undamaged = Undamaged(self.report)
        for packet in self._packets():
            try:
                frames = self._stream.decode(packet)
            except av.error.InvalidDataError:
                undamaged.broke()
                continue
            self._shapes.note(packet)
            for frame in frames:
                self._told.complete(frame)
                yield from undamaged.push(frame)
        yield from undamaged.flush()

    def _packets(self) -> Iterator[av.Packet[av.VideoStream] | None]:
        packets = self._container.demux(self._stream)
        while True:
            try:
                packet = next(packets)
            except StopIteration:
                return
            except av.error.FFmpegError:  # what is still in the decoder is good
                self.report.breaks_off = True
                yield None
                return
            self.report.packets += packet.size > 0  # the last, empty one only empties the decoder
            yield packet

    def _declared(self) -> Fraction | None:
        if self._stream.duration:
            return self._stream.duration * self.time_base
        told = _CLOCK.fullmatch(self._stream.metadata.get("DURATION", ""))
        if told:  # Matroska tells when a stream ends
            start_s = max(Fraction(0), (self._stream.start_time or 0) * self.time_base)
            return Fraction(told[1]) * 3600 + Fraction(told[2]) * 60 + Fraction(told[3]) - start_s
        if not self._container.duration:
            return None
        of_all = Fraction(self._container.duration, av.time_base)
        return of_all * 9 / 10 if self._container.streams.audio else of_all  # the sound may go on for a while


def _moving_stream(container: av.container.InputContainer, path: Path) -> av.VideoStream:
    streams = container.streams.video
    moving = [stream for stream in streams if not stream.disposition & Disposition.attached_pic]
    if moving:  # the one that players show
        return next((stream for stream in moving if stream.disposition & Disposition.default), moving[0])
    if streams:
        raise Rejection("cover-art-only", f"{path.name} is sound with a cover picture, not a video")
    if container.streams.audio:
        raise Rejection("audio-only", f"{path.name} holds sound without pictures")
    raise Rejection("not-a-video", f"{path.name} holds no pictures ({container.format.long_name})")


def _tags(frame: av.VideoFrame) -> tuple[int, ...]:
    return frame.color_trc, frame.colorspace, frame.color_primaries, frame.width, frame.height


def _refuse(coding: Coding, *, tone_map: bool) -> None:
    if coding.transfer in HDR and not tone_map:
        name = HDR[coding.transfer]
        raise Rejection("hdr", f"coded for high dynamic range ({name}); take it with: --hdr tonemap")
