"""`bgrsr key` on plain files: marks, previews, names, and what is wrong said in one line."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import yaml
from recovery.conftest import tree
from small import bgrsr

from bgrsr_data.keying.files import plain_items
from bgrsr_data.media.images import read_grey, read_rgb, write_image


@pytest.fixture(scope="module")
def clip(small_set: Path) -> Path:
    return small_set.parent / "footage" / "clips" / "astronaut-green.mp4"


@pytest.fixture(scope="module")
def frames(clip: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two pictures of the clip, as anna/input.png and ben/input.png."""
    from bgrsr_data.media.video import decode

    folder = tmp_path_factory.mktemp("frames")
    for name, picture in zip(("anna", "ben"), decode(clip), strict=False):
        write_image(folder / name / "input.png", picture.rgb())
    return folder


def test_files_of_one_name_are_keyed_into_folders_of_their_own(frames: Path, tmp_path: Path) -> None:
    ended = bgrsr("key", *sorted(frames.glob("*/input.png")), "--out", tmp_path, "-j", 1)
    assert ended.returncode == 0, ended.stderr
    written = {path for path in tree(tmp_path) if path.endswith(".png")}
    assert written == {f"{name}/{kind}.png" for name in ("anna", "ben") for kind in ("alpha", "fg")}


def test_marks_on_the_command_line_and_in_a_list_take_parts_away(frames: Path, tmp_path: Path) -> None:
    (tmp_path / "marks.yaml").write_text("anna:\n  garbage: ['0,0.6,1,1']\n")
    words = ("key", *sorted(frames.glob("*/input.png")), "--out", tmp_path / "out", "-j", 1, "--json")
    assert bgrsr(*words).returncode == 0
    plain = {name: read_grey(tmp_path / "out" / name / "alpha.png") for name in ("anna", "ben")}
    marked = json.loads(bgrsr(*words, "--mattes", "marks.yaml", "--garbage", "0,0,20px,1", cwd=tmp_path).stdout)
    assert (marked["done"], marked["unchanged"]) == (2, 0)
    anna, ben = (read_grey(tmp_path / "out" / name / "alpha.png") for name in ("anna", "ben"))
    cut = round(0.6 * anna.shape[0])
    assert plain["anna"][cut:].mean() > 100
    assert anna[cut:].max() == 0
    assert ben[cut:].mean() > 100
    (tmp_path / "marks.yaml").write_text("anna:\n  garbage: ['0,0.7,1,1']\n")
    again = json.loads(bgrsr(*words, "--mattes", "marks.yaml", "--garbage", "0,0,20px,1", cwd=tmp_path).stdout)
    assert (again["done"], again["unchanged"]) == (1, 1)


def test_a_preview_is_drawn_beside_and_nothing_else_is_written(clip: Path, tmp_path: Path) -> None:
    for name in ("astronaut-green-key.png", "astronaut-green-key-2.png"):
        ended = bgrsr("key", clip, "--preview", cwd=tmp_path)
        assert (ended.returncode, ended.stdout) == (0, f"key: {name}\n"), ended.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "astronaut-green-key-2.png", "astronaut-green-key.png"
    ]  # fmt: skip
    told = json.loads(bgrsr("key", clip, "--preview", "--json", "--out", tmp_path / "sheet.png").stdout)
    assert read_rgb(Path(told["preview"])).shape[1] > 2000


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (("--garbage", "0,0,1"), "key: 'garbage.0': must be a rectangle as left,top,right,bottom, a polygon as"),
        (("--garbage", "0,0,2,1"), "key: 'garbage.0': must lie in the frame: shares are 0 to 1"),
        (("--subject", "gone.png"), "gone.png: there is no such mask; a shape is a rectangle"),
        (("--mattes", "gone.yaml"), "gone.yaml: cannot be read"),
        (("--hint", "gone.onnx"), "gone.onnx: there is no such file; --hint takes an ONNX network"),
        (("--screen", "green"), "'screen'"),
        (("--preview", "--out", "sheet.jpg"), "sheet.jpg: a preview is a PNG"),
    ],
)
def test_what_is_wrong_is_said_in_one_line_and_nothing_is_written(
    frames: Path, tmp_path: Path, words: tuple[str, ...], part: str
) -> None:
    out = () if "--out" in words else ("--out", "X")
    ended = bgrsr("key", frames / "anna" / "input.png", *out, *words, "-j", 1, cwd=tmp_path)
    lines = [line for line in ended.stderr.splitlines() if line.startswith("bgrsr: ")]
    assert (ended.returncode, len(lines)) == (2, 1), ended.stderr
    assert part in lines[0]
    assert list(tmp_path.iterdir()) == []


