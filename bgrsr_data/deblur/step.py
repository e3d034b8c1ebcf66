"""The `deblur` stage: one item is one frame; it is kept, improved or rejected, and the original always stays."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bgrsr_data.deblur.options import DeblurOptions
from bgrsr_data.ledger import Ledger
from bgrsr_data.records import Clip, Frame, Record
from bgrsr_data.stage import Item, Stage


@dataclass(frozen=True, slots=True)
class Doubtful:
    """A frame to judge.

    Args:
        path: Its file, relative to the root, or absolute.
        out: Where its better version goes, relative to the root, without suffix.
        frame: Its row; None for a plain file, which is measured when it is read.
        clip: The video it was taken from, where its neighbours are; None for a still.
        before: The files before it, nearest last, where there is no clip.
        after: The files after it, nearest first, where there is no clip.
    """

    path: str
    out: str
    frame: Frame | None = None
    clip: str | None = None
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()


class Deblur(Stage[Doubtful]):
    """Keep, improve or reject every frame."""

    name = "deblur"
    needs = ("frames", "select")
    folder = "deblur"
    options: DeblurOptions

    def items(self, ledger: Ledger) -> Iterable[Item[Doubtful]]:
        """Every frame that was extracted, or selected, and that no reviewer rejected."""
        out = ledger.rejected_by_review()
        clips = {clip.id: clip for clip in ledger.rows(Clip, "fetch")}
        for frame in ledger.latest(Frame, *self.needs):
            if frame.id not in out and frame.clip not in out:
                clip = clips.get(frame.clip)
                video = clip.path if clip and clip.media == "video" else None
                doubtful = Doubtful(frame.path, f"{self.folder}/{frame.clip}/{frame.pts:08d}", frame, video)
                yield Item(frame.id, (frame.content,), doubtful)

    def run(self, item: Item[Doubtful], root: Path) -> Sequence[Record]:
        """Judge one frame, and write it where it could be improved (or is a plain file).

        Raises:
            InputError: The frame or its clip is missing or cannot be decoded.
            Rejection: "blurred" or "no-detail".
        """
        from bgrsr_data.deblur.decide import decide  # noqa: PLC0415 - OpenCV and the decoders load in workers

        return [decide(item.payload, self.options, root)]
