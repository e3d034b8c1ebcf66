"""How evenly a set shows what it holds: persons, clips and places, in all of it and in each split.

A set of eleven persons of whom one is in nine tenths of the pairs teaches about one. The effective number says so: the
exponential of Shannon's entropy of the shares, the number of equally frequent persons that would be as uncertain a draw
(Hill, "Diversity and Evenness: A Unifying Notation and Its Consequences", Ecology 54, 1973,
https://doi.org/10.2307/1934352). Nobody is named.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from bgrsr_data.records import Background, Combination, Foreground

SPLITS = ("train", "val", "test")
WHOLE = "all"
FEW = 5  # persons in a split: below, a mean over them says little of others
_PLURALS = {"person": "persons", "place": "places"}
_SEEN_AT_ONCE = {"person": 1, "place": 2}  # by one pair


@dataclass(frozen=True, slots=True)
class Balance:
    """How evenly one kind of thing is shown.

    Attributes:
        where: A split, or "all".
        what: "person", "clip" or "place".
        pairs: How many pairs there are.
        count: How many different ones they show.
        effective: How many equally frequent ones would be as diverse, 1 to `count`; 0 where there is none.
        most: How many pairs show the most frequent one.
        shares: Share of each in all showings, the largest first; they add up to 1.
    """

    where: str
    what: str
    pairs: int
    count: int
    effective: float
    most: int
    shares: tuple[float, ...]


def effective_number(counts: Iterable[int]) -> float:
    """The exponential of Shannon's entropy of the shares of `counts`; 0 where they are all 0.

    >>> round(effective_number([5, 5]), 6), round(effective_number([9, 1]), 2)
    (2.0, 1.38)
    """
    some = [count for count in counts if count > 0]
    total = sum(some)
    return math.exp(-sum(n / total * math.log(n / total) for n in some)) if some else 0.0


def balances(
    rows: Sequence[Combination], foregrounds: Iterable[Foreground], backgrounds: Iterable[Background]
) -> list[Balance]:
    """How evenly the pairs show persons, clips and places: of all pairs, then of each split that has any.

    A pair shows one person, one clip of them, and the places of both backgrounds.
    """
    cut = {row.id: row for row in foregrounds}
    place_of = {row.id: row.place for row in backgrounds}
    splits = [WHOLE, *(split for split in SPLITS if any(row.split == split for row in rows))]
    return [
        balance
        for where in splits
        for balance in _balances(where, [row for row in rows if where in (WHOLE, row.split)], cut, place_of)
    ]


def verdicts(found: Sequence[Balance]) -> list[str]:
    """What a reader should know, in plain words; nothing where all is even."""
    return [line for balance in found if balance.where != WHOLE for line in _verdicts(balance)]


def _balances(
    where: str, rows: Sequence[Combination], cut: Mapping[str, Foreground], place_of: Mapping[str, str]
) -> Iterator[Balance]:
    shown: dict[str, list[set[str]]] = {
        "person": [{cut[row.foreground].person} for row in rows],
        "clip": [{cut[row.foreground].clip} for row in rows],
        "place": [{place_of[name] for name in (row.original_background, row.target_background)} for row in rows],
    }
    for what, of_pairs in shown.items():
        counts = Counter(name for names in of_pairs for name in names).most_common()
        total = sum(count for _, count in counts)
        yield Balance(
            where, what, len(rows), len(counts), effective_number(count for _, count in counts),
            counts[0][1] if counts else 0, tuple(count / total for _, count in counts),
        )  # fmt: skip


def _verdicts(one: Balance) -> Iterator[str]:
    if one.what == "clip":  # as a rule the person's
        return
    many = f"{one.count} {_PLURALS[one.what] if one.count > 1 else one.what}"
    if one.most * 2 > one.pairs and one.count > _SEEN_AT_ONCE[one.what]:
        yield f"{one.most:,} of {one.pairs:,} {one.where} pairs show one {one.what}"
    if 0 < one.count < FEW:
        yield f"{one.where} shows {many}: how others fare is not known from it"
    elif one.effective < one.count / 2:
        yield f"the {many} of {one.where} are as diverse as {one.effective:.1f} shown equally often"
