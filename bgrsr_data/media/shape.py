"""The shape of a pixel, which a stream may change on the way."""

from __future__ import annotations

from fractions import Fraction

import av

_SQUARE = Fraction(1)
_HELD = 64  # frames that a decoder may hold back


class PixelShapes:
    """Width over height of each frame's pixels.

    What the container says holds for all; else what the stream says as each frame is decoded, which is not when it is
    given, since decoders hold frames back.

    Args:
        stream: Before its first packet was decoded.
    """

    def __init__(self, stream: av.VideoStream) -> None:
        self._context = stream.codec_context
        self._first = told = _plain(stream.sample_aspect_ratio)
        self._fixed = told if told != _SQUARE and told != _plain(self._context.sample_aspect_ratio) else None
        self._of: dict[int | None, Fraction] = {}

    def note(self, packet: av.Packet[av.VideoStream] | None) -> None:
        """Remember the shape told when `packet` was decoded."""
        if self._fixed is None and packet is not None:
            told = _plain(self._context.sample_aspect_ratio)
            if told != self._first or self._of:
                self._of[packet.pts] = told
                if len(self._of) > _HELD:
                    del self._of[next(iter(self._of))]

    def of(self, frame: av.VideoFrame) -> Fraction:
        """The shape of a frame's pixels."""
        if self._fixed is not None:
            return self._fixed
        return self._of.get(frame.pts, self._first)


def _plain(told: Fraction | None) -> Fraction:
    return Fraction(told) if told and Fraction(1, 4) <= told <= 4 else _SQUARE
