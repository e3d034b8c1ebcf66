"""Interlaced frames become progressive ones (bwdif, one frame for each frame).

An interlaced frame holds two moments, line by line: what moves has combs, and a comb looks sharp to every measure. Only
frames that say that they are interlaced are changed.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import av
import av.filter


class Deinterlacer:
    """Passes frames on untouched until the first interlaced one, then sends all through bwdif.

    Args:
        time_base: Unit of the frames' pts, in seconds; the given frames keep it.
    """

    def __init__(self, time_base: Fraction) -> None:
        self._time_base = time_base
        self._graph: av.filter.Graph | None = None
        self._shape: tuple[int, int, str] | None = None

    def push(self, frame: av.VideoFrame) -> Iterator[av.VideoFrame]:
        """Take one frame; give those that are ready (bwdif looks one frame ahead)."""
        if self._graph is None and not frame.interlaced_frame:
            yield frame
            return
        shape = (frame.width, frame.height, frame.format.name)
        if shape != self._shape:
            yield from self.flush()
            self._graph, self._shape = self._build(frame), shape
        if self._graph is not None:
            self._graph.vpush(frame)
            yield from self._pull(self._graph)

    def flush(self) -> Iterator[av.VideoFrame]:
        """Give the frames that are still held."""
        if self._graph is not None:
            self._graph.vpush(None)
            yield from self._pull(self._graph)
        self._graph = self._shape = None

    def _build(self, frame: av.VideoFrame) -> av.filter.Graph:
        graph = av.filter.Graph()
        graph.threads = 1
        source = graph.add_buffer(
            width=frame.width, height=frame.height, format=frame.format, time_base=self._time_base
        )
        graph.link_nodes(source, graph.add("bwdif", "mode=send_frame:deint=interlaced"), graph.add("buffersink"))
        graph.configure()
        return graph

    def _pull(self, graph: av.filter.Graph) -> Iterator[av.VideoFrame]:
        while True:
            try:
                frame = graph.vpull()
            except (av.error.BlockingIOError, av.error.EOFError):
                return
            if frame.pts is not None and frame.time_base:
                frame.pts = int(Fraction(frame.pts) * frame.time_base / self._time_base)
                frame.time_base = self._time_base
            yield frame
