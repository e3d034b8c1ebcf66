"""WebDataset: tar files of pairs, read from end to end (https://github.com/webdataset/webdataset).

A sample is KEY.lr_frame.png, KEY.lr_target_background.png, KEY.hr_target_background.png, KEY.hr_target.png,
KEY.hr_alpha.png and KEY.json; with JPEG all but alpha end in .jpg. Shards are written whole, and the
same set gives the same bytes.
"""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Sequence

from bgrsr_data.export.folder import ExportFolder
from bgrsr_data.export.formats.base import Parcel
from bgrsr_data.export.options import SPLITS
from bgrsr_data.export.pairs import describe_pair, draw_pairs, suffix_of
from bgrsr_data.records import Combination


def write(parcel: Parcel, folder: ExportFolder) -> None:
    """Write the shards that are not there yet, SPLIT-00000.tar and on."""
    done = 0
    for split in SPLITS:
        rows = parcel.split(split)
        for number, start in enumerate(range(0, len(rows), parcel.shard)):
            some = rows[start : start + parcel.shard]
            name = f"{split}-{number:05d}.tar"
            if not folder.has(name):
                folder.write(name, _shard(parcel, some, done))
            done += len(some)
            parcel.progress("export", done, len(parcel.rows))


def _shard(parcel: Parcel, rows: Sequence[Combination], done: int) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        drawn = draw_pairs(parcel.renderer, rows, image_format=parcel.image_format, workers=parcel.workers)
        for row, pictures in drawn:
            for name, content in pictures.items():
                _add(tar, f"{row.id}.{name}{suffix_of(name, parcel.image_format)}", content)
            told = json.dumps(describe_pair(row, parcel.renderer, parcel.rights))
            _add(tar, f"{row.id}.json", told.encode())
            done += 1
            parcel.progress("export", done, len(parcel.rows))
    return buffer.getvalue()


def _add(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    """A member without time or owner: the same set gives the same bytes."""
    member = tarfile.TarInfo(name)
    member.size = len(content)
    tar.addfile(member, io.BytesIO(content))
