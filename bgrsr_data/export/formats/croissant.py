"""Croissant 1.1: the set's tables and what they mean, for machines (https://docs.mlcommons.org/croissant).

    combinations.parquet, foregrounds.parquet, backgrounds.parquet, clips.parquet   the rows of the set, and only those
    croissant.json   every file with its sha256, every column with its type and meaning, the splits, terms of use (ODRL
                     and Creative Commons' words), and provenance (PROV-O): from which footage, of which licence and
                     maker, the set was derived, and by what program
    pairs/           with --render: the pairs as images, each a record

Rows hold everything that decides a pair's pixels; the footage itself stays in the workspace, or goes with another
format. What no row tells is left out, not made up.
"""

from __future__ import annotations

import json
import typing

from bgrsr_data import __version__
from bgrsr_data.export.balance import balances, verdicts
from bgrsr_data.export.folder import ExportFolder
from bgrsr_data.export.formats.base import RENDERED, Parcel
from bgrsr_data.export.formats.croissant_tables import (
    Node,
    picture_files,
    picture_records,
    split_records,
    table_file,
    table_records,
)
from bgrsr_data.export.formats.tables import Tables, rows_of
from bgrsr_data.export.terms import mix, terms_of
from bgrsr_data.manifests import FILES, manifest_path, read_rows, table_bytes
from bgrsr_data.records import Background, Clip, Foreground, Verdict

CONFORMS_TO = ["http://mlcommons.org/croissant/1.1", "http://mlcommons.org/croissant/RAI/1.0"]
CONTEXT: Node = {
    "@language": "en", "@vocab": "https://schema.org/", "arrayShape": "cr:arrayShape", "citeAs": "cr:citeAs",
    "column": "cr:column", "conformsTo": "dct:conformsTo", "containedIn": "cr:containedIn",
    "cc": "http://creativecommons.org/ns#", "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "data": {"@id": "cr:data", "@type": "@json"}, "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/", "description": {"@container": "@language"},
    "equivalentProperty": "cr:equivalentProperty", "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract", "field": "cr:field", "fileProperty": "cr:fileProperty", "fileObject": "cr:fileObject",
    "fileSet": "cr:fileSet", "format": "cr:format", "includes": "cr:includes", "isArray": "cr:isArray",
    "isLiveDataset": "cr:isLiveDataset", "jsonPath": "cr:jsonPath", "key": "cr:key", "md5": "cr:md5",
    "name": {"@container": "@language"}, "parentField": "cr:parentField", "path": "cr:path",
    "odrl": "http://www.w3.org/ns/odrl/2/",
    "prov": "http://www.w3.org/ns/prov#", "recordSet": "cr:recordSet", "references": "cr:references",
    "regex": "cr:regex", "repeated": "cr:repeated", "replace": "cr:replace", "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/", "separator": "cr:separator", "source": "cr:source", "subField": "cr:subField",
    "transform": "cr:transform", "wd": "https://www.wikidata.org/wiki/",
}  # fmt: skip


def write(parcel: Parcel, folder: ExportFolder) -> None:
    """Write the tables, then croissant.json."""
    tables = rows_of(parcel)
    files = []
    for number, (model, rows) in enumerate(tables.items(), 1):
        content = table_bytes(model, rows)
        folder.write(f"{FILES[model]}.parquet", content)
        files.append(table_file(model, content))
        parcel.progress("export", number, len(tables))
    records = [*map(table_records, tables), split_records()]
    if parcel.rendered:
        files += picture_files(RENDERED, parcel.image_format)
        records += picture_records()
    told = describe(parcel, tables) | {"distribution": files, "recordSet": records}
    folder.write("croissant.json", (json.dumps(told, indent=2) + "\n").encode())


def describe(parcel: Parcel, tables: Tables) -> Node:
    """What croissant.json says of the whole."""
    clips = typing.cast("list[Clip]", tables[Clip])
    return {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": CONFORMS_TO,
        "name": parcel.title,
        "description": "Pairs for networks that replace the background and double the resolution on a video call, as "
        "rows that say what each pair is made of; no person, place or clip is in two splits.",
        "version": f"{parcel.version.split()[0].removeprefix('v')}.0.0",
        "license": [_licence(name) for name in parcel.licences],
        "creator": [{"@type": "sc:Person", "name": name} for name in sorted({clip.creator for clip in clips})],
        "url": parcel.url,
        "datePublished": parcel.published,
        "keywords": ["background replacement", "super resolution", "matting", "video conferencing"],
        "citeAs": f"{parcel.title}, {parcel.version}, made with bgrsr {__version__}",
        "isLiveDataset": False,
        "usageInfo": _terms(parcel),
        **_provenance(parcel, clips),
        **_responsible(parcel, tables),
    }


