"""The formats by name; another joins by a module with `write` and a line here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from bgrsr_data.export.folder import ExportFolder
from bgrsr_data.export.formats import coco, croissant, huggingface, webdataset
from bgrsr_data.export.formats.base import Parcel

FORMATS: Mapping[str, Callable[[Parcel, ExportFolder], None]] = MappingProxyType(
    {
        "webdataset": webdataset.write,
        "huggingface": huggingface.write,
        "coco": coco.write,
        "croissant": croissant.write,
    }
)
