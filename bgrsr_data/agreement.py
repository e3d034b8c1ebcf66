"""How far reviewers agree: the share of rows that two of them judged alike, and that beyond chance.

Cohen's kappa (Cohen, "A coefficient of agreement for nominal scales", 1960) is 1 where they always agree, 0 where they
agree as often as two people who accept as often as they do, but without looking. Of more than two reviewers it is the
mean over their pairs (Light 1971), each weighed by the rows that both judged.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from bgrsr_data.records import Verdict


@dataclass(frozen=True)
class Pair:
    """Two reviewers.

    Args:
        first: One of them.
        second: The other.
        rows: How many rows both judged.
        alike: Of how many they say the same.
        kappa: Cohen's kappa, -1 to 1; None where both always say one and the same, since chance then explains it all.
    """

    first: str
    second: str
    rows: int
    alike: int
    kappa: float | None


@dataclass(frozen=True)
class Agreement:
    """Of all reviewers.

    Args:
        rows: How many rows two or more judged.
        share: The share of judgements in pairs that are alike, 0 to 1; None where no row was judged twice.
        kappa: The pairs' kappas, weighed by their rows; None where none has one.
        pairs: Each pair, sorted by name.
    """

    rows: int
    share: float | None
    kappa: float | None
    pairs: tuple[Pair, ...]


def cohens_kappa(said: Sequence[tuple[bool, bool]]) -> float | None:
    """Agreement beyond chance.

    Args:
        said: What each of two reviewers says of each row.

    Returns:
        Cohen's kappa; None where there is no row, or where chance alone explains full agreement.
    """
    if not said:
        return None
    observed = sum(one == other for one, other in said) / len(said)
    first, second = (sum(pair[i] for pair in said) / len(said) for i in (0, 1))
    expected = first * second + (1 - first) * (1 - second)
    return None if expected == 1 else (observed - expected) / (1 - expected)


def measure_agreement(by_row: Mapping[str, Iterable[Verdict]]) -> Agreement:
    """Measure it over the rows that two or more reviewers judged.

    Args:
        by_row: The last word of each reviewer on a row's present content, by row.
    """
    said: dict[tuple[str, str], list[tuple[bool, bool]]] = {}
    twice = 0
    for verdicts in by_row.values():
        accepted = {v.reviewer: v.verdict == "accept" for v in verdicts}
        twice += len(accepted) > 1
        for one, other in combinations(sorted(accepted), 2):
            said.setdefault((one, other), []).append((accepted[one], accepted[other]))
    pairs = [
        Pair(one, other, len(both), sum(a == b for a, b in both), cohens_kappa(both))
        for (one, other), both in sorted(said.items())
    ]
    judged = sum(pair.rows for pair in pairs)
    known = [(pair.kappa, pair.rows) for pair in pairs if pair.kappa is not None]
    weight = sum(rows for _, rows in known)
    return Agreement(
        rows=twice,
        share=sum(pair.alike for pair in pairs) / judged if judged else None,
        kappa=sum(kappa * rows for kappa, rows in known) / weight if weight else None,
        pairs=tuple(pairs),
    )
