"""A source that is forgotten: nothing of it is left, nothing else is touched, and it never comes back."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import cv2
import numpy as np
import pyarrow.parquet as pq
import pytest
from recovery.conftest import tree
from small import bgrsr, calm

from bgrsr_data.fetch.kept import Kept
from bgrsr_data.ledger import Ledger
from bgrsr_data.records import Clip, Source, Verdict, make_id
from bgrsr_data.review.journal import JOURNAL, settle
from bgrsr_data.review.judge import judge
from bgrsr_data.workspace import Workspace

NAME = "astronaut-green"
TOLD_OF = (  # where evaluations and comparisons of networks tell of people
    "runs/first/evaluation/evaluation.json", "comparisons/first_second/compare.json",
    "comparisons/first_second/worst.png", "runs/validate/validate.json",
    "runs/validate/sets/0123456789abcdef/manifests/clips.parquet",
)  # fmt: skip
KILL = str(Path(__file__).parent / "recovery" / "kill_forget.py")


@pytest.fixture(scope="module")
def whole(small_set: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished set with a report, a review preview, a training run's panel, and verdicts; not to be written in."""
    root = tmp_path_factory.mktemp("whole") / "workspace"
    ended = bgrsr("run", small_set, "-w", root, "-j", 2)
    assert ended.returncode == 0, ended.stderr
    assert bgrsr("report", "-w", root).returncode == 0
    for path in (".review/a.jpg", "runs/first/panels/step_000001.png", "runs/first/curves.png", "runs/first/best.pt"):
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(b"pixels")
    for path in TOLD_OF:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(root / "manifests" / "clips.parquet", root / path)
    place = Workspace(root)
    rows = [record for stage in ("key", "frames") for _, record in place.ledger.records(stage)]
    place.ledger.add_verdicts(
        Verdict(
            id=make_id("verdict", row.id), row=row.id, row_content=row.content, verdict="accept", reviewer="r",
            note="a note", at="2026-01-01",
        )
        for row in rows
    )  # fmt: skip
    place.close()
    return root


@pytest.fixture
def root(whole: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(whole, tmp_path / "workspace"))


def ids_of(root: Path, name: str) -> tuple[str, set[str]]:
    """A source, and every row whose body leads back to it, found here by walking names alone."""
    ledger = Ledger(root / "ledger.sqlite")
    (source,) = [row for row in ledger.rows(Source) if row.name == name]
    bodies = list(ledger.bodies())
    ledger.close()
    ids = {source.id}
    for _ in range(9):
        ids |= {row for _, _, _, row, body in bodies if any(f'"{one}"' in body for one in ids)}
    return source.id, ids


def words(root: Path) -> str:
    """All that the workspace holds as text, the ledger's file byte for byte."""
    texts = [
        path.read_bytes().decode("latin-1") for path in root.rglob("*") if path.is_file() and path.suffix != ".png"
    ]
    tables = [str(pq.read_table(path).to_pylist()) for path in root.rglob("*.parquet")]
    return "\n".join([*texts, *tables, *(path.as_posix() for path in root.rglob("*"))])


def test_nothing_of_a_forgotten_source_is_left_and_nothing_else_is_touched(root: Path, whole: Path) -> None:
    source, ids = ids_of(root, NAME)
    before = tree(root)
    days = [datetime.now(UTC).date()]
    ended = bgrsr("forget", NAME, "--yes", "--reason", "asked to", "-w", root)
    days.append(datetime.now(UTC).date())  # it may be midnight
    assert ended.returncode == 0, ended.stderr
    assert "cannot be untaught: runs/{first, validate}" in ended.stderr
    after, text = tree(root), words(root)
    ledger = Ledger(root / "ledger.sqlite")
    left = {row for _, _, _, row, _ in ledger.bodies()} | {verdict.row for verdict in ledger.verdicts()}
    kept = [verdict.row for verdict in ledger.verdicts()]
    (stone,) = ledger.tombstones()
    ledger.close()
    assert not ids & left
    assert kept  # of others
    known_by = {source, *ids}
    assert not any(f'"id":"{one}"' in text for one in known_by - {source})
    assert NAME not in text.replace(f"{NAME}.mp4", "").replace("/clips/", "")  # but for the address on the tombstone
    assert (stone.id, stone.reason) == (source, "asked to")
    assert stone.at in {day.isoformat() for day in days}
    gone = {path for path in before if path not in after}
    shows = {
        path for path in before if path.startswith((".review", "report/")) or path.endswith("step_000001.png")
    } | set(TOLD_OF)
    assert shows <= gone
    assert {path for path in gone - shows if not any(one in path for one in ids)} == set()
    assert "runs/first/best.pt" in after
    same = {path for path in after if not path.startswith("manifests/")}
    assert {path: after[path] for path in same} == {path: before[path] for path in same}
    assert [path.name for path in (root / "versions" / "v1").iterdir()] == ["version.json"]  # its number stays taken
    assert tree(whole) == before  # the fixture was copied


