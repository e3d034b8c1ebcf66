"""The COCO file of the persons that were cut out: pycocotools reads it, and it tells of everybody."""

from __future__ import annotations

import contextlib
import io
import json
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pycocotools.coco import COCO
from small import bgrsr, make_coco

from bgrsr_data.media.images import read_grey, read_rgb
from bgrsr_data.trimaps.coco import read_coco
from bgrsr_data.trimaps.listing import NAME, list_persons, pictured, write_listing
from bgrsr_data.trimaps.options import TrimapOptions
from bgrsr_data.trimaps.overview import CELL, draw_overview
from bgrsr_data.trimaps.step import DrawTrimaps, plain_items

# pycocotools' masks do not know numpy 2's copy keyword yet.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")


def cut(coco: Path, *more: object, out: Path) -> dict[str, Any]:
    """Run the command on plain files; the listing."""
    words = ("trimap", "--annotations", coco, "--images", coco.parent / "images", "--out", out, "--min-side-px", 16)
    ended = bgrsr(*words, *more)
    assert ended.returncode == 0, ended.stderr
    return dict(json.loads((out / NAME).read_text()))


def with_licences(coco: Path) -> Path:
    """The first picture under CC BY, the second under CC BY-NC, the third under nothing that is told."""
    content = json.loads(coco.read_text())
    content["licenses"] = [
        {"id": 1, "name": "Attribution License", "url": "http://creativecommons.org/licenses/by/2.0/"},
        {"id": 2, "name": "NonCommercial", "url": "http://creativecommons.org/licenses/by-nc/2.0/"},
    ]
    for image, licence in zip(content["images"], (1, 2, None), strict=True):
        image["license"] = licence
    coco.write_text(json.dumps(content))
    return coco


@pytest.fixture(scope="module")
def coco(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_coco(tmp_path_factory.mktemp("coco"))


@pytest.fixture(scope="module")
def out(coco: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("out")
    cut(coco, "--overview", out=folder)
    return folder


def test_pycocotools_reads_the_listing_and_finds_each_persons_files(coco: Path, out: Path) -> None:
    with contextlib.redirect_stdout(io.StringIO()):
        listing = COCO(str(out / NAME))
    original = read_coco(coco)
    assert sorted(listing.anns) == [11, 21, 22, 31]
    assert listing.getCatIds(catNms=["person"]) == [1]
    for number, annotation in listing.anns.items():
        before = original.anns[number]
        assert annotation["iscrowd"] == 0
        for name in ("bbox", "area", "segmentation", "image_id", "category_id"):
            assert annotation[name] == before[name]
        left, top, width, height = annotation["crop"]
        mask = read_grey(out / annotation["mask"])
        for name in ("trimap", "alpha", "mask"):
            assert read_grey(out / annotation[name]).shape == (height, width)
        assert read_rgb(out / annotation["foreground"]).shape == (height, width, 3)
        whole = listing.annToMask(annotation)
        assert (whole[top : top + height, left : left + width] == (mask == 255)).all()
        assert whole.sum() == (mask == 255).sum()


def test_everybody_is_listed_with_a_trimap_or_with_the_reason(coco: Path, out: Path) -> None:
    listing = json.loads((out / NAME).read_text())
    assert [(one["id"], one["reason"]) for one in listing["rejected"]] == [(32, "crowd")]
    persons = [a["id"] for a in json.loads(coco.read_text())["annotations"] if a["category_id"] == 1]
    assert sorted(one["id"] for one in listing["annotations"] + listing["rejected"]) == sorted(persons)
    assert [image["file_name"] for image in listing["images"]] == ["1.png", "2.png", "3.png"]


def test_the_same_persons_give_the_same_bytes_on_any_number_of_workers(coco: Path, out: Path, tmp_path: Path) -> None:
    cut(coco, "-j", 1, out=tmp_path)
    written = sorted(path.relative_to(out) for path in (out / "trimaps").rglob("*.png"))
    assert len(written) == 16
    for path in (Path(NAME), *written):
        assert (tmp_path / path).read_bytes() == (out / path).read_bytes()


def test_persons_under_another_licence_are_left_out_and_counted(tmp_path: Path) -> None:
    path = with_licences(make_coco(tmp_path / "coco"))
    listing = cut(path, "--licence", "cc-by,cc0", out=tmp_path / "out")
    assert [one["id"] for one in listing["annotations"]] == [11]
    told = {one["id"]: (one["reason"], one["detail"]) for one in listing["rejected"]}
    assert told[21] == ("licence", "CC-BY-NC-2.0 is none of CC-BY, CC0-1.0")
    assert told[31] == ("licence", "unknown is none of CC-BY, CC0-1.0")
    assert told[32][0] == "crowd"
    assert [one["id"] for one in listing["licenses"]] == [1, 2]
    again = cut(path, out=tmp_path / "out")  # the same folder, whatever the licence
    assert [one["id"] for one in again["annotations"]] == [11, 21, 22, 31]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--annotations", "x.json", "--images", ".", "--out", "o", "--licence", "cc-bye"), "did you mean 'cc-by'"),
        (("--licence", "cc-by"), "for a workspace: bgrsr fetch --licence"),
        (("--annotations", "x.json", "--images", "."), "files and --out DIR go together"),
    ],
)
def test_a_licence_that_cannot_be_used_is_told_in_one_line(words: tuple[str, ...], says: str, tmp_path: Path) -> None:
    ended = bgrsr("trimap", *words, cwd=tmp_path)
    assert ended.returncode == 2
    assert says in ended.stderr
    assert ended.stderr.count("\n") == 1


