"""COCO: the pictures that persons were cut from, with their alpha and trimap, as pycocotools reads them.

images/      the pictures as they were        annotations.json   a person in each: segmentation (RLE of alpha ≥ ½),
alpha/       (H, W) the person's share                           bbox, area, alpha, trimap, crop, score, person, split
trimaps/     of the persons of COCO
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np

from bgrsr_data.export.folder import ExportFolder
from bgrsr_data.export.formats.base import Parcel
from bgrsr_data.export.terms import terms_of
from bgrsr_data.licences import canonical
from bgrsr_data.manifests import manifest_path, read_rows
from bgrsr_data.media.images import read_grey
from bgrsr_data.records import Clip, Foreground, Frame, Trimap

CATEGORY = {"id": 1, "name": "person", "supercategory": "person"}


def write(parcel: Parcel, folder: ExportFolder) -> None:
    """Copy the pictures, alphas and trimaps of every person in the set; write annotations.json last."""
    frames = {row.id: row for row in read_rows(manifest_path(parcel.root, Frame), Frame)}
    trimaps = {row.id: row for row in read_rows(manifest_path(parcel.root, Trimap), Trimap)}
    splits = {row.foreground: row.split for row in parcel.rows}
    shown = {row.foreground: parcel.renderer.foreground(row) for row in parcel.rows}
    images: dict[str, dict[str, Any]] = {}
    annotations = []
    for number, (name, foreground) in enumerate(sorted(shown.items()), 1):
        trimap = trimaps.get(foreground.original)
        clip = parcel.rights.clips[foreground.clip]
        picture = clip if trimap else frames[foreground.original]
        image = images.setdefault(picture.id, _image(len(images) + 1, picture, clip, folder, parcel))
        annotation = _annotation(parcel, foreground, trimap, folder)
        annotations.append(annotation | {"id": number, "image_id": image["id"], "split": splits[name]})
        parcel.progress("export", number, len(shown))
    told = {
        "info": {"description": parcel.title, "version": parcel.version},
        "licenses": [
            {"id": n, "name": name, "url": terms_of(name).address} for n, name in enumerate(parcel.licences, 1)
        ],
        "categories": [CATEGORY],
        "images": list(images.values()),
        "annotations": annotations,
    }
    folder.write("annotations.json", json.dumps(told).encode())


def _image(number: int, picture: Clip | Frame, clip: Clip, folder: ExportFolder, parcel: Parcel) -> dict[str, Any]:
    name = f"images/{picture.id}{(parcel.root / picture.path).suffix.lower()}"
    _copy(parcel, picture.path, folder, name)
    return {
        "id": number,
        "file_name": name,
        "width": picture.width,
        "height": picture.height,
        "license": parcel.licences.index(canonical(clip.licence)) + 1,
        "creator": clip.creator,
        "coco_url": clip.url or "",
    }


def _annotation(parcel: Parcel, row: Foreground, trimap: Trimap | None, folder: ExportFolder) -> dict[str, Any]:
    """A person; its files lie at `crop` = [left, top, width, height] of the picture."""
    from pycocotools import mask  # noqa: PLC0415 - the format's own

    left, top = (trimap.left, trimap.top) if trimap else (0, 0)
    size = _picture_size(parcel, row, trimap)
    inside = np.zeros(size, np.uint8, order="F")
    alpha = read_grey(parcel.root / row.alpha_path)
    inside[top : top + alpha.shape[0], left : left + alpha.shape[1]] = alpha >= 128
    coded = mask.encode(inside)
    _copy(parcel, row.alpha_path, folder, f"alpha/{row.id}.png")
    files = {"alpha": f"alpha/{row.id}.png"}
    if trimap:
        _copy(parcel, trimap.path, folder, f"trimaps/{row.id}.png")
        files["trimap"] = f"trimaps/{row.id}.png"
    told: Mapping[str, Any] = {
        "category_id": CATEGORY["id"],
        "segmentation": {"size": coded["size"], "counts": coded["counts"].decode()},
        "bbox": [float(value) for value in mask.toBbox(coded)],
        "area": float(mask.area(coded)),
        "iscrowd": 0,
        "crop": [left, top, alpha.shape[1], alpha.shape[0]],
        "foreground": row.id,
        "person": row.person,
        "score": row.score,
    }
    return dict(told) | files


def _picture_size(parcel: Parcel, row: Foreground, trimap: Trimap | None) -> tuple[int, int]:
    """(height, width) of the picture that the person is in."""
    clip = parcel.rights.clips[row.clip]
    return (clip.height, clip.width) if trimap else (row.height, row.width)


def _copy(parcel: Parcel, path: str, folder: ExportFolder, name: str) -> None:
    if not folder.has(name):
        folder.write(name, (parcel.root / path).read_bytes())
