"""The `combine` stage: one item, the whole set, because a split is a decision about all of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bgrsr_data.combine.draw import too_small
from bgrsr_data.combine.material import PLACES, places_of, split_material
from bgrsr_data.combine.options import CombineOptions
from bgrsr_data.combine.plan import plan_combinations
from bgrsr_data.combine.shares import describe_shares, measure_shares, say_short
from bgrsr_data.leaks import find_leaks, read_repeats, refuse_leaks
from bgrsr_data.ledger import Ledger
from bgrsr_data.records import (
    Background,
    Clip,
    Combination,
    Foreground,
    Frame,
    Record,
    RejectionRow,
    content_hash,
    reject_part,
)
from bgrsr_data.stage import Item, Stage


@dataclass(frozen=True, slots=True)
class Material:
    """What there is to combine, and what of it reviewers left out.

    Args:
        foregrounds: All of them.
        backgrounds: All of them.
        clips: What they were made from.
        frames: What the foregrounds were cut from, and the other frames of those clips.
        left_out: Ids of foregrounds and backgrounds that are not to be used.
        repeats: Pictures of these clips that need not be in the set, but show that two clips are one footage.
    """

    foregrounds: list[Foreground]
    backgrounds: list[Background]
    clips: list[Clip]
    frames: list[Frame]
    left_out: frozenset[str]
    repeats: list[Frame | Background] = field(default_factory=list)


class Combine(Stage[Material]):
    """Plan the combinations; pixels are rendered where they are asked for."""

    name = "combine"
    version = 3
    needs = ("fetch", "frames", "select", "key", "trimap")
    pooled = False
    whole = True
    options: CombineOptions

    def items(self, ledger: Ledger) -> Iterable[Item[Material]]:
        """The one item: all there is, and what reviewers left out."""
        material = reviewed(ledger, only_accepted=self.options.only_accepted)
        everything = [*material.foregrounds, *material.backgrounds, *material.clips]
        repeats = sorted(row.id for row in material.repeats)
        inputs = content_hash(*(row.content for row in everything), *sorted(material.left_out), *repeats)
        yield Item("all", (inputs, ledger.digest(Frame.kind, "frames", "deblur")), material)

    def run(self, item: Item[Material], root: Path) -> Sequence[Record]:  # noqa: ARG002 - writes no file
        """Plan; a foreground that gets no combination is told.

        Raises:
            InputError: There is nothing to combine, or the splits leak.
        """
        material = item.payload
        rows = plan(material, self.options)
        return [*rows, *left_alone(rows, material, self.options)]


def plan(material: Material, options: CombineOptions) -> list[Combination]:
    """Plan the combinations of all that is not left out.

    Raises:
        InputError: There is nothing to combine, or the splits leak.
    """
    rows = plan_combinations(
        material.foregrounds,
        material.backgrounds,
        material.clips,
        options,
        material.left_out,
        material.frames,
        material.repeats,
    )
    leaks = find_leaks(
        rows,
        foregrounds=material.foregrounds,
        backgrounds=material.backgrounds,
        clips=material.clips,
        frames=material.frames,
        repeats=material.repeats,
    )
    refuse_leaks(leaks, "nothing was planned")
    return rows


def left_alone(rows: Sequence[Combination], material: Material, options: CombineOptions) -> list[RejectionRow]:
    """Why foregrounds that no reviewer left out are in no combination, but for those that a budget had no turn for."""
    used = {row.foreground for row in rows}
    alone = [f for f in material.foregrounds if f.id not in used | material.left_out]
    small = {f.id: detail for f in alone if (detail := too_small(f, options))}
    told = [reject_part(Combine.name, "all", name, "too-small", detail) for name, detail in small.items()]
    if len(alone) > len(small):
        split_of = split_material(
            material.foregrounds, material.backgrounds, material.clips, options, material.frames, material.repeats
        )
        places = places_of((b for b in material.backgrounds if b.id not in material.left_out), split_of)
        lonely = [f.id for f in alone if f.id not in small and len(places.get(split_of[f.id], ())) < PLACES]
        detail = "the split that it fell into has no two places; fetch more pictures with --role background"
        told += [reject_part(Combine.name, "all", name, "too-few-places", detail) for name in lonely]
    return told


def describe(rows: Sequence[Combination], material: Material, options: CombineOptions) -> list[str]:
    """How evenly the rows show people, poses and places, in lines."""
    lines = list(describe_shares(measure_shares(rows, material.foregrounds, material.backgrounds, material.frames)))
    short = say_short(rows, options.budget, options.per_foreground)
    return [*lines, *([short] if short else []), *_in_words(left_alone(rows, material, options))]


def _in_words(alone: Sequence[RejectionRow]) -> Iterator[str]:
    """A line for each reason, with the first of its foregrounds."""
    for reason, count in Counter(row.reason for row in alone).items():
        first = next(row for row in alone if row.reason == reason)
        yield f"  {count} in no combination: {reason}: {first.detail}{' (the first)' if count > 1 else ''}"


def reviewed(ledger: Ledger, *, only_accepted: bool) -> Material:
    """Everything there is to combine; left out is what a verdict rejects, itself or in what it was made from."""
    out = ledger.rejected_by_review().keys()
    frames = ledger.rows(Frame, "frames", "deblur")
    extracted = {frame.id: frame.original for frame in frames if frame.original}
    foregrounds, backgrounds = ledger.rows(Foreground), ledger.latest(Background, "frames", "select")
    left_out = {f.id for f in foregrounds if out & {f.id, f.original, extracted.get(f.original), f.clip}}
    left_out |= {b.id for b in backgrounds if out & {b.id, b.clip}}
    if only_accepted:
        accepted = {row for row, verdict in ledger.decided().items() if verdict.verdict == "accept"}
        left_out |= {f.id for f in foregrounds if f.id not in accepted}
    return Material(foregrounds, backgrounds, ledger.rows(Clip), frames, frozenset(left_out), read_repeats(ledger))
