"""A kill -9 at any moment loses the items in flight and nothing else: the next run ends as if nothing had been."""

from __future__ import annotations

import fnmatch
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from processes import GIVE_UP_S, all_gone, family, kill_whole
from recovery.conftest import (
    assert_every_row_has_its_files,
    assert_no_file_is_half_written,
    counts,
    manifests,
    tree,
)
from small import STAGES, bgrsr, calm, command, write_recipe

from bgrsr_data.cli.output import counted
from bgrsr_data.ledger import Ledger
from bgrsr_data.records import Clip

KILL_AT = str(Path(__file__).with_name("kill_at.py"))


def finish(recipe: Path, root: Path) -> None:
    ended = bgrsr("run", recipe, "-w", root, "-j", 2)
    assert ended.returncode == 0, ended.stderr


@pytest.mark.parametrize(("moment", "nth"), [("before", 1), ("within", 1), ("after", 1), ("before", 3)])
def test_killed_at_a_commit_of_each_stage_in_turn_the_set_comes_out_the_same(
    small_set: Path, undisturbed: Path, tmp_path: Path, moment: str, nth: int
) -> None:
    root = tmp_path / "workspace"
    for stage in STAGES:
        at = min(nth, counts(undisturbed)[stage])
        words = [sys.executable, KILL_AT, stage, str(at), moment, "run", str(small_set), "-w", str(root), "-j", "2"]
        killed = subprocess.run(words, check=False, capture_output=True, text=True, env=calm(), timeout=300)
        assert killed.returncode == -signal.SIGKILL, (stage, killed.stderr)
        assert counts(root).get(stage, 0) == at - (moment != "after"), stage
        assert_no_file_is_half_written(root)
        assert_every_row_has_its_files(root)
    finish(small_set, root)
    assert manifests(root) == manifests(undisturbed)
    assert tree(root) == tree(undisturbed)


def has(stage: str, items: int) -> Callable[[Path], bool]:
    return lambda root: counts(root).get(stage, 0) >= items


def writes_in(folder: str) -> Callable[[Path], bool]:
    """A file is being written: it is there under its hidden name, not yet under its own."""
    return lambda root: any(fnmatch.filter(names, ".*.*") for _, _, names in os.walk(root / folder))


MOMENTS: dict[str, Callable[[Path], bool]] = {
    "fetch, a file half written": writes_in("clips"),
    "fetch, one source done": has("fetch", 1),
    "frames, a file half written": writes_in("frames"),
    "frames, one clip done": has("frames", 1),
    "deblur, one frame done": has("deblur", 1),
    "key, a file half written": writes_in("foregrounds"),
    "key, two frames done": has("key", 2),
    "trimap, a file half written": writes_in("trimaps"),
    "trimap, one image done": has("trimap", 1),
    "publish, a file half written": writes_in("manifests"),
    "publish, two manifests done": has("publish", 2),
}


def test_killed_from_outside_at_any_moment_the_set_comes_out_the_same(
    small_set: Path, undisturbed: Path, tmp_path: Path
) -> None:
    root = tmp_path / "workspace"
    met = []
    for name, condition in MOMENTS.items():
        with subprocess.Popen(
            command("run", small_set, "-w", root, "-j", 2), env=calm(), stdout=subprocess.DEVNULL
        ) as process:
            while process.poll() is None and not condition(root):
                time.sleep(0.001)
            kill_whole(process)
        if process.returncode == -signal.SIGKILL:
            met.append(name)
        assert_no_file_is_half_written(root)
        assert_every_row_has_its_files(root)
    print("killed in time:", "; ".join(met))  # noqa: T201 - a figure for -rP
    assert {name.split(",")[0] for name in met} >= {"fetch", "frames", "key"}
    finish(small_set, root)
    assert tree(root) == tree(undisturbed)


