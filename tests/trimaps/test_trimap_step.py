"""The trimap stage: every person of every COCO image is accounted for, by files or by a reason."""

from __future__ import annotations

import json
import pickle
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from pydantic import ValidationError
from small import bgrsr, make_coco

from bgrsr_data.engines.local import run_here
from bgrsr_data.engines.result import Result, attempt
from bgrsr_data.errors import InputError
from bgrsr_data.media.images import read_grey, read_rgb
from bgrsr_data.records import Foreground, RejectionRow, Trimap
from bgrsr_data.stage import Item
from bgrsr_data.trimaps.coco import persons_of, read_coco
from bgrsr_data.trimaps.options import TrimapOptions
from bgrsr_data.trimaps.step import CocoImage, DrawTrimaps, plain_items

# pycocotools' masks do not know numpy 2's copy keyword yet.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")
STAGE = DrawTrimaps(TrimapOptions(min_side_px=16))


@pytest.fixture(scope="module")
def coco(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_coco(tmp_path_factory.mktemp("coco"))


def run(coco: Path, out: Path, stage: DrawTrimaps = STAGE) -> list[Result]:
    return list(run_here(stage, plain_items(coco, coco.parent / "images"), out))


def test_polygons_and_both_kinds_of_run_lengths_become_masks(coco: Path) -> None:
    persons = {p.annotation: p for image in (1, 2, 3) for p in persons_of(read_coco(coco), image)}
    assert sorted(persons) == [11, 21, 22, 31, 32]  # the cat is no person
    assert persons[21].mask.nonzero()[0].min() == 40
    assert persons[21].mask.sum() == 260 * 100
    assert persons[22].mask[60:320, 135:235].all()
    assert persons[22].mask.sum() == 260 * 100
    assert persons[11].mask[100, 120]
    assert not persons[11].mask[20, 120]
    assert [number for number, p in persons.items() if p.crowd] == [32]


def test_every_person_has_files_or_a_reason(coco: Path, tmp_path: Path) -> None:
    results = run(coco, tmp_path)
    rows = [row for result in results for row in result.records]
    trimaps = {row.annotation: row for row in rows if isinstance(row, Trimap)}
    assert sorted(trimaps) == [11, 21, 22, 31]
    assert [row.reason for row in rows if isinstance(row, RejectionRow)] == ["crowd"]
    cut = [row for row in rows if isinstance(row, Foreground)]
    assert {row.original for row in cut} == {row.id for row in trimaps.values()}
    for row in cut:
        alpha, colour = read_grey(tmp_path / row.alpha_path), read_rgb(tmp_path / row.foreground_path)
        assert alpha.shape == colour.shape[:2] == (row.height, row.width)
        assert 0 < row.box_right - row.box_left <= row.width
    for trimap in trimaps.values():
        drawn, mask = read_grey(tmp_path / trimap.path), read_grey(tmp_path / trimap.mask)
        assert set(np.unique(drawn)) <= {0, 128, 255}
        assert set(np.unique(mask)) <= {0, 255}
        assert (drawn[mask == 255] > 0).all()
        assert trimap.area_px == (mask == 255).sum()


def test_the_neighbour_of_a_person_is_unknown_in_the_persons_trimap(coco: Path, tmp_path: Path) -> None:
    """Person 21 spans columns 20 to 120 and rows 40 to 300, person 22 columns from 135 on: 15 px beside it."""
    rows = [row for result in run(coco, tmp_path) for row in result.records if isinstance(row, Trimap)]
    trimap = read_grey(tmp_path / "trimaps" / "2" / "21" / "trimap.png")
    left = next(row.left for row in rows if row.annotation == 21)  # of the crop
    neighbour = trimap[100:200, 135 - left :]
    assert neighbour.size
    assert (neighbour == 128).all()


def test_a_person_whom_a_crowd_covers_is_rejected_and_one_it_touches_is_unsure_there(tmp_path: Path) -> None:
    """The crowd lies over person 22 and over the right third of person 21."""
    path = make_coco(tmp_path / "coco")
    content = json.loads(path.read_text())
    crowd = [[85, 30, 240, 30, 240, 320, 85, 320]]
    content["annotations"].append(
        {
            "id": 23,
            "image_id": 2,
            "category_id": 1,
            "iscrowd": 1,
            "area": 1,
            "bbox": [0, 0, 1, 1],
            "segmentation": crowd,
        }
    )
    path.write_text(json.dumps(content))
    rows = [row for result in run(path, tmp_path / "out") for row in result.records]
    assert [row.reason for row in rows if isinstance(row, RejectionRow)] == ["covered", "crowd", "crowd"]
    (row,) = [row for row in rows if isinstance(row, Trimap) and row.annotation == 21]
    trimap = read_grey(tmp_path / "out" / row.path)[150 - row.top]
    assert (trimap[85 - row.left :] == 128).all()
    assert trimap[70 - row.left] == 255


def test_a_band_whose_bounds_cross_is_refused() -> None:
    with pytest.raises(ValidationError, match="at least min_band_px"):
        TrimapOptions(min_band_px=9, max_band_px=5)


def test_a_second_run_gives_the_same_rows(coco: Path, tmp_path: Path) -> None:
    first, second = run(coco, tmp_path / "a"), run(coco, tmp_path / "b")
    assert [list(r.records) for r in first] == [list(r.records) for r in second]


def test_an_image_that_is_missing_fails_alone(coco: Path, tmp_path: Path) -> None:
    copy = make_coco(tmp_path / "coco")
    (copy.parent / "images" / "2.png").unlink()
    results = run(copy, tmp_path / "out")
    assert [result.status for result in results] == ["done", "failed", "done"]
    assert "2.png: cannot be read" in results[1].error


def test_an_image_of_another_size_than_annotated_fails_alone(coco: Path, tmp_path: Path) -> None:
    copy = make_coco(tmp_path / "coco")
    (copy.parent / "images" / "3.png").replace(copy.parent / "images" / "1.png")
    results = run(copy, tmp_path / "out")
    assert [result.status for result in results] == ["failed", "done", "failed"]
    assert "is 400×300, annotated at another size" in results[0].error


def test_a_broken_segmentation_fails_its_image_and_names_the_annotation(tmp_path: Path) -> None:
    path = make_coco(tmp_path / "coco")
    content = json.loads(path.read_text())
    content["annotations"][0]["segmentation"] = {"size": [320, 240]}
    path.write_text(json.dumps(content))
    results = run(path, tmp_path / "out")
    assert "annotation 11: its segmentation cannot be decoded" in results[0].error
    assert [result.status for result in results[1:]] == ["done", "done"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{", "is not valid JSON: .* line 1"),
        ("[]", "is no COCO instances file: it has no list 'images'"),
        ('{"images": []}', "it has no list 'annotations'"),
        ('{"images": [], "annotations": [], "categories": []}', "has no category 'person'"),
        ('{"images": [], "annotations": [], "categories": [{"id": 1, "name": "person"}]}', "annotates no person"),
    ],
)
def test_a_file_that_is_no_coco_file_is_told(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "instances.json"
    path.write_text(text)
    with pytest.raises(InputError, match=told):
        list(plain_items(path, tmp_path))


@pytest.mark.footage
def test_every_person_of_the_real_images_is_accounted_for(footage: Path, tmp_path: Path) -> None:
    (annotations,) = (footage / "coco").rglob("*instances*.json")
    images = annotations.parent / "train2017"
    coco = read_coco(annotations)
    told: Counter[str] = Counter()
    for item in plain_items(annotations, images):
        if not Path(item.payload.path).is_file():
            continue
        result = attempt(DrawTrimaps(TrimapOptions()), item, tmp_path)
        assert result.status == "done", result.error
        persons = persons_of(coco, item.payload.image or 0)
        rows = [r for r in result.records if isinstance(r, Trimap | RejectionRow)]
        assert len(rows) == len(persons)
        assert sum(isinstance(r, Foreground) for r in result.records) == sum(isinstance(r, Trimap) for r in rows)
        told.update(r.reason if isinstance(r, RejectionRow) else "trimap" for r in rows)
    print(dict(told))  # noqa: T201 - a figure for -rP
    assert told["trimap"] > 0


def test_an_item_travels_to_a_worker(coco: Path) -> None:
    for item in plain_items(coco, coco.parent / "images"):
        again: Item[CocoImage] = pickle.loads(pickle.dumps(item))
        assert again == item


def test_an_image_that_was_annotated_anew_is_cut_out_anew(tmp_path: Path) -> None:
    """The picture is the same and so is its row: the annotations beside it tell."""
    coco = make_coco(tmp_path / "coco")
    fetch = ("fetch", coco.parent / "images", "--role", "coco", "--annotations", coco, "--source-licence", "CC0")
    workspace = ("-w", tmp_path / "w")
    assert bgrsr("init", tmp_path / "w").returncode == 0
    assert bgrsr(*fetch, *workspace).returncode == 0
    first = bgrsr("trimap", "--min-side-px", 16, *workspace)
    assert first.stdout.startswith("trimap: 4 foregrounds, 4 trimaps"), first.stdout + first.stderr
    content = json.loads(coco.read_text())
    content["annotations"] = [one for one in content["annotations"] if one["id"] != 22]
    coco.write_text(json.dumps(content))
    assert bgrsr(*fetch, *workspace).returncode == 0
    again = bgrsr("trimap", *workspace)
    assert "up to date" not in again.stdout
    folders = (tmp_path / "w" / "trimaps").glob("*/*/mask.png")
    assert sorted(path.parent.name for path in folders) == ["11", "21", "31"]
