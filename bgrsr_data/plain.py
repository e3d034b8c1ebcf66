"""Steps on plain files, with no workspace, so that a person can try one before adopting the rest.

The same stage runs in the same engine, with a small hidden ledger beside the results: a rerun does only what is
missing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from bgrsr_data.ledger import Ledger
from bgrsr_data.ownership import claim, refuse_originals, refuse_unspeakable
from bgrsr_data.records import Record
from bgrsr_data.runner import Outcome, Progress, run_stage
from bgrsr_data.stage import Item, Stage
from bgrsr_data.workspace import OUT_LEDGER, Workspace


class PlainStage(Stage[Any]):
    """A stage over given items instead of a ledger's, whose results of earlier runs are left alone."""

    folder = "."
    keeps_others = True

    def __init__(self, stage: Stage[Any], items: Iterable[Item[Any]]) -> None:
        super().__init__(stage.options)
        self.name, self.version, self.pooled, self.unit = stage.name, stage.version, stage.pooled, stage.unit
        self._stage, self._items = stage, list(items)

    def items(self, ledger: Ledger) -> Iterable[Item[Any]]:  # noqa: ARG002 - that is the difference
        """The items given."""
        return self._items

    def run(self, item: Item[Any], root: Path) -> Sequence[Record]:
        """As the stage itself."""
        self._stage.telling, self._stage.room = self.telling, self.room
        return self._stage.run(item, root)

    def owns(self, path: str) -> bool:
        """All that is named by a path below the folder of results."""
        return not path.startswith(("/", ".."))

    def __getstate__(self) -> dict[str, Any]:
        """A worker gets its items one by one."""
        return self.__dict__ | {"_items": []}


def run_on_files(
    stage: Stage[Any],
    items: Iterable[Item[Any]],
    out: Path,
    *,
    workers: int | None = None,
    max_disk: int | None = None,
    progress: Progress | None = None,
) -> tuple[Outcome, list[Record]]:
    """Run `stage` over `items` and write under `out`.

    Returns:
        The counts, and every record of the items, of this run and of earlier ones.

    Raises:
        InputError: `out` cannot be written, has originals where results would go, or files that are not ours; or a
            file's name is not UTF-8.
        LockedError: Another process is writing there.
        DiskFullError: Nothing more could be written; what was finished is kept.
    """
    listed = list(items)
    plain = PlainStage(stage, listed)
    refuse_unspeakable(listed)
    refuse_originals(listed, out)
    workspace = Workspace.create(out, ledger=OUT_LEDGER)
    try:
        with workspace.writing():
            claim(workspace.ledger, plain.name, listed, out)
            outcome = run_stage(plain, workspace, workers=workers, max_disk=max_disk, progress=progress)
        return outcome, [record for item in listed for record in workspace.ledger.rows_of_item(plain.name, item.id)]
    finally:
        workspace.close()
