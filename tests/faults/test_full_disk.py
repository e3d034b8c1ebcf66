"""A disk that fills up while footage comes in: one line, what is finished is kept, and the next run ends the same."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from faults.meet import FETCH, FRAMES, assert_nothing_is_lost_or_false, visible
from faults.table import FULL
from fetch.server import FaultServer

from bgrsr_data import budget
from bgrsr_data.errors import DiskFullError
from bgrsr_data.fetch.verify import probe
from bgrsr_data.ledger import Done
from bgrsr_data.records import Clip, Frame, Source
from bgrsr_data.runner import run_stage
from bgrsr_data.sources import STAGE as SOURCES
from bgrsr_data.workspace import Workspace

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")  # yt-dlp leaves its sockets to the collector
DISK_KB = 16_000


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of its own."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK_KB}k", "tmpfs", str(place)]
    try:
        mounted = subprocess.run(mount, check=False, capture_output=True).returncode == 0
    except FileNotFoundError:
        mounted = False
    if not mounted:
        pytest.skip("mounting a tmpfs is not permitted here")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def prepare(root: Path, **where: str) -> Workspace:
    workspace = Workspace.create(root)
    told = {"role": "talking-head", "licence": "CC0-1.0", "creator": "nobody", **where}
    source = Source.model_validate({"id": "source-0", "name": "full", **told})
    workspace.ledger.commit(Done(SOURCES, source.id, source.content, "done"), [source])
    return workspace


def fill(disk: Path, *, leaving: int) -> Path:
    """Leave so many bytes free."""
    ballast = disk / "ballast"
    ballast.write_bytes(bytes(shutil.disk_usage(disk).free - leaving))
    return ballast


def finish(workspace: Workspace) -> dict[str, bytes]:
    for stage in (FETCH, FRAMES):
        assert run_stage(stage, workspace).failed == 0
    assert_nothing_is_lost_or_false(workspace)
    files = {path: (workspace.root / path).read_bytes() for path in visible(workspace.root)}
    return {path: data for path, data in files.items() if not path.endswith(".origin.json")}  # they tell the moment


@pytest.mark.parametrize("what", FULL)
@pytest.mark.parametrize("seen", ["it is seen in time", "another program is faster"])
def test_a_disk_that_is_full_while_footage_comes_in(
    what: str, seen: str, disk: Path, server: FaultServer, materials: Path, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    (tmp_path / "footage").mkdir()
    for name in ("good.mp4", "noisy.mp4"):
        shutil.copy(materials / name, tmp_path / "footage")
    where = {"path": str(tmp_path / "footage")} if what == "a folder" else {"url": server.url(what)}
    workspace = prepare(disk / "workspace", **where)
    ballast = fill(disk, leaving=250_000)
    with monkeypatch.context() as patch:
        if seen == "another program is faster":
            patch.setattr(budget, "free_bytes", lambda _: 10**12)
        with pytest.raises(DiskFullError) as caught:
            run_stage(FETCH, workspace)
    told = str(caught.value)
    assert told.isprintable()
    assert "run the same command again" in told
    assert workspace.ledger.count(Clip.kind) == 0
    for path in visible(workspace.root):
        assert path.endswith(".json") or probe(workspace.root / path).frames, "what has its name is whole"
    ballast.unlink()
    again = finish(workspace)
    workspace.close()
    elsewhere = prepare(tmp_path / "undisturbed", **where)
    assert again == finish(elsewhere)
    elsewhere.close()


def test_a_disk_that_is_full_while_frames_are_written(disk: Path, materials: Path, tmp_path: Path) -> None:
    workspace = prepare(disk / "workspace", path=str(materials / "untagged.mp4"))
    run_stage(FETCH, workspace)
    ballast = fill(disk, leaving=190_000)
    with pytest.raises(DiskFullError, match="run the same command again"):
        run_stage(FRAMES, workspace)
    assert workspace.ledger.count(Frame.kind) == 0
    ballast.unlink()
    again = finish(workspace)
    workspace.close()
    elsewhere = prepare(tmp_path / "undisturbed", path=str(materials / "untagged.mp4"))
    assert again == finish(elsewhere)
    assert sum(path.startswith("frames/") for path in again) == 10
    elsewhere.close()
