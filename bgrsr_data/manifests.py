"""Manifests (Parquet, zstd): what the dataset is.

One file per kind of row, replaced whole, with typed flat columns that pandas, Polars, DuckDB and Hugging Face read as
they are. The trainer, FiftyOne and the report read manifests, never the ledger. The same rows give the same bytes.
"""

from __future__ import annotations

import io
import types
import typing
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any, TypeVar

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import ValidationError

from bgrsr_data.errors import InputError
from bgrsr_data.media.files import write_bytes
from bgrsr_data.records import (
    Background,
    Clip,
    Combination,
    Foreground,
    Frame,
    Record,
    RejectionRow,
    Rekey,
    Trimap,
    Verdict,
)

R = TypeVar("R", bound=Record)
FOLDER = "manifests"
FILES: dict[type[Record], str] = {
    Clip: "clips",
    Frame: "frames",
    Background: "backgrounds",
    Trimap: "trimaps",
    Foreground: "foregrounds",
    Combination: "combinations",
    Verdict: "verdicts",
    Rekey: "rekeys",
    RejectionRow: "rejections",
}
_COLUMN: dict[Any, pa.DataType] = {
    str: pa.string(),
    int: pa.int64(),
    float: pa.float64(),
    bool: pa.bool_(),
    Fraction: pa.string(),
    list[str]: pa.list_(pa.string()),
    list[float]: pa.list_(pa.float64()),
    dict[str, float]: pa.map_(pa.string(), pa.float64()),
}


def manifest_path(root: Path, model: type[Record]) -> Path:
    """Where the manifest of one kind of row lies in a workspace."""
    return root / FOLDER / f"{FILES[model]}.parquet"


def write_rows(path: Path, model: type[R], rows: Sequence[R]) -> None:
    """Write a manifest, whole, in place of the one that is there.

    Raises:
        DiskFullError: Nothing more can be written.
    """
    write_bytes(path, table_bytes(model, rows))


def table_bytes(model: type[Record], rows: Sequence[Record]) -> bytes:
    """Rows as a Parquet file."""
    columns: dict[str, list[Any]] = {name: [] for name in model.model_fields}
    for row in rows:
        for name, value in row.model_dump().items():
            columns[name].append(_cell(value))
    buffer = io.BytesIO()
    pq.write_table(pa.table(columns, schema=schema_of(model)), buffer, compression="zstd")
    return buffer.getvalue()


def read_rows(path: Path, model: type[R]) -> list[R]:
    """Read a manifest.

    Raises:
        InputError: It is missing, no Parquet file, or its columns are not those of `model`.
    """
    return rows_of(read_table(path), model)


def read_table(path: Path) -> pa.Table:
    """Read a manifest's columns.

    Raises:
        InputError: It is missing, or no Parquet file.
    """
    if not path.is_file():
        raise InputError(f"{path}: there is no such manifest; publish one with: bgrsr publish")
    try:
        return pq.read_table(path)
    except (pa.ArrowInvalid, OSError) as error:
        raise InputError(f"{path}: is not a Parquet file; publish it again with: bgrsr publish") from error


def rows_of(table: pa.Table, model: type[R]) -> list[R]:
    """The rows of a manifest, or of a part of one.

    Raises:
        InputError: Its columns are not those of `model`.
    """
    maps = {field.name for field in table.schema if pa.types.is_map(field.type)}
    try:
        return [model.model_validate(_uncell(row, maps)) for row in table.to_pylist()]
    except ValidationError as error:
        first = error.errors()[0]
        name = f"{FILES[model]}.parquet"
        raise InputError(f"{name}: column {first['loc'][0]}: {first['msg']}; publish it again") from error


def schema_of(model: type[Record]) -> pa.Schema:
    """The columns of a kind of row: text, integers, floats, flags, and maps from text to float."""
    fields = []
    hints = typing.get_type_hints(model)
    for name in model.model_fields:
        kind, optional = _plain(hints[name])
        fields.append(pa.field(name, _COLUMN[kind], nullable=optional))
    return pa.schema(fields)


def column_type(model: type[Record], column: str) -> tuple[Any, bool]:
    """The Python type of a column's values as they are stored, and whether a cell is a list of them."""
    kind, _ = _plain(typing.get_type_hints(model)[column])
    if typing.get_origin(kind) is list:
        return typing.get_args(kind)[0], True
    return (str if kind is Fraction else kind), False


def _plain(hint: Any) -> tuple[Any, bool]:
    """The Python type of a column's cells, and whether a cell may be empty."""
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        (kind,) = [arm for arm in typing.get_args(hint) if arm is not type(None)]
        return _plain(kind)[0], True
    if typing.get_origin(hint) is typing.Literal:
        return str, False
    return hint, False


def _cell(value: object) -> object:
    if isinstance(value, Fraction):
        return str(value)
    return sorted(value.items()) if isinstance(value, dict) else value


def _uncell(row: dict[str, Any], maps: set[str]) -> dict[str, Any]:
    return row | {name: dict(row[name]) for name in maps}
