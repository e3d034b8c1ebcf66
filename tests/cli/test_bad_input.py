"""Bad input: one line on stderr, a typed error's exit code, and nothing lost."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from recovery.conftest import manifests, tree
from small import bgrsr, calm

from bgrsr_data.quickstart.photographs import COLLINS
from bgrsr_data.workspace import Workspace


def one_line(ended: subprocess.CompletedProcess[str], code: int, *parts: str) -> None:
    """The command ended with `code` and said one line, with all of `parts` in it."""
    lines = [line for line in ended.stderr.splitlines() if line.startswith("bgrsr: ")]
    assert (ended.returncode, len(lines)) == (code, 1), ended.stderr
    assert "Traceback" not in ended.stderr
    for part in parts:
        assert part in lines[0]


def recipe(folder: Path, *steps: object, **more: object) -> Path:
    path = folder / "recipe.yaml"
    path.write_text(yaml.safe_dump({**more, "steps": list(steps)}, sort_keys=False))
    return path


def test_a_missing_source_list(tmp_path: Path, workspace: Path) -> None:
    before = tree(workspace)
    ended = bgrsr("run", recipe(tmp_path, "fetch", sources=["gone.yaml"]), "-w", workspace)
    one_line(ended, 2, "recipe.yaml, line ", "there is no source list", "gone.yaml")
    assert tree(workspace) == before


def test_a_malformed_source_list_names_its_line(tmp_path: Path, workspace: Path) -> None:
    before = tree(workspace)
    listed = tmp_path / "list.yaml"
    listed.write_text("sources:\n- name: a\n  role: greenscren\n  path: .\n  licence: CC0\n  creator: me\n")
    one_line(bgrsr("run", recipe(tmp_path, "fetch", sources=["list.yaml"]), "-w", workspace), 2, "list.yaml, line 3")
    one_line(bgrsr("fetch", listed, "-w", workspace), 2, "list.yaml, line 3")
    listed.write_text("sources:\n- name: [\n")
    one_line(bgrsr("fetch", listed, "-w", workspace), 2, "list.yaml, line ", "is not valid YAML")
    assert tree(workspace) == before


@pytest.mark.parametrize(
    ("step", "parts"),
    [
        ({"key": {"dispill": 1}}, ("line 3", "did you mean 'despill'")),
        ("kye", ("line 2", "there is no stage 'kye'", "did you mean 'key'")),
        ({"combine": {"per_foreground": 0}}, ("line 3", "per_foreground")),
    ],
)
def test_a_wrong_recipe_runs_nothing(tmp_path: Path, step: object, parts: tuple[str, ...]) -> None:
    path = recipe(tmp_path, step)
    one_line(bgrsr("run", path, "-w", tmp_path / "new"), 2, *parts)
    assert not (tmp_path / "new").exists()


def test_an_unknown_recipe_key_and_recipe(tmp_path: Path) -> None:
    path = recipe(tmp_path, "key", abuot="x")
    one_line(bgrsr("run", path, "-w", tmp_path / "new"), 2, "recipe.yaml, line 1", "did you mean 'about'")
    one_line(bgrsr("run", "quikstart", "-w", tmp_path / "new"), 2, "did you mean 'quickstart'")


@pytest.mark.parametrize("plan", [(), ("--plan",)])
def test_a_run_without_any_source_says_so_and_leaves_nothing_behind(tmp_path: Path, plan: tuple[str, ...]) -> None:
    path = recipe(tmp_path, "fetch", "frames")
    one_line(bgrsr("run", path, "-w", tmp_path / "new", *plan), 2, "new: has no source yet; add footage with: ")
    assert not (tmp_path / "new").exists()
    bgrsr("init", tmp_path / "bare")
    one_line(bgrsr("run", path, "-w", tmp_path / "bare", *plan), 2, "bare: has no source yet")
    assert [file.name for file in (tmp_path / "bare").iterdir()] == ["ledger.sqlite"]


def test_retry_says_why_an_item_failed_again(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    bgrsr("init", tmp_path / "w")
    bgrsr("fetch", tmp_path / "empty", "--role", "background", "-w", tmp_path / "w", "-j", 1)
    ended = bgrsr("retry", "-w", tmp_path / "w", "-j", 1)
    one_line(ended, 3, "1 item failed (1 in fetch)")
    assert ended.stdout == "fetch: nothing new; 1 failed\n"
    assert "failed: source-" in ended.stderr
    assert "no image or video in this folder" in ended.stderr


def test_a_picture_with_no_screen(tmp_path: Path) -> None:
    ended = bgrsr("key", COLLINS.photograph.path, "--out", tmp_path / "X", "-j", 1)
    one_line(ended, 2, "nothing came out")
    assert not list((tmp_path / "X").rglob("*.png"))
    again = bgrsr("key", COLLINS.photograph.path, "--out", tmp_path / "X", "-j", 1)
    assert again.returncode == 2


def test_an_empty_background_folder(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    bgrsr("init", tmp_path / "w")
    ended = bgrsr("fetch", tmp_path / "empty", "--role", "background", "-w", tmp_path / "w", "-j", 1)
    one_line(ended, 3, "1 item failed (1 in fetch)")
    assert "no image or video in this folder" in ended.stderr
    (tmp_path / "keyed" / "a").mkdir(parents=True)
    shutil.copy(COLLINS.photograph.path, tmp_path / "keyed" / "a" / "fg.png")
    shutil.copy(COLLINS.photograph.path, tmp_path / "keyed" / "a" / "alpha.png")
    words = ("combine", "--foregrounds", tmp_path / "keyed", "--backgrounds", tmp_path / "empty", "--out", tmp_path)
    one_line(bgrsr(*words), 2, "has no picture to combine with")


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (("status",), "is not a bgrsr workspace; make one with: bgrsr init"),
        (("key", "--min-score", "7"), "is not a bgrsr workspace"),
        (("explain", "clip-1"), "is not a bgrsr workspace"),
        (("retry", "kye"), "there is no stage 'kye'; did you mean 'key'"),
        (("fetch", "gone.mp4", "--role", "greenscreen"), "gone.mp4: does not exist"),
        (("fetch", "gone.mp4", "--role", "green"), "role 'green' is unknown; did you mean 'greenscreen'"),
        (("fetch", "gone.mp4"), "say what it is for with --role"),
        (("key", "gone.png", "--out", "X"), "gone.png: there is no such file or folder"),
        (("key", "gone.png"), "files and --out DIR go together"),
        (("frames", "gone.mp4", "--out", "X"), "gone.mp4: there is no such file or folder"),
        (("trimap", "--annotations", "gone.json"), "--annotations and --images go together"),
        (("trimap", "--annotations", "gone.json", "--images", ".", "--out", "X"), "gone.json: cannot be read"),
        (("combine", "--out", "X"), "--foregrounds, --backgrounds and --out go together"),
    ],
)
def test_what_cannot_be_used_is_said_in_one_line(tmp_path: Path, words: tuple[str, ...], part: str) -> None:
    one_line(bgrsr(*words, cwd=tmp_path), 2, part)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (("review", "sample", "--per-stage", "0"), "review sample: Invalid value for '--per-stage': Input should be "),
        (
            ("review", "status", "--stage", "x"),
            "review status: Invalid value for '--stage': 'x' is not one of 'frames'",
        ),
        (("diff", "v1", "v2", "v3"), "diff: Got unexpected extra argument(s) (v3); see: bgrsr diff --help"),
        (("review", "rekey"), "review rekey: Missing argument 'rows'; see: bgrsr review rekey --help"),
        (("expot",), "No such command 'expot'. Did you mean 'export', 'report'; see: bgrsr --help"),
    ],
)
def test_words_that_are_no_call_of_a_command_are_told_in_one_line(
    tmp_path: Path, words: tuple[str, ...], line: str
) -> None:
    ended = bgrsr(*words, cwd=tmp_path)
    assert (ended.returncode, len(ended.stderr.splitlines())) == (2, 1)
    assert ended.stderr.startswith(f"bgrsr: {line}")


def test_a_group_of_commands_alone_shows_its_help(tmp_path: Path) -> None:
    ended = bgrsr("review", cwd=tmp_path)
    assert ended.returncode == 2
    assert "Usage: bgrsr review [OPTIONS] COMMAND" in ended.stderr + ended.stdout
    assert "  rekey " in ended.stderr + ended.stdout


def test_options_out_of_range(workspace: Path, tmp_path: Path) -> None:
    one_line(bgrsr("key", "--min-score", "7", "-w", workspace), 2, "'min_score'", "not 7")
    words = ("combine", "--foregrounds", tmp_path, "--backgrounds", tmp_path, "--out", tmp_path, "--val-share", "0.9")
    one_line(bgrsr(*words), 2, "'val_share'", "not 0.9")


def test_a_ledger_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "ledger.sqlite").write_text("hello " * 1000)
    one_line(bgrsr("status", "-w", tmp_path), 2, "is not a ledger of bgrsr")
    assert (tmp_path / "ledger.sqlite").read_text() == "hello " * 1000


def test_a_workspace_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "w").touch()
    one_line(bgrsr("init", tmp_path / "w"), 2, "cannot be written")


def test_a_second_writer_is_told_who_writes_and_readers_are_not_held_up(workspace: Path, small_set: Path) -> None:
    place = Workspace(workspace)
    with place.writing():
        one_line(bgrsr("run", small_set, "-w", workspace), 2, f"process {os.getpid()} is writing here")
        assert bgrsr("status", "-w", workspace).returncode == 0
    place.close()
    assert bgrsr("run", small_set, "-w", workspace).returncode == 0


def test_a_manifest_whose_files_are_gone(workspace: Path) -> None:
    shutil.rmtree(workspace / "foregrounds")
    ended = bgrsr("report", "-w", workspace)
    assert ended.returncode in (2, 3)
    assert "Traceback" not in ended.stderr
    ended = bgrsr("train", "bgrsr-lite", "-w", workspace, "--recipe", "smoke")
    assert ended.returncode in (2, 3), ended.stderr
    assert "are gone" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_debug_shows_the_traceback_wherever_it_stands(tmp_path: Path) -> None:
    for words in (("--debug", "status"), ("status", "--debug")):
        ended = bgrsr(*words, cwd=tmp_path)
        assert ended.returncode == 1
        assert "Traceback" in ended.stderr
        assert "InputError" in ended.stderr


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 24 MB; a file on it leaves room for less than the set."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(disk)], check=False, capture_output=True
    )
    if mounted.returncode:
        pytest.skip("mounting a tmpfs is not permitted here")
    yield disk
    subprocess.run(["umount", "-l", str(disk)], check=True)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="tmpfs is Linux's")
@pytest.mark.parametrize("free_kb", [100, 700, 2200, 4200])
def test_a_full_disk_stops_in_one_line_and_the_rerun_ends_the_same(
    small_disk: Path, small_set: Path, finished: Path, free_kb: int
) -> None:
    ballast = small_disk / "ballast"
    ballast.write_bytes(bytes(24_000_000 - free_kb * 1000))
    root = small_disk / "workspace"
    ended = bgrsr("run", small_set, "-w", root, "-j", 2, env=calm())
    one_line(ended, 3, "is full")
    ballast.unlink()
    again = bgrsr("run", small_set, "-w", root, "-j", 2)
    assert again.returncode == 0, again.stderr
    assert manifests(root) == manifests(finished)
    assert tree(root) == tree(finished)
