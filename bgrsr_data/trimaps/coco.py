"""Persons of a COCO annotation file (Lin et al., "Microsoft COCO", ECCV 2014), through pycocotools."""

from __future__ import annotations

import contextlib
import io
import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bgrsr_data.errors import InputError


@dataclass(frozen=True, slots=True)
class Person:
    """One person annotation: its id, (H, W) bool mask, and whether it marks a crowd."""

    annotation: int
    mask: NDArray[np.bool_]
    crowd: bool


@lru_cache(maxsize=4)
def read_coco(path: Path) -> Any:  # a pycocotools COCO, which has no types
    """Read an annotation file; a worker reads the same one once.

    Raises:
        InputError: It is missing, no JSON, or no COCO instances file.
    """
    from pycocotools.coco import COCO  # noqa: PLC0415 - only where COCO is read

    try:
        with contextlib.redirect_stdout(io.StringIO()):
            coco = COCO(str(path))
        if not coco.getCatIds(catNms=["person"]):
            raise InputError(f"{path}: has no category named person; give a COCO instances file")
    except json.JSONDecodeError as error:
        raise InputError(f"{path}:{error.lineno}: is not valid JSON ({error.msg})") from error
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from error
    except (KeyError, TypeError, AssertionError) as error:
        raise InputError(f"{path}: is not a COCO instances file (missing {error})") from error
    return coco


def images_with_persons(coco: Any) -> list[dict[str, Any]]:
    """The image entries that show a person, by id."""
    images = coco.loadImgs(sorted(coco.getImgIds(catIds=coco.getCatIds(catNms=["person"]))))
    return list(images)


def persons_of(coco: Any, image: int) -> list[Person]:
    """The persons of one image, by annotation id, crowds among them.

    Raises:
        InputError: A segmentation cannot be decoded.
    """
    ids = sorted(coco.getAnnIds(imgIds=[image], catIds=coco.getCatIds(catNms=["person"])))
    persons = []
    for annotation in coco.loadAnns(ids):
        try:
            mask = coco.annToMask(annotation).astype(bool)
        except (KeyError, TypeError, IndexError, ValueError) as error:
            raise InputError(f"annotation {annotation.get('id')}: its segmentation cannot be decoded") from error
        persons.append(Person(int(annotation["id"]), mask, bool(annotation.get("iscrowd"))))
    return persons
