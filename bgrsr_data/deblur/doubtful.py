"""What the `deblur` stage is given: a frame, and where its neighbours are."""

from __future__ import annotations

from dataclasses import dataclass

from bgrsr_data.records import Frame


@dataclass(frozen=True, slots=True)
class Doubtful:
    """A frame to judge.

    Args:
        path: Its file, relative to the root, or absolute.
        out: Where its better version goes, relative to the root, without suffix.
        frame: Its row; None for a plain file, which is measured when it is read.
        clip: The video it was taken from, where its neighbours are; None for a still.
        beside: The frames of the clip that were taken before and after it: a neighbour that is theirs is not for it.
        before: The files before it, nearest last, where there is no clip.
        after: The files after it, nearest first, where there is no clip.
    """

    path: str
    out: str
    frame: Frame | None = None
    clip: str | None = None
    beside: tuple[Frame, ...] = ()
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
