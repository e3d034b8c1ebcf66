"""What a reviewer sees of one row: its pictures, with what is laid over them, and the fields to sort and filter by.

Nothing here knows FiftyOne.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, get_args

from bgrsr_data.records import content_hash

Stage = Literal["frames", "foregrounds", "trimaps", "combinations"]
STAGES: tuple[Stage, ...] = get_args(Stage)
SLICES: dict[Stage, tuple[str, ...]] = {  # the first is the one in view when the App opens
    "frames": ("frame", "original"),
    "foregrounds": ("input", "alpha", "foreground", "target", "original", "trimap"),
    "trimaps": ("photograph", "trimap", "alpha", "foreground"),
    "combinations": ("input", "background", "target"),
}
Box = tuple[float, float, float, float]
Progress = Callable[[str, int, int], None]


def quietly(what: str, finished: int, of_all: int) -> None:
    """Tell nobody."""


def silent(line: str) -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True)
class Picture:
    """One slice of a group.

    Args:
        path: The picture, absolute; one below `.review/` is drawn when it is looked at.
        width: Its width in pixels, so that nobody has to open it.
        height: Its height.
        alpha: An alpha of the same size to lay over it, absolute.
        trimap: A trimap of the same size to lay over it, absolute.
        box: Where the person is: left, top, width and height as shares of the picture.
    """

    path: str
    width: int
    height: int
    alpha: str | None = None
    trimap: str | None = None
    box: Box | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """A row, its pictures by slice, and its fields.

    Args:
        row: Its id.
        content: Its content hash, which verdicts name.
        pictures: By slice.
        texts: What can be filtered by: person, clip, …
        scores: What can be sorted by: `score`, and `score_…`.
        look: Thumbnail and difference hash of its frame, "" where it has none.
    """

    row: str
    content: str
    pictures: dict[str, Picture]
    texts: dict[str, str | None] = field(default_factory=dict)
    scores: dict[str, float | None] = field(default_factory=dict)
    look: str = ""

    @property
    def shown(self) -> str:
        """Equal as long as everything shown of the row is."""
        pictures = [(name, str(picture)) for name, picture in sorted(self.pictures.items())]
        return content_hash(self.content, json.dumps([pictures, self.texts, self.scores], sort_keys=True))
