"""Plain images: folders by split, and a table of all pairs.

train/input/ID.png             what the camera saw                                   w×h
train/background_small/ID.png  the background to come, as small as the input         w×h
train/background/ID.png        the background to come                                2w×2h
train/target/ID.png            the person before it                                  2w×2h
train/alpha/ID.png             the person's share of each pixel, 0 to 255            2w×2h
val/…  test/…
index.parquet, index.csv       a line for each pair: its files, split, person, licences, and what decides its pixels
"""

from __future__ import annotations

import csv
import io
from typing import Any

from bgrsr_data.export.folder import ExportFolder
from bgrsr_data.export.formats.base import Parcel
from bgrsr_data.export.formats.pictures import names, write_pictures
from bgrsr_data.export.formats.tables import table_of_pairs
from bgrsr_data.export.pairs import describe_pair
from bgrsr_data.records import Combination

FOLDERS = {
    "lr_frame": "input",
    "lr_target_background": "background_small",
    "hr_target_background": "background",
    "hr_target": "target",
    "hr_alpha": "alpha",
}
INDEX = "index.parquet"


def write(parcel: Parcel, folder: ExportFolder, within: str = "") -> None:
    """Write the pictures that are not there yet, then the tables.

    Args:
        parcel: What is handed on.
        folder: Where to.
        within: A folder in it, with "/" at its end.
    """

    def place(row: Combination, which: str) -> str:
        return f"{within}{row.split}/{FOLDERS[which]}/{row.id}"

    write_pictures(parcel, folder, place)
    lines = []
    for row in parcel.rows:
        files = {FOLDERS[which]: name.removeprefix(within) for which, name in names(parcel, row, place).items()}
        lines.append(files | describe_pair(row, parcel.renderer, parcel.rights))
    folder.write(f"{within}{INDEX}", table_of_pairs(lines))
    folder.write(f"{within}index.csv", _csv(lines))


def _csv(lines: list[dict[str, Any]]) -> bytes:
    """The same for a spreadsheet: several values of a cell are parted by "; "."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(lines[0]), lineterminator="\n")
    writer.writeheader()
    for line in lines:
        writer.writerow({k: "; ".join(map(str, v)) if isinstance(v, list) else v for k, v in line.items()})
    return text.getvalue().encode()
