"""The published set as the review reads it: column by column, so that only the rows that are shown become records."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from bgrsr_data.manifests import manifest_path, read_table, rows_of
from bgrsr_data.records import Record, content_hash

R = TypeVar("R", bound=Record)
LIMIT = 20_000


class Tables:
    """The manifests of a workspace, each read once.

    Args:
        root: The workspace.
        limit: At most so many rows of a stage are shown.
        judged: Rows that somebody has judged: they are shown first.
        told: Called with a line where not all rows are shown.
    """

    def __init__(self, root: Path, limit: int, judged: Collection[str], told: Callable[[str], None]) -> None:
        self.root, self.limit, self.judged, self.told = root, limit, judged, told
        self._tables: dict[type[Record], pa.Table] = {}

    def table(self, model: type[Record]) -> pa.Table:
        """A manifest as it is; empty where it is missing.

        Raises:
            InputError: It cannot be read.
        """
        if model not in self._tables:
            path = manifest_path(self.root, model)
            self._tables[model] = read_table(path) if path.is_file() else pa.table({"id": pa.array([], pa.string())})
        return self._tables[model]

    def by_id(self, model: type[R], ids: Iterable[str | None]) -> dict[str, R]:
        """The rows with these ids; those that the manifest lacks are left out."""
        table = self.table(model)
        wanted = pa.array(sorted({i for i in ids if i is not None}), pa.string())
        return {row.id: row for row in rows_of(table.filter(pc.is_in(table["id"], wanted)), model)}

    def first_of(self, model: type[R], column: str, values: Iterable[str]) -> dict[str, R]:
        """The first row for each value of a column."""
        table = self.table(model)
        if column not in table.column_names:
            return {}
        first: dict[str, int] = {}
        for number, value in enumerate(table[column].to_pylist()):
            first.setdefault(value, number)
        places = [first[value] for value in sorted(set(values)) if value in first]
        taken = table.take(pa.array(places, pa.int64()))
        return {getattr(row, column): row for row in rows_of(taken, model)}

    def chosen(self, model: type[R], score: Callable[[pa.Table], NDArray[np.float64]]) -> list[R]:
        """The rows to show: all of them, or as many as the limit allows.

        Args:
            model: Which manifest.
            score: Gives each row's score, low where the row is likely bad.

        Raises:
            InputError: Nothing is published.
        """
        path = manifest_path(self.root, model)
        table = self.table(model) if path.is_file() else read_table(path)
        if table.num_rows > self.limit:
            ids = table["id"].to_pylist()
            picked = choose(ids, score(table), self.judged, self.limit)
            self.told(
                f"{table.num_rows:,} {path.stem}: {len(picked):,} are shown, the judged ones, then the worst and as "
                "many by lot (--limit shows more)"
            )
            table = table.take(picked)
        return rows_of(table, model)


def choose(ids: Sequence[str], scores: NDArray[np.float64], judged: Collection[str], limit: int) -> list[int]:
    """Choose rows to look at: those that somebody judged, of the rest half the worst and half by lot.

    The lot is the hash of the id: as rows come and go, the choice of the others stays.

    Args:
        ids: Of all rows.
        scores: (n,) float64, low where a row is likely bad; NaN where nobody measured.
        judged: Ids of judged rows.
        limit: How many are chosen at most.

    Returns:
        Row numbers, rising.
    """
    known = [number for number, identifier in enumerate(ids) if identifier in judged][:limit]
    taken = np.zeros(len(ids), bool)
    taken[known] = True
    worst = (limit - len(known)) // 2
    order = np.argsort(scores, kind="stable")  # NaN last
    taken[[number for number in order if not taken[number]][:worst]] = True
    lots = sorted((content_hash(ids[number]), number) for number in np.flatnonzero(~taken).tolist())
    taken[[number for _, number in lots[: limit - int(taken.sum())]]] = True
    return [int(number) for number in np.flatnonzero(taken)]
