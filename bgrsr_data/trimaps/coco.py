"""Persons of a COCO annotation file (see media/coco.py)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bgrsr_data.errors import InputError
from bgrsr_data.media.coco import decode_segmentation, read_annotations
from bgrsr_data.media.files import stamp_of


@dataclass(frozen=True, slots=True)
class Person:
    """One person annotation: its id, (H, W) bool mask, and whether it marks a crowd."""

    annotation: int
    mask: NDArray[np.bool_]
    crowd: bool


def read_coco(path: Path) -> Any:  # a pycocotools COCO, which has no types
    """Read an annotation file; a worker reads the same one once, and again when it was changed.

    Raises:
        InputError: It is missing, no JSON, or no COCO instances file.
    """
    return _read(path, stamp_of(path))


@lru_cache(maxsize=4)
def _read(path: Path, _stamp: str) -> Any:
    return read_annotations(path)


def images_with_persons(coco: Any) -> list[dict[str, Any]]:
    """The image entries that show a person, by id."""
    images = coco.loadImgs(sorted(coco.getImgIds(catIds=coco.getCatIds(catNms=["person"]))))
    return list(images)


def person_annotations(coco: Any, image: int) -> list[dict[str, Any]]:
    """The annotations of one image's persons, by id, crowds among them."""
    ids = sorted(coco.getAnnIds(imgIds=[image], catIds=coco.getCatIds(catNms=["person"])))
    return list(coco.loadAnns(ids))


def persons_of(coco: Any, image: int) -> list[Person]:
    """The persons of one image, by annotation id, crowds among them.

    Raises:
        InputError: A segmentation cannot be decoded.
    """
    size = coco.imgs[image]
    persons = []
    for annotation in person_annotations(coco, image):
        try:
            mask = decode_segmentation(annotation["segmentation"], int(size["height"]), int(size["width"]))
        except (KeyError, TypeError, IndexError, ValueError) as error:
            told = f" ({error})" if isinstance(error, ValueError) else ""
            raise InputError(f"annotation {annotation.get('id')}: its segmentation cannot be decoded{told}") from error
        persons.append(Person(int(annotation["id"]), mask, bool(annotation.get("iscrowd"))))
    return persons
