"""The files that a stage wrote: which its rows name, which are gone, and what a killed run left."""

from __future__ import annotations

import contextlib
import re
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from bgrsr_data.ledger import Ledger
from bgrsr_data.media.files import HALF_WRITTEN, sha256_of
from bgrsr_data.records import ManifestRow, Record
from bgrsr_data.stage import Stage

_ROW_ID = re.compile(r"[a-z]+-[0-9a-f]{16}")
PATH_FIELDS = ("path", "annotations", "mask", "alpha_path", "foreground_path")


def paths_of(stage: Stage[Any], records: Iterable[Record]) -> Iterator[str]:
    """The files that `stage` itself wrote, of those that `records` name."""
    for record in records:
        for name in PATH_FIELDS:
            path = getattr(record, name, None)
            if path and stage.owns(path):
                yield path


def with_notes(stage: Stage[Any], paths: Iterable[str]) -> set[str]:
    """Those files of `stage`, and its notes beside them."""
    return {f"{path}{note}" for path in paths for note in ("", *stage.notes)}


def bytes_of(root: Path, paths: Iterable[str]) -> int:
    """Size of those of the files that are there."""
    return sum((root / path).stat().st_size for path in paths if (root / path).is_file())


def written_files(ledger: Ledger, stage: Stage[Any]) -> Iterator[tuple[str, str]]:
    """(item, path) of every file in the folder of `stage` that its records name."""
    if stage.folder is not None:
        for item, record in ledger.records(stage.name):
            for path in paths_of(stage, [record]):
                yield item, path


class Missing:
    """Which items of a stage lack a file that they wrote, or, where it is sealed, the bytes of it; read once."""

    def __init__(self, ledger: Ledger, stage: Stage[Any], root: Path) -> None:
        self._ledger, self._stage, self._root = ledger, stage, root
        self._items: set[str] | None = None

    def __contains__(self, item: str) -> bool:
        if self._items is None:
            named = written_files(self._ledger, self._stage)
            self._items = {owner for owner, path in named if not (self._root / path).is_file()} | self._edited()
        return item in self._items

    def _edited(self) -> set[str]:
        if not self._stage.sealed:
            return set()
        rows = [(item, row) for item, row in self._ledger.records(self._stage.name) if isinstance(row, ManifestRow)]
        return {
            item for item, row in rows if (path := self._root / row.path).is_file() and sha256_of(path) != row.sha256
        }


def sweep(folder: Path) -> None:
    """Remove half-written files that a killed run left beside the whole ones."""
    for path in folder.rglob(".*"):
        if HALF_WRITTEN.fullmatch(path.name) and path.is_file():
            path.unlink()


def sweep_orphans(ledger: Ledger, stage: Stage[Any], root: Path) -> None:
    """Remove pictures that no row names, which a run wrote that was killed before it could say so.

    Only in folders that are named after a row, as frames/clip-…/, where nobody but the stage writes; what comes from
    outside is taken up again instead.
    """
    if stage.folder is None or stage.outside or stage.keeps_others:
        return
    from bgrsr_data.media.images import is_image  # noqa: PLC0415 - a run that has nothing to do goes without OpenCV

    named = {path for _, path in written_files(ledger, stage)}
    for folder in (root / stage.folder).glob("*-*"):
        if _ROW_ID.fullmatch(folder.name) and folder.is_dir():
            for path in folder.rglob("*"):
                if is_image(path) and path.relative_to(root).as_posix() not in named:
                    path.unlink()


def delete_doomed(root: Path, ledger: Ledger) -> None:
    """Delete files and folders that the ledger gave up, also those of a run that was killed before it came to it."""
    if doomed := ledger.doomed():
        for path in doomed:
            if (root / path).is_dir():
                shutil.rmtree(root / path)
            else:
                with contextlib.suppress(FileNotFoundError, NotADirectoryError):  # gone, or its folder with it
                    (root / path).unlink()
        ledger.spare(doomed)