@pytest.mark.parametrize("taken", [NAME, "overview.png"])
def test_a_file_that_was_there_before_is_not_replaced(taken: str, tmp_path: Path) -> None:
    """The annotations themselves may be called as the listing is, and lie where the results shall be."""
    path = make_coco(tmp_path)
    path = path.rename(path.with_name(taken))
    before = path.read_bytes()
    words = ("--annotations", path, "--images", path.parent / "images", "--out", path.parent, "--overview")
    ended = bgrsr("trimap", *words)
    assert ended.returncode == 2
    assert f"{taken}: is no result of an earlier run; move it" in ended.stderr
    assert path.read_bytes() == before
    assert not (path.parent / "trimaps").exists()


def test_annotations_that_were_changed_are_read_anew(tmp_path: Path) -> None:
    path = make_coco(tmp_path)
    assert len(read_coco(path).anns) > 1
    content = json.loads(path.read_text())
    path.write_text(json.dumps(content | {"annotations": content["annotations"][:1]}))
    assert len(read_coco(path).anns) == 1


def test_no_two_images_share_a_folder(tmp_path: Path) -> None:
    """The third is called after its number, as the first is by chance."""
    path = make_coco(tmp_path)
    content = json.loads(path.read_text())
    for image, name in zip(
        content["images"], (f"b/1-{content['images'][2]['id']}.png", "1.png", "a/1.png"), strict=True
    ):
        image["file_name"] = name
    path.write_text(json.dumps(content))
    folders = [item.payload.folder for item in plain_items(path, tmp_path)]
    assert len(set(folders)) == 3


def test_persons_whose_image_failed_are_listed_as_failed(tmp_path: Path) -> None:
    path = make_coco(tmp_path / "coco")
    (path.parent / "images" / "2.png").unlink()
    words = ("trimap", "--annotations", path, "--images", path.parent / "images", "--out", tmp_path / "out")
    ended = bgrsr(*words, "--min-side-px", 16, "--overview")
    assert ended.returncode == 3
    listing = json.loads((tmp_path / "out" / NAME).read_text())
    assert [one["id"] for one in listing["rejected"] if one["reason"] == "failed"] == [21, 22]
    assert (tmp_path / "out" / "overview.png").is_file()


def test_the_overview_shows_three_pictures_of_each_person_and_frames_the_others_red(coco: Path, out: Path) -> None:
    listing = json.loads((out / NAME).read_text())
    (sheet,) = draw_overview(listing, out, coco.parent / "images")
    assert (sheet == read_rgb(out / "overview.png")).all()
    red = (sheet[..., 0] > 180) & (sheet[..., 1] < 60) & (sheet[..., 2] < 60)
    assert red.sum() > CELL[0]
    listing["rejected"] = []
    (calm,) = draw_overview(listing, out, coco.parent / "images")
    assert not ((calm[..., 0] > 195) & (calm[..., 1] < 40) & (calm[..., 2] < 40)).any()


def test_a_workspace_publishes_the_listing_of_its_persons(small_set: Path, tmp_path: Path) -> None:
    workspace = tmp_path / "w"
    assert bgrsr("init", workspace).returncode == 0
    coco = small_set.parent / "coco"
    fetched = bgrsr(
        "fetch", coco / "images", "--annotations", coco / "instances.json", "--role", "coco", "-w", workspace,
        "--source-licence", "CC0-1.0", "--creator", "several",
    )  # fmt: skip
    assert fetched.returncode == 0, fetched.stderr
    drawn = bgrsr("trimap", "-w", workspace, "--min-side-px", 16, "--overview")
    assert drawn.returncode == 0, drawn.stderr
    assert (workspace / "trimaps" / "overview.png").is_file()
    assert bgrsr("publish", "-w", workspace).returncode == 0
    path = workspace / "manifests" / "trimaps.coco.json"
    with contextlib.redirect_stdout(io.StringIO()):
        listing = COCO(str(path))
    assert sorted(listing.anns) == [11, 21, 22, 31]
    for annotation in listing.anns.values():
        assert (workspace / annotation["trimap"]).is_file()
        assert (workspace / listing.imgs[annotation["image_id"]]["file_name"]).is_file()
    assert [one["reason"] for one in listing.dataset["rejected"]] == ["crowd"]
    before = path.read_bytes()
    assert "up to date" in bgrsr("publish", "-w", workspace).stdout
    assert path.read_bytes() == before


@pytest.mark.footage
def test_every_person_of_the_real_images_is_listed_once(footage: Path, tmp_path: Path) -> None:
    (annotations,) = (footage / "coco").rglob("*instances*.json")
    items = list(plain_items(annotations, annotations.parent / "train2017"))
    stage = DrawTrimaps(TrimapOptions())
    images = [pictured(item, stage.run(item, tmp_path), tmp_path) for item in items]
    listing = list_persons(images)
    told = Counter(one["reason"] for one in listing["rejected"])
    assert len(listing["annotations"]) + told.total() == 84
    assert told["crowd"] == 3
    assert not told["failed"]
    assert len(listing["annotations"]) > 15
    assert write_listing(tmp_path / NAME, images) == 84
    for one in listing["annotations"]:
        trimap, mask = read_grey(tmp_path / one["trimap"]), read_grey(tmp_path / one["mask"])
        alpha = read_grey(tmp_path / one["alpha"])
        assert (trimap[mask == 255] > 0).all()
        assert (alpha[trimap == 255] == 255).all()
        assert (alpha[trimap == 0] == 0).all()
        assert (trimap == 255).any()
        assert np.mean((alpha > 12) & (alpha < 243)) > 0.001  # soft
