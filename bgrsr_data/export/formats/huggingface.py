"""Hugging Face `datasets`: a folder of pictures with metadata.parquet for each split, and a dataset card.

`datasets.load_dataset("imagefolder", data_dir=FOLDER)` (or the folder alone) gives the splits train, validation and
test, every picture decoded, and a column for everything that is known of a pair.
"""

from __future__ import annotations

from typing import Any

from bgrsr_data.export.folder import ExportFolder
from bgrsr_data.export.formats.base import Parcel
from bgrsr_data.export.formats.pictures import names, write_pictures
from bgrsr_data.export.formats.tables import table_of_pairs
from bgrsr_data.export.pairs import describe_pair
from bgrsr_data.export.terms import mix
from bgrsr_data.records import Combination

SPLITS = {"train": "train", "val": "validation", "test": "test"}
SIZES = {10**3: "n<1K", 10**4: "1K<n<10K", 10**5: "10K<n<100K", 10**6: "100K<n<1M"}
LICENCES = (  # that the Hub knows by name (https://huggingface.co/docs/hub/repositories-licenses)
    "cc0-1.0", "cc-by-2.0", "cc-by-2.5", "cc-by-3.0", "cc-by-4.0", "cc-by-sa-3.0", "cc-by-sa-4.0",
    "cc-by-nc-2.0", "cc-by-nc-3.0", "cc-by-nc-4.0", "cc-by-nc-sa-2.0", "cc-by-nc-sa-3.0", "cc-by-nc-sa-4.0",
    "mit", "apache-2.0", "bsd-2-clause", "bsd-3-clause", "unlicense", "unknown",
)  # fmt: skip


def write(parcel: Parcel, folder: ExportFolder) -> None:
    """Write the pictures that are not there yet, then metadata.parquet of each split, then the card."""
    write_pictures(parcel, folder, _place)
    for split, name in SPLITS.items():
        if rows := parcel.split(split):
            folder.write(f"{name}/metadata.parquet", _metadata(parcel, rows))
    folder.write("README.md", _card(parcel).encode())


def _place(row: Combination, which: str) -> str:
    return f"{SPLITS[row.split]}/{which}/{row.id}"


def _metadata(parcel: Parcel, rows: list[Combination]) -> bytes:
    lines = []
    for row in rows:
        told = names(parcel, row, _place).items()
        files: dict[str, Any] = {f"{which}_file_name": name.partition("/")[2] for which, name in told}
        lines.append(files | describe_pair(row, parcel.renderer, parcel.rights))
    return table_of_pairs(lines)


def _card(parcel: Parcel) -> str:
    """The dataset card: what the hub shows, with the licences of the footage."""
    licences = parcel.licences
    whole = mix(licences).licence.lower()  # of a set whose pairs all go together: the strictest
    licence = whole if whole in LICENCES else "other"
    counts = ", ".join(f"{len(parcel.split(split)):,} {name}" for split, name in SPLITS.items())
    low, high = ("×".join(map(str, size)) for size in (parcel.renderer.lr_size, parcel.renderer.hr_size))
    size = next((name for most, name in SIZES.items() if len(parcel.rows) < most), "1M<n<10M")
    files = "\n".join(
        f"  - split: {name}\n    path: {name}/**" for split, name in SPLITS.items() if parcel.split(split)
    )
    return f"""---
license: {licence}
task_categories: [image-to-image, image-segmentation]
tags: [background-replacement, super-resolution, matting, video-conferencing]
size_categories: ["{size}"]
pretty_name: "{parcel.title}"
configs:
- config_name: default
  drop_labels: true
  data_files:
{files}
---

# {parcel.title}

Pairs for networks that replace the background and double the resolution on a video call: {counts}.
Version {parcel.version}, made with bgrsr. People, places, clips and near-duplicates are in one split only.

| column | what it is |
|---|---|
| lr_frame | {low}, what the camera saw: the person before their own background |
| lr_target_background, hr_target_background | {low} and {high}, the background to come |
| hr_target | {high}, the person before it, blended in linear light |
| hr_alpha | {high}, the person's share of each pixel |
| person, foreground, …_background, split | who and what is seen |
| zoom … seed | everything that decides the pixels |
| licence, creator, url | of the footage that is shown; the credits are in ATTRIBUTION.txt |

Licences of the footage: {", ".join(licences)}. They are its makers', not this set's: licences.csv tells them for every
picture. DATASHEET.md says what the set is made of, how, and what it is fit and unfit for.
"""
