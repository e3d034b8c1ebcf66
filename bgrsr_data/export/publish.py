"""The `publish` stage: from the ledger to Parquet manifests, each replaced whole."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bgrsr_data.ledger import Ledger
from bgrsr_data.manifests import FILES, manifest_path, write_rows
from bgrsr_data.media.files import sha256_of
from bgrsr_data.options import Options
from bgrsr_data.records import (
    Background,
    Frame,
    ManifestRow,
    Record,
    RejectionRow,
    Verdict,
    content_hash,
    make_id,
)
from bgrsr_data.stage import Item, Stage


class PublishOptions(Options):
    """Options of the `publish` stage: none yet."""


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of one manifest."""

    model: type[Record]
    rows: list[Record]


class Publish(Stage[Rows]):
    """Write one manifest for each kind of row."""

    name = "publish"
    needs = ("fetch", "frames", "select", "deblur", "key", "trimap", "combine")
    folder = "manifests"
    pooled = False
    options: PublishOptions

    def items(self, ledger: Ledger) -> Iterable[Item[Rows]]:
        """One item for each kind of row, empty kinds too, so that a reader always finds the file."""
        for model in FILES:
            rows = rows_to_publish(ledger, model)
            yield Item(model.kind, (content_hash(*(row.content for row in rows)),), Rows(model, rows))

    def run(self, item: Item[Rows], root: Path) -> Sequence[ManifestRow]:
        """Write one manifest."""
        model, rows = item.payload.model, item.payload.rows
        path = manifest_path(root, model)
        write_rows(path, model, rows)
        relative = path.relative_to(root).as_posix()
        return [ManifestRow(id=make_id("manifest", relative), path=relative, sha256=sha256_of(path), rows=len(rows))]


def rows_to_publish(ledger: Ledger, model: type[Record]) -> list[Record]:
    """The rows of one kind, sorted by id: frames and backgrounds as the last stage of the set hands them on."""
    if model is Verdict:
        return list(ledger.verdicts())
    if model is Frame:
        return list(ledger.latest(Frame, "frames", "select", "deblur"))
    if model is Background:
        return list(ledger.latest(Background, "frames", "select"))
    if model is RejectionRow:
        return [row for row in ledger.rows(RejectionRow) if row.stage not in ledger.passed_over()]
    return list(ledger.rows(model))
