"""The `key` stage: one item is one frame, or a whole clip; it becomes foregrounds, or a rejection that says why not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from bgrsr_data.errors import Rejection
from bgrsr_data.keying.marks import Marking, Marks
from bgrsr_data.keying.options import KeyOptions
from bgrsr_data.keying.reasons import reasons
from bgrsr_data.keying.single import options_of_frame, rekeys_that_count
from bgrsr_data.ledger import Ledger
from bgrsr_data.records import Clip, Foreground, Frame, Record, Rekey, Source, content_hash, make_id, reject_part
from bgrsr_data.sources import STAGE as SOURCES
from bgrsr_data.stage import Item, Stage

if TYPE_CHECKING:
    from bgrsr_data.keying.core import Key
    from bgrsr_data.keying.mattes import Mattes

_BYTES_A_PIXEL = 0.8  # of alpha and foreground together; a noisy frame's


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
    marks: Marks = field(default_factory=Marks)  # what a person marked in it
    options: KeyOptions | None = None  # where a person gave it options of its own

    @property
    def title(self) -> str:
        """The file as a person knows it: a/input.png."""
        return "/".join(Path(self.path).parts[-2:])


class KeyFrames(Stage[Keyable]):
    """Key every frame that was shot before a screen."""

    name = "key"
    version = 3
    needs = ("frames", "select", "deblur")
    folder = "foregrounds"
    unit = "pictures"
    options: KeyOptions

    def items(self, ledger: Ledger) -> Iterable[Item[Keyable]]:
        """Every green-screen frame that was let through, but what a reviewer rejected.

        Raises:
            InputError: A mask, the list of marks or the hint's network is missing, or the list names an unknown clip.
        """
        marking, names, rekeys = Marking(self.options), _names_of_clips(ledger), self.rekeys(ledger)
        root = ledger.path.parent
        if names:  # before the first fetch nobody knows them
            marking.refuse_unknown([*names.values(), {source.name for source in ledger.rows(Source, SOURCES)}])
        out = ledger.rejected_by_review().keys()
        for frame in ledger.latest(Frame, *self.needs):
            if frame.role == "greenscreen" and not out & {frame.id, frame.original, frame.clip}:
                folder = f"{self.folder}/{make_id('foreground', frame.id)}"
                own = options_of_frame(self.options, rekeys.get(frame.id))
                marks = marking.of(names.get(frame.clip, frozenset())) + own.marks
                keyable = Keyable(
                    frame.id, frame.clip, frame.person, frame.path, folder, marks=marks, options=own.options
                )
                yield Item(frame.id, (frame.content, *marking.inputs(marks, root), *own.inputs), keyable)

    def rekeys(self, ledger: Ledger) -> Mapping[str, Rekey]:
        """What holds for single frames alone, by frame."""
        return rekeys_that_count(ledger)

    def run(self, item: Item[Keyable], root: Path) -> Sequence[Record]:
        """Key one frame, or every picture of one clip.

        Raises:
            Rejection: "no-screen", "no-subject" or "poor-key".
            InputError: The file cannot be read, or what was marked does not fit it.
            ToolError: The hint's network failed.
        """
        from bgrsr_data.keying.core import key_image  # noqa: PLC0415 - a worker reads pixels, the driver does not
        from bgrsr_data.media.images import read_rgb  # noqa: PLC0415

        what = item.payload
        if what.video:
            return list(self._key_clip(item, root))
        rgb, options = read_rgb(root / what.path), what.options or self.options
        try:
            key = key_image(rgb, options, mattes=mattes_for(rgb, what.marks.beside(root), options))
            return [self._written(what, key, root, "alpha.png", "fg.png")]
        except Rejection as unfit:
            raise Rejection(unfit.reason, f"{what.title}: {unfit.detail}") from unfit

    def _key_clip(self, item: Item[Keyable], root: Path) -> Iterator[Record]:
        what, keyed, last = item.payload, 0, Rejection("no-frames", "the clip has no picture that can be decoded")
        for number, key in enumerate(self._keys(what, root)):
            try:
                if isinstance(key, Rejection):
                    raise key
                yield self._written(what, key, root, f"alpha/{number:04d}.png", f"fg/{number:04d}.png")
                keyed += 1
            except Rejection as unfit:
                last = unfit
                yield reject_part(
                    self.name, item.id, number, unfit.reason, f"{what.title}, picture {number}: {unfit.detail}"
                )
        if not keyed:
            raise Rejection(last.reason, f"{what.title}: none of its pictures can be keyed: {last.detail}")

    def _keys(self, what: Keyable, root: Path) -> Iterator[Key | Rejection]:
        """Decode and key a clip, and tell how far it is."""
        from bgrsr_data.keying.clip import key_clip  # noqa: PLC0415
        from bgrsr_data.media.video import VideoReader  # noqa: PLC0415

        with VideoReader(root / what.path) as reader:
            name, total = Path(what.path).name, reader.report.indexed or None
            pictures = (picture.rgb() for picture in reader)
            keys = key_clip(pictures, self.options, lambda rgb: mattes_for(rgb, what.marks, self.options))
            for done, key in enumerate(keys, 1):
                yield key
                self.telling(name, done, total)

    def _written(self, what: Keyable, key: Key, root: Path, alpha: str, fg: str) -> Foreground:
        """Write a key that is good enough, and describe it.

        Raises:
            Rejection: "poor-key".
        """
        from bgrsr_data.media.images import write_image  # noqa: PLC0415

        score, least = key.scores["score"], (what.options or self.options).min_score
        if score < least:
            why = "; ".join(reasons(key.scores)) or "nothing single stands out"
            raise Rejection("poor-key", f"score {score:.2f}, below {least:g}: {why}")
        self.room(int(_BYTES_A_PIXEL * key.alpha.size))
        levels = in_levels(key.alpha)
        paths = f"{what.folder}/{alpha}", f"{what.folder}/{fg}"
        content = content_hash(write_image(root / paths[0], levels), write_image(root / paths[1], key.foreground))
        return _described(what, key, levels, paths, content)


def mattes_for(rgb: NDArray[np.uint8], marks: Marks, options: KeyOptions) -> Mattes | None:
    """What is known of a frame before it is keyed: what a person marked, and the hint.

    Args:
        rgb: (H, W, 3) uint8, sRGB.
        marks: What a person marked.
        options: Of the stage; those about marks are in `marks` already.

    Raises:
        InputError: A mark does not fit the frame.
        ToolError: The hint's network failed.
    """
    height, width = rgb.shape[:2]
    mattes = marks.draw((height, width))
    if options.hint is None:
        return mattes
    from bgrsr_data.keying.hint import load_segmenter, with_hint  # noqa: PLC0415 - an optional extra

    return with_hint(mattes, load_segmenter(options.hint)(rgb), (height, width))


def in_levels(alpha: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Alpha [0, 1] as the file holds it, 0 to 255."""
    import cv2  # noqa: PLC0415

    return np.asarray(cv2.convertScaleAbs(alpha, alpha=255), np.uint8)


