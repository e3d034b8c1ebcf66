"""Whoever may not read or write a place is told so in one line, wherever a command meets it."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from small import calm, command

UNPRIVILEGED = ("setpriv", "--bounding-set", "-all", "--inh-caps", "-all")  # root, whom rights bind


@pytest.fixture
def bound(tmp_path: Path) -> tuple[str, ...]:
    """What a command is begun with, so that the rights of files hold for it."""
    if os.geteuid():
        return ()
    (tmp_path / "closed").touch(mode=0o000)
    try:
        tried = subprocess.run([*UNPRIVILEGED, "cat", tmp_path / "closed"], check=False, capture_output=True, text=True)
    except FileNotFoundError:
        pytest.skip("there is no setpriv here, and the rights of files do not bind root")
    if "Permission denied" not in tried.stderr:
        pytest.skip("privileges cannot be dropped here, and the rights of files do not bind root")
    return UNPRIVILEGED


@pytest.mark.parametrize(
    ("place", "mode", "words", "line"),
    [
        ("manifests", 0o000, ("licences",), "clips.parquet: Permission denied; mend its rights, or take another place"),
        (
            "review",
            0o000,
            ("review", "status"),
            "said.jsonl: Permission denied; mend its rights, or take another place",
        ),
        (".", 0o500, ("status",), "it and its folder must be writable, also to look; mend their rights, or copy"),
        ("ledger.sqlite", 0o000, ("status",), "ledger.sqlite: cannot be opened (unable to open database file)"),
        (
            "manifests",
            0o500,
            ("publish",),
            "verdicts.parquet: cannot be written (Permission denied); give another place",
        ),
    ],
)
def test_a_place_that_is_closed_is_named(
    workspace: Path, bound: tuple[str, ...], place: str, mode: int, words: tuple[str, ...], line: str
) -> None:
    (workspace / "review").mkdir(exist_ok=True)
    before = (workspace / place).stat().st_mode
    if words == ("publish",):
        (workspace / "manifests" / "verdicts.parquet").unlink()
    (workspace / place).chmod(mode)
    ended = subprocess.run(
        [*bound, *command(*words, "-w", workspace)], check=False, capture_output=True, text=True, env=calm()
    )
    (workspace / place).chmod(before)
    told = [said for said in ended.stderr.splitlines() if said.startswith("bgrsr: ")]
    assert (ended.returncode, len(told)) == (2, 1), ended.stderr
    assert line in told[0]
    assert "Traceback" not in ended.stderr
