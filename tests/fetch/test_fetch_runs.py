"""The fetch stage under the runner: workers, retries, and a process that is killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fetch.server import FaultServer
from fetch.step_runs import put, run, run_stage_here
from processes import until

from bgrsr_data.fetch.sources import read_sources
from bgrsr_data.fetch.step import Fetch
from bgrsr_data.records import Source
from bgrsr_data.runner import plan_stage, run_stage
from bgrsr_data.workspace import Workspace

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")  # yt-dlp leaves its sockets to the collector
Make = Callable[..., Source]


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    made = Workspace.create(tmp_path / "workspace")
    yield made
    made.close()


def test_a_failed_url_leaves_no_clip_and_is_retried(
    workspace: Workspace, server: FaultServer, make_source: Make
) -> None:
    put(workspace, make_source(url=server.url("status-404/a.mp4")))
    outcome = run_stage_here(workspace)
    assert outcome.failed == 1
    assert "gone" in outcome.errors["source-0"]
    assert workspace.ledger.count("clip") == 0
    assert len(plan_stage(Fetch(), workspace, only_failed=True).pending) == 1


def test_the_whole_list_of_our_footage_is_the_same_with_any_number_of_workers(footage: Path, tmp_path: Path) -> None:
    sources = read_sources(Path(__file__).parents[2] / "manifests" / "footage.yaml")
    digests = []
    for workers in (1, 2):
        workspace = Workspace.create(tmp_path / str(workers))
        put(workspace, *sources)
        outcome = run_stage(Fetch(), workspace, workers=workers)
        assert (outcome.done, outcome.rejected, outcome.failed) == (len(sources), 0, 0), outcome.errors
        assert outcome.records == {"clip": len(sources) - 1 + 17}  # one source is 17 COCO pictures
        assert plan_stage(Fetch(), workspace).pending == []
        digests.append(workspace.ledger.digest("clip"))
        workspace.close()
    assert digests[0] == digests[1]


KILLED = """
import sys
from pathlib import Path
from bgrsr_data.fetch.step import Fetch
from bgrsr_data.records import Source
from bgrsr_data.stage import Item
source = Source.model_validate_json(sys.argv[1])
Fetch().run(Item(source.id, (), source), Path(sys.argv[2]))
"""


def test_a_killed_download_is_taken_up_and_ends_with_the_same_rows(
    workspace: Workspace, server: FaultServer, tmp_path: Path, make_source: Make
) -> None:
    source = make_source(url=server.url("wait/a.mp4"), yt_dlp={"buffersize": 1024, "socket_timeout": 600})
    (item,) = put(workspace, source)
    command = [sys.executable, "-c", KILLED, source.model_dump_json(), str(workspace.root)]
    process = subprocess.Popen(command, env={**os.environ, "no_proxy": "127.0.0.1"})
    parts = workspace.root / "clips" / source.id / ".parts"
    until(lambda: any(part.stat().st_size > 2000 for part in parts.glob("*.part")))
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert not [file for file in parts.parent.iterdir() if file != parts]
    server.ranges.clear()
    result = run(item, workspace.root)
    assert int(server.ranges[0].removeprefix("bytes=").split("-")[0]) >= 2000
    assert result.records == run(item, tmp_path / "undisturbed").records
    assert not parts.exists()