def test_after_forgetting_the_workspace_runs_on_and_explains(root: Path, small_set: Path) -> None:
    source, ids = ids_of(root, NAME)
    assert bgrsr("forget", source[:12], "--yes", "-w", root).returncode == 0
    for command in (("status",), ("publish",), ("run", small_set), ("fetch",)):
        ended = bgrsr(*command, "-w", root)
        assert ended.returncode == 0, (command, ended.stderr)
    assert bgrsr("run", small_set, "-w", root).stdout.startswith("nothing to do")
    for kind in ("source", "clip", "frame", "foreground", "combination"):
        one = next(row for row in sorted(ids) if row.startswith(kind))
        assert f"{one}: of {source}, forgotten on " in bgrsr("explain", one, "-w", root).stdout
    assert json.loads(bgrsr("explain", source, "-w", root, "--json").stdout)["source"] == source
    fetched = next(row for row in json.loads(bgrsr("status", "-w", root, "--json").stdout) if row["stage"] == "fetch")
    assert fetched["reasons"]["forgotten"] == 1


def test_it_is_never_fetched_again_by_its_list_its_address_or_its_bytes(
    root: Path, small_set: Path, tmp_path: Path
) -> None:
    source, _ = ids_of(root, NAME)
    original = small_set.parent / "footage" / "clips" / f"{NAME}.mp4"
    assert bgrsr("forget", original, "--yes", "-w", root).returncode == 0
    by_list = bgrsr("run", small_set, "-w", root)
    assert f"rejected: {NAME}: forgotten:" in by_list.stderr
    by_path = bgrsr("fetch", original, "--role", "talking-head", "-w", root)
    assert "forgotten" in by_path.stderr
    other = tmp_path / "other"
    other.mkdir()
    shutil.copy(original, other / "renamed.mp4")
    cv2.imwrite(str(other / "still.png"), np.zeros((64, 64, 3), np.uint8))
    by_bytes = bgrsr("fetch", other, "--role", "background", "-w", root)
    assert "1 rejected (1 forgotten)" in by_bytes.stdout
    assert not [path for path in (root / "clips").rglob("*") if "renamed" in path.name or source in path.parts]
    ledger = Ledger(root / "ledger.sqlite")
    assert {clip.title for clip in ledger.rows(Clip)} >= {"still"}
    assert source not in {clip.source for clip in ledger.rows(Clip)}
    ledger.close()