def _described(what: Keyable, key: Key, levels: NDArray[np.uint8], paths: tuple[str, str], content: str) -> Foreground:
    from bgrsr_data.keying.screen import screen_name  # noqa: PLC0415
    from bgrsr_data.media.masks import box_of  # noqa: PLC0415

    height, width = levels.shape
    left, top, right, bottom = box_of(levels > 127)
    scores = {name: round(float(value), 6) for name, value in key.scores.items()}
    return Foreground(
        id=make_id("foreground", what.frame, *([paths[0]] if what.video else [])), clip=what.clip, original=what.frame,
        person=what.person, alpha_path=paths[0], foreground_path=paths[1], sha256=content,
        width=width, height=height, box_left=left, box_top=top, box_right=right, box_bottom=bottom,
        screen="#{:02x}{:02x}{:02x}".format(*key.screen), screen_name=screen_name(key.screen),
        score=scores.pop("score"), scores=scores,
    )  # fmt: skip


def _names_of_clips(ledger: Ledger) -> dict[str, frozenset[str]]:
    """What each clip may be called in a list of marks."""
    sources = {source.id: source.name for source in ledger.rows(Source, SOURCES)}
    return {
        clip.id: frozenset({clip.id, clip.title, Path(clip.path).name, sources.get(clip.source, clip.source)})
        for clip in ledger.rows(Clip, "fetch")
        if clip.role == "greenscreen"
    }
