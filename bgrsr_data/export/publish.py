"""The `publish` stage: from the ledger to Parquet manifests, each replaced whole, and none where the splits leak.

Every set that is published stays as a version (versions.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from bgrsr_data.export.persons import Persons, persons_to_publish, write_persons
from bgrsr_data.export.versions import keep_version
from bgrsr_data.keying.single import rekeys_that_count
from bgrsr_data.leaks import Leak, find_leaks, read_repeats, refuse_leaks
from bgrsr_data.ledger import Ledger
from bgrsr_data.manifests import FILES, manifest_path, write_rows
from bgrsr_data.media.files import sha256_of
from bgrsr_data.options import Options
from bgrsr_data.records import (
    Background,
    Clip,
    Combination,
    Foreground,
    Frame,
    ManifestRow,
    Record,
    RejectionRow,
    Rekey,
    Verdict,
    content_hash,
    make_id,
)
from bgrsr_data.stage import Item, Stage


class PublishOptions(Options):
    """Options of the `publish` stage: none yet."""


class Published:
    """All that is to be published.

    Args:
        rows: Of each kind, sorted by id.
        ledger: Tells of pictures that are not published, and of what they look like.
    """

    def __init__(self, rows: dict[type[Record], list[Record]], ledger: Ledger) -> None:
        self.rows, self._ledger = rows, ledger

    @cached_property
    def leaks(self) -> list[Leak]:
        """What the splits share, looked for once."""
        rows: dict[Any, Any] = self.rows
        return find_leaks(
            rows[Combination],
            foregrounds=rows[Foreground],
            backgrounds=rows[Background],
            clips=rows[Clip],
            frames=rows[Frame],
            repeats=read_repeats(self._ledger),
        )


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of one manifest, among all of the set."""

    model: type[Record]
    published: Published


class Publish(Stage[Rows | Persons]):
    """Write one manifest for each kind of row, and the COCO persons as a COCO file."""

    name = "publish"
    version = 2
    needs = ("fetch", "frames", "select", "deblur", "key", "trimap", "combine")
    folder = "manifests"
    pooled = False
    whole = True  # a set that leaks is refused as a whole
    outside = True  # and then the manifests stay as they were
    sealed = True  # an edited manifest is not what the set is
    options: PublishOptions

    def items(self, ledger: Ledger) -> Iterable[Item[Rows | Persons]]:
        """One item for each kind of row, empty kinds too, so that a reader always finds the file."""
        published = Published({model: rows_to_publish(ledger, model) for model in FILES}, ledger)
        for model, rows in published.rows.items():
            yield Item(model.kind, (content_hash(*(row.content for row in rows)),), Rows(model, published))
        if persons := persons_to_publish(ledger):
            yield Item(persons.id, persons.inputs, persons.payload)

    def run(self, item: Item[Rows | Persons], root: Path) -> Sequence[ManifestRow]:
        """Write one manifest.

        Raises:
            InputError: The splits leak: something is shown in two of them.
        """
        if isinstance(item.payload, Persons):
            return [write_persons(item.payload, root)]
        refuse_leaks(item.payload.published.leaks, "nothing was published")
        model = item.payload.model
        rows = item.payload.published.rows[model]
        path = manifest_path(root, model)
        write_rows(path, model, rows)
        relative = path.relative_to(root).as_posix()
        return [ManifestRow(id=make_id("manifest", relative), path=relative, sha256=sha256_of(path), rows=len(rows))]

    def finish(self, root: Path) -> None:
        """Keep what was published as a version, where it is another than the last, with its papers."""
        from bgrsr_data.export.datasheet import document_version  # noqa: PLC0415 - where something is published

        document_version(root, keep_version(root))


_LATEST: dict[type[Record], tuple[str, ...]] = {
    Frame: ("frames", "select", "deblur"),
    Background: ("frames", "select"),
}


def rows_to_publish(ledger: Ledger, model: type[Record]) -> list[Record]:
    """The rows of one kind, sorted by id: frames and backgrounds as the last stage of the set hands them on."""
    if model is Verdict:
        return list(ledger.verdicts())
    if model in _LATEST:
        return list(ledger.latest(model, *_LATEST[model]))
    if model is Combination:
        out = ledger.rejected_by_review()
        return [row for row in ledger.rows(Combination) if row.id not in out]
    if model is Rekey:
        return sorted(rekeys_that_count(ledger).values(), key=lambda row: row.id)
    if model is RejectionRow:
        return [row for row in ledger.rows(RejectionRow) if row.stage not in ledger.passed_over()]
    return list(ledger.rows(model))