def _licence(name: str) -> str | Node:
    """The address of a licence's text; what has none is named."""
    return terms_of(name).address or {"@type": "sc:CreativeWork", "name": name}


def _terms(parcel: Parcel) -> Node:
    """What the licences of all footage together allow, forbid and ask; what is not told is in none of the three."""
    terms = mix(parcel.licences).terms
    may = {
        "Distribution": terms.redistribution,
        "DerivativeWorks": terms.derivatives,
        "CommercialUse": terms.commercial,
    }
    must = {"Attribution": terms.attribution, "ShareAlike": terms.share_alike}
    return {
        "@type": ["sc:CreativeWork", "odrl:Offer"],
        "name": "What the licences of all footage together allow",
        "text": "Each piece of footage keeps its own licence: licences.csv says which picture shows which, and "
        "ATTRIBUTION.txt whom to credit. People are shown; a licence of a picture is no consent of who is seen in it.",
        "odrl:permission": [_rule("Permission", name) for name, told in may.items() if told],
        "odrl:prohibition": [_rule("Prohibition", name) for name, told in may.items() if told is False],
        "odrl:obligation": [_rule("Duty", name) for name, told in must.items() if told],
    }


def _rule(kind: str, action: str) -> Node:
    return {"@type": f"odrl:{kind}", "odrl:action": {"@id": f"cc:{action}"}}


def _provenance(parcel: Parcel, clips: list[Clip]) -> Node:
    """From what the set was derived, and by what (PROV-O)."""
    return {
        "prov:wasDerivedFrom": [_derived_from(clip) for clip in clips],
        "prov:wasGeneratedBy": {
            "@type": "prov:Activity",
            "prov:label": "keyed, checked, combined and split without leaks",
            "prov:endedAtTime": parcel.published,
            "prov:wasAssociatedWith": {"@type": "prov:SoftwareAgent", "prov:label": f"bgrsr {__version__}"},
        },
    }


def _derived_from(clip: Clip) -> Node:
    return {
        "@type": "prov:Entity",
        "@id": clip.url or f"urn:sha256:{clip.sha256}",
        "prov:label": clip.title,
        "sha256": clip.sha256,
        "license": _licence(clip.licence),
        "prov:wasAttributedTo": {"@type": "prov:Agent", "prov:label": clip.creator},
    }


def _responsible(parcel: Parcel, tables: Tables) -> Node:
    """What the rows tell of what Croissant's RAI vocabulary asks for (docs.mlcommons.org/croissant)."""
    clips = typing.cast("list[Clip]", tables[Clip])
    shown = typing.cast("list[Foreground]", tables[Foreground])
    behind = typing.cast("list[Background]", tables[Background])
    days = sorted({clip.published for clip in clips if clip.published})
    judged = {row.id for rows in tables.values() for row in rows}
    said = [v for v in read_rows(manifest_path(parcel.root, Verdict), Verdict) if v.row in judged]
    told: Node = {
        "rai:dataCollection": f"{len(clips):,} pieces of footage of {len({clip.source for clip in clips}):,} sources, "
        "each with the right to use it; titles, makers and addresses are in clips.parquet.",
        "rai:dataCollectionTimeFrame": [days[0], days[-1]] if days else None,
        "rai:dataPreprocessingProtocol": [
            "Frames were chosen by sharpness.",
            "Green screens were keyed and despilled; the matte is scored without truth (foregrounds.parquet: score).",
            "Pairs are blended in linear light, and seen as by a webcam: blur, noise, a codec (combinations.parquet).",
        ],
        "rai:machineAnnotationTools": [f"bgrsr {__version__}"],
        "rai:dataAnnotationProtocol": _judged(said) if said else None,
        "rai:dataBiases": verdicts(balances(list(parcel.rows), shown, behind)) or None,
        "rai:dataUseCases": ["Training", "Validation", "Testing"],
        "rai:personalSensitiveInformation": ["Faces of real people; who they are is not recorded."],
    }  # fmt: skip
    return {name: value for name, value in told.items() if value is not None}


def _judged(said: list[Verdict]) -> str:
    people, rows = len({verdict.reviewer for verdict in said}), len({verdict.row for verdict in said})
    return f"Rows judged by eye: {rows:,}, by {people:,} {'people' if people > 1 else 'person'}."
