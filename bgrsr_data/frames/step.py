"""The `frames` stage: one item is one clip, decoded once; each picture worth a file becomes a frame or a background."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from bgrsr_data.frames.options import FrameOptions
from bgrsr_data.ledger import Ledger
from bgrsr_data.records import Clip, Record, Role, make_id
from bgrsr_data.stage import Item, Stage

if TYPE_CHECKING:
    from bgrsr_data.frames.extract import Extraction

ROLES: tuple[Role, ...] = ("talking-head", "greenscreen", "background")


@dataclass(frozen=True, slots=True)
class Footage:
    """A clip to take frames from, and where they go.

    Args:
        clip: Its id.
        role: What it is used for; decides the kind of row and the image format.
        person: Who is seen, or which place.
        media: Video or still.
        path: The file, relative to the root, or absolute.
        folder: Where its frames are written, relative to the root.
    """

    clip: str
    role: Role
    person: str
    media: Literal["video", "still"]
    path: str
    folder: str


class Frames(Stage[Footage]):
    """Take the sharpest frame of each window of each clip."""

    name = "frames"
    version = 2
    needs = ("fetch",)
    folder = "frames"
    options: FrameOptions

    def items(self, ledger: Ledger) -> Iterable[Item[Footage]]:
        """Every clip that was fetched, but COCO images and what a reviewer rejected."""
        out = ledger.rejected_by_review()
        for clip in ledger.rows(Clip, "fetch"):
            if clip.role in ROLES and clip.id not in out:
                folder = f"{self.folder}/{clip.id}"
                footage = Footage(clip.id, clip.role, _who(clip), clip.media, clip.path, folder)
                yield Item(clip.id, (clip.content,), footage)

    def run(self, item: Item[Footage], root: Path) -> Sequence[Record]:
        """Decode one clip, write its frames, and say which were dropped and why.

        Raises:
            InputError: The file is missing or cannot be decoded.
            Rejection: "hdr", or "no-frames" where nothing lies between start_s and end_s.
        """
        from bgrsr_data.frames.extract import extract_still, extract_video  # noqa: PLC0415 - decoders load in workers

        extract = extract_still if item.payload.media == "still" else extract_video
        extraction: Extraction = extract(item.payload, self.options, root)
        return extraction.rows(self.name)


def _who(clip: Clip) -> str:
    """The person or place of a clip; a background whose source names no place is one of its own.

    A source of many rooms would else be one place, and all of them would fall into one split.
    """
    unnamed = clip.person == make_id("person", clip.source)
    return make_id("place", clip.id) if clip.role == "background" and unnamed else clip.person
