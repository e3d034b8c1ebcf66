"""A recipe that leaves a stage out goes without it, though an earlier one had it; what it gave is kept for later."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from recovery.conftest import manifests, tree
from small import STAGES, STEPS, bgrsr

from bgrsr_data.errors import InputError
from bgrsr_data.ledger import Done, Ledger
from bgrsr_data.media.ffmpeg import ffmpeg_path
from bgrsr_data.recipes import passed_over, read_recipe
from bgrsr_data.records import Background, Foreground, Frame
from bgrsr_data.stages import make_stage

BEFORE = "since what comes before changes"


def without(small_set: Path, *stages: str) -> Path:
    """The recipe of the small set, but for these stages."""
    steps = [step for step in STEPS if (step if isinstance(step, str) else next(iter(step))) not in stages]
    path = small_set.with_name(f"without-{'-'.join(stages)}.yaml")
    path.write_text(yaml.safe_dump({"sources": ["sources.yaml"], "steps": steps}))
    return path


def worked(recipe: Path, root: Path, *more: object) -> dict[str, int]:
    """Run a recipe, and give how many items of each stage were run."""
    ended = bgrsr("run", recipe, "-w", root, "-j", 2, "--json", *more)
    assert ended.returncode == 0, ended.stderr
    return {stage["stage"]: stage["done"] + stage["rejected"] for stage in json.loads(ended.stdout)}


def planned(recipe: Path, root: Path) -> dict[str, int]:
    """How many items of each stage a run would do."""
    ended = bgrsr("run", recipe, "--plan", "-w", root, "-j", 1, "--json")
    return {row["stage"]: row["items"] for row in json.loads(ended.stdout)}


def originals(root: Path) -> set[str]:
    """The kinds of frame that the foregrounds were keyed from: extracted, or deblurred."""
    ledger = Ledger(root / "ledger.sqlite")
    try:
        return {row.original.split("-")[0] for row in ledger.rows(Foreground, "key")}
    finally:
        ledger.close()


def test_without_deblur_the_original_frames_are_keyed_and_with_it_again_nothing_is_deblurred_twice(
    small_set: Path,
    undisturbed: Path,
    tmp_path: Path,
) -> None:
    root = Path(shutil.copytree(undisturbed, tmp_path / "workspace"))
    plain = without(small_set, "deblur")
    assert originals(root) == {"sharp"}
    frames = worked(plain, tmp_path / "fresh")["key"]
    assert planned(plain, root)["key"] == frames
    assert worked(plain, root)["key"] == frames
    assert originals(root) == {"frame"}
    assert manifests(root) == manifests(tmp_path / "fresh")
    status = json.loads(bgrsr("status", "-w", root, "--json").stdout)
    assert "deblur" not in [row["stage"] for row in status]
    assert all(row["stale"] == 0 for row in status)
    assert worked(plain, root) == dict.fromkeys(planned(plain, root), 0)
    again = planned(small_set, root)
    assert (again["deblur"], again["key"]) == (0, frames)
    done = worked(small_set, root)
    assert (done["frames"], done["select"], done["deblur"], done["key"]) == (0, 0, 0, frames)
    assert tree(root) == tree(undisturbed)


def test_a_stage_that_is_passed_over_is_taken_up_by_running_it(
    small_set: Path,
    undisturbed: Path,
    tmp_path: Path,
) -> None:
    root = Path(shutil.copytree(undisturbed, tmp_path / "workspace"))
    worked(without(small_set, "select", "deblur"), root)
    assert originals(root) == {"frame"}
    assert bgrsr("retry", "-w", root).stdout == "nothing had failed\n"
    assert bgrsr("key", "-w", root).stdout.startswith("key: up to date")
    assert bgrsr("deblur", "-w", root).returncode == 0
    assert bgrsr("key", "-w", root, "-j", 2).returncode == 0
    assert originals(root) == {"sharp"}


def test_a_new_clip_is_selected_with_the_whole_set_and_nothing_is_redone_for_frames_that_stay(
    small_set: Path,
    undisturbed: Path,
    tmp_path: Path,
) -> None:
    root = Path(shutil.copytree(undisturbed, tmp_path / "workspace"))
    source = {"name": "again", "role": "greenscreen", "path": "clips", "licence": "CC0-1.0", "creator": "me"}
    (tmp_path / "more.yaml").write_text(yaml.safe_dump({"sources": [source]}))
    clip = sorted((small_set.parent / "footage" / "clips").glob("*green*.mp4"))[0]
    (tmp_path / "clips").mkdir()
    cut = ("-vf", "hflip,crop=iw-8:ih-8", "-an", "-c:v", "ffv1")
    command = [str(ffmpeg_path()), "-v", "error", "-i", str(clip), *cut, str(tmp_path / "clips" / "mirrored.mkv")]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
    before, known = fingerprints(root), people(root)
    done = worked(small_set, root, "--sources", tmp_path / "more.yaml")
    assert (done["fetch"], done["frames"], done["select"]) == (1, 1, 1)
    assert len(people(root) - known) == 1
    assert done["deblur"] == done["key"] > 0
    after = fingerprints(root)
    assert len(after) == len(before) + done["deblur"] + done["key"]
    assert {item: after[item] for item in before} == before


def fingerprints(root: Path) -> dict[tuple[str, str], str]:
    ledger = Ledger(root / "ledger.sqlite")
    try:
        return {(s, name): item.fingerprint for s in ("deblur", "key") for name, item in ledger.items(s).items()}
    finally:
        ledger.close()


def people(root: Path) -> set[str]:
    ledger = Ledger(root / "ledger.sqlite")
    try:
        return {row.person for row in ledger.rows(Frame, "select")}
    finally:
        ledger.close()


NONE: frozenset[str] = frozenset()


@pytest.mark.parametrize(
    ("stages", "before", "after"),
    [
        (STAGES, NONE, set()),
        (["fetch", "frames", "key"], NONE, {"select", "deblur"}),
        (["frames", "select"], NONE, {"deblur"}),
        (["key", "combine"], NONE, set()),
        (["key", "combine"], frozenset({"deblur"}), {"deblur"}),
        (["deblur", "key"], frozenset({"deblur", "select"}), {"select"}),
        (["frames", "deblur"], frozenset({"deblur"}), {"select"}),
    ],
)
def test_a_recipe_that_takes_frames_decides_the_whole_way_and_one_that_begins_later_nothing_before_it(
    stages: list[str], before: frozenset[str], after: set[str]
) -> None:
    assert passed_over([make_stage(name) for name in stages], before) == after


def test_a_recipe_whose_stages_are_out_of_order_is_refused_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "recipe.yaml"
    path.write_text("steps:\n  - frames\n  - deblur\n  - select\n  - key\n")
    with pytest.raises(InputError, match=r"line 3: 'deblur' reads what 'select' gives; put it after 'select'"):
        read_recipe(path)


def frame(name: str) -> Frame:
    row: dict[str, Any] = {
        "id": name, "clip": "c", "role": "greenscreen", "person": "p", "path": "x.png", "sha256": "0", "width": 1,
        "height": 1, "pts": 0, "time_base": "1", "dhash": "0", "sharpness": 1, "sharpness_ratio": 1,
    }  # fmt: skip
    return Frame.model_validate(row)


def test_the_latest_frames_are_those_of_the_last_stage_that_ran_and_is_not_passed_over(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.sqlite", create=True)
    way = ("frames", "select", "deblur")
    for stage in way:
        ledger.set_options(stage, "{}")
        ledger.commit(Done(stage, "1", "", "done"), [frame(stage)])
    latest = []
    for out in (set(), {"deblur"}, {"select"}, {"select", "deblur"}):
        ledger.pass_over(out)
        latest.append(ledger.latest(Frame, *way)[0].id)
    assert latest == ["deblur", "select", "deblur", "frames"]
    ledger.suppose({"deblur"})
    assert ledger.latest(Frame, *way)[0].id == "select"
    ledger.close()
    ledger = Ledger(tmp_path / "ledger.sqlite")
    assert ledger.passed_over() == {"select", "deblur"}
    assert ledger.latest(Background, *way) == []
    ledger.close()
