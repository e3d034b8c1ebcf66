"""The versions of a set, and what changed from each to the next."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from bgrsr_data.export.diff import count_causes, diff_versions
from bgrsr_data.export.versions import FOLDER, Version, published_on, versions

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
    for number, version in enumerate(known):
        compared = number and number >= len(known) - LAST and _whole(root, version) and _whole(root, known[number - 1])
        counted = _causes(root, known[number - 1], version) if compared else []
        past.append(Past(version, published_on(root, version), counted[:CAUSES], max(0, len(counted) - CAUSES)))
    return past[::-1]


def _causes(root: Path, old: Version, new: Version) -> list[tuple[int, str, str]]:
    changes = diff_versions(root / FOLDER / old.name, root / FOLDER / new.name)
    counted: Counter[tuple[str, str]] = Counter()
    for (kind, what, why), count in count_causes(changes).items():
        counted[f"{kind}s {what}", _ID.sub(r"its \1", why)] += count
    return [(count, what, why) for (what, why), count in counted.most_common()]


def _whole(root: Path, version: Version) -> bool:
    """Whether its rows are still there: a forgotten source takes them with it."""
    return all((root / FOLDER / version.name / name).is_file() for name in version.files)
