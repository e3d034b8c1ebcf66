"""Croissant's words for the tables of a set: files, record sets, and fields with their types and meaning."""

from __future__ import annotations

import hashlib
from typing import Any

from bgrsr_data.export.formats.images import FOLDERS
from bgrsr_data.export.options import SPLITS, ImageFormat
from bgrsr_data.export.pairs import suffix_of
from bgrsr_data.manifests import FILES, column_type
from bgrsr_data.records import Combination, Record

Node = dict[str, Any]
_TYPES = {str: "sc:Text", int: "sc:Integer", float: "sc:Float", bool: "sc:Boolean"}
# Of combinations alone: through a chain of references (to foregrounds, to clips) mlcroissant 1.1 reads no records.
_REFERENCES = {
    "foreground": "foregrounds",
    "original_background": "backgrounds",
    "target_background": "backgrounds",
}
_DERIVED = (*_REFERENCES, "clip", "original")
_SAME = {"licence": "sc:license", "creator": "sc:creator", "attribution": "sc:creditText", "sha256": "sc:sha256"}
_KINDS = {"train": "cr:TrainingSplit", "val": "cr:ValidationSplit", "test": "cr:TestSplit"}
_MIME = {".png": "image/png", ".jpg": "image/jpeg"}


def table_file(model: type[Record], content: bytes) -> Node:
    """One Parquet file, with its checksum."""
    name = f"{FILES[model]}.parquet"
    return {
        "@type": "cr:FileObject",
        "@id": name,
        "name": name,
        "description": (model.__doc__ or "").strip(),
        "contentUrl": name,
        "contentSize": f"{len(content)} B",
        "encodingFormat": "application/x-parquet",
        "sha256": hashlib.sha256(content).hexdigest(),
    }


def table_records(model: type[Record]) -> Node:
    """The rows of one kind."""
    name = FILES[model]
    return {
        "@type": "cr:RecordSet",
        "@id": name,
        "name": name,
        "description": (model.__doc__ or "").strip(),
        "key": {"@id": f"{name}/id"},
        "field": [field for column in model.model_fields if (field := _field(model, column))],
    }


def split_records() -> Node:
    """What train, val and test are, in Croissant's words."""
    return {
        "@type": "cr:RecordSet",
        "@id": "splits",
        "name": "splits",
        "dataType": "cr:Split",
        "key": {"@id": "splits/name"},
        "field": [
            {"@type": "cr:Field", "@id": "splits/name", "name": "name", "dataType": "sc:Text"},
            {"@type": "cr:Field", "@id": "splits/url", "name": "url", "dataType": ["sc:URL", "wd:Q3985153"]},
        ],
        "data": [{"splits/name": name, "splits/url": _KINDS[name]} for name in SPLITS],
    }


def picture_files(within: str, image_format: ImageFormat) -> list[Node]:
    """The folders of drawn pictures, one file set for each picture of a pair.

    Args:
        within: The folder that they are in, with "/" at its end.
        image_format: Of all but alpha.
    """
    return [
        {
            "@type": "cr:FileSet",
            "@id": f"{folder}-files",
            "name": f"{folder}-files",
            "description": f"The {folder.replace('_', ' ')} of every pair.",
            "encodingFormat": _MIME[suffix_of(which, image_format)],
            "includes": f"{within}*/{folder}/*{suffix_of(which, image_format)}",
        }
        for which, folder in FOLDERS.items()
    ]


def picture_records() -> list[Node]:
    """The drawn pictures, each with the id of its pair."""
    return [
        {
            "@type": "cr:RecordSet",
            "@id": folder,
            "name": folder,
            "key": {"@id": f"{folder}/id"},
            "field": [
                _of_files(folder, "id", "sc:Text", {"fileProperty": "filename"}, regex=r"^(.*)\.\w+$"),
                _of_files(folder, "image", "sc:ImageObject", {"fileProperty": "content"}),
            ],
        }
        for folder in FOLDERS.values()
    ]


def _of_files(folder: str, name: str, kind: str, extract: Node, regex: str | None = None) -> Node:
    source: Node = {"fileSet": {"@id": f"{folder}-files"}, "extract": extract}
    if regex:
        source["transform"] = {"regex": regex}
    return {"@type": "cr:Field", "@id": f"{folder}/{name}", "name": name, "dataType": kind, "source": source}


def _field(model: type[Record], column: str) -> Node | None:
    """One column; None for a map, for which Croissant has no type."""
    kind, many = column_type(model, column)
    if kind not in _TYPES:
        return None
    name = FILES[model]
    told: Node = {
        "@type": "cr:Field",
        "@id": f"{name}/{column}",
        "name": column,
        "description": model.model_fields[column].description or column.replace("_", " "),
        "dataType": _TYPES[kind],
        "source": {"fileObject": {"@id": f"{name}.parquet"}, "extract": {"column": column}},
    }
    if many:
        told |= {"isArray": True, "arrayShape": "-1"}
    if column in _DERIVED:
        told["equivalentProperty"] = "prov:wasDerivedFrom"
    if model is Combination and column in _REFERENCES:
        told["references"] = {"field": {"@id": f"{_REFERENCES[column]}/id"}}
    if model is Combination and column == "split":
        told["references"] = {"field": {"@id": "splits/name"}}
    if column in _SAME:
        told["equivalentProperty"] = _SAME[column]
    return told
