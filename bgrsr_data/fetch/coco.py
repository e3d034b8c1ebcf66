"""Persons of COCO (Lin et al., "Microsoft COCO: Common Objects in Context", ECCV 2014, https://arxiv.org/abs/1405.0312).

COCO's images are photographs of Flickr, each under its own licence, which its annotation file names; they come with
polygons of every person. An image goes into the workspace with an annotation file of its own, so that later steps need
neither the big file nor the folder it came from.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from bgrsr_data.errors import InputError, Rejection
from bgrsr_data.fetch.kept import Kept, find_kept, keep
from bgrsr_data.fetch.verify import probe
from bgrsr_data.marked import did_you_mean
from bgrsr_data.media.coco import licence_of_image, licences_of_image
from bgrsr_data.media.files import write_bytes
from bgrsr_data.records import make_id

if TYPE_CHECKING:
    from pycocotools.coco import COCO


def person_images(coco: COCO, categories: Sequence[str] = ()) -> list[dict[str, Any]]:
    """The images that show a person, and something of each of `categories` besides, sorted by id.

    Raises:
        InputError: A category is none of the annotation file's.
    """
    known = {category["name"]: category["id"] for category in coco.dataset["categories"]}
    for name in categories:
        if name not in known:
            raise InputError(f"'{name}' is no category of these annotations{did_you_mean(name, known)}")
    wanted = sorted({known[name] for name in ("person", *categories)})
    return [dict(image) for image in coco.loadImgs(sorted(coco.getImgIds(catIds=wanted)))]


def find_image(image: dict[str, Any], images: Path) -> Path:
    """An image in the folder of images: by its name as written (which may hold a folder), or by its last part.

    Raises:
        Rejection: image-missing.
    """
    written = images / str(image["file_name"])
    inside = [written] if images.resolve() in written.resolve().parents else []
    for place in (*inside, images / written.name):
        if place.is_file():
            return place
    raise Rejection("image-missing", f"{written.name} of image {image['id']} is not in {images.name}")


def keep_image(coco: COCO, image: dict[str, Any], folder: Path, bring: Callable[[str], object]) -> Kept:
    """Have one image in a source's folder, with an annotation file of its own.

    Args:
        coco: The annotations.
        image: Its entry there.
        folder: The source's folder.
        bring: Called with a name when the image is not in `folder` under it, or was annotated anew.

    Raises:
        Rejection: The image cannot be decoded or has another size than its annotations say; or what `bring` raises.
        DiskFullError: Nothing more can be written.
    """
    name = name_of(image)
    alone = json.dumps(_alone(coco, image), sort_keys=True, separators=(",", ":")).encode()
    beside = f"{name}.coco.json"
    known = find_kept(folder, name)
    if not known or not known.annotations or (folder / beside).read_bytes() != alone:
        bring(name)
        write_bytes(folder / beside, alone)
    return keep(folder, name, probe(folder / name), asked=name, annotations=beside, **_credit(coco, image))


def refuse_other_size(file: Path, image: dict[str, Any]) -> None:
    """Refuse a file that is not the picture which was annotated.

    Raises:
        Rejection: size-mismatch, or it cannot be decoded.
    """
    shown = probe(file)
    if (shown.width, shown.height) != (image.get("width"), image.get("height")):
        told = f"{image.get('width')}x{image.get('height')}"
        raise Rejection("size-mismatch", f"{name_of(image)} is {shown.width}x{shown.height}, annotated as {told}")


def name_of(image: dict[str, Any]) -> str:
    """What its copy is called: all of its path, so that two of one name in two folders stay apart."""
    parts = PurePosixPath(str(image["file_name"])).parts
    return "-".join(part for part in parts if part not in ("/", ".."))


def _alone(coco: COCO, image: dict[str, Any]) -> dict[str, Any]:
    """A COCO file of this image: its persons (crowds too), the category and its licence."""
    persons = coco.getCatIds(catNms=["person"])
    annotations = coco.loadAnns(sorted(coco.getAnnIds(imgIds=[image["id"]], catIds=persons)))
    return {
        "images": [image],
        "annotations": annotations,
        "categories": coco.loadCats(persons),
        "licenses": licences_of_image(coco, image),
    }


def _credit(coco: COCO, image: dict[str, Any]) -> dict[str, Any]:
    page = image.get("flickr_url")
    return {
        "title": Path(str(image["file_name"])).stem,
        "licence": licence_of_image(coco, image),
        "creator": "Flickr user" if page else None,
        "url": page or image.get("coco_url"),
        "person": make_id("person", "coco", image["id"]),
    }
