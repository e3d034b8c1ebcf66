"""`--max-disk`: a clean stop before the workspace is larger, and the same command goes on with more."""

from __future__ import annotations

from pathlib import Path

import pytest
from recovery.conftest import tree
from small import bgrsr


def size_of(root: Path) -> int:
    ours = (path for path in root.rglob("*") if path.is_file() and not path.name.startswith(("ledger", ".lock")))
    return sum(path.stat().st_size for path in ours)


def test_a_run_stops_before_the_budget_and_goes_on_with_more(small_set: Path, finished: Path, tmp_path: Path) -> None:
    root = tmp_path / "workspace"
    stopped = bgrsr("run", small_set, "-w", root, "-j", 2, "--max-disk", "3MB")
    assert stopped.returncode == 3
    (line,) = stopped.stderr.splitlines()
    assert line.startswith(f"bgrsr: {root}: --max-disk 3.0 MB would be passed")
    assert "fetch: " in stopped.stdout
    assert 0 < size_of(root) <= 3_000_000
    assert bgrsr("run", small_set, "-w", root, "-j", 2, "--max-disk", "1GB").returncode == 0
    assert tree(root) == tree(finished)


def test_a_plan_that_would_pass_the_budget_warns_in_one_line(small_set: Path, workspace: Path) -> None:
    for path in (workspace / "foregrounds").rglob("*.png"):
        path.unlink()
    planned = bgrsr("run", small_set, "-w", workspace, "--plan", "--max-disk", "1MB")
    (line,) = planned.stderr.splitlines()
    assert line.startswith("warning: about ")
    assert "--max-disk 1.0 MB will stop the run before its end" in line
    assert bgrsr("run", small_set, "-w", workspace, "--plan", "--max-disk", "1TB").stderr == ""


@pytest.mark.parametrize("size", ["", "-1GB", "plenty"])
def test_what_is_no_size_is_bad_input(small_set: Path, tmp_path: Path, size: str) -> None:
    ended = bgrsr("run", small_set, "-w", tmp_path / "workspace", f"--max-disk={size}")
    assert ended.returncode == 2
    assert "write it as 500MB, 50GB or 1.5TB" in ended.stderr
    assert not (tmp_path / "workspace").exists()
