"""`bgrsr combine` and `bgrsr publish`: shares, previews, digests, and leaks that are refused."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import cv2
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from recovery.conftest import manifests, tree
from small import bgrsr

from bgrsr_data.ledger import Ledger
from bgrsr_data.records import Clip, Combination, Foreground


def told(*words: object) -> str:
    ended = bgrsr(*words)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def refused(*words: object) -> str:
    """The one line that a command ended with, by exit code 2."""
    ended = bgrsr(*words)
    assert ended.returncode == 2, ended.stdout
    (line,) = [line for line in ended.stderr.splitlines() if line.startswith("bgrsr: ")]
    assert "Traceback" not in ended.stderr
    return line


def test_combine_tells_how_evenly_everything_is_shown(workspace: Path) -> None:
    stdout = told("combine", "-w", workspace, "--per-foreground", 3)
    ledger = Ledger(workspace / "ledger.sqlite")
    rows = ledger.rows(Combination)
    ledger.close()
    for split in ("train", "val", "test"):
        count = sum(row.split == split for row in rows)
        assert (f"  {split}: {count:,} combinations; " if count else f"  {split}: none; it takes ") in stdout
    shares = json.loads(told("combine", "-w", workspace, "--json"))["shares"]
    assert sum(share["combinations"] for share in shares) == len(rows)


def test_a_budget_is_kept_and_one_that_is_not_spent_is_told(workspace: Path) -> None:
    assert "combine: 9 combinations" in told("combine", "-w", workspace, "--budget", 9)
    assert "of the budget of 5,000: there are no more" in told("combine", "-w", workspace, "--budget", 5000)


def test_a_preview_touches_nothing_and_is_not_written_over(workspace: Path, tmp_path: Path) -> None:
    before = tree(workspace)
    sheet = tmp_path / "sheet.png"
    stdout = told("combine", "-w", workspace, "--preview", "--shown", 3, "--max-noise", 0.2, "--out", sheet)
    assert f"combine: {sheet} shows 3 of " in stdout
    assert "that would be planned" in stdout
    picture = cv2.imread(str(sheet))
    assert picture is not None
    assert picture.shape[1] > 4 * 240
    assert picture.std() > 20
    assert tree(workspace) == before
    assert "is there already" in refused("combine", "-w", workspace, "--preview", "--out", sheet)
    assert "a preview is a PNG" in refused("combine", "-w", workspace, "--preview", "--out", tmp_path / "sheet.txt")


def test_a_preview_of_plain_files_needs_no_folder_for_results(small_set: Path, finished: Path, tmp_path: Path) -> None:
    cut = finished / "foregrounds"
    rooms = small_set.parent / "footage" / "backgrounds"
    words = ("combine", "--foregrounds", cut, "--backgrounds", rooms, "--preview", "--shown", 8, "--json")
    ended = json.loads(told(*words, "--out", tmp_path / "p.png"))
    assert ended["combinations"] > 8
    assert cv2.imread(str(tmp_path / "p.png")).shape[1] > 8 * 240  # more than six are in two columns
    assert list(tmp_path.iterdir()) == [tmp_path / "p.png"]


def test_one_and_two_workers_draw_the_same_pixels(workspace: Path) -> None:
    told("combine", "-w", workspace, "--budget", 40)
    told("publish", "-w", workspace)
    one, two = (told("combine", "-w", workspace, "--digest", "--workers", n) for n in (1, 2))
    assert one == two
    assert "the pixels of 40 combinations have the SHA-256 " in one


def test_a_person_renamed_between_clips_is_not_published_and_both_splits_are_named(workspace: Path) -> None:
    ledger = Ledger(workspace / "ledger.sqlite")
    rows = ledger.rows(Combination)
    person_of = {f.id: f.person for f in ledger.rows(Foreground)}
    train, other = (next(r for r in rows if (r.split == "train") == wanted) for wanted in (True, False))
    ledger.close()
    rename(workspace, person_of[other.foreground], person_of[train.foreground])
    before = manifests(workspace)
    line = refused("publish", "-w", workspace)
    assert f"the splits leak: person '{person_of[train.foreground]}' is in train (combination-" in line
    assert f" and in {other.split} (combination-" in line
    assert "nothing was published; plan again with: bgrsr combine" in line
    assert manifests(workspace) == before
    told("combine", "-w", workspace)
    told("publish", "-w", workspace)
    assert "no leak between their splits" in told("publish", "-w", workspace, "--check")


def rename(workspace: Path, old: str, new: str) -> None:
    """What another person in the sources comes to, where only publish is run again."""
    ledger = Ledger(workspace / "ledger.sqlite")
    with ledger._writing():
        for kind in (Foreground.kind, Clip.kind):
            ledger._db.execute(
                "UPDATE rows SET body = replace(body, ?, ?) WHERE kind = ?",
                (f'"person":"{old}"', f'"person":"{new}"', kind),
            )
    ledger.close()


def test_splits_that_are_forced_to_leak_are_refused_by_combine(workspace: Path) -> None:
    ledger = Ledger(workspace / "ledger.sqlite")
    clips = {clip.id: clip for clip in ledger.rows(Clip)}
    one, other, *_ = {f.clip: f for f in ledger.rows(Foreground) if f.screen}.values()
    with ledger._writing():
        for foreground, split in ((one, "train"), (other, "test")):
            forced = clips[foreground.clip].model_copy(update={"split": split, "person": "Ada"})
            ledger._db.execute("UPDATE rows SET body = ? WHERE id = ?", (forced.model_dump_json(), forced.id))
            ledger._db.execute(
                "UPDATE rows SET body = replace(body, ?, ?) WHERE id = ?",
                (f'"person":"{foreground.person}"', '"person":"Ada"', foreground.id),
            )
    ledger.close()
    line = refused("combine", "-w", workspace)
    assert "is forced into" in line
    assert "but both are of 'Ada': that would leak; give them one split" in line


def test_manifests_that_were_edited_are_found_out(workspace: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(workspace / "manifests", tmp_path / "set" / "manifests")).parent
    assert "no leak between their splits" in told("publish", "--check", "--out", copy)
    path = copy / "manifests" / "combinations.parquet"
    table = pq.read_table(path)
    splits = table["split"].to_pylist()
    splits[splits.index("train")] = "test"
    edited = table.set_column(table.schema.get_field_index("split"), "split", pa.array(splits))
    pq.write_table(edited, path)
    line = refused("publish", "--check", "--out", copy)
    assert "the splits leak: person '" in line
    assert f"{copy} is not fit to train on" in line
    assert json.loads(bgrsr("publish", "--check", "--out", copy, "--json").stdout)["leaks"]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("combine", "--foregrounds", "X", "--preview"), "--foregrounds, --backgrounds and --out go together"),
        (("publish", "--out", "X"), "--out goes with --check"),
        (("publish", "--check", "--out", "X"), "there is no such manifest"),
        (("combine", "--digest", "--out", "X"), "there is no such manifest"),
    ],
)
def test_what_does_not_go_together(words: tuple[str, ...], expected: str, tmp_path: Path) -> None:
    assert expected in refused(*(tmp_path / word if word == "X" else word for word in words))
