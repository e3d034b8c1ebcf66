"""Parts of a clip, cut exactly: pictures from the start of a part up to, not including, its end.

Times count from the clip's first picture. A file with an index is entered shortly before a part that is far ahead, so
that a part costs its own length.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from bgrsr_data.frames.options import FrameOptions
from bgrsr_data.media.picture import Picture
from bgrsr_data.media.times import parse_section
from bgrsr_data.media.video import VideoReader

_FAR_S = 2  # a part that is nearer is decoded up to
_ROUNDED_S = 1  # so much may a part go on after the clip's end: people write whole seconds


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a clip.

    Args:
        start_s: Seconds after the first picture.
        end_s: Seconds after the first picture, exclusive; None: the clip's end.
        text: As a person wrote it; empty where it comes from the options.
    """

    start_s: Fraction
    end_s: Fraction | None
    text: str = ""

    def length_s(self, clip_s: Fraction) -> Fraction:
        """How long it is in a clip of `clip_s` seconds."""
        end_s = clip_s if self.end_s is None else min(self.end_s, clip_s)
        return max(Fraction(0), end_s - self.start_s)


def sections_of(texts: Sequence[str], options: FrameOptions) -> list[Section]:
    """The parts to take frames from, in order of time: those of the clip, or else the one that the options tell.

    Raises:
        InputError: A part is written wrong.
    """
    if not texts:
        end_s = exact(options.end_s) if options.end_s else None
        return [Section(exact(options.start_s), end_s)]
    return sorted((Section(*parse_section(text), text) for text in texts), key=lambda one: (one.start_s, one.end_s))


def exact(value: float) -> Fraction:
    """The number that a person wrote: 0.1 is a tenth, not the float next to it, or windows would drift by a frame."""
    return Fraction(str(value))


class Cutter:
    """Gives the pictures of one part after another; of parts that overlap, each picture once.

    Args:
        reader: At its start.
    """

    def __init__(self, reader: VideoReader) -> None:
        self._reader = reader
        self._pictures = iter(reader)
        self._next = next(self._pictures, None)
        self._origin_s = self._next.time_s if self._next else Fraction(0)

    @property
    def ended(self) -> bool:
        """Whether the last picture of the clip was given or passed."""
        return self._next is None

    def cut(self, section: Section) -> Iterator[Picture]:
        """Give the pictures of a part; take them all before the next part is cut."""
        start_s = self._origin_s + section.start_s
        end_s = None if section.end_s is None else self._origin_s + section.end_s
        if self._next and start_s - self._next.time_s > _FAR_S:
            self._pictures = self._reader.skip_to(start_s)
            self._next = next(self._pictures, None)
        while self._next and (end_s is None or self._next.time_s < end_s):
            picture, self._next = self._next, next(self._pictures, None)
            if picture.time_s >= start_s:
                yield picture

    def missing(self, section: Section) -> str:
        """What of a part, once it was cut, lies beyond the clip's end, in words; empty where nothing does."""
        length_s = self._reader.report.end_s
        if not self.ended or not section.text or section.end_s is None or section.end_s <= length_s + _ROUNDED_S:
            return ""
        how = "begins" if section.start_s >= length_s else "goes on"
        return f"section {section.text} {how} after the end of the clip ({float(length_s):.2f} s)"
