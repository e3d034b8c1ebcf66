"""COCO sources: each image with its own licence, and an annotation file of its own."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from bgrsr_data.errors import InputError, Rejection
from bgrsr_data.fetch.coco import fetch_image, person_images, read_annotations


def instances() -> dict[str, Any]:
    """Three images: 1 a person and a crowd, 2 a dog, 3 a person; all are photo.png, 160x120."""
    square = [[10, 10, 60, 10, 60, 90, 10, 90]]
    crowd = {"size": [120, 160], "counts": [0, 120, 120 * 159]}

    def annotation(number: int, image: int, category: int, **more: Any) -> dict[str, Any]:
        shape = {"segmentation": square, "bbox": [10, 10, 50, 80], "area": 4000, "iscrowd": 0}
        return {"id": number, "image_id": image, "category_id": category, **shape, **more}

    def image(number: int, licence: int, **more: Any) -> dict[str, Any]:
        return {"id": number, "file_name": f"{number}.png", "width": 160, "height": 120, "license": licence, **more}

    return {
        "images": [image(3, 9), image(1, 4, flickr_url="https://example.org/photo"), image(2, 4)],
        "annotations": [
            annotation(11, 1, 1),
            annotation(12, 1, 1, iscrowd=1, segmentation=crowd),
            annotation(13, 1, 18),
            annotation(21, 2, 18),
            annotation(31, 3, 1),
        ],
        "categories": [{"id": 1, "name": "person"}, {"id": 18, "name": "dog"}],
        "licenses": [{"id": 4, "name": "Attribution License", "url": "https://example.org/by"}],
    }


@pytest.fixture
def images(site: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "images"
    folder.mkdir()
    for number in (1, 2, 3):
        shutil.copy(site / "photo.png", folder / f"{number}.png")
    return folder


def write(tmp_path: Path, content: object) -> Path:
    path = tmp_path / "instances.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


def test_images_with_persons_are_listed_by_id_and_at_most_max_samples(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    coco = read_annotations(write(tmp_path, instances()))
    assert [image["id"] for image in person_images(coco)] == [1, 3]
    assert [image["id"] for image in person_images(coco, 1)] == [1]
    assert capfd.readouterr() == ("", "")


def test_an_image_keeps_its_licence_and_only_its_persons(tmp_path: Path, images: Path) -> None:
    coco = read_annotations(write(tmp_path, instances()))
    first, third = (fetch_image(coco, image, images, tmp_path / "to") for image in person_images(coco))
    assert (first.licence, first.creator, first.url) == (
        "Attribution License", "Flickr user", "https://example.org/photo",
    )  # fmt: skip
    assert (third.licence, third.creator, third.url) == (None, None, None)
    assert first.person != third.person
    assert first.annotations is not None
    alone = json.loads((tmp_path / "to" / first.annotations).read_text())
    assert [one["id"] for one in alone["annotations"]] == [11, 12]
    assert [one["id"] for one in alone["images"]] == [1]
    assert [one["name"] for one in alone["categories"]] == ["person"]
    assert [one["id"] for one in alone["licenses"]] == [4]
    assert len(person_images(read_annotations(tmp_path / "to" / first.annotations))) == 1


def test_changed_annotations_replace_the_old_ones(tmp_path: Path, images: Path) -> None:
    content = instances()
    for area in (4000, 5000):
        content["annotations"][0]["area"] = area
        coco = read_annotations(write(tmp_path, content))
        kept = fetch_image(coco, person_images(coco)[0], images, tmp_path / "to")
        assert json.loads((tmp_path / "to" / str(kept.annotations)).read_text())["annotations"][0]["area"] == area


def test_a_missing_image_is_rejected(tmp_path: Path, images: Path) -> None:
    (images / "1.png").unlink()
    coco = read_annotations(write(tmp_path, instances()))
    with pytest.raises(Rejection) as caught:
        fetch_image(coco, person_images(coco)[0], images, tmp_path / "to")
    assert caught.value.reason == "image-missing"


def test_an_image_of_another_size_than_annotated_is_rejected(tmp_path: Path, images: Path) -> None:
    content = instances()
    content["images"][1]["width"] = 320
    coco = read_annotations(write(tmp_path, content))
    with pytest.raises(Rejection) as caught:
        fetch_image(coco, person_images(coco)[0], images, tmp_path / "to")
    assert caught.value.reason == "size-mismatch"


def test_a_name_that_leads_out_of_the_folder_is_not_followed(tmp_path: Path, images: Path, site: Path) -> None:
    content = instances()
    content["images"][1]["file_name"] = "../secret.png"
    shutil.copy(site / "photo.png", tmp_path / "secret.png")
    coco = read_annotations(write(tmp_path, content))
    with pytest.raises(Rejection) as caught:
        fetch_image(coco, person_images(coco)[0], images, tmp_path / "to")
    assert caught.value.reason == "image-missing"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ('{"images": [\n  {"id": 1,}\n]}', "line 2 column 12"),
        ("[]", "no list 'images'"),
        ({"images": [], "annotations": []}, "no list 'categories'"),
        ({"images": [], "annotations": [], "categories": [{"id": 1, "name": "dog"}]}, "no category 'person'"),
        ({"images": [{"file": "a"}], "annotations": [], "categories": []}, "KeyError 'id'"),
    ],
)
def test_what_is_no_coco_file_is_told_in_one_line(tmp_path: Path, content: object, says: str) -> None:
    path = write(tmp_path, content)
    with pytest.raises(InputError) as caught:
        read_annotations(path)
    assert str(caught.value).startswith(f"{path}: ")
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read_annotations(tmp_path / "none.json")
