"""Croissant 1.1: the set's tables and what they mean, for machines (https://docs.mlcommons.org/croissant).

    combinations.parquet, foregrounds.parquet, backgrounds.parquet, clips.parquet   the rows of the set, and only those
    croissant.json   every file with its sha256, every column with its type and meaning, terms of use, and provenance:
                     from which footage, of which licence, the set was derived (PROV-O), and by what program

Rows hold everything that decides a pair's pixels; the footage itself stays in the workspace, or goes with another
format.
"""

from __future__ import annotations

import hashlib
import json
import typing
from typing import Any

from bgrsr_data import __version__
from bgrsr_data.export.folder import ExportFolder
from bgrsr_data.export.formats.base import Parcel
from bgrsr_data.export.formats.tables import Tables, rows_of
from bgrsr_data.licences import canonical
from bgrsr_data.manifests import FILES, column_type, table_bytes
from bgrsr_data.records import Background, Clip, Foreground, Record

CONFORMS_TO = "http://mlcommons.org/croissant/1.1"
ADDRESSES = {
    "CC0-1.0": "https://creativecommons.org/publicdomain/zero/1.0/",
    "CC-BY-4.0": "https://creativecommons.org/licenses/by/4.0/",
    "CC-BY-SA-4.0": "https://creativecommons.org/licenses/by-sa/4.0/",
}
_TYPES = {str: "sc:Text", int: "sc:Integer", float: "sc:Float", bool: "sc:Boolean"}
_REFERENCES: dict[str, type[Record]] = {
    "foreground": Foreground, "original_background": Background, "target_background": Background, "clip": Clip
}  # fmt: skip
CONTEXT: dict[str, Any] = {
    "@language": "en", "@vocab": "https://schema.org/", "arrayShape": "cr:arrayShape", "citeAs": "cr:citeAs",
    "column": "cr:column", "conformsTo": "dct:conformsTo", "containedIn": "cr:containedIn",
    "cr": "http://mlcommons.org/croissant/", "rai": "http://mlcommons.org/croissant/RAI/",
    "data": {"@id": "cr:data", "@type": "@json"}, "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/", "description": {"@container": "@language"},
    "equivalentProperty": "cr:equivalentProperty", "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract", "field": "cr:field", "fileProperty": "cr:fileProperty", "fileObject": "cr:fileObject",
    "fileSet": "cr:fileSet", "format": "cr:format", "includes": "cr:includes", "isArray": "cr:isArray",
    "isLiveDataset": "cr:isLiveDataset", "jsonPath": "cr:jsonPath", "key": "cr:key", "md5": "cr:md5",
    "name": {"@container": "@language"}, "parentField": "cr:parentField", "path": "cr:path",
    "prov": "http://www.w3.org/ns/prov#", "recordSet": "cr:recordSet", "references": "cr:references",
    "regex": "cr:regex", "repeated": "cr:repeated", "replace": "cr:replace", "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/", "separator": "cr:separator", "source": "cr:source", "subField": "cr:subField",
    "transform": "cr:transform",
}  # fmt: skip


def write(parcel: Parcel, folder: ExportFolder) -> None:
    """Write the tables, then croissant.json."""
    tables = rows_of(parcel)
    files = []
    for number, (model, rows) in enumerate(tables.items(), 1):
        content = table_bytes(model, rows)
        folder.write(f"{FILES[model]}.parquet", content)
        files.append(_file(model, content))
        parcel.progress("export", number, len(tables))
    folder.write("croissant.json", (json.dumps(describe(parcel, tables, files), indent=2) + "\n").encode())


def describe(parcel: Parcel, tables: Tables, files: list[dict[str, Any]]) -> dict[str, Any]:
    """The content of croissant.json."""
    clips = typing.cast("list[Clip]", tables[Clip])
    return {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": CONFORMS_TO,
        "name": parcel.title,
        "description": "Pairs for networks that replace the background and double the resolution on a video call, as "
        "rows that say what each pair is made of; no person, place or clip is in two splits.",
        "version": f"{parcel.version.split()[0].removeprefix('v')}.0.0",
        "license": [ADDRESSES.get(licence, licence) for licence in parcel.licences],
        "creator": [{"@type": "sc:Person", "name": name} for name in sorted({clip.creator for clip in clips})],
        "url": next((clip.url for clip in clips if clip.url), "https://example.org/not-published"),
        "datePublished": parcel.published,
        "citeAs": f"{parcel.title}, {parcel.version}, made with bgrsr {__version__}",
        "usageInfo": "Each piece of footage keeps its own licence (clips.parquet, ATTRIBUTION.txt). People are shown.",
        "prov:wasDerivedFrom": [_derived_from(clip) for clip in clips],
        "prov:wasGeneratedBy": {
            "@type": "prov:Activity",
            "prov:label": "keyed, checked, combined and split without leaks",
            "prov:wasAssociatedWith": {"@type": "prov:SoftwareAgent", "prov:label": f"bgrsr {__version__}"},
        },
        "rai:personalSensitiveInformation": "Faces of real people; who they are is not recorded.",
        "rai:dataPreprocessingProtocol": "Frames by sharpness; screen keyed and despilled; alpha scored without truth.",
        "distribution": files,
        "recordSet": [_record_set(model) for model in tables],
    }


def _file(model: type[Record], content: bytes) -> dict[str, Any]:
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


def _record_set(model: type[Record]) -> dict[str, Any]:
    name = FILES[model]
    return {
        "@type": "cr:RecordSet",
        "@id": name,
        "name": name,
        "description": (model.__doc__ or "").strip(),
        "key": {"@id": f"{name}/id"},
        "field": [field for column in model.model_fields if (field := _field(model, column))],
    }


def _field(model: type[Record], column: str) -> dict[str, Any] | None:
    """One column; None for a map, for which Croissant has no type."""
    kind, many = column_type(model, column)
    if kind not in _TYPES:
        return None
    name = FILES[model]
    told: dict[str, Any] = {
        "@type": "cr:Field",
        "@id": f"{name}/{column}",
        "name": column,
        "description": model.model_fields[column].description or column.replace("_", " "),
        "dataType": _TYPES[kind],
        "source": {"fileObject": {"@id": f"{name}.parquet"}, "extract": {"column": column}},
    }
    if many:
        told |= {"isArray": True, "arrayShape": "-1"}
    if column in _REFERENCES:
        told["references"] = {"field": {"@id": f"{FILES[_REFERENCES[column]]}/id"}}
    return told


def _derived_from(clip: Clip) -> dict[str, Any]:
    told = {"@type": "prov:Entity", "@id": clip.url or f"sha256:{clip.sha256}", "prov:label": clip.title}
    return told | {"license": canonical(clip.licence), "creator": clip.creator}
