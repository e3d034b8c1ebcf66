"""The `key` stage: one item is one frame; it becomes a foreground, or a rejection that says why it cannot be keyed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from bgrsr_data.errors import Rejection
from bgrsr_data.keying.options import KeyOptions
from bgrsr_data.ledger import Ledger
from bgrsr_data.media.files import sha256_of
from bgrsr_data.records import Foreground, Frame, Record, content_hash, make_id, reject_part
from bgrsr_data.stage import Item, Stage

if TYPE_CHECKING:
    from bgrsr_data.keying.core import Key


@dataclass(frozen=True, slots=True)
class Keyable:
    """A picture or a clip to key, and where its files go.

    Paths are relative to the root that the stage runs in, or absolute.
    """

    frame: str
    clip: str
    person: str
    path: str
    folder: str
    video: bool = False  # True: every picture of the clip, as alpha/0000.png and fg/0000.png


class KeyFrames(Stage[Keyable]):
    """Key every frame that was shot before a screen."""

    name = "key"
    version = 2
    needs = ("frames", "select", "deblur")
    folder = "foregrounds"
    options: KeyOptions

    def items(self, ledger: Ledger) -> Iterable[Item[Keyable]]:
        """Every green-screen frame that was let through, but what a reviewer rejected."""
        out = ledger.rejected_by_review().keys()
        for frame in ledger.latest(Frame, *self.needs):
            if frame.role == "greenscreen" and not out & {frame.id, frame.original, frame.clip}:
                folder = f"{self.folder}/{make_id('foreground', frame.id)}"
                keyable = Keyable(frame.id, frame.clip, frame.person, frame.path, folder)
                yield Item(frame.id, (frame.content,), keyable)

    def run(self, item: Item[Keyable], root: Path) -> Sequence[Record]:
        """Key one frame, or every picture of one clip.

        Raises:
            Rejection: "no-screen", "no-subject" or "poor-key".
            InputError: The file cannot be read.
        """
        from bgrsr_data.media.images import read_rgb  # noqa: PLC0415 - a worker reads pixels, the driver does not

        if item.payload.video:
            return list(self._key_clip(item, root))
        return [self._key_one(item.payload, read_rgb(root / item.payload.path), root, "alpha.png", "fg.png")]

    def _key_clip(self, item: Item[Keyable], root: Path) -> Iterator[Record]:
        from bgrsr_data.media.video import decode  # noqa: PLC0415

        keyed, last = 0, Rejection("no-frames", "the clip has no picture that can be decoded")
        for number, picture in enumerate(decode(root / item.payload.path)):
            try:
                yield self._key_one(
                    item.payload, picture.rgb(), root, f"alpha/{number:04d}.png", f"fg/{number:04d}.png"
                )
                keyed += 1
            except Rejection as unfit:
                last = unfit
                yield reject_part(self.name, item.id, number, unfit.reason, f"picture {number}: {unfit.detail}")
        if not keyed:
            raise Rejection(last.reason, f"none of its pictures can be keyed: {last.detail}")

    def _key_one(self, what: Keyable, rgb: NDArray[np.uint8], root: Path, alpha: str, fg: str) -> Foreground:
        from bgrsr_data.keying.core import key_image  # noqa: PLC0415

        key = key_image(rgb, self.options)
        if key.scores["score"] < self.options.min_score:
            worst = ", ".join(f"{name} {value:.2f}" for name, value in sorted(key.scores.items()))
            raise Rejection("poor-key", f"score below {self.options.min_score}: {worst}")
        return _written(what, key, root, (f"{what.folder}/{alpha}", f"{what.folder}/{fg}"))


def _written(what: Keyable, key: Key, root: Path, paths: tuple[str, str]) -> Foreground:
    """Write alpha and foreground, and describe them."""
    from bgrsr_data.keying.core import screen_name  # noqa: PLC0415
    from bgrsr_data.media.images import write_image  # noqa: PLC0415
    from bgrsr_data.media.masks import box_of  # noqa: PLC0415

    write_image(root / paths[0], np.rint(key.alpha * 255).astype(np.uint8))
    write_image(root / paths[1], key.foreground)
    height, width = key.alpha.shape
    left, top, right, bottom = box_of(key.alpha > 0.5)
    scores = {name: round(float(value), 6) for name, value in key.scores.items()}
    return Foreground(
        id=make_id("foreground", what.frame, *([paths[0]] if what.video else [])), clip=what.clip, original=what.frame,
        person=what.person, alpha_path=paths[0], foreground_path=paths[1],
        sha256=content_hash(sha256_of(root / paths[0]), sha256_of(root / paths[1])),
        width=width, height=height, box_left=left, box_top=top, box_right=right, box_bottom=bottom,
        screen="#{:02x}{:02x}{:02x}".format(*key.screen), screen_name=screen_name(key.screen),
        score=scores.pop("score"), scores=scores,
    )  # fmt: skip
