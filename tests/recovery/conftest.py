"""Undisturbed runs, to compare with."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

import cv2
import pyarrow.parquet as pq
import pytest
from small import bgrsr

from bgrsr_data.ledger import Ledger


@pytest.fixture(scope="session")
def undisturbed(small_set: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace in which the small set was run to the end, without any trouble, with two workers."""
    root = tmp_path_factory.mktemp("undisturbed") / "workspace"
    ended = bgrsr("run", small_set, "-w", root, "-j", 2)
    assert ended.returncode == 0, ended.stderr
    return root


APART = (".lock", "ledger.sqlite", "versions/")


def tree(root: Path) -> dict[str, str]:
    """SHA-256 of every file of a workspace, by relative path, without ledger, lock and earlier versions."""
    return {
        path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(root.rglob("*"))
        if path.is_file() and not path.relative_to(root).as_posix().startswith(APART)
    }


def manifests(root: Path) -> dict[str, str]:
    """SHA-256 of every manifest."""
    return {path: sha for path, sha in tree(root).items() if path.startswith("manifests/")}


def counts(root: Path) -> dict[str, int]:
    """How many items of each stage the ledger has; asked beside a run that may be making it, it only ever reads."""
    if not (root / "ledger.sqlite").is_file():
        return {}
    with closing(sqlite3.connect(f"file:{quote(str(root))}/ledger.sqlite?mode=ro", uri=True, timeout=30)) as ledger:
        if not ledger.execute("SELECT 1 FROM sqlite_master WHERE name = 'items'").fetchone():
            return {}
        return dict(ledger.execute("SELECT stage, count(*) FROM items GROUP BY stage").fetchall())


def assert_no_file_is_half_written(root: Path) -> None:
    """Every file under a name of its own can be read to its end; what is being written is hidden."""
    for path in root.rglob("*"):
        if path.name.startswith(".") or not path.is_file():
            continue
        if path.suffix in (".png", ".jpg"):
            assert cv2.imread(str(path), cv2.IMREAD_UNCHANGED) is not None, path
        elif path.suffix == ".parquet":
            pq.read_table(path)
        elif path.suffix == ".json":
            json.loads(path.read_bytes())


def assert_every_row_has_its_files(root: Path) -> None:
    """What the ledger calls done is on the disk."""
    ledger = Ledger(root / "ledger.sqlite")
    for stage in ledger.stages():
        for _, row in ledger.records(stage):
            for name in ("path", "mask", "alpha_path", "foreground_path"):
                told = getattr(row, name, None)
                assert told is None or (root / told).exists(), (stage, told)
    ledger.close()