def test_the_same_footage_of_another_source_goes_too_with_its_hard_link(
    root: Path, small_set: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    shutil.copy(small_set.parent / "footage" / "clips" / f"{NAME}.mp4", other / "same.mp4")
    cv2.imwrite(str(other / "still.png"), np.zeros((64, 64, 3), np.uint8))
    assert bgrsr("fetch", other, "--role", "greenscreen", "-w", root).returncode == 0
    ledger = Ledger(root / "ledger.sqlite")
    second = next(clip for clip in ledger.rows(Clip) if clip.path.endswith("same.mp4"))
    first = next(clip for clip in ledger.rows(Clip) if clip.sha256 == second.sha256 and clip.id != second.id)
    ledger.close()
    (root / first.path).unlink()
    os.link(root / second.path, root / first.path)
    ended = bgrsr("forget", NAME, "--yes", "-w", root)
    assert "1 clip of other sources, the same footage" in ended.stdout
    assert not list((root / "clips").rglob("same.mp4*"))
    assert list((root / "clips").rglob("still.png"))
    ledger = Ledger(root / "ledger.sqlite")
    assert not {first.id, second.id} & {clip.id for clip in ledger.rows(Clip)}
    ledger.close()
    status = json.loads(bgrsr("status", "-w", root, "--json").stdout)
    assert next(row["reasons"] for row in status if row["stage"] == "fetch") == {"forgotten": 1}


def test_files_that_a_killed_run_left_without_rows_go_too(root: Path) -> None:
    source, _ = ids_of(root, NAME)
    ledger = Ledger(root / "ledger.sqlite")
    clip = next(row for row in ledger.rows(Clip) if row.source == source)
    frame = next(row for _, row in ledger.records("frames") if getattr(row, "clip", "") == clip.id)
    ledger.close()
    note = Kept.model_validate_json((root / f"{clip.path}.info.json").read_bytes())
    left = [
        root / "clips" / source / ".parts" / "a.mp4.part", root / "frames" / clip.id / "99999999.png",
        root / "foregrounds" / make_id("foreground", frame.id) / "new.png", root / "clips" / "source-x" / "copy.mp4",
    ]  # fmt: skip
    for path in left:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    copied = note.model_copy(update={"file": "copy.mp4"})
    (root / "clips" / "source-x" / "copy.mp4.info.json").write_text(copied.model_dump_json(exclude_defaults=True))
    assert bgrsr("forget", NAME, "--yes", "-w", root).returncode == 0
    assert [path for path in left if path.exists()] == []


def test_a_dry_run_and_one_that_nobody_can_confirm_touch_nothing(root: Path) -> None:
    before, ledger = tree(root), (root / "ledger.sqlite").read_bytes()
    shown = json.loads(bgrsr("forget", NAME, "--dry-run", "--json", "-w", root).stdout)
    assert (shown["name"], shown["done"], shown["rows"]["clip"]) == (NAME, False, 1)
    assert shown["bytes"] > 0
    asked = bgrsr("forget", NAME, "-w", root, stdin=subprocess.DEVNULL)
    assert (asked.returncode, asked.stderr) == (
        2, f"bgrsr: {NAME}: nothing was deleted; say --yes where nobody can be asked\n"
    )  # fmt: skip
    assert (tree(root), (root / "ledger.sqlite").read_bytes()) == (before, ledger)


def test_a_source_that_is_not_there_is_told_with_those_that_are(root: Path) -> None:
    ended = bgrsr("forget", "astronaut-gren", "--yes", "-w", root)
    assert ended.returncode == 2
    assert NAME in ended.stderr


@pytest.mark.parametrize("moment", ["bury", "deleted", "publish", "scrub"])
def test_killed_at_any_moment_the_same_command_completes(root: Path, moment: str, tmp_path: Path) -> None:
    undisturbed = Path(shutil.copytree(root, tmp_path / "undisturbed"))
    assert bgrsr("forget", NAME, "--yes", "-w", undisturbed).returncode == 0
    command = [sys.executable, KILL, moment, "forget", NAME, "--yes", "-w", str(root)]
    killed = subprocess.run(command, check=False, capture_output=True, text=True, env=calm(), timeout=300)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    ended = bgrsr("forget", NAME, "--yes", "-w", root)
    assert ended.returncode == 0, ended.stderr
    assert tree(root) == tree(undisturbed)
    assert bgrsr("status", "-w", root, "--json").stdout.count("forgotten") == 0  # until the next fetch says so


def test_what_was_said_of_it_and_waits_in_the_journal_goes_too(root: Path) -> None:
    place = Workspace(root)
    _, ids = ids_of(root, NAME)
    mine = next(row for _, row in place.ledger.records("key") if row.id in ids)
    other = next(row for _, row in place.ledger.records("frames") if row.id not in ids)
    with place.writing():
        judge(root, [mine.id, other.id], "reject", reviewer="r", note="her red scarf")
    assert bgrsr("forget", NAME, "--yes", "-w", root).returncode == 0
    assert mine.id not in (root / JOURNAL).read_text()
    assert [said.verdict.row for said in settle(place).said] == [other.id]
    assert place.ledger.history(mine.id) == []
    place.close()
