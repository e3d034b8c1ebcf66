"""The `combine` stage: one item, the whole set, because a split is a decision about all of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bgrsr_data.combine.options import CombineOptions
from bgrsr_data.combine.plan import plan_combinations
from bgrsr_data.ledger import Ledger
from bgrsr_data.records import Background, Clip, Foreground, Frame, Record, content_hash, reject_part
from bgrsr_data.stage import Item, Stage


@dataclass(frozen=True, slots=True)
class Material:
    """What there is to combine, and what of it reviewers left out.

    Args:
        foregrounds: All of them.
        backgrounds: All of them.
        clips: What they were made from.
        left_out: Ids of foregrounds and backgrounds that are not to be used.
    """

    foregrounds: list[Foreground]
    backgrounds: list[Background]
    clips: list[Clip]
    left_out: frozenset[str]


class Combine(Stage[Material]):
    """Plan the combinations; pixels are rendered where they are asked for."""

    name = "combine"
    version = 2
    needs = ("fetch", "frames", "select", "key", "trimap")
    pooled = False
    whole = True
    options: CombineOptions

    def items(self, ledger: Ledger) -> Iterable[Item[Material]]:
        """The one item: all there is, and what reviewers left out."""
        material = reviewed(ledger, only_accepted=self.options.only_accepted)
        everything = [*material.foregrounds, *material.backgrounds, *material.clips]
        inputs = content_hash(*(row.content for row in everything), *sorted(material.left_out))
        yield Item("all", (inputs,), material)

    def run(self, item: Item[Material], root: Path) -> Sequence[Record]:  # noqa: ARG002 - writes no file
        """Plan; a foreground whose split has no two places is told.

        Raises:
            InputError: There is nothing to combine, or forced splits would leak.
        """
        material = item.payload
        rows = plan_combinations(
            material.foregrounds, material.backgrounds, material.clips, self.options, material.left_out
        )
        used = {row.foreground for row in rows}
        lonely = [f.id for f in material.foregrounds if f.id not in used | material.left_out]
        detail = "the split that it fell into has no two places; fetch more pictures with --role background"
        return [*rows, *(reject_part(self.name, item.id, name, "too-few-places", detail) for name in lonely)]


def reviewed(ledger: Ledger, *, only_accepted: bool) -> Material:
    """Everything there is to combine; left out is what a verdict rejects, itself or in what it was made from."""
    out = ledger.rejected_by_review().keys()
    extracted = {frame.id: frame.original for frame in ledger.rows(Frame, "deblur")}
    foregrounds, backgrounds = ledger.rows(Foreground), ledger.latest(Background, "frames", "select")
    left_out = {f.id for f in foregrounds if out & {f.id, f.original, extracted.get(f.original), f.clip}}
    left_out |= {b.id for b in backgrounds if out & {b.id, b.clip}}
    if only_accepted:
        accepted = {(v.row, v.row_content) for v in ledger.verdicts() if v.verdict == "accept"}
        left_out |= {f.id for f in foregrounds if (f.id, f.content) not in accepted}
    return Material(foregrounds, backgrounds, ledger.rows(Clip), frozenset(left_out))
