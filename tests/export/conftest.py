"""One published set for all tests of exports."""

from __future__ import annotations

from pathlib import Path

import pytest
from handed import SIZE
from small import bgrsr

from bgrsr_data.combine.render import Renderer


@pytest.fixture(scope="session")
def finished(small_set: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with a published set; nothing may write in it."""
    root = tmp_path_factory.mktemp("handed") / "a set"
    ended = bgrsr("run", small_set, "-w", root, "-j", 2)
    assert ended.returncode == 0, ended.stderr
    return root


@pytest.fixture(scope="session")
def renderer(finished: Path) -> Renderer:
    """Draws its pairs."""
    return Renderer(finished, lr_size=SIZE, hr_size=(128, 96))
