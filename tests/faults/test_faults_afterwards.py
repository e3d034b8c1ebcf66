"""What later runs and the command line make of faults."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from faults.meet import FETCH, FRAMES, assert_nothing_is_lost_or_false, meet, visible
from fetch.server import FaultServer
from small import bgrsr, calm

from bgrsr_data.records import Clip, RejectionRow, Source
from bgrsr_data.runner import run_stage
from bgrsr_data.workspace import Workspace

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")  # yt-dlp leaves its sockets to the collector
TOLD = {"id": "source-0", "name": "odd", "role": "talking-head", "licence": "CC0-1.0", "creator": "nobody"}


def test_a_file_that_is_taken_out_of_its_folder_leaves_nothing_behind(
    materials: Path, workspace: Workspace, tmp_path: Path
) -> None:
    folder = tmp_path / "footage"
    folder.mkdir()
    for name in ("good.mp4", "other.mp4", "cut.mp4"):
        shutil.copy(materials / name, folder)
    met = meet(Source.model_validate({**TOLD, "path": str(folder)}), workspace)
    assert (len(met.clips), len(met.frames), len(met.parts)) == (2, 20, 1)
    (folder / "other.mp4").unlink()
    shutil.copy(materials / "noisy.mp4", folder / "cut.mp4")  # and the broken one is mended
    for stage in (FETCH, FRAMES):
        run_stage(stage, workspace)
    assert {Path(clip.path).name for clip in workspace.ledger.rows(Clip)} == {"good.mp4", "cut.mp4"}
    assert workspace.ledger.count(RejectionRow.kind) == 0
    assert_nothing_is_lost_or_false(workspace)


def test_a_fault_that_has_passed_is_mended_by_a_retry_and_only_that_is_asked_for(
    materials: Path, server: FaultServer, workspace: Workspace, tmp_path: Path
) -> None:
    own = tmp_path / "site"
    own.mkdir()
    shutil.copy(materials / "good.mp4", own)
    server.folder = own
    url = server.url("feed?ok/good.mp4&half/other.mp4")
    shutil.copy(materials / "other.mp4", own)
    met = meet(Source.model_validate({**TOLD, "url": url}), workspace)
    assert [row.reason for row in met.parts] == ["truncated"]
    shutil.copy(materials / "other.mp4", own / "whole.mp4")
    (own / "other.mp4").write_bytes((own / "whole.mp4").read_bytes() * 2)  # half of that is all of it
    server.asked.clear()
    outcome = run_stage(FETCH, workspace, only_failed=True)
    assert outcome.done == 1
    assert workspace.ledger.count(Clip.kind) == 2
    assert not [path for path in server.asked if "good" in path]
    assert_nothing_is_lost_or_false(workspace)


def test_a_fetched_file_that_is_damaged_later_is_fetched_again(server: FaultServer, workspace: Workspace) -> None:
    met = meet(Source.model_validate({**TOLD, "url": server.url("ok/good.mp4")}), workspace)
    before = {path: (workspace.root / path).read_bytes() for path in visible(workspace.root)}
    (workspace.root / met.clips[0].path).unlink()
    run_stage(FETCH, workspace)
    after = {path: (workspace.root / path).read_bytes() for path in before}
    changed = [path for path in before if before[path] != after[path] and not path.endswith(".origin.json")]
    assert changed == []


def test_the_command_says_one_line_and_ends_with_the_exit_code_of_the_table(
    server: FaultServer, materials: Path, tmp_path: Path
) -> None:
    root = tmp_path / "workspace"
    assert bgrsr("init", root).returncode == 0
    (tmp_path / "cut.mp4").write_bytes((materials / "cut.mp4").read_bytes())
    (tmp_path / "self.mp4").symlink_to(tmp_path / "self.mp4")
    environment = {**calm(), "no_proxy": "*"}
    for target, code, said in (
        (server.url("ok/good.mp4"), 0, ""),
        (str(tmp_path / "cut.mp4"), 0, ""),
        (server.url("status-404/gone.mp4"), 3, "gone: "),
        (str(tmp_path / "self.mp4"), 2, "self.mp4: does not exist"),
    ):
        ended = bgrsr("fetch", target, "--role", "talking-head", "-w", root, "-j", 1, env=environment)
        assert ended.returncode == code, ended.stderr
        assert said in ended.stderr
        assert "Traceback" not in ended.stderr
        assert len([line for line in ended.stderr.splitlines() if line.startswith("bgrsr: ")]) == (code != 0)
