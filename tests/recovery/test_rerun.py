"""What a second run does: nothing, or what one changed option asks for."""

from __future__ import annotations

import json
import shutil
import sqlite3
from pathlib import Path

import pytest
from recovery.conftest import counts, manifests, tree
from small import STAGES, bgrsr, write_recipe

from bgrsr_data.export.versions import versions


@pytest.fixture
def workspace(undisturbed: Path, tmp_path: Path) -> Path:
    """A copy of the finished workspace."""
    return Path(shutil.copytree(undisturbed, tmp_path / "workspace"))


def worked(recipe: Path, root: Path) -> dict[str, int]:
    """Run a recipe, and give how many items of each stage were run."""
    ended = bgrsr("run", recipe, "-w", root, "-j", 2, "--json")
    assert ended.returncode == 0, ended.stderr
    return {stage["stage"]: stage["done"] + stage["rejected"] for stage in json.loads(ended.stdout)}


def test_one_and_two_workers_make_the_same_workspace(small_set: Path, undisturbed: Path, tmp_path: Path) -> None:
    root = tmp_path / "workspace"
    assert bgrsr("run", small_set, "-w", root, "-j", 1).returncode == 0
    assert manifests(root) == manifests(undisturbed)
    assert tree(root) == tree(undisturbed)


def test_a_second_run_does_nothing_and_says_so(small_set: Path, undisturbed: Path) -> None:
    before = tree(undisturbed)
    said = bgrsr("run", small_set, "-w", undisturbed).stdout
    items = sum(counts(undisturbed)[stage] for stage in STAGES)
    assert said == f"nothing to do: {items} items of 8 stages are up to date in {undisturbed}\n"
    assert tree(undisturbed) == before


def test_another_key_option_reruns_key_and_what_follows_only(small_set: Path, workspace: Path) -> None:
    other = write_recipe(small_set.with_name("less-despill.yaml"), key={"despill": 0.5})
    frames = counts(workspace)["key"]
    done = worked(other, workspace)
    assert {stage: done[stage] for stage in ("fetch", "frames", "deblur", "trimap")} == dict.fromkeys(
        ("fetch", "frames", "deblur", "trimap"), 0
    )
    assert (done["key"], done["combine"]) == (frames, 1)
    assert done["publish"] >= 1
    assert worked(other, workspace) == dict.fromkeys(STAGES, 0)


def test_another_combine_option_reruns_combine_and_publishes_that_manifest_only(
    small_set: Path, workspace: Path
) -> None:
    other = write_recipe(small_set.with_name("more.yaml"), combine={"per_foreground": 5})
    assert worked(other, workspace) == dict.fromkeys(STAGES, 0) | {"combine": 1, "publish": 1}


def test_there_and_back_again_gives_the_same_set(small_set: Path, undisturbed: Path, workspace: Path) -> None:
    other = write_recipe(small_set.with_name("there.yaml"), key={"min_score": 1.0}, frames={"per_second": 7})
    worked(other, workspace)
    assert manifests(workspace) != manifests(undisturbed)
    worked(small_set, workspace)
    assert [version.name for version in versions(workspace)] == ["v1", "v2", "v3"]  # and the way is remembered
    assert versions(workspace)[0].content == versions(workspace)[2].content
    assert tree(workspace) == tree(undisturbed)


def test_retry_reruns_only_what_failed(undisturbed: Path, workspace: Path) -> None:
    db = sqlite3.connect(workspace / "ledger.sqlite")
    (item,) = db.execute("SELECT min(id) FROM items WHERE stage = 'key'").fetchone()
    db.execute("UPDATE items SET status = 'failed', error = 'a worker died' WHERE stage = 'key' AND id = ?", (item,))
    db.commit()
    db.close()
    (row,) = [row for row in json.loads(bgrsr("status", "-w", workspace, "--json").stdout) if row["failed"]]
    assert (row["stage"], row["failed"], row["errors"]) == ("key", 1, {item: "a worker died"})
    elsewhere = bgrsr("retry", "frames", "-w", workspace)
    assert elsewhere.stdout == "nothing had failed\n"
    for_another = bgrsr("retry", "--reason", "gone", "-w", workspace)
    assert for_another.stdout == "nothing had failed for the reason 'gone'\n"
    ended = bgrsr("retry", "-w", workspace, "--json", "-j", 1)
    assert [(o["stage"], o["done"]) for o in json.loads(ended.stdout)] == [("key", 1)]
    assert tree(workspace) == tree(undisturbed)


def test_lost_files_are_made_again_and_nothing_else(small_set: Path, undisturbed: Path, workspace: Path) -> None:
    lost = sorted((workspace / "foregrounds").rglob("alpha.png"))[0]
    lost.unlink()
    (workspace / "manifests" / "frames.parquet").unlink()
    assert worked(small_set, workspace) == dict.fromkeys(STAGES, 0) | {"key": 1, "publish": 1}
    assert tree(workspace) == tree(undisturbed)


def test_a_source_that_is_away_costs_nothing_that_was_fetched(undisturbed: Path, tmp_path: Path) -> None:
    """A card is taken out: the run says so, and the set stays whole."""
    from bgrsr_data.ledger import Ledger
    from bgrsr_data.records import Clip

    photos, root = tmp_path / "card", tmp_path / "workspace"
    photos.mkdir()
    shutil.copy(next(undisturbed.glob("clips/*/*.png")), photos)
    assert bgrsr("init", root).returncode == 0
    assert bgrsr("fetch", photos, "--role", "background", "-w", root, "-j", 1).returncode == 0
    before = tree(root)
    photos.rename(tmp_path / "away")
    ended = bgrsr("fetch", "-w", root, "-j", 1)
    assert ended.returncode == 3
    assert f"{photos}: does not exist" in ended.stderr
    assert tree(root) == before
    ledger = Ledger(root / "ledger.sqlite")
    assert ledger.count(Clip.kind) == 1
    ledger.close()
