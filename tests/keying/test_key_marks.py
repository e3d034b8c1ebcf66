from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bgrsr_data.errors import InputError
from bgrsr_data.keying.files import plain_items
from bgrsr_data.keying.marks import Marking, Marks, read_marks
from bgrsr_data.keying.options import KeyOptions
from bgrsr_data.media.images import write_image


def listed(folder: Path, text: str) -> Path:
    path = folder / "marks.yaml"
    path.write_text(text)
    return path


@pytest.fixture
def pictures(tmp_path: Path) -> list[Path]:
    paths = [tmp_path / name / "input.png" for name in ("anna", "ben")]
    for path in paths:
        write_image(path, np.zeros((90, 160, 3), np.uint8))
    return paths


def test_a_clip_gets_the_marks_of_every_name_that_fits_it(tmp_path: Path) -> None:
    marks = read_marks(listed(tmp_path, "studio:\n  garbage: ['0,0,0.1,1']\nanna-*:\n  subject: ['0,0 1,0 1,1']\n"))
    assert marks.of({"studio", "clip-1"}) == Marks(garbage=("0,0,0.1,1",))
    assert marks.of({"studio", "anna-3.mp4"}) == Marks(garbage=("0,0,0.1,1",), subject=("0,0 1,0 1,1",))
    assert marks.of({"ben.mp4"}) == Marks()


def test_a_name_with_brackets_names_itself(tmp_path: Path) -> None:
    marks = read_marks(listed(tmp_path, "'anna [1].mp4':\n  garbage: ['0,0,0.1,1']\n"))
    assert marks.of({"anna [1].mp4"}) == Marks(garbage=("0,0,0.1,1",))


def test_masks_are_looked_for_beside_the_list(tmp_path: Path) -> None:
    write_image(tmp_path / "lists" / "stand.png", np.full((9, 16), 255, np.uint8))
    marks = read_marks(listed(tmp_path / "lists", "studio:\n  garbage: [stand.png]\n"))
    assert marks.of({"studio"}).garbage == (str(tmp_path / "lists" / "stand.png"),)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "must hold names of clips"),
        ("[a, b]", "must hold names of clips"),
        ("a:\n  garbage: [\n", "is not valid YAML"),
        (
            "a:\n  garbage: ['0,0,1,1']\nb:\n  garbgae: []\n",
            r"line 4: b: unknown key 'garbgae'; did you mean 'garbage'",
        ),
        ("a:\n  garbage:\n  - '0,0,1,1'\n  - '0,0,1'\n", "line 4: a: must be a rectangle"),
        ("a:\n  subject: [gone.png]\n", r"line 1: .*gone.png: there is no such mask"),
        ("a: 3\n", "line 1: a: "),
    ],
)
def test_a_wrong_list_is_told_with_its_line(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(InputError, match=told):
        read_marks(listed(tmp_path, text))


def test_a_clip_that_is_not_there_is_told_with_the_one_that_was_meant(tmp_path: Path) -> None:
    path = listed(tmp_path, "anna:\n  garbage: ['0,0,0.1,1']\nbenn:\n  garbage: ['0,0,0.1,1']\n")
    marking = Marking(KeyOptions(mattes=str(path)))
    with pytest.raises(InputError, match="line 3: there is no clip 'benn'; did you mean 'ben'"):
        marking.refuse_unknown([{"anna"}, {"ben"}])
    marking.refuse_unknown([{"anna"}], all_of_them=False)
    with pytest.raises(InputError, match="there is no clip 'anna'"):
        marking.refuse_unknown([{"carl"}], all_of_them=False)


def test_marks_reach_the_file_they_name_and_only_its_key_becomes_stale(tmp_path: Path, pictures: list[Path]) -> None:
    path = listed(tmp_path, "anna:\n  garbage: ['0,0,0.1,1']\n")
    options = KeyOptions(garbage=("0.9,0,1,1",), mattes=str(path))
    anna, ben = plain_items(pictures, options)
    assert anna.payload.marks == Marks(garbage=("0.9,0,1,1", "0,0,0.1,1"))
    assert ben.payload.marks == Marks(garbage=("0.9,0,1,1",))
    listed(tmp_path, "anna:\n  garbage: ['0,0,0.2,1']\n")
    anna_now, ben_now = plain_items(pictures, options)
    assert anna_now.inputs != anna.inputs
    assert ben_now.inputs == ben.inputs


def test_a_mask_that_was_painted_anew_makes_the_key_stale(tmp_path: Path, pictures: list[Path]) -> None:
    mask, inputs = tmp_path / "mask.png", []
    for level in (0, 255):
        write_image(mask, np.full((9, 16), level, np.uint8))
        inputs.append(next(plain_items(pictures, KeyOptions(subject=(str(mask),)))).inputs)
    assert inputs[0] != inputs[1]


def test_files_of_one_name_go_by_their_folders(tmp_path: Path, pictures: list[Path]) -> None:
    assert [item.payload.folder for item in plain_items(pictures)] == ["anna", "ben"]
    assert [item.payload.folder for item in plain_items(pictures[:1])] == ["input"]
    other = tmp_path / "ben" / "other.png"
    write_image(other, np.zeros((90, 160, 3), np.uint8))
    assert [item.payload.folder for item in plain_items([*pictures, other])] == ["anna", "ben", "other"]
    twin = tmp_path / "more" / "ben" / "input.png"
    write_image(twin, np.zeros((90, 160, 3), np.uint8))
    with pytest.raises(InputError, match="would write the same folder"):
        list(plain_items([*pictures, twin]))
    write_image(tmp_path / "anna" / "other.png", np.zeros((90, 160, 3), np.uint8))
    folders = [item.payload.folder for item in plain_items([path.parent for path in pictures])]
    assert folders == ["anna/input", "anna/other", "ben/input", "ben/other"]
