"""Steps on plain files: they write what the help says, and a rerun does nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from recovery.conftest import tree
from small import bgrsr

from bgrsr_data.media.images import read_grey, read_rgb


@pytest.fixture(scope="module")
def clip(small_set: Path) -> Path:
    return small_set.parent / "footage" / "clips" / "astronaut-green.mp4"


def twice(out: Path, *words: object) -> dict[str, str]:
    """Run a command twice; give what it wrote, once the second run has shown to do nothing."""
    first = bgrsr(*words, "--out", out)
    assert first.returncode == 0, first.stderr
    before = tree(out)
    stamps = {path: path.stat().st_mtime_ns for path in out.rglob("*.png")}
    again = bgrsr(*words, "--out", out, "--json")
    assert again.returncode == 0, again.stderr
    told = json.loads(again.stdout)
    assert (told["done"], told["failed"]) == (0, 0)
    assert told["unchanged"] > 0
    assert told["rows"]
    assert tree(out) == before
    assert {path: path.stat().st_mtime_ns for path in out.rglob("*.png")} == stamps
    return {path: sha for path, sha in before.items() if not path.startswith(".")}


def test_frames_then_key_then_combine(clip: Path, small_set: Path, tmp_path: Path) -> None:
    written = twice(tmp_path / "frames", "frames", clip, "--per-second", 13, "--near-duplicate-bits", 0)
    assert len(written) >= 3
    assert all(path.startswith("astronaut-green/") for path in written)
    frames = sorted((tmp_path / "frames").rglob("*.png"))
    keyed = twice(tmp_path / "keyed", "key", *frames)
    assert set(keyed) == {f"{frame.stem}/{name}.png" for frame in frames for name in ("alpha", "fg")}
    alpha = read_grey(tmp_path / "keyed" / frames[0].stem / "alpha.png")
    assert alpha.shape == read_rgb(frames[0]).shape[:2]
    assert alpha.min() == 0
    assert alpha.max() == 255
    words = ("combine", "--foregrounds", tmp_path / "keyed", "--backgrounds", small_set.parent / "footage/backgrounds")
    ended = bgrsr(*words, "--out", tmp_path / "pairs", "--per-foreground", 3, "--render", 2)
    assert ended.returncode == 0, ended.stderr
    assert f"{3 * len(frames)} combinations" in ended.stdout
    drawn = sorted(path.name for path in (tmp_path / "pairs" / "pairs").rglob("*.png"))
    assert drawn == ["background.png"] * 2 + ["input.png"] * 2 + ["target.png"] * 2
    before = tree(tmp_path / "pairs")
    assert bgrsr(*words, "--out", tmp_path / "pairs", "--per-foreground", 3, "--render", 2).returncode == 0
    assert tree(tmp_path / "pairs") == before


def test_a_clip_is_keyed_picture_by_picture(clip: Path, tmp_path: Path) -> None:
    written = twice(tmp_path / "keyed", "key", clip)
    expected = {f"astronaut-green/{kind}/{number:04d}.png" for kind in ("alpha", "fg") for number in range(8)}
    assert set(written) == expected


def test_trimap_writes_four_pictures_for_each_person(small_set: Path, tmp_path: Path) -> None:
    coco = small_set.parent / "coco"
    words = ("trimap", "--annotations", coco / "instances.json", "--images", coco / "images", "--min-side-px", 16)
    written = twice(tmp_path / "out", *words)
    names = {f"trimaps/{place}/{name}.png" for place in ("1/11", "2/21", "2/22", "3/31")
             for name in ("trimap", "mask", "alpha", "fg")}  # fmt: skip
    assert set(written) == names | {"annotations.json"}


def test_rejections_of_one_kind_are_told_in_one_line(clip: Path, tmp_path: Path) -> None:
    words = (
        "frames",
        clip,
        "--per-second",
        13,
        "--near-duplicate-bits",
        0,
        "--max-per-shot",
        1,
        "--out",
        tmp_path / "o",
    )
    ended = bgrsr(*words)
    told = [row for row in json.loads(bgrsr(*words, "--json").stdout)["rows"] if row["kind"] == "rejection"]
    assert len(told) >= 2
    (line,) = [line for line in ended.stderr.splitlines() if line.startswith("rejected: ")]
    assert ": over-limit: " in line
    assert line.endswith(f" (and {len(told) - 1} more)")


def test_another_option_does_it_again(clip: Path, tmp_path: Path) -> None:
    out = tmp_path / "frames"
    assert bgrsr("frames", clip, "--out", out, "--per-second", 13).returncode == 0
    told = json.loads(bgrsr("frames", clip, "--out", out, "--per-second", 4, "--json").stdout)
    assert told["done"] == 1
    shown = {row["path"] for row in told["rows"] if row["kind"] == "frame"}
    assert {path for path in tree(out) if path.endswith(".png")} == shown
