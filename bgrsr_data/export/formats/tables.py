"""The rows that the pairs of a parcel show, and only those; and a table of the pairs themselves."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from bgrsr_data.export.formats.base import Parcel
from bgrsr_data.manifests import manifest_path, read_rows, schema_of
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


def table_of_pairs(lines: Sequence[dict[str, Any]]) -> bytes:
    """What `describe_pair` tells of each pair, and its files, as Parquet.

    A column is of its type also where no line fills it: the splits of a set, read one after the other, must agree.
    """
    known = {field.name: field for field in schema_of(Combination)}
    lists = {name for name, value in lines[0].items() if isinstance(value, list)}
    told = (pa.field(name, pa.list_(pa.string()) if name in lists else pa.string()) for name in lines[0])
    schema = pa.schema([known.get(field.name, field) for field in told])
    buffer = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(list(lines), schema=schema), buffer, compression="zstd")
    return buffer.getvalue()
