"""What every format is given."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from bgrsr_data.combine.render import Renderer
from bgrsr_data.export.folder import ExportFolder
from bgrsr_data.export.options import ImageFormat
from bgrsr_data.export.rights import Rights
from bgrsr_data.records import Combination

Progress = Callable[[str, int, int], None]  # (what, finished, all)


RENDERED = "pairs/"  # where --render draws them


def quietly(what: str, finished: int, total: int) -> None:
    """A progress that nobody watches."""


@dataclass(frozen=True)
class Parcel:
    """What is handed on.

    Attributes:
        root: The workspace.
        title: What the set is called.
        version: Its version and content hash, as "v2 648e1d68".
        published: The day it was published, ISO 8601.
        url: Where it will be found; by default a name made of its content hash.
        rows: The combinations, sorted by split and id.
        renderer: Draws them.
        rights: Of their footage.
        workers: Threads to draw with.
        shard: Pairs in one file, where a format has such files.
        image_format: Of drawn pictures.
        rendered: Whether the pairs are drawn beside a format that has none, in RENDERED.
        progress: Called while pairs are written.
    """

    root: Path
    title: str
    version: str
    published: str
    url: str
    rows: Sequence[Combination]
    renderer: Renderer
    rights: Rights
    workers: int
    shard: int
    image_format: ImageFormat
    rendered: bool
    progress: Progress

    def split(self, name: str) -> list[Combination]:
        """The rows of one split."""
        return [row for row in self.rows if row.split == name]

    @property
    def licences(self) -> list[str]:
        """Every licence that is shown, in one spelling."""
        from bgrsr_data.licences import canonical  # noqa: PLC0415 - of footage alone

        return sorted({canonical(clip.licence) for row in self.rows for clip in self.rights.of(row)})


class Format(NamedTuple):
    """One way to hand a set on.

    Attributes:
        about: What it is, in a few words.
        write: Writes all of it; what is there already is not written again.
        has_pairs: Whether the pairs are drawn in it.
    """

    about: str
    write: Callable[[Parcel, ExportFolder], None]
    has_pairs: bool = True
