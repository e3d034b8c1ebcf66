"""How FiftyOne writes down the fields of a dataset (metadata.json, `sample_fields`)."""

from __future__ import annotations

from typing import Any

_LABEL = {"id": "ObjectId", "tags": "List"}
_DOCUMENTS: dict[str, dict[str, str]] = {
    "metadata.ImageMetadata": {
        "size_bytes": "Int", "mime_type": "String", "width": "Int", "height": "Int", "num_channels": "Int"
    },
    "groups.Group": {"id": "ObjectId", "name": "String"},
    "labels.Heatmap": _LABEL | {"map": "Array", "map_path": "String", "range": "HeatmapRange"},
}  # fmt: skip
_OF = {"tags": "String", "range": "Float"}


def field(
    name: str,
    kind: str,
    *,
    of: str | None = None,
    stored: str | None = None,
    about: str | None = None,
    read_only: bool = False,
) -> dict[str, Any]:
    """A field of plain values.

    Args:
        name: As people call it.
        kind: "String", "Int", "List", …: a class of fiftyone.core.fields without "Field".
        of: The kind of a list's values.
        stored: What MongoDB calls it, where that is another name.
        about: What it is.
        read_only: Whether FiftyOne alone sets it.
    """
    return {
        "name": name,
        "ftype": f"fiftyone.core.fields.{kind}Field",
        "embedded_doc_type": None,
        "subfield": f"fiftyone.core.fields.{of}Field" if of else None,
        "fields": [],
        "db_field": stored or name,
        "description": about,
        "info": None,
        "read_only": read_only,
    }


def document(name: str, kind: str, about: str | None = None) -> dict[str, Any]:
    """A field of documents.

    Args:
        name: As people call it.
        kind: A class of fiftyone.core, as "labels.Heatmap".
        about: What it is.
    """
    inner = [
        field(part, of_kind, of=_OF.get(part), stored="_id" if part == "id" else None)
        for part, of_kind in _DOCUMENTS[kind].items()
    ]
    named = {"embedded_doc_type": f"fiftyone.core.{kind}", "fields": inner}
    return field(name, "EmbeddedDocument", about=about) | named
