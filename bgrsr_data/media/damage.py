"""What to leave out where a video is broken: the broken picture, and all that lean on it.

Most pictures are coded as differences from others. A decoder conceals a broken one and hands out its smeared
descendants as if nothing were wrong with them: of a clip with one damaged packet (H.264, one key picture) 35 of 75
pictures came out wrong, and one of them was marked. So after a broken picture nothing counts up to the next key
picture; that it was a B picture is no excuse, since others may lean on it too.

Decoders of HEVC, VP9 and AV1 do not notice damage inside a packet that still parses; nor does this.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Protocol

import av
from av.video.frame import PictureType

_MOST_HELD = 8  # B pictures in a row that lean on one shown after them; encoders make 2 to 4


class Damage(Protocol):
    """Where damage is counted: packets or pictures that are broken, and all that is left out."""

    broken: int
    skipped: int


class Undamaged:
    """Passes pictures on in the order in which they are shown, but for those that damage reaches.

    Args:
        damage: Where it is counted.
    """

    def __init__(self, damage: Damage) -> None:
        self._damage = damage
        self._spoilt = False
        self._held: deque[av.VideoFrame] = deque()  # B pictures: as good as the next of another type

    def broke(self) -> None:
        """Take note that a packet could not be decoded, or not whole."""
        self._damage.broken += 1
        self._damage.skipped += 1 + len(self._held)
        self._held.clear()
        self._spoilt = True

    def push(self, frame: av.VideoFrame) -> Iterator[av.VideoFrame]:
        """Take a picture; give those that are known to be good."""
        if frame.is_corrupt:
            self.broke()
            return
        self._spoilt = self._spoilt and not frame.key_frame
        if self._spoilt:
            self._damage.skipped += 1
            return
        self._held.append(frame)
        waits = frame.pict_type == PictureType.B
        while self._held and (not waits or len(self._held) > _MOST_HELD):
            yield self._held.popleft()

    def flush(self) -> Iterator[av.VideoFrame]:
        """Give what is still held."""
        yield from self._held
        self._held.clear()
