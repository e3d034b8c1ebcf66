"""The pictures of every pair as files in a folder: what is there is not drawn again."""

from __future__ import annotations

from collections.abc import Callable

from bgrsr_data.export.folder import ExportFolder
from bgrsr_data.export.formats.base import Parcel
from bgrsr_data.export.pairs import PICTURES, draw_pairs, suffix_of
from bgrsr_data.records import Combination

Place = Callable[[Combination, str], str]
"""(row, one of PICTURES) → the file's name in the folder, without what it ends in."""


def write_pictures(parcel: Parcel, folder: ExportFolder, place: Place) -> None:
    """Draw what is not there yet.

    Raises:
        DiskFullError: Nothing more can be written.
    """
    missing = [row for row in parcel.rows if not all(folder.has(name) for name in names(parcel, row, place).values())]
    done = len(parcel.rows) - len(missing)
    drawn = draw_pairs(parcel.renderer, missing, image_format=parcel.image_format, workers=parcel.workers)
    for row, pictures in drawn:
        for which, name in names(parcel, row, place).items():
            folder.write(name, pictures[which])
        done += 1
        parcel.progress("export", done, len(parcel.rows))


def names(parcel: Parcel, row: Combination, place: Place) -> dict[str, str]:
    """The file of each picture of a pair, by the name of the picture."""
    return {which: place(row, which) + suffix_of(which, parcel.image_format) for which in PICTURES}
