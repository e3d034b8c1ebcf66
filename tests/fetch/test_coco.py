"""COCO sources: each image with its own licence, and an annotation file of its own."""

from __future__ import annotations

import json
import shutil
import zipfile
from pathlib import Path
from typing import Any

import pytest

from bgrsr_data.errors import FetchError, InputError, Rejection
from bgrsr_data.fetch.client import Client, Manner
from bgrsr_data.fetch.coco import find_image, name_of, person_images
from bgrsr_data.fetch.coco_source import LeftOut, fetch_coco
from bgrsr_data.fetch.kept import Kept
from bgrsr_data.fetch.retrying import Retries
from bgrsr_data.media.coco import licence_of_image, read_annotations
from bgrsr_data.records import Source


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


@pytest.fixture
def fetched(tmp_path: Path):
    """Fetch instances.json into to/, from images/ or the addresses in it: what came, and what was left out."""

    def fetch(*accepted: str, path: str | None = "images", annotations: str = "", **given: object):
        place = annotations or str(tmp_path / "instances.json")
        images = str(tmp_path / path) if path else None
        told = {"id": "source-0", "name": "coco", "role": "coco", "licence": "unknown", "creator": "unknown"}
        source = Source.model_validate({**told, "annotations": place, "path": images, **given})
        manner = Manner(retries=Retries().scaled(0))
        found = list(
            fetch_coco(
                source, tmp_path / "to", accepted=accepted, client=lambda: Client(tmp_path / "to", {}, manner, None)
            )
        )
        return [one for one in found if isinstance(one, Kept)], [one for one in found if isinstance(one, LeftOut)]

    return fetch