def test_a_rerun_that_replaces_files_and_is_killed_after_its_commit_leaves_nothing_behind(
    small_set: Path, undisturbed: Path, tmp_path: Path
) -> None:
    """With another frame rate frames go and come: the old ones' files are deleted after the commit."""
    root = tmp_path / "workspace"
    finish(small_set, root)
    other = write_recipe(small_set.with_name("slower.yaml"), frames={"per_second": 7})
    words = [sys.executable, KILL_AT, "frames", "2", "after", "run", str(other), "-w", str(root), "-j", "1"]
    killed = subprocess.run(words, check=False, capture_output=True, env=calm(), timeout=300)
    assert killed.returncode == -signal.SIGKILL
    finish(other, root)
    finish(small_set, root)
    assert manifests(root) == manifests(undisturbed)
    assert tree(root) == tree(undisturbed)


def test_killed_between_commit_and_deletion_the_next_run_deletes_what_is_not_needed_any_more(
    small_set: Path, tmp_path: Path
) -> None:
    """Neither the rows nor the next run's options tell of those files: the ledger's own list does."""
    root, fresh = tmp_path / "workspace", tmp_path / "fresh"
    other = write_recipe(small_set.with_name("fewer.yaml"), frames={"per_second": 7})
    finish(other, fresh)
    finish(small_set, root)
    nth = str(1 + first_video(root))
    words = [sys.executable, KILL_AT, "frames", nth, "after", "run", str(other), "-w", str(root), "-j", "1"]
    killed = subprocess.run(words, check=False, capture_output=True, env=calm(), timeout=300)
    assert killed.returncode == -signal.SIGKILL
    orphans = {path for path in tree(root) if path.startswith("frames/")} - named(root)
    assert orphans
    finish(other, root)
    assert not orphans & tree(root).keys()
    assert tree(root) == tree(fresh)


def test_pictures_of_an_item_that_was_killed_before_its_commit_do_not_stay_when_its_options_change(
    small_set: Path, undisturbed: Path, tmp_path: Path
) -> None:
    root = tmp_path / "workspace"
    other = write_recipe(small_set.with_name("often.yaml"), frames={"per_second": 25, "near_duplicate_bits": 0})
    words = [sys.executable, KILL_AT, "frames", "1", "before", "run", str(other), "-w", str(root), "-j", "1"]
    killed = subprocess.run(words, check=False, capture_output=True, env=calm(), timeout=300)
    assert killed.returncode == -signal.SIGKILL
    assert any((root / "frames").rglob("*.*"))
    finish(small_set, root)
    assert tree(root) == tree(undisturbed)


def first_video(root: Path) -> int:
    """Which of the clips, in the order of their frames' extraction, is the first that loses frames."""
    ledger = Ledger(root / "ledger.sqlite")
    clips = [clip.media for clip in ledger.rows(Clip) if clip.id in ledger.items("frames")]
    ledger.close()
    return clips.index("video")


def named(root: Path) -> set[str]:
    """Every picture that a row of `frames` names; those after it still name what they were made from."""
    ledger = Ledger(root / "ledger.sqlite")
    paths = {str(getattr(row, "path", "")) for _, row in ledger.records("frames")}
    ledger.close()
    return paths


@pytest.mark.parametrize("how", ["ctrl-c", "terminate"])
def test_a_run_that_is_interrupted_says_so_in_one_line_and_the_next_one_continues(
    small_set: Path, undisturbed: Path, tmp_path: Path, how: str
) -> None:
    root = tmp_path / "workspace"
    process = subprocess.Popen(
        command("run", small_set, "-w", root, "-j", 2), env=calm(), text=True, start_new_session=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    while process.poll() is None and not has("key", 1)(root):
        time.sleep(0.002)
    workers = family(process)
    if how == "ctrl-c":
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to every process of the group
    else:
        process.terminate()
    _, errors = process.communicate(timeout=2 * GIVE_UP_S)
    assert process.returncode == 130
    assert errors == "bgrsr: stopped; what is finished is kept, the same command continues\n"
    all_gone(workers)
    kept = counts(root)
    assert kept["key"] >= 1
    ended = bgrsr("run", small_set, "-w", root, "-j", 2)
    assert f"{counted(kept['key'], 'item')} unchanged" in ended.stdout
    assert tree(root) == tree(undisturbed)
