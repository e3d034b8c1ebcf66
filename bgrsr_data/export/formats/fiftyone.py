"""FiftyOne: a folder that `fiftyone.Dataset.from_dir` loads, in its own JSON layout (types.FiftyOneDataset).

    data/SLICE/ID.png   input, background_small, background, target: the slices of a group, one group a pair
    fields/alpha/       the person's share of each pixel of the target, a heatmap
    samples.json        a sample for each picture: who, what, licences, split (a tag, too), and what decides the pixels
    metadata.json       the fields and their types

FiftyOne itself would write this through a database, with random ids and times. Here it is written from the rows: no
FiftyOne and no mongod are needed, and the same set gives the same bytes.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from bgrsr_data.export.folder import ExportFolder
from bgrsr_data.export.formats.base import Parcel
from bgrsr_data.export.formats.fiftyone_fields import document, field
from bgrsr_data.export.formats.images import FOLDERS
from bgrsr_data.export.formats.pictures import names, write_pictures
from bgrsr_data.export.pairs import ALPHA, describe_pair
from bgrsr_data.records import Combination

LAYOUT = "1.13.0"  # of the last change to it; later FiftyOnes read it as it is
SHOWN = "target"
SLICES = {which: folder for which, folder in FOLDERS.items() if which != ALPHA}
CHANNELS = {".png": "image/png", ".jpg": "image/jpeg"}


def write(parcel: Parcel, folder: ExportFolder) -> None:
    """Write the pictures that are not there yet, then samples.json and metadata.json."""
    write_pictures(parcel, folder, _place)
    lines = [_described(row, parcel) for row in parcel.rows]
    samples = [one for row, line in zip(parcel.rows, lines, strict=True) for one in _samples(row, line, parcel, folder)]
    folder.write("samples.json", json.dumps({"samples": samples}).encode())
    folder.write("metadata.json", (json.dumps(_metadata(parcel, lines[0]), indent=1) + "\n").encode())


def _place(row: Combination, which: str) -> str:
    return f"fields/alpha/{row.id}" if which == ALPHA else f"data/{SLICES[which]}/{row.id}"


def _described(row: Combination, parcel: Parcel) -> dict[str, Any]:
    told = describe_pair(row, parcel.renderer, parcel.rights)
    return {"row": told.pop("id"), **told, "score": parcel.renderer.foreground(row).score}


def _samples(row: Combination, line: dict[str, Any], parcel: Parcel, folder: ExportFolder) -> list[dict[str, Any]]:
    """The slices of one pair."""
    files = names(parcel, row, _place)
    samples = []
    for which, slice_ in SLICES.items():
        path = folder.root / files[which]
        width, height = parcel.renderer.lr_size if which.startswith("lr_") else parcel.renderer.hr_size
        seen = {"_cls": "ImageMetadata", "size_bytes": path.stat().st_size, "mime_type": CHANNELS[path.suffix]}
        sample = {
            "_id": _id(row.id, slice_),
            "filepath": files[which],
            "tags": [row.split],
            "metadata": seen | {"width": width, "height": height, "num_channels": 3},
            "_media_type": "image",
            "_rand": int(_hash(row.id, slice_)[-13:], 16) / 16**13,
            "group": {"_id": _id(row.id), "_cls": "Group", "name": slice_},
            **line,
        }
        if slice_ == SHOWN:
            alpha = {"_id": _id(row.id, "alpha"), "_cls": "Heatmap", "tags": [], "map_path": files[ALPHA]}
            sample["alpha"] = alpha | {"range": [0.0, 255.0]}
        samples.append(sample)
    return samples


def _metadata(parcel: Parcel, line: dict[str, Any]) -> dict[str, Any]:
    """What FiftyOne keeps of a dataset; ids and times are its own."""
    return {
        "name": parcel.title,
        "version": LAYOUT,
        "media_type": "group",
        "group_field": "group",
        "group_media_types": dict.fromkeys(SLICES.values(), "image"),
        "default_group_slice": SHOWN,
        "tags": [],
        "description": f"Pairs of {parcel.title}, version {parcel.version}; licences: {', '.join(parcel.licences)}.",
        "info": {"bgrsr": {"title": parcel.title, "version": parcel.version, "licences": parcel.licences}},
        "app_config": {"active_fields": {"paths": ["tags", "alpha", "person"]}, "media_fields": ["filepath"]},
        "sample_fields": [*_own_fields(), *(_field_of(name, value) for name, value in line.items())],
        "frame_fields": [],
        "saved_views": [],
        "workspaces": [],
    }


def _own_fields() -> list[dict[str, Any]]:
    """The fields that every dataset of groups has, and alpha."""
    return [
        field("id", "ObjectId", stored="_id"),
        field("filepath", "String"),
        field("tags", "List", of="String"),
        document("metadata", "metadata.ImageMetadata"),
        field("created_at", "DateTime", read_only=True),
        field("last_modified_at", "DateTime", read_only=True),
        field("_media_type", "String"),
        field("_rand", "Float"),
        field("_dataset_id", "ObjectId"),
        document("group", "groups.Group"),
        document("alpha", "labels.Heatmap", about="The person's share of each pixel, 0 to 255."),
    ]


def _field_of(name: str, value: object) -> dict[str, Any]:
    """The field of a column, by the type of its value."""
    known = Combination.model_fields.get(name)
    about = known.description if known else None
    kinds = {bool: "Boolean", int: "Int", float: "Float", str: "String"}
    if isinstance(value, list):
        return field(name, "List", of="Float" if name == "light" else "String", about=about)
    return field(name, kinds[type(value)], about=about)


def _id(*parts: str) -> dict[str, str]:
    """An id of MongoDB that follows from what it names."""
    return {"$oid": _hash(*parts)[:24]}


def _hash(*parts: str) -> str:
    return hashlib.sha256("/".join(parts).encode()).hexdigest()