def test_a_mark_that_does_not_fit_the_frame_fails_that_frame_alone(frames: Path, tmp_path: Path) -> None:
    (tmp_path / "marks.yaml").write_text("anna:\n  garbage: ['0,0,9000px,1']\n")
    words = ("key", *sorted(frames.glob("*/input.png")), "--mattes", tmp_path / "marks.yaml", "--out", tmp_path / "out")
    ended = bgrsr(*words, "-j", 1)
    assert ended.returncode == 3
    assert "key: 1 of 2 failed; the first: '0,0,9000px,1' goes outside the frame of" in ended.stderr
    assert (tmp_path / "out" / "ben" / "alpha.png").is_file()


def test_preview_without_files_says_what_it_shows(tmp_path: Path) -> None:
    ended = bgrsr("key", "--preview", cwd=tmp_path)
    assert ended.returncode == 2
    assert "key: --preview shows plain files; name some images or clips" in ended.stderr


@pytest.fixture
def keyed(small_set: Path, tmp_path: Path) -> Path:
    """A workspace with the small set's two clips, keyed."""
    recipe = {
        "sources": [str(small_set.parent / "sources.yaml")],
        "steps": ["fetch", {"frames": {"per_second": 13, "near_duplicate_bits": 0}}, "key"],
    }
    (tmp_path / "recipe.yaml").write_text(yaml.safe_dump(recipe))
    ended = bgrsr("run", tmp_path / "recipe.yaml", "-w", tmp_path / "workspace", "-j", 2)
    assert ended.returncode == 0, ended.stderr
    return tmp_path / "workspace"


def test_a_workspace_marks_one_clip_and_refuses_an_unknown_name(keyed: Path) -> None:
    marks, before = keyed.parent / "marks.yaml", tree(keyed / "foregrounds")
    marks.write_text("nobody:\n  garbage: ['0,0,0.5,1']\n")
    ended = bgrsr("key", "-w", keyed, "--mattes", marks, "-j", 1)
    assert ended.returncode == 2
    assert "marks.yaml, line 1: there is no clip 'nobody'" in ended.stderr
    marks.write_text("astronaut-green*:\n  garbage: ['0,0,0.5,1']\n")
    told = json.loads(bgrsr("key", "-w", keyed, "--mattes", marks, "-j", 2, "--json").stdout)
    assert told["failed"] == 0
    after = tree(keyed / "foregrounds")
    changed = {path for path in after if path.endswith("alpha.png") and after[path] != before.get(path)}
    assert 0 < len(changed) < sum(path.endswith("alpha.png") for path in after)
    for path in changed:
        alpha = read_grey(keyed / "foregrounds" / path)
        assert alpha[:, : alpha.shape[1] // 2].max() == 0


def test_the_help_names_every_way_to_mark() -> None:
    told = " ".join(bgrsr("key", "--help").stdout.split())
    assert "--garbage SHAPE" in told
    assert "left,top,right,bottom" in told
    assert "--hint FILE" in told


def test_plain_items_are_stable(frames: Path) -> None:
    first, second = (list(plain_items(sorted(frames.glob("*/input.png")))) for _ in range(2))
    assert first == second
    assert np.unique([item.id for item in first]).size == 2