def test_images_with_persons_are_listed_by_id_without_a_word(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    coco = read_annotations(write(tmp_path, instances()))
    assert [image["id"] for image in person_images(coco)] == [1, 3]
    assert capfd.readouterr() == ("", "")


def test_a_category_selects_the_images_that_show_a_person_and_that(tmp_path: Path, images: Path, fetched) -> None:
    coco = read_annotations(write(tmp_path, instances()))
    assert [image["id"] for image in person_images(coco, ["dog"])] == [1]
    assert [image["id"] for image in person_images(coco, ["person"])] == [1, 3]
    with pytest.raises(InputError, match="'dogg' is no category of these annotations; did you mean 'dog'"):
        person_images(coco, ["dogg"])
    kept, left_out = fetched(categories=["dog"])
    assert ([one.file for one in kept], left_out) == (["1.png"], [])


def test_an_image_keeps_its_licence_and_only_its_persons(tmp_path: Path, images: Path, fetched) -> None:
    write(tmp_path, instances())
    (first, third), left_out = fetched()
    assert left_out == []
    assert (first.licence, first.creator, first.url) == ("CC-BY", "Flickr user", "https://example.org/photo")
    assert (third.licence, third.creator, third.url) == (None, None, None)
    assert first.person != third.person
    assert first.annotations is not None
    alone = json.loads((tmp_path / "to" / first.annotations).read_text())
    assert [one["id"] for one in alone["annotations"]] == [11, 12]
    assert [one["id"] for one in alone["images"]] == [1]
    assert [one["name"] for one in alone["categories"]] == ["person"]
    assert [one["id"] for one in alone["licenses"]] == [4]
    assert len(person_images(read_annotations(tmp_path / "to" / first.annotations))) == 1


def test_the_version_of_a_licence_is_in_its_address(tmp_path: Path) -> None:
    content = instances()
    names = [("Attribution-NonCommercial License", "http://creativecommons.org/licenses/by-nc/2.0/")]
    names += [("No known copyright restrictions", "http://flickr.com/commons/usage/"), ("", "")]
    content["licenses"] = [{"id": n, "name": name, "url": url} for n, (name, url) in enumerate(names)]
    coco = read_annotations(write(tmp_path, content))
    found = [licence_of_image(coco, {"license": n}) for n in range(3)]
    assert found == ["CC-BY-NC-2.0", "no-known-copyright", None]
    assert licence_of_image(coco, {"license": 99}) is None


def test_a_licence_that_is_not_accepted_is_told_of_each_image_and_nothing_is_copied(
    tmp_path: Path, images: Path, fetched
) -> None:
    write(tmp_path, instances())
    kept, left_out = fetched("cc-by", "cc0")
    assert [one.file for one in kept] == ["1.png"]
    assert left_out == [LeftOut("3.png", "licence", "nobody tells its licence; accepted are: cc-by, cc0")]
    assert not (tmp_path / "to" / "3.png").exists()
    kept, left_out = fetched("cc0", licence="CC0-1.0")
    assert ([one.file for one in kept], [one.image for one in left_out]) == (["3.png"], ["1.png"])


def test_max_samples_counts_the_images_that_are_accepted(tmp_path: Path, images: Path, fetched) -> None:
    write(tmp_path, instances())
    assert [one.file for one in fetched(max_samples=1)[0]] == ["1.png"]
    kept, left_out = fetched("cc0", licence="CC0-1.0", max_samples=1)
    assert ([one.file for one in kept], [one.image for one in left_out]) == (["3.png"], ["1.png"])


def test_changed_annotations_replace_the_old_ones(tmp_path: Path, images: Path, fetched) -> None:
    content = instances()
    for area in (4000, 5000):
        content["annotations"][0]["area"] = area
        write(tmp_path, content)
        kept = fetched()[0][0]
        assert json.loads((tmp_path / "to" / str(kept.annotations)).read_text())["annotations"][0]["area"] == area


def test_a_missing_image_is_left_out(tmp_path: Path, images: Path, fetched) -> None:
    (images / "1.png").unlink()
    write(tmp_path, instances())
    kept, left_out = fetched()
    assert ([one.file for one in kept], [one.reason for one in left_out]) == (["3.png"], ["image-missing"])


def test_an_image_of_another_size_than_annotated_is_left_out(tmp_path: Path, images: Path, fetched) -> None:
    content = instances()
    content["images"][1]["width"] = 320
    write(tmp_path, content)
    assert fetched()[1] == [LeftOut("1.png", "size-mismatch", "1.png is 160x120, annotated as 320x120")]


def test_a_name_that_leads_out_of_the_folder_is_not_followed(tmp_path: Path, images: Path, site: Path) -> None:
    shutil.copy(site / "photo.png", tmp_path / "secret.png")
    image = {"id": 1, "file_name": "../secret.png"}
    with pytest.raises(Rejection) as caught:
        find_image(image, images)
    assert caught.value.reason == "image-missing"
    assert name_of(image) == "secret.png"


def test_images_of_one_name_in_two_folders_stay_apart(tmp_path: Path, images: Path, fetched) -> None:
    content = instances()
    for image, folder in zip(content["images"], ("a", "b", "a"), strict=True):
        (images / folder).mkdir(exist_ok=True)
        shutil.copy(images / "1.png", images / folder / "x.png")
        image["file_name"] = f"{folder}/x.png"
    write(tmp_path, content)
    assert [one.file for one in fetched()[0]] == ["b-x.png", "a-x.png"]


def test_images_come_from_their_addresses_where_no_folder_is_named(tmp_path: Path, server, fetched) -> None:
    content = instances()
    third, first, _ = content["images"]
    first |= {"coco_url": server.url("ok/photo.png"), "flickr_url": server.url("ok/nothing.png")}
    third |= {"coco_url": server.url("status-404/photo.png"), "flickr_url": server.url("twice-500/photo.png")}
    write(tmp_path, content)
    kept, left_out = fetched(path=None)
    assert ([one.file for one in kept], left_out) == (["1.png", "3.png"], [])
    assert kept[0].sha256 == kept[1].sha256
    asked = server.asked.copy()
    assert fetched(path=None)[0] == kept
    assert server.asked == asked  # what is there is not asked for again
    assert sorted(path.name for path in (tmp_path / "to").iterdir() if not path.name.endswith("json")) == [
        "1.png",
        "3.png",
    ]


def test_what_comes_from_an_address_counts_only_if_it_is_the_annotated_picture(tmp_path: Path, server, fetched) -> None:
    content = instances()
    third, first, _ = content["images"]
    first |= {"coco_url": server.url("disguised/photo.png"), "flickr_url": None}
    third |= {"coco_url": server.url("ok/a.png"), "flickr_url": server.url("ok/photo.png"), "width": 161}
    content["annotations"][3]["category_id"] = 1
    content["images"][2]["coco_url"] = server.url("ok/photo.png")
    write(tmp_path, content)
    kept, left_out = fetched(path=None)
    assert [one.file for one in kept] == ["2.png"]
    assert [(one.image, one.reason) for one in left_out] == [("1.png", "not-a-video"), ("3.png", "size-mismatch")]
    assert not list((tmp_path / "to").glob(".parts"))


def test_a_site_that_had_enough_is_left_alone_and_nothing_at_all_is_an_error(tmp_path: Path, server, fetched) -> None:
    content = instances()
    for number, image in enumerate(content["images"]):
        image |= {"coco_url": server.url(f"status-429/{number}.png"), "flickr_url": None}
    write(tmp_path, content)
    with pytest.raises(
        FetchError, match=r"coco: none of its images can be fetched; the first: .*rate-limited"
    ) as caught:
        fetched(path=None)
    assert caught.value.reason == "rate-limited"
    assert {path for path in server.asked if "429" in path} == {"/status-429/1.png"}
    del content["images"][0]["coco_url"]
    content["images"][1]["coco_url"] = server.url("status-404/1.png")
    write(tmp_path, content)
    with pytest.raises(FetchError, match="gone"):
        fetched(path=None)


def test_annotations_come_from_an_address_once(tmp_path: Path, server, site: Path, images: Path, fetched) -> None:
    (site / "instances.json").write_text(json.dumps(instances()))
    for _ in range(2):
        assert len(fetched(annotations=server.url("ok/instances.json"))[0]) == 2
    assert server.asked["/ok/instances.json"] == 1
    with pytest.raises(InputError, match=r"page/instances.json: is not valid JSON"):
        fetched(annotations=server.url("page/instances.json"))
    with pytest.raises(FetchError, match="gone"):
        fetched(annotations=server.url("status-404/instances.json"))


def test_the_file_that_is_meant_is_taken_out_of_a_zip(
    tmp_path: Path, server, site: Path, images: Path, fetched
) -> None:
    with zipfile.ZipFile(site / "both.zip", "w") as archive:
        archive.writestr("annotations/instances_val.json", json.dumps(instances()))
        archive.writestr("annotations/instances_train.json", "{}")
    whole = f"{server.url('ok/both.zip')}#annotations/instances_val.json"
    assert len(fetched(annotations=whole)[0]) == 2
    with pytest.raises(InputError, match=r"say which file of it is meant, as .*#annotations/instances_val.json"):
        fetched(annotations=server.url("no-range/both.zip"))


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
