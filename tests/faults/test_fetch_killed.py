"""kill -9 at every commit point of `fetch`: the next run ends as if nothing had been, and asks for nothing twice."""

from __future__ import annotations

import gc
import json
import multiprocessing
import shutil
import signal
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from faults.kill_fetch import MOMENTS, fetch_and_die
from faults.meet import FETCH, assert_nothing_is_lost_or_false, visible
from faults.table import KILLED
from fetch.server import FaultServer
from processes import GIVE_UP_S
from recovery.conftest import assert_every_row_has_its_files

from bgrsr_data.fetch.verify import probe
from bgrsr_data.ledger import Done
from bgrsr_data.records import Clip, RejectionRow, Source
from bgrsr_data.runner import run_stage
from bgrsr_data.sources import STAGE as SOURCES
from bgrsr_data.workspace import Workspace

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")  # yt-dlp leaves its sockets to the collector
AWAY = multiprocessing.get_context("forkserver")  # clean processes, at once
AWAY.set_forkserver_preload(["faults.kill_fetch"])
Left = tuple[dict[str, object], list[str]]  # files, and digests of the rows


@pytest.fixture(scope="module")
def site(materials: Path) -> Iterator[FaultServer]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # yt-dlp leaves its sockets to the garbage collector
        with FaultServer(materials) as running:
            yield running
        gc.collect()


@pytest.fixture(scope="module")
def folder(materials: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    footage = tmp_path_factory.mktemp("footage")
    for name in ("noisy.mp4", "vfr.mp4", "cut.mp4"):
        shutil.copy(materials / name, footage)
    return footage


def prepare(root: Path, site: FaultServer, folder: Path) -> Workspace:
    """A workspace with a folder and a playlist to fetch, of two good clips and one dead entry each."""
    workspace = Workspace.create(root)
    told = {"role": "talking-head", "licence": "CC0-1.0", "creator": "nobody"}
    feed = site.url("feed?ok/good.mp4&ok/other.mp4&status-404/gone.mp4")
    for source in (
        Source.model_validate({"id": "source-1", "name": "folder", "path": str(folder), **told}),
        Source.model_validate({"id": "source-2", "name": "feed", "url": feed, **told}),
    ):
        workspace.ledger.commit(Done(SOURCES, source.id, source.content, "done"), [source])
    return workspace


def fetched(workspace: Workspace) -> Left:
    """All that a run leaves: what is in every file, and the rows."""
    run_stage(FETCH, workspace)
    assert_nothing_is_lost_or_false(workspace)
    files = {path: content(workspace.root / path) for path in visible(workspace.root)}
    return files, [workspace.ledger.digest(kind) for kind in (Clip.kind, RejectionRow.kind)]


def content(path: Path) -> object:
    """Its bytes; of what yt-dlp knew all but the moment at which it was asked."""
    data = path.read_bytes()
    if not path.name.endswith(".origin.json"):
        return data
    return {key: value for key, value in json.loads(data).items() if key != "epoch"}


@pytest.fixture(scope="module")
def undisturbed(site: FaultServer, folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Left:
    workspace = prepare(tmp_path_factory.mktemp("undisturbed"), site, folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("no_proxy", "*")
        result = fetched(workspace)
    assert len(result[0]) == 10  # four clips, their notes, and what yt-dlp knew of two
    workspace.close()
    return result


def test_every_moment_of_the_page_is_tried() -> None:
    assert tuple(MOMENTS) == KILLED


@pytest.mark.parametrize("moment", KILLED)
def test_fetching_that_is_killed_ends_the_same_when_it_is_run_again(
    moment: str, site: FaultServer, folder: Path, undisturbed: Left, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setenv("no_proxy", "*")
    root = tmp_path / "workspace"
    prepare(root, site, folder).close()
    process = AWAY.Process(target=fetch_and_die, args=(root, moment))
    process.start()
    process.join(2 * GIVE_UP_S)
    assert process.exitcode == -signal.SIGKILL
    assert_every_row_has_its_files(root)
    for path in visible(root):
        if not path.endswith(".json"):
            assert probe(root / path).frames, "a file under its own name is whole"
    workspace = Workspace(root)
    site.asked.clear()
    files, rows = fetched(workspace)
    assert [path for path in files | undisturbed[0] if files.get(path) != undisturbed[0].get(path)] == []
    assert rows == undisturbed[1]
    asked_again = {path for path in site.asked if path.startswith("/ok/")}
    finished = "after" in moment or "before" in moment or "within" in moment or "next file" in moment
    nothing_fetched_yet = "local" in moment
    allowed = {"/ok/good.mp4", "/ok/other.mp4"} if nothing_fetched_yet else set() if finished else {"/ok/other.mp4"}
    assert asked_again == allowed
    left = [path.relative_to(root).as_posix() for path in root.rglob("*.part*") if path.is_file()]
    assert left == []
    workspace.close()
