"""The choice itself: from all rows of the set to those that stay, and why each of the others does not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np

from bgrsr_data.frames.near import find_near, looks_of
from bgrsr_data.records import Background, Frame, Record
from bgrsr_data.selection.balance import deal
from bgrsr_data.selection.bounds import unfit
from bgrsr_data.selection.options import SelectOptions

Row = TypeVar("Row", bound=Frame | Background)


@dataclass(slots=True)
class Choice:
    """What stays, unchanged, and (id, reason, detail) of what does not."""

    frames: list[Frame] = field(default_factory=list)
    backgrounds: list[Background] = field(default_factory=list)
    left_out: list[tuple[str, str, str]] = field(default_factory=list)

    @property
    def kept(self) -> list[Record]:
        """Frames and backgrounds."""
        return [*self.frames, *self.backgrounds]


def choose(
    frames: Sequence[Frame], backgrounds: Sequence[Background], titles: Mapping[str, str], options: SelectOptions
) -> Choice:
    """Choose among the rows of a set, whatever order they come in.

    Args:
        frames: All frames.
        backgrounds: All backgrounds; only near-duplicates of them are left out.
        titles: The title of each clip, for the person.
        options: Bounds, distances, the budget.

    Returns:
        The choice, by id.

    Raises:
        InputError: The options ask for faces, and nobody looked for any.
    """
    choice = Choice()
    fit = []
    for frame in frames:
        why = unfit(frame, options)
        if why is None:
            fit.append(frame)
        else:
            choice.left_out.append((frame.id, *why))
    distinct: list[Frame] = []
    for role in sorted({frame.role for frame in fit}):  # one clip may be there to be keyed, and again to be learnt from
        distinct += _distinct([frame for frame in fit if frame.role == role], titles, options, choice)
    choice.frames = _within_budget(distinct, options.budget, choice)
    choice.backgrounds = _distinct(backgrounds, titles, options, choice)
    choice.left_out.sort()
    choice.frames.sort(key=lambda row: row.id)
    choice.backgrounds.sort(key=lambda row: row.id)
    return choice


def _distinct(rows: Sequence[Row], titles: Mapping[str, str], options: SelectOptions, choice: Choice) -> list[Row]:
    """Those that repeat no better one of another clip."""
    ranked = _best_first(rows)
    bits, levels = options.near_duplicate_bits, options.near_duplicate_levels
    hashes, thumbnails = looks_of(ranked)
    near = dict(find_near(hashes, thumbnails, [row.clip for row in ranked], bits=bits, levels=levels))
    for one, other in near.items():
        apart = int(hashes[one] ^ hashes[other]).bit_count()
        where = f"{ranked[other].id} of '{titles.get(ranked[other].clip, ranked[other].clip)}' in {apart} of 64 bits"
        choice.left_out.append((ranked[one].id, *_repeats(ranked[one], ranked[other], where)))
    return [row for place, row in enumerate(ranked) if place not in near]


def _repeats(row: Frame | Background, kept: Frame | Background, where: str) -> tuple[str, str]:
    """Why it is left out; two names for one person or place would let the splits leak, so that is told apart."""
    if isinstance(row, Frame) and isinstance(kept, Frame) and row.person != kept.person:
        hint = (
            f"of {row.person} differs from that of {kept.person}: {where}; one footage? name one person in its sources"
        )
        return "near-duplicate-of-another-person", hint
    if isinstance(row, Background) and isinstance(kept, Background) and row.place != kept.place:
        return "near-duplicate-of-another-place", f"differs from {where}"
    return "near-duplicate", f"differs from {where}"


def _best_first(rows: Sequence[Row]) -> list[Row]:
    """Larger pictures first, of equal size the sharper clip's; a clip stays together, so that one copy wins as a whole.

    Else a set would keep some moments of one copy and some of the other.
    """
    by_clip: dict[str, list[float]] = {}
    for row in rows:
        by_clip.setdefault(row.clip, []).append(row.sharpness if isinstance(row, Frame) else 0.0)
    sharpness = {clip: float(np.median(values)) for clip, values in by_clip.items()}
    return sorted(rows, key=lambda row: (-row.width * row.height, -sharpness[row.clip], row.clip, row.id))


def _within_budget(frames: Sequence[Frame], budget: int | None, choice: Choice) -> list[Frame]:
    """The first so many of the deal."""
    if budget is None or len(frames) <= budget:
        return list(frames)
    dealt = deal(frames)
    kept, over = dealt[:budget], dealt[budget:]
    have, had = Counter(frame.person for frame in kept), Counter(frame.person for frame in frames)
    for frame in over:
        share = f"{have[frame.person]} of the {had[frame.person]} frames of {frame.person}"
        choice.left_out.append((frame.id, "over-budget", f"{share} are among the {budget} of the budget"))
    return kept
