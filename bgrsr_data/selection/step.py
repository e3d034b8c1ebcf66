"""The `select` stage: one item, the whole set, since what repeats and what is too much is a question of all of it.

The rows that stay are those of `frames`, unchanged: whatever was made of a frame that stays is not made again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bgrsr_data.ledger import Ledger
from bgrsr_data.records import Background, Clip, Frame, Record, content_hash, reject_part
from bgrsr_data.selection.options import SelectOptions
from bgrsr_data.stage import Item, Stage


@dataclass(frozen=True, slots=True)
class Extracted:
    """What there is to choose from.

    Args:
        frames: All but what a reviewer rejected.
        backgrounds: All but what a reviewer rejected.
        titles: Of their clips, by id.
    """

    frames: list[Frame]
    backgrounds: list[Background]
    titles: dict[str, str]


class Select(Stage[Extracted]):
    """Choose the frames of the set."""

    name = "select"
    needs = ("fetch", "frames")
    pooled = False
    whole = True
    options: SelectOptions

    def items(self, ledger: Ledger) -> Iterable[Item[Extracted]]:
        """The one item: every frame and background that no reviewer rejected."""
        out = ledger.rejected_by_review().keys()
        frames = [row for row in ledger.rows(Frame, "frames") if not out & {row.id, row.clip}]
        backgrounds = [row for row in ledger.rows(Background, "frames") if not out & {row.id, row.clip}]
        titles = {clip.id: clip.title for clip in ledger.rows(Clip, "fetch")}
        digests = [ledger.digest(kind, "frames") for kind in (Frame.kind, Background.kind)]
        named = content_hash(*sorted(titles.items()), *sorted(row.id for row in (*frames, *backgrounds)))
        yield Item("all", (*digests, named), Extracted(frames, backgrounds, titles))

    def run(self, item: Item[Extracted], root: Path) -> Sequence[Record]:  # noqa: ARG002 - writes no file
        """Choose.

        Raises:
            InputError: The options ask for faces, and nobody looked for any.
        """
        from bgrsr_data.selection.choose import choose  # noqa: PLC0415 - NumPy is not needed to list the item

        what = item.payload
        choice = choose(what.frames, what.backgrounds, what.titles, self.options)
        return [*choice.kept, *(reject_part(self.name, row, "", *why) for row, *why in choice.left_out)]
