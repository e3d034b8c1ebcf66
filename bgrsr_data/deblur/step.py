"""The `deblur` stage: one item is one frame; it is kept, improved or rejected, and the original always stays."""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bgrsr_data.deblur.doubtful import Doubtful
from bgrsr_data.deblur.options import DeblurOptions
from bgrsr_data.ledger import Ledger
from bgrsr_data.media.files import sha256_of
from bgrsr_data.records import Clip, Frame, Record, content_hash
from bgrsr_data.stage import Item, Stage

if TYPE_CHECKING:
    from bgrsr_data.deblur.restorer import Restorer


class Deblur(Stage[Doubtful]):
    """Keep, replace, improve or reject every frame."""

    name = "deblur"
    version = 2
    needs = ("frames", "select")
    folder = "deblur"
    options: DeblurOptions

    def items(self, ledger: Ledger) -> Iterable[Item[Doubtful]]:
        """Every frame that was extracted, or selected, and that no reviewer rejected."""
        out = ledger.rejected_by_review()
        clips = {clip.id: clip for clip in ledger.rows(Clip, "fetch")}
        frames = [frame for frame in ledger.latest(Frame, *self.needs) if frame.id not in out and frame.clip not in out]
        beside = _beside(frames)
        for frame in frames:
            clip = clips.get(frame.clip)
            video = clip.path if clip and clip.media == "video" else None
            doubtful = Doubtful(
                frame.path, f"{self.folder}/{frame.clip}/{frame.pts:08d}", frame, video, beside[frame.id]
            )
            yield Item(frame.id, (frame.content, *(other.content for other in doubtful.beside)), doubtful)

    def fingerprint(self, item: Item[Doubtful]) -> str:
        """Another network under the same name makes the frames stale."""
        own = super().fingerprint(item)
        return content_hash(own, _hash_of(self.options.model)) if self.options.model else own

    def run(self, item: Item[Doubtful], root: Path) -> Sequence[Record]:
        """Judge one frame, and write it where it was replaced or improved (or is a plain file).

        Raises:
            InputError: The frame or its clip is missing or cannot be decoded; the network cannot be used.
            ToolError: onnxruntime is missing, or failed.
            Rejection: "blurred" or "no-detail".
        """
        from bgrsr_data.deblur.decide import decide  # noqa: PLC0415 - OpenCV and the decoders load in workers

        restore = load_restorer(self.options.model) if self.options.model else None
        return [decide(item.payload, self.options, root, restore)]


@functools.cache
def load_restorer(model: str) -> Restorer:
    """A network, read once by each process.

    Raises:
        InputError: It is missing, or no restoration network.
        ToolError: onnxruntime is not installed.
    """
    from bgrsr_data.deblur.restorer import Restorer  # noqa: PLC0415 - OpenCV

    return Restorer(Path(model))


@functools.cache
def _hash_of(model: str) -> str:
    return sha256_of(Path(model)) if Path(model).is_file() else "missing"


def _beside(frames: Iterable[Frame]) -> dict[str, tuple[Frame, ...]]:
    """The frames of the same clip just before and after each frame, by its id."""
    clips: dict[str, list[Frame]] = defaultdict(list)
    for frame in frames:
        clips[frame.clip].append(frame)
    beside = {}
    for of_clip in clips.values():
        of_clip.sort(key=lambda frame: frame.pts)
        for at, frame in enumerate(of_clip):
            beside[frame.id] = (*of_clip[max(0, at - 1) : at], *of_clip[at + 1 : at + 2])
    return beside
