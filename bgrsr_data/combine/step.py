"""The `combine` stage: one item, the whole set, because a split is a decision about all of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bgrsr_data.combine.options import CombineOptions
from bgrsr_data.combine.plan import plan_combinations
from bgrsr_data.ledger import Ledger
from bgrsr_data.records import Background, Clip, Combination, Foreground, content_hash
from bgrsr_data.stage import Item, Stage


@dataclass(frozen=True, slots=True)
class Material:
    """What may be combined."""

    foregrounds: list[Foreground]
    backgrounds: list[Background]
    clips: list[Clip]


class Combine(Stage[Material]):
    """Plan the combinations; pixels are rendered where they are asked for."""

    name = "combine"
    needs = ("fetch", "frames", "key", "trimap")
    pooled = False
    options: CombineOptions

    def items(self, ledger: Ledger) -> Iterable[Item[Material]]:
        """The one item: all that reviewers left in."""
        material = reviewed(ledger, only_accepted=self.options.only_accepted)
        everything = [*material.foregrounds, *material.backgrounds, *material.clips]
        yield Item("all", (content_hash(*(row.content for row in everything)),), material)

    def run(self, item: Item[Material], root: Path) -> Sequence[Combination]:  # noqa: ARG002 - writes no file
        """Plan."""
        material = item.payload
        return plan_combinations(material.foregrounds, material.backgrounds, material.clips, self.options)


def reviewed(ledger: Ledger, *, only_accepted: bool) -> Material:
    """The material that no verdict keeps out: of a row itself, or of what it was made from."""
    out = ledger.rejected_by_review().keys()
    foregrounds = [f for f in ledger.rows(Foreground) if not out & {f.id, f.original, f.clip}]
    if only_accepted:
        accepted = {(v.row, v.row_content) for v in ledger.verdicts() if v.verdict == "accept"}
        foregrounds = [f for f in foregrounds if (f.id, f.content) in accepted]
    backgrounds = [b for b in ledger.rows(Background) if not out & {b.id, b.clip}]
    return Material(foregrounds, backgrounds, ledger.rows(Clip))
