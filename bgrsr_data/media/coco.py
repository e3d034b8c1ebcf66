"""COCO annotation files (Lin et al., "Microsoft COCO", ECCV 2014, https://arxiv.org/abs/1405.0312).

A file lists images, their licences, and what is seen in them: a polygon of each person, run lengths of each crowd.
"""

from __future__ import annotations

import contextlib
import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from bgrsr_data.errors import InputError
from bgrsr_data.licences import canonical, is_known

if TYPE_CHECKING:
    from pycocotools.coco import COCO


def read_annotations(path: Path) -> COCO:
    """Read a COCO instances file.

    Raises:
        InputError: It is no JSON (the message names line and column), or no COCO instances.
    """
    from pycocotools.coco import COCO  # noqa: PLC0415 - only where COCO is read

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


def licences_of_image(coco: COCO, image: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The entries of an image's licence: one, or none where the annotations tell none."""
    return [one for one in coco.dataset.get("licenses", []) if one.get("id") == image.get("license")]


def licence_of_image(coco: COCO, image: Mapping[str, Any]) -> str | None:
    """The licence that the annotations name for an image, in its one spelling; its address tells the version."""
    for named in licences_of_image(coco, image):
        by_address = canonical(named.get("url"))
        licence = by_address if by_address.startswith("CC") else canonical(named.get("name"))
        return licence if is_known(licence) else None
    return None


def decode_segmentation(segmentation: Any, height: int, width: int) -> NDArray[np.bool_]:
    """Decode polygons or run lengths.

    pycocotools takes a polygon of two points for a box, and gives memory that nobody wrote where run lengths do not
    fill the picture; both are refused here.

    Args:
        segmentation: As in COCO: a list of polygons [x, y, x, y, …], or {"size": [h, w], "counts": …}.
        height: Of the picture that polygons are drawn into; run lengths tell their own.
        width: As well.

    Returns:
        (H, W) bool.

    Raises:
        ValueError: It is neither.
    """
    from pycocotools import mask as run_lengths  # noqa: PLC0415

    if isinstance(segmentation, dict):
        height, width = (int(side) for side in segmentation["size"])
        counts = segmentation["counts"]
        runs = counts if isinstance(counts, list) else _counts(counts)
        if min(runs, default=0) < 0 or sum(runs) != height * width:
            raise ValueError(f"its runs fill {sum(runs)} of {height * width} pixels")
        return np.repeat(np.arange(len(runs)) % 2 == 1, runs).reshape(width, height).T
    polygons = [[float(value) for value in polygon] for polygon in segmentation]
    if not polygons or any(len(polygon) < 6 or len(polygon) % 2 for polygon in polygons):
        raise ValueError("a polygon has fewer than three points")
    if not np.isfinite(np.concatenate(polygons)).all():
        raise ValueError("a polygon has a point nowhere")
    drawn = run_lengths.decode(run_lengths.merge(run_lengths.frPyObjects(polygons, height, width)))
    return np.asarray(drawn).astype(bool)


def _counts(text: str | bytes) -> list[int]:
    """The run lengths that COCO's compressed string holds: five bits a character, from the third on as differences."""
    codes = [code - 48 for code in (text.encode() if isinstance(text, str) else text)]
    counts: list[int] = []
    value = shift = 0
    for code in codes:
        if not 0 <= code < 64:
            raise ValueError("its run lengths are no COCO string")
        value |= (code & 0x1F) << shift
        shift += 5
        if not code & 0x20:
            signed = value - (1 << shift) if code & 0x10 else value
            counts.append(signed + (counts[-2] if len(counts) > 2 else 0))
            value = shift = 0
    if shift:
        raise ValueError("its run lengths end in the middle")
    return counts
