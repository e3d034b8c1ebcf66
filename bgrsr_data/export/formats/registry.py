"""The formats by name; another joins by a module with `write` and a line here."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from bgrsr_data.export.formats import coco, compact, croissant, fiftyone, huggingface, images, webdataset
from bgrsr_data.export.formats.base import Format

FORMATS: Mapping[str, Format] = MappingProxyType(
    {
        "webdataset": Format("tar files of pairs, for streaming", webdataset.write),
        "huggingface": Format("pictures and metadata.parquet, for datasets.load_dataset", huggingface.write),
        "images": Format("plain folders input, background, target, alpha, and a table", images.write),
        "torch": Format("what bgrsrgan.data.CombinationDataset draws pairs from", compact.write, has_pairs=False),
        "coco": Format("what persons were cut from, with alpha and trimap", coco.write, has_pairs=False),
        "fiftyone": Format("groups of pictures, for fiftyone.Dataset.from_dir", fiftyone.write),
        "croissant": Format("the tables and what they mean", croissant.write, has_pairs=False),
    }
)
