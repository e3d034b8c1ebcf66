"""The sound of a video, taken along: copied packet by packet where players of MP4s take it, else coded anew as AAC."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Any, TypeAlias

import av
import av.filter

from bgrsr_data.media.video import CONTAINERS

COPIED = frozenset({"aac", "ac3", "alac", "eac3", "flac", "mp3", "opus"})  # what players of MP4s play in them
_AAC_RATES = (48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000)  # samples a second
_AAC_SAMPLES = 1024  # in a packet
_LAYOUTS = {1: "mono", 2: "stereo"}
_MICROSECOND = Fraction(1, 1_000_000)
Packet: TypeAlias = "av.Packet[Any]"


class Sound:
    """The sound track that players choose, on its way into another file.

    Args:
        path: A video, which has been opened before.

    Attributes:
        start_s: Where the file's own clock stands when players call it 0.
    """

    def __init__(self, path: Path) -> None:
        self._container = av.open(str(path), options={"format_whitelist": CONTAINERS}, metadata_errors="replace")
        self.start_s = max(Fraction(0), (self._container.start_time or 0) * _MICROSECOND)
        self._broken = False
        best = self._container.streams.best("audio")
        self._stream = best if isinstance(best, av.AudioStream) else None
        self._codec = self._stream.codec_context.name if self._stream else ""
        self._output: av.AudioStream | None = None

    def __enter__(self) -> Sound:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._container.close()

    @property
    def told(self) -> str | None:
        """What happens to the sound, for a person; None where there is none."""
        if self._stream is None:
            return None
        return f"{self._codec} copied" if self._codec in COPIED else f"{self._codec} coded anew as aac"

    def complaints(self) -> list[str]:
        """What was wrong with it, as far as it was read; each a sentence."""
        return ["some of the sound could not be read and is left out"] if self._broken else []

    def join(self, output: av.container.OutputContainer) -> None:
        """Add a stream to a file that nothing was written to yet."""
        if self._stream is None:
            return
        if self._codec in COPIED:
            self._output = output.add_stream_from_template(self._stream)
            return
        told = self._stream.codec_context.sample_rate
        self._output = output.add_stream("aac", rate=next((rate for rate in _AAC_RATES if rate <= told), 8000))
        self._output.codec_context.layout = _LAYOUTS.get(self._stream.channels, self._stream.layout.name)
        self._output.codec_context.format = "fltp"

    def packets(self, moved_s: Fraction) -> Iterator[tuple[Fraction, Packet]]:
        """Give each packet for the stream that was added, and when it is heard, in seconds of the new file.

        Args:
            moved_s: How much earlier everything is there.
        """
        if self._stream is None or self._output is None:
            return
        copied = self._codec in COPIED
        for packet in self._copied() if copied else self._coded(self._stream, self._output.codec_context):
            base = Fraction(packet.time_base or 1)
            moved = round(moved_s / base)
            packet.pts = None if packet.pts is None else packet.pts - moved
            packet.dts = (packet.dts or 0) - moved
            packet.stream = self._output
            yield packet.dts * base, packet

    def _copied(self) -> Iterator[Packet]:
        return (packet for packet in self._read() if packet.size and packet.dts is not None)

    def _coded(self, stream: av.AudioStream, encoder: av.AudioCodecContext) -> Iterator[Packet]:
        chain = None
        for frame in self._decoded(stream):
            if chain is None:
                chain = _chain(frame, encoder)
            try:
                chain.push(frame)
            except av.error.FFmpegError:  # it has changed on the way: other channels, another rate
                self._broken = True
                break
            for piece in _pulled(chain):
                yield from encoder.encode(piece)
        if chain is not None:
            chain.push(None)
            for piece in _pulled(chain):
                yield from encoder.encode(piece)
            yield from encoder.encode(None)

    def _read(self) -> Iterator[Packet]:
        try:
            yield from self._container.demux(self._stream)
        except av.error.FFmpegError:
            self._broken = True

    def _decoded(self, stream: av.AudioStream) -> Iterator[av.AudioFrame]:
        for packet in self._read():
            try:
                yield from stream.decode(packet)
            except av.error.FFmpegError:
                self._broken = True


def _chain(first: av.AudioFrame, encoder: av.AudioCodecContext) -> av.filter.Graph:
    """Makes samples like those of the first frame what the encoder takes; where the sound pauses, silence."""
    graph = av.filter.Graph()
    graph.threads = 1
    form = f"sample_fmts={encoder.format.name}:channel_layouts={encoder.layout.name}"
    source = graph.add_abuffer(
        sample_rate=first.sample_rate, format=first.format, layout=first.layout, time_base=first.time_base
    )
    graph.link_nodes(
        source,
        graph.add("aresample", f"{encoder.sample_rate}:async=1"),
        graph.add("aformat", form),
        graph.add("asetnsamples", f"n={_AAC_SAMPLES}:p=0"),
        graph.add("abuffersink"),
    )
    graph.configure()
    return graph


def _pulled(graph: av.filter.Graph) -> Iterator[av.AudioFrame]:
    while True:
        try:
            piece = graph.pull()
        except (av.error.BlockingIOError, av.error.EOFError):
            return
        if isinstance(piece, av.AudioFrame):
            yield piece
