"""A finished workspace of the small set, and copies to change."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from small import bgrsr


@pytest.fixture(scope="session")
def finished(small_set: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace in which the small set was run to the end; nothing may write in it."""
    root = tmp_path_factory.mktemp("finished") / "workspace"
    ended = bgrsr("run", small_set, "-w", root, "-j", 2)
    assert ended.returncode == 0, ended.stderr
    return root


@pytest.fixture
def workspace(finished: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return Path(shutil.copytree(finished, tmp_path / "workspace"))
