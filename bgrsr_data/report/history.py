"""The versions of a set, and what changed from each to the next."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from bgrsr_data.export.diff import Side, count_causes, list_changes
from bgrsr_data.export.versions import FOLDER, Version, has_rows, published_on, versions

LAST = 5  # so many versions are compared with the one before; a version's number of rows is told of all
CAUSES = 8
_ID = re.compile(r"\b(clip|frame|sharp|background|trimap|foreground)-[0-9a-f]{16}")


@dataclass(frozen=True)
class Past:
    """One version.

    Args:
        version: As it was published.
        day: When, ISO 8601.
        changes: What changed since the one before, as (how many rows, "combination gone", why).
        more: Causes beside those.
    """

    version: Version
    day: str
    changes: list[tuple[int, str, str]]
    more: int


def read_history(root: Path) -> list[Past]:
    """Every version of a workspace, the latest first.

    Raises:
        InputError: One cannot be read.
    """
    known = versions(root)
    past = []
    before: Side | None = None
    for number, version in enumerate(known):
        compared = len(known) > 1 and number >= len(known) - LAST - 1 and has_rows(root, version)
        after = Side(root / FOLDER / version.name) if compared else None
        counted = _causes(before, after) if before and after else []
        before = after
        past.append(Past(version, published_on(root, version), counted[:CAUSES], max(0, len(counted) - CAUSES)))
    return past[::-1]


def _causes(before: Side, after: Side) -> list[tuple[int, str, str]]:
    counted: Counter[tuple[str, str]] = Counter()
    for (kind, what, why), count in count_causes(list_changes(before, after)).items():
        counted[f"{kind}s {what}", _ID.sub(r"its \1", why)] += count
    return [(count, what, why) for (what, why), count in counted.most_common()]
