"""Hand a published set on: choose what may go, write it in a format, with credits and checksums."""

from __future__ import annotations

import os
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from bgrsr_data.combine.render import Renderer
from bgrsr_data.errors import InputError
from bgrsr_data.export.answers import read_answers
from bgrsr_data.export.datasheet import Told, papers
from bgrsr_data.export.folder import ExportFolder
from bgrsr_data.export.formats import images
from bgrsr_data.export.formats.base import RENDERED, Parcel, Progress, quietly
from bgrsr_data.export.formats.registry import FORMATS
from bgrsr_data.export.options import SPLITS, ExportOptions
from bgrsr_data.export.rights import Rights, choose_licensed
from bgrsr_data.export.versions import keep_version, published_on
from bgrsr_data.records import Combination, content_hash


@dataclass(frozen=True)
class Handed:
    """What an export came to.

    Attributes:
        format: Its name.
        out: The folder.
        combinations: How many pairs it has.
        left_out: How many of the set it has not, for their licence.
        files: How many files; 0 where everything was there before.
    """

    format: str
    out: str
    combinations: int
    left_out: int
    files: int


def hand_over(
    root: Path,
    out: Path,
    form: str,
    options: ExportOptions,
    *,
    workers: int | None = None,
    progress: Progress = quietly,
) -> Handed:
    """Write the published set of a workspace in a format; the same call goes on where it was stopped.

    Args:
        root: The workspace.
        out: The folder; empty, or of the same export.
        form: One of FORMATS.
        options: What of it.
        workers: Threads to draw with; by default one for each processor.
        progress: Called with what is written, how much of it, and of how much.

    Raises:
        InputError: The format is unknown, nothing is published, no pair may go, or `out` holds something else.
        DiskFullError: Nothing more can be written; the same call goes on.
    """
    if form not in FORMATS:
        raise InputError(f"export: there is no format {form!r}; known: {', '.join(FORMATS)}")
    width, height = options.size
    renderer = Renderer(root, lr_size=(width, height), hr_size=(2 * width, 2 * height))
    rights = Rights.read(root)
    rows = [row for row in renderer.combinations() if not options.split or row.split in options.split]
    if not rows:
        raise InputError(f"{root}: no combination is published in {', '.join(options.split) or 'any split'}")
    kept = choose_licensed(rows, rights, options.licence)
    read_answers(root)  # a mistake in them is told now, not when all is drawn
    version = keep_version(root)
    parcel = Parcel(
        root=root,
        title=f"bgrsr {root.resolve().name}",
        version=f"{version.name} {version.content[:12]}",
        published=published_on(root, version),
        url=options.url or f"urn:sha256:{version.content}",
        rows=spread(sorted(kept, key=_order), options.limit),
        renderer=renderer,
        rights=rights,
        workers=workers or os.cpu_count() or 1,
        shard=options.shard,
        image_format=options.image_format,
        rendered=options.render and not FORMATS[form].has_pairs,
        progress=progress,
    )
    folder = ExportFolder(out, _told(parcel, form))
    files = 0 if folder.is_whole else _write(parcel, folder, form)
    return Handed(form, str(out), len(parcel.rows), len(rows) - len(kept), files)


def _write(parcel: Parcel, folder: ExportFolder, form: str) -> int:
    if parcel.rendered:
        images.write(parcel, folder, RENDERED)
    FORMATS[form].write(parcel, folder)
    told = Told(parcel.title, parcel.version, parcel.published, parcel.rows, parcel.rights)
    for name, content in papers(parcel.root, told, trimaps=_trimaps(parcel, form)).items():
        folder.write(name, content)
    return folder.seal()


def _trimaps(parcel: Parcel, form: str) -> set[str]:
    """The trimaps that go with a format."""
    cut_from = {parcel.renderer.foreground(row).original for row in parcel.rows}
    return cut_from & parcel.rights.clip_of.keys() if form == "coco" else set()


def _told(parcel: Parcel, form: str) -> dict[str, object]:
    """What is exported: the same again is the same export."""
    width, height = parcel.renderer.lr_size
    return {
        "format": form,
        "title": parcel.title,
        "set": parcel.version,
        "combinations": len(parcel.rows),
        "rows": content_hash(*(row.content for row in parcel.rows)),
        "size": f"{width}x{height}",
        "shard": parcel.shard,
        "images": parcel.image_format,
        "rendered": parcel.rendered,
        "url": parcel.url,
    }


def spread(rows: list[Combination], most: int | None) -> list[Combination]:
    """At most so many of rows that are sorted by split: of each split its share, and one at least."""
    if most is None or len(rows) <= most:
        return rows
    by_split = {split: list(of_split) for split, of_split in groupby(rows, key=lambda row: row.split)}
    share = _shares({split: len(of_split) for split, of_split in by_split.items()}, most)
    return [
        of_split[number * len(of_split) // share[split]]
        for split, of_split in by_split.items()
        for number in range(share[split])
    ]


def _shares(sizes: dict[str, int], most: int) -> dict[str, int]:
    """How many of `most` come from each, in proportion to its size; one at least, where there is one for each."""
    whole = sum(sizes.values())
    share = dict.fromkeys(sizes, 1 if most >= len(sizes) else 0)
    for _ in range(most - sum(share.values())):
        share[max(sizes, key=lambda name: sizes[name] * most - share[name] * whole)] += 1  # what is furthest behind
    return share


def _order(row: Combination) -> tuple[int, str]:
    return SPLITS.index(row.split), row.id
