"""Manifests: every kind of row goes there and back, other tools read the columns, the same rows give the same bytes."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bgrsr_data.errors import InputError
from bgrsr_data.manifests import FILES, read_rows, schema_of, write_rows
from bgrsr_data.records import Clip, Combination, Foreground, Frame


def frame(number: int, **more: object) -> Frame:
    told = {
        "id": f"frame-{number}", "clip": "clip-1", "role": "greenscreen", "person": "Ada", "path": f"{number}.png",
        "sha256": "0", "width": 4, "height": 3, "pts": 1001 * number, "time_base": Fraction(1, 30000),
        "dhash": "f" * 16, "sharpness": 1.5, "sharpness_ratio": 1.0,
    }  # fmt: skip
    return Frame.model_validate(told | more)


def foreground(**scores: float) -> Foreground:
    return Foreground(
        id="foreground-1", clip="c", original="f", person="p", alpha_path="a", foreground_path="b", sha256="0", width=1,
        height=1, box_left=0, box_top=0, box_right=1, box_bottom=1, score=0.5, scores=scores,
    )  # fmt: skip


def test_times_stay_exact_and_empty_cells_stay_empty(tmp_path: Path) -> None:
    rows = [frame(1), frame(2, original="frame-1", time_base=Fraction(1001, 30000))]
    write_rows(tmp_path / "x.parquet", Frame, rows)
    assert read_rows(tmp_path / "x.parquet", Frame) == rows


def test_scores_go_there_and_back_and_a_rows_content_stays_the_same(tmp_path: Path) -> None:
    row = foreground(spill=0.25, area=0.125)
    write_rows(tmp_path / "x.parquet", Foreground, [row])
    (again,) = read_rows(tmp_path / "x.parquet", Foreground)
    assert (again, again.content) == (row, row.content)


def test_the_same_rows_give_the_same_bytes(tmp_path: Path) -> None:
    write_rows(tmp_path / "a.parquet", Foreground, [foreground(x=1, y=2)])
    write_rows(tmp_path / "b.parquet", Foreground, [foreground(y=2, x=1)])
    assert (tmp_path / "a.parquet").read_bytes() == (tmp_path / "b.parquet").read_bytes()


@pytest.mark.parametrize("model", FILES, ids=lambda model: model.kind)
def test_every_kind_of_row_has_typed_columns_even_where_there_is_none(tmp_path: Path, model: type) -> None:
    write_rows(tmp_path / "x.parquet", model, [])
    assert pq.read_schema(tmp_path / "x.parquet").equals(schema_of(model))
    assert read_rows(tmp_path / "x.parquet", model) == []


def test_pandas_reads_typed_columns(tmp_path: Path) -> None:
    write_rows(tmp_path / "x.parquet", Frame, [frame(1), frame(2)])
    table = pd.read_parquet(tmp_path / "x.parquet")
    assert table["pts"].tolist() == [1001, 2002]
    assert table["time_base"].tolist() == ["1/30000"] * 2


def test_numbers_are_integers_and_floats_and_flags() -> None:
    schema = schema_of(Combination)
    assert (schema.field("seed").type, schema.field("zoom").type) == (pa.int64(), pa.float64())
    assert schema.field("flip").type == pa.bool_()
    assert schema_of(Clip).field("annotations").nullable


def test_a_manifest_that_is_missing_or_broken_or_of_other_columns_is_told(tmp_path: Path) -> None:
    path = tmp_path / "x.parquet"
    with pytest.raises(InputError, match="publish one with: bgrsr publish"):
        read_rows(path, Frame)
    path.write_bytes(b"PAR1 and nothing else")
    with pytest.raises(InputError, match="is not a Parquet file"):
        read_rows(path, Frame)
    write_rows(path, Foreground, [foreground()])
    with pytest.raises(InputError, match=r"column .*publish it again"):
        read_rows(path, Frame)


def test_a_cut_off_manifest_is_told(tmp_path: Path) -> None:
    path = tmp_path / "x.parquet"
    write_rows(path, Frame, [frame(n) for n in range(50)])
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(InputError, match="is not a Parquet file"):
        read_rows(path, Frame)
