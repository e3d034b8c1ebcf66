"""The persons of a set as a COCO file: what pycocotools reads, and beside it the files of each person.

    images, licenses, categories    as they were
    annotations                     persons with a trimap: as they were annotated, and besides
                                    trimap, mask, alpha, foreground   files, from the folder of results on
                                    crop                              [left, top, width, height] of these in the picture
                                    band_px, score
    rejected                        every other person and crowd, with `reason` and `detail`

annotations and rejected together are all persons that were annotated.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bgrsr_data.media.coco import licences_of_image
from bgrsr_data.media.files import write_bytes
from bgrsr_data.records import Clip, Foreground, Record, RejectionRow, Trimap, reject_part
from bgrsr_data.stage import Item
from bgrsr_data.trimaps.coco import person_annotations, read_coco
from bgrsr_data.trimaps.step import CocoImage, DrawTrimaps
from bgrsr_data.trimaps.unfit import Reason

NAME = "annotations.json"
_KEPT = ("id", "image_id", "category_id", "bbox", "area", "segmentation")
_FAILED = {"reason": "failed", "detail": "the image could not be worked on; try again"}


@dataclass(frozen=True, slots=True)
class Pictured:
    """An image, its persons, and what became of them.

    Args:
        entry: Of the image, as in COCO, with the file's name as it is to be listed.
        licences: The entry of its licence, or none.
        categories: The person category.
        annotations: Its persons and crowds.
        item: Id of the item that drew them.
        rows: What that item came to.
    """

    entry: Mapping[str, Any]
    licences: Sequence[Mapping[str, Any]]
    categories: Sequence[Mapping[str, Any]]
    annotations: Sequence[Mapping[str, Any]]
    item: str
    rows: Sequence[Record]


def pictured(item: Item[CocoImage], rows: Sequence[Record], root: Path, *, name: str | None = None) -> Pictured:
    """What an item of the trimap stage came to.

    Args:
        item: The item.
        rows: Its rows.
        root: What the item's paths are relative to.
        name: Of the image in the listing; by default the one that its annotations give.

    Raises:
        InputError: The annotations cannot be read.
    """
    coco = read_coco(root / item.payload.annotations)
    number = item.payload.image if item.payload.image is not None else coco.getImgIds()[0]
    entry = coco.imgs[number]
    return Pictured(
        {**entry, "file_name": name or entry["file_name"]}, licences_of_image(coco, entry),
        coco.loadCats(coco.getCatIds(catNms=["person"])), person_annotations(coco, number), item.id, rows,
    )  # fmt: skip


def pictured_of_clip(clip: Clip, rows: Sequence[Record], root: Path) -> Pictured:
    """The same of an image in a workspace, listed under its path there."""
    image = CocoImage(clip.id, clip.person, clip.path, str(clip.annotations), None, "")
    return pictured(Item(clip.id, (), image), rows, root, name=clip.path)


def write_listing(path: Path, images: Iterable[Pictured]) -> int:
    """Write the COCO file of some images, whole.

    Returns:
        How many persons it tells of.

    Raises:
        DiskFullError: Nothing more can be written.
    """
    listing = list_persons(images)
    write_bytes(path, json.dumps(listing, sort_keys=True, separators=(",", ":")).encode() + b"\n")
    return len(listing["annotations"]) + len(listing["rejected"])


def list_persons(images: Iterable[Pictured]) -> dict[str, Any]:
    """The content of the COCO file, everything sorted by id."""
    entries: dict[str, dict[Any, Mapping[str, Any]]] = {"images": {}, "licenses": {}, "categories": {}}
    kept, rejected = [], []
    for image in images:
        entries["images"][image.entry["id"]] = image.entry
        entries["licenses"] |= {one["id"]: one for one in image.licences}
        entries["categories"] |= {one["id"]: one for one in image.categories}
        trimaps = {row.annotation: row for row in image.rows if isinstance(row, Trimap)}
        cuts = {row.original: row for row in image.rows if isinstance(row, Foreground)}
        reasons = {row.id: row for row in image.rows if isinstance(row, RejectionRow)}
        for annotation in image.annotations:
            trimap = trimaps.get(int(annotation["id"]))
            if trimap is not None:
                kept.append(_kept(annotation, trimap, cuts[trimap.id]))
            else:
                rejected.append(_rejected(annotation, image.item, reasons))
    return {
        "info": {"description": "Persons cut out by bgrsr trimap", "version": "1"},
        **{name: [some[key] for key in sorted(some)] for name, some in entries.items()},
        "annotations": sorted(kept, key=lambda one: one["id"]),
        "rejected": sorted(rejected, key=lambda one: one["id"]),
    }


def _kept(annotation: Mapping[str, Any], trimap: Trimap, cut: Foreground) -> dict[str, Any]:
    return {
        **{key: annotation[key] for key in _KEPT if key in annotation},
        "iscrowd": 0,
        "trimap": trimap.path,
        "mask": trimap.mask,
        "alpha": cut.alpha_path,
        "foreground": cut.foreground_path,
        "crop": [trimap.left, trimap.top, trimap.width, trimap.height],
        "band_px": trimap.band_px,
        "score": cut.score,
    }


def _rejected(annotation: Mapping[str, Any], item: str, reasons: Mapping[str, RejectionRow]) -> dict[str, Any]:
    told: dict[str, str] = _FAILED
    for reason in Reason:  # a rejection's id follows from what it is of
        row = reasons.get(reject_part(DrawTrimaps.name, item, int(annotation["id"]), reason.value, "").id)
        if row is not None:
            told = {"reason": row.reason, "detail": row.detail}
    shape = {key: annotation[key] for key in ("id", "image_id", "bbox", "area", "iscrowd") if key in annotation}
    return shape | told
