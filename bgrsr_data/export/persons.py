"""The COCO persons of a workspace as a COCO file, beside the manifests: see trimaps/listing.py."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bgrsr_data.ledger import Ledger
from bgrsr_data.manifests import FOLDER
from bgrsr_data.records import Clip, ManifestRow, Record, content_hash, make_id
from bgrsr_data.stage import Item
from bgrsr_data.trimaps.step import DrawTrimaps, annotations_of

PATH = f"{FOLDER}/trimaps.coco.json"


@dataclass(frozen=True, slots=True)
class Persons:
    """The images of a workspace that show persons, and what became of these."""

    images: Sequence[tuple[Clip, Sequence[Record]]]


def persons_to_publish(ledger: Ledger) -> Item[Persons] | None:
    """What the COCO file tells of; None where no image of COCO was fetched."""
    rows = defaultdict[str, list[Record]](list)
    for item, row in ledger.records(DrawTrimaps.name):
        rows[item].append(row)
    out = ledger.rejected_by_review()
    clips = [c for c in ledger.rows(Clip, "fetch") if c.role == "coco" and c.annotations and c.id not in out]
    images = [(clip, rows[clip.id]) for clip in clips]
    if not images:
        return None
    annotated = (annotations_of(clip, ledger) for clip, _ in images)
    content = content_hash(*(row.content for clip, some in images for row in (clip, *some)), *annotated)
    return Item("trimaps.coco", (content,), Persons(images))


def write_persons(persons: Persons, root: Path) -> ManifestRow:
    """Write the COCO file, whole.

    Raises:
        InputError: The annotations of an image cannot be read.
        DiskFullError: Nothing more can be written.
    """
    from bgrsr_data.media.files import sha256_of  # noqa: PLC0415 - where something is written
    from bgrsr_data.trimaps.listing import pictured_of_clip, write_listing  # noqa: PLC0415

    told = write_listing(root / PATH, [pictured_of_clip(clip, rows, root) for clip, rows in persons.images])
    return ManifestRow(id=make_id("manifest", PATH), path=PATH, sha256=sha256_of(root / PATH), rows=told)
