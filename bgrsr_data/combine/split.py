"""Splits that cannot leak.

Whatever shares a person, a file or a place belongs together: those ties make a graph, and each of its connected
components goes whole into one split. A network that is tested on a face or a room it was trained on reports a figure
that means nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from bgrsr_data.errors import InputError
from bgrsr_data.records import Split, content_hash

SPLITS: tuple[Split, ...] = ("train", "val", "test")


def components(ties: Iterable[Sequence[str]]) -> dict[str, str]:
    """Join everything that is tied together.

    Args:
        ties: Each a group of names that belong together, as (person, clip, file hash).

    Returns:
        For every name the smallest name of its component.
    """
    parent: dict[str, str] = {}

    def root(name: str) -> str:
        parent.setdefault(name, name)
        while parent[name] != name:
            parent[name] = parent[parent[name]]
            name = parent[name]
        return name

    for tie in ties:
        first = root(tie[0])
        for name in tie[1:]:
            first, other = sorted((root(first), root(name)))
            parent[other] = first
    return {name: root(name) for name in sorted(parent)}


def assign(
    groups: Iterable[str],
    forced: Mapping[str, set[Split]],
    *,
    val_share: float,
    test_share: float,
    seed: int,
    least: int = 1,
) -> dict[str, Split]:
    """Give each component a split.

    The order is drawn from the names alone, so that a frame more or less of a person moves nobody else. With 3 ×
    `least` components or more, none of the splits stays empty whose share is above zero; with 2 × `least`, some are
    held out to test; with fewer, all are for training.

    Args:
        groups: The components' names.
        forced: Splits that sources demand, by component.
        val_share: Share of the components for "val".
        test_share: Share of the components for "test".
        seed: Another seed gives another assignment.
        least: A split that is held out has at least so many components.

    Returns:
        The split of every component.

    Raises:
        InputError: Sources that share a person or a file demand different splits.
    """
    for group, demanded in forced.items():
        if len(demanded) > 1:
            raise InputError(
                f"{group}: its sources demand several splits ({', '.join(sorted(demanded))}); that would leak"
            )
    free = sorted((g for g in set(groups) if not forced.get(g)), key=lambda g: content_hash(seed, g))
    given: dict[str, Split] = {g: next(iter(s)) for g, s in forced.items() if s}
    total = len(free) + len(given)
    wanted = {
        "test": _quota(test_share, total, least if total >= 2 * least else 0),
        "val": _quota(val_share, total, least if total >= 3 * least else 0),
    }
    for split in ("test", "val"):
        missing = max(0, wanted[split] - sum(s == split for s in given.values()))
        take = min(missing, max(0, len(free) - (0 if "train" in given.values() else least)))
        given.update(dict.fromkeys(free[:take], split))
        free = free[take:]
    return given | dict.fromkeys(free, SPLITS[0])


def _quota(share: float, total: int, least: int) -> int:
    return max(round(share * total), least) if least and share > 0 else 0
