"""Persons of COCO (Lin et al., "Microsoft COCO: Common Objects in Context", ECCV 2014, https://arxiv.org/abs/1405.0312).

COCO's images are photographs of Flickr, each under its own licence, which its annotation file names; they come with
polygons of every person. An image goes into the workspace with an annotation file of its own, so that later steps need
neither the big file nor the folder it came from.
"""

from __future__ import annotations

import contextlib
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pycocotools.coco import COCO

from bgrsr_data.errors import InputError, Rejection
from bgrsr_data.fetch.kept import Kept, find_kept, keep
from bgrsr_data.fetch.local import copy_in
from bgrsr_data.fetch.verify import probe
from bgrsr_data.media.files import write_bytes
from bgrsr_data.records import make_id


def read_annotations(path: Path) -> COCO:
    """Read a COCO instances file.

    Raises:
        InputError: It is no JSON (the message names line and column), or no COCO instances.
    """
    try:
        content = json.loads(path.read_bytes())
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: is not valid JSON: {error}") from error
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from error
    for key in ("images", "annotations", "categories"):
        if not isinstance(content, dict) or not isinstance(content.get(key), list):
            raise InputError(f"{path}: is no COCO instances file: it has no list '{key}'")
    coco = COCO()
    coco.dataset = content
    try:
        with contextlib.redirect_stdout(io.StringIO()):  # it prints how long it took
            coco.createIndex()
            persons = coco.getCatIds(catNms=["person"])
    except (KeyError, TypeError, AttributeError) as error:
        raise InputError(f"{path}: is no COCO instances file: {type(error).__name__} {error}") from error
    if not persons:
        raise InputError(f"{path}: has no category 'person'")
    return coco


def person_images(coco: COCO, max_samples: int | None = None) -> list[dict[str, Any]]:
    """The images that show a person, sorted by id, at most `max_samples`."""
    ids = sorted(coco.getImgIds(catIds=coco.getCatIds(catNms=["person"])))
    return [dict(image) for image in coco.loadImgs(ids[:max_samples])]


def fetch_image(coco: COCO, image: dict[str, Any], images: Path, folder: Path) -> Kept:
    """Copy one image into a source's folder, with an annotation file of its own.

    Args:
        coco: The annotations.
        image: Its entry there.
        images: The folder of the images.
        folder: The source's folder.

    Raises:
        Rejection: image-missing, or the image cannot be decoded or has another size than its annotations say.
        DiskFullError: Nothing more can be written.
    """
    name = Path(str(image["file_name"])).name
    original = next((place for place in _places(image, images) if place.is_file()), None)
    if original is None:
        raise Rejection("image-missing", f"{name} of image {image['id']} is not in {images.name}")
    alone = json.dumps(_alone(coco, image), sort_keys=True, separators=(",", ":")).encode()
    beside = f"{name}.coco.json"
    known = find_kept(folder, name)
    if not known or not known.annotations or (folder / beside).read_bytes() != alone:
        _refuse_other_size(original, image)
        copy_in(original, folder, name)
        write_bytes(folder / beside, alone)
    return keep(folder, name, probe(folder / name), asked=name, annotations=beside, **_credit(coco, image))


def _places(image: dict[str, Any], images: Path) -> Iterator[Path]:
    """Where an image may be: by its name as written (which may hold a folder), or by its last part."""
    written = images / str(image["file_name"])
    if images.resolve() in written.resolve().parents:
        yield written
    yield images / written.name


def _refuse_other_size(original: Path, image: dict[str, Any]) -> None:
    shown = probe(original)
    if (shown.width, shown.height) != (image.get("width"), image.get("height")):
        told = f"{image.get('width')}x{image.get('height')}"
        raise Rejection("size-mismatch", f"{original.name} is {shown.width}x{shown.height}, annotated as {told}")


def _alone(coco: COCO, image: dict[str, Any]) -> dict[str, Any]:
    """A COCO file of this image: its persons (crowds too), the category and its licence."""
    persons = coco.getCatIds(catNms=["person"])
    annotations = coco.loadAnns(sorted(coco.getAnnIds(imgIds=[image["id"]], catIds=persons)))
    licences = [one for one in coco.dataset.get("licenses", []) if one.get("id") == image.get("license")]
    return {
        "images": [image],
        "annotations": annotations,
        "categories": coco.loadCats(persons),
        "licenses": licences,
    }


def _credit(coco: COCO, image: dict[str, Any]) -> dict[str, Any]:
    licence: dict[str, Any] = next(iter(_alone(coco, image)["licenses"]), {})
    page = image.get("flickr_url")
    return {
        "title": Path(str(image["file_name"])).stem,
        "licence": licence.get("name") or licence.get("url"),
        "creator": "Flickr user" if page else None,
        "url": page or image.get("coco_url"),
        "person": make_id("person", "coco", image["id"]),
    }
