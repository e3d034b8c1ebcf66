"""Writes MP4s: H.264 and a sound, tagged BT.709, each picture at the time that it is given."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from fractions import Fraction
from pathlib import Path

import av
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc, Interpolation

from bgrsr_data.errors import DiskFullError, ToolError
from bgrsrgan.replace.framing import Pixels, Size
from bgrsrgan.replace.sound import Sound

MADE_BY = "bgrsr replace"  # the comment in each file, by which it knows its own again
_CODING = {"preset": "veryfast", "crf": "18"}
_EXACT = Interpolation.BICUBIC | Interpolation.ACCURATE_RND | Interpolation.FULL_CHR_H_INP


class Mp4:
    """A file that is being written.

    Args:
        path: Where; it is overwritten.
        size: (width, height) of the pictures, both even.
        time_base: Seconds a unit of pts.
        rate: Pictures a second, on the average.
        sound: Taken along, each packet when its time has come.
        moved_s: How much earlier the sound is heard than in its own file, in seconds.

    Raises:
        DiskFullError: Nothing more can be written; so do the methods.
        ToolError: It cannot be written for another reason; so do the methods.
    """

    def __init__(
        self, path: Path, size: Size, *, time_base: Fraction, rate: Fraction, sound: Sound | None, moved_s: Fraction
    ) -> None:
        self._path, self._time_base = path, time_base
        with self._told():
            self._container = av.open(str(path), "w", format="mp4", options={"movflags": "+faststart"})
            self._container.metadata["comment"] = MADE_BY
            self._stream = self._container.add_stream("libx264", rate=rate, options=_CODING)
            _tag(self._stream.codec_context, size, time_base)
            if sound is not None:
                sound.join(self._container)
        self._packets = sound.packets(moved_s) if sound is not None else iter(())
        self._coming = next(self._packets, None)

    def write(self, pixels: Pixels, pts: int) -> None:
        """Add a picture, and the sound up to it.

        Args:
            pixels: (H, W, 3) uint8, sRGB.
            pts: Its time, greater than the one before.
        """
        frame = av.VideoFrame.from_ndarray(pixels, format="rgb24").reformat(
            format="yuv420p",
            src_colorspace=Colorspace.ITU709,
            dst_colorspace=Colorspace.ITU709,
            src_color_range=ColorRange.JPEG,
            dst_color_range=ColorRange.MPEG,
            interpolation=_EXACT,
            threads=1,
        )
        frame.pts, frame.time_base = pts, self._time_base
        with self._told():
            for packet in self._stream.encode(frame):
                self._container.mux(packet)
            self._sound_until(pts * self._time_base)

    def close(self, *, sound_until_s: Fraction | None = None) -> None:
        """Write what is left.

        Args:
            sound_until_s: Where the sound ends; None: where it ends by itself.
        """
        with self._told():
            for packet in self._stream.encode(None):
                self._container.mux(packet)
            self._sound_until(sound_until_s)
            self._container.close()

    def abandon(self) -> None:
        """Let go of the file as it is; after `close` there is nothing to do."""
        with suppress(av.error.FFmpegError):
            self._container.close()

    def _sound_until(self, time_s: Fraction | None) -> None:
        while self._coming is not None and (time_s is None or self._coming[0] < time_s):
            self._container.mux(self._coming[1])
            self._coming = next(self._packets, None)

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except av.error.FFmpegError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise DiskFullError(f"{self._path.parent}: the disk is full; free some space and try again") from error
            raise ToolError(f"{self._path.parent}: the video cannot be written ({error.strerror})") from error


def is_ours(path: Path) -> bool:
    """Whether a file was written here."""
    try:
        with av.open(str(path)) as container:
            return container.metadata.get("comment") == MADE_BY
    except (av.error.FFmpegError, OSError):
        return False


def _tag(context: av.VideoCodecContext, size: Size, time_base: Fraction) -> None:
    context.width, context.height = size
    context.pix_fmt, context.time_base, context.thread_count = "yuv420p", time_base, 1
    context.colorspace, context.color_range = Colorspace.ITU709, ColorRange.MPEG
    context.color_primaries, context.color_trc = ColorPrimaries.BT709, ColorTrc.BT709
