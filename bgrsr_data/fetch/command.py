"""What `bgrsr fetch TARGET` adds to the sources of a workspace."""

from __future__ import annotations

import typing
from pathlib import Path
from typing import cast

from bgrsr_data.errors import InputError
from bgrsr_data.fetch.sources import read_sources, source_from_argument
from bgrsr_data.marked import did_you_mean
from bgrsr_data.records import Role, Source


def sources_of(
    target: str | None, role: str | None, *, licence: str, creator: str, person: str | None, annotations: str | None
) -> list[Source]:
    """The sources that a target stands for: those of a source list, one, or none where there is no target.

    Raises:
        InputError: The role is missing or unknown, or the target does not exist.
    """
    if target is None:
        return []
    if target.endswith((".yaml", ".yml")):
        return read_sources(Path(target))
    roles = typing.get_args(Role)
    if role not in roles:
        given = (
            f"role '{role}' is unknown{did_you_mean(str(role), roles)}" if role else "say what it is for with --role"
        )
        raise InputError(f"{target}: {given} ({', '.join(roles)})")
    return [
        source_from_argument(
            target, role=cast(Role, role), licence=licence, creator=creator, person=person, annotations=annotations
        )
    ]
