"""The `frames` stage: one item is one clip, decoded once; each picture worth a file becomes a frame or a background."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from bgrsr_data.frames.footage import Footage
from bgrsr_data.frames.options import FrameOptions
from bgrsr_data.ledger import Ledger
from bgrsr_data.records import Clip, Record, Role, make_id
from bgrsr_data.stage import Item, Stage

ROLES: tuple[Role, ...] = ("talking-head", "greenscreen", "background")


class Frames(Stage[Footage]):
    """Take the sharpest frame of each window of each clip."""

    name = "frames"
    version = 2
    needs = ("fetch",)
    folder = "frames"
    unit = "frames"
    options: FrameOptions

    def items(self, ledger: Ledger) -> Iterable[Item[Footage]]:
        """Every clip that was fetched, but COCO images and what a reviewer rejected."""
        out = ledger.rejected_by_review()
        for clip in ledger.rows(Clip, "fetch"):
            if clip.role in ROLES and clip.id not in out:
                folder = f"{self.folder}/{clip.id}"
                footage = Footage(clip.id, clip.role, _who(clip), clip.media, clip.path, folder, tuple(clip.sections))
                yield Item(clip.id, (clip.content,), footage)

    def run(self, item: Item[Footage], root: Path) -> Sequence[Record]:
        """Decode one clip, write its frames, and say which were dropped and why.

        Raises:
            InputError: The file is missing or cannot be read, or a section is written wrong.
            Rejection: It is no video, "hdr", "colour", "section-beyond-end", or "no-frames" where nothing can be
                decoded between start_s and end_s.
        """
        from bgrsr_data.frames.extract import Extraction  # noqa: PLC0415 - decoders load in workers

        extraction = Extraction(item.payload, self.options, root, self.telling, self.room)
        extraction.run()
        return extraction.rows(self.name)


def _who(clip: Clip) -> str:
    """The person or place of a clip; a background whose source names no place is one of its own.

    A source of many rooms would else be one place, and all of them would fall into one split.
    """
    unnamed = clip.person == make_id("person", clip.source)
    return make_id("place", clip.id) if clip.role == "background" and unnamed else clip.person
