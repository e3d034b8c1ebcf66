"""A folder of everything odd, a server that serves it badly, and an empty workspace."""

from __future__ import annotations

import gc
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from faults.material import make_all
from fetch.server import FaultServer

from bgrsr_data.workspace import Workspace


@pytest.fixture(scope="session")
def materials(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with every material."""
    return make_all(tmp_path_factory.mktemp("materials"))


@pytest.fixture
def server(materials: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FaultServer]:
    """A fresh server on the materials, which yt-dlp asks through no proxy of this machine."""
    monkeypatch.setenv("no_proxy", "*")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # yt-dlp leaves its sockets to the garbage collector
        with FaultServer(materials) as running:
            yield running
        gc.collect()


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    made = Workspace.create(tmp_path / "workspace")
    yield made
    made.close()
