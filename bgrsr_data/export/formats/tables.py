"""The rows that the pairs of a parcel show, and only those."""

from __future__ import annotations

from collections.abc import Sequence

from bgrsr_data.export.formats.base import Parcel
from bgrsr_data.manifests import manifest_path, read_rows
from bgrsr_data.records import Background, Clip, Combination, Foreground, Record

Tables = dict[type[Record], Sequence[Record]]


def rows_of(parcel: Parcel) -> Tables:
    """The combinations, and the foregrounds, backgrounds and clips that they are made of."""
    named = {name for row in parcel.rows for name in (row.foreground, row.original_background, row.target_background)}
    clips = {clip.id: clip for row in parcel.rows for clip in parcel.rights.of(row)}
    made: Tables = {Combination: list(parcel.rows)}
    for model in (Foreground, Background):
        made[model] = [row for row in read_rows(manifest_path(parcel.root, model), model) if row.id in named]
    made[Clip] = [clips[name] for name in sorted(clips)]
    return made
