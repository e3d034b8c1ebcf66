"""What becomes of the pictures that are done: a video, its sound, and a sheet of a few moments."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction

from bgrsr_data.media.files import written_beside
from bgrsrgan.replace.framing import Pixels, Size
from bgrsrgan.replace.job import Job
from bgrsrgan.replace.mp4 import Mp4
from bgrsrgan.replace.preview import Preview
from bgrsrgan.replace.sound import Sound
from bgrsrgan.replace.sources import Shot, Source


class Reel:
    """A video on its way into a file.

    The file's clock begins where players see the source begin; its unit and all distances are the source's.

    Args:
        mp4: Where it is written.
        source: Where the pictures come from.
        moved: How much earlier a picture is than in the source, in units of its time base.
        job: The rest.
    """

    def __init__(self, mp4: Mp4, source: Source, moved: int, job: Job) -> None:
        self._mp4, self._source, self._moved, self._job = mp4, source, moved, job
        self._preview = Preview() if job.sheet else None
        self._last = source.first_pts

    def add(self, shot: Shot, after: Pixels, picture: Pixels) -> None:
        """Write a picture.

        Args:
            shot: As it came.
            after: (H, W, 3) uint8, sRGB: what the network made of it.
            picture: What is shown: the same, or both.
        """
        self._mp4.write(picture, shot.pts - self._moved)
        self._last = shot.pts
        if self._preview is not None:
            self._preview.look((shot.pts - self._source.first_pts) * self._source.time_base, shot.pixels, after)

    def finish(self, *, early: bool) -> None:
        """Write what is left; where a person ended it early the sound ends with the pictures."""
        first, base, until_s = self._source.first_pts - self._moved, self._source.time_base, None
        if early:
            until_s = (self._last - self._moved) * base + 1 / self._source.rate
        elif self._job.seconds is not None:
            until_s = first * base + self._job.seconds
        self._mp4.close(sound_until_s=until_s)
        if self._preview is not None and self._job.sheet is not None:
            self._preview.write(self._job.sheet)


@contextmanager
def open_reel(job: Job, source: Source, size: Size, sound: Sound | None) -> Iterator[Reel | None]:
    """Write the video beside its name and rename it when the block ends well; None where none is wanted.

    Raises:
        DiskFullError: Nothing more can be written; nothing is left of it.
        ToolError: It cannot be written for another reason.
    """
    if job.out is None:
        yield None
        return
    base, start_s = source.time_base, sound.start_s if sound else Fraction(0)
    moved = min(round(start_s / base), source.first_pts)
    with written_beside(job.out) as beside:
        mp4 = Mp4(beside, size, time_base=base, rate=source.rate, sound=sound, moved_s=moved * base)
        try:
            yield Reel(mp4, source, moved, job)
        finally:
            mp4.abandon()
