"""torch: the set in small, from which `bgrsrgan.data.CombinationDataset` draws the pairs when they are asked for.

    manifests/   the rows of the pairs, and of what they show
    …            the foregrounds, alphas and backgrounds themselves, where the rows say they are
    README.md    how to open it

A person and a room are stored once, however many pairs show them, and pixels are those of the workspace, at any size.
"""

from __future__ import annotations

from bgrsr_data.export.folder import ExportFolder
from bgrsr_data.export.formats.base import Parcel
from bgrsr_data.export.formats.tables import rows_of
from bgrsr_data.manifests import manifest_path, read_rows, table_bytes
from bgrsr_data.records import Background, Foreground, Frame


def write(parcel: Parcel, folder: ExportFolder) -> None:
    """Copy the files that are not there yet, then write the tables."""
    tables = rows_of(parcel)
    paths = [path for row in tables[Foreground] if isinstance(row, Foreground) for path in _cut_out(row)]
    paths += [row.path for row in tables[Background] if isinstance(row, Background)]
    for number, path in enumerate(sorted(set(paths)), 1):
        if not folder.has(path):
            folder.write(path, (parcel.root / path).read_bytes())
        parcel.progress("export", number, len(set(paths)))
    cut_from = {row.original for row in tables[Foreground] if isinstance(row, Foreground)}
    frames = read_rows(manifest_path(parcel.root, Frame), Frame)
    tables[Frame] = [row for row in frames if row.id in cut_from]  # they tell when each person was filmed
    for model, rows in tables.items():
        name = manifest_path(folder.root, model).relative_to(folder.root).as_posix()
        folder.write(name, table_bytes(model, rows))
    folder.write("README.md", _readme(parcel).encode())


def _cut_out(row: Foreground) -> tuple[str, str]:
    return row.alpha_path, row.foreground_path


def _readme(parcel: Parcel) -> str:
    width, height = parcel.renderer.lr_size
    counts = ", ".join(f"{len(some):,} {name}" for name in ("train", "val", "test") if (some := parcel.split(name)))
    return f"""# {parcel.title}

Pairs for networks that replace the background and double the resolution on a video call: {counts}.
Version {parcel.version}. `manifests/` holds the rows; people and rooms are stored once, and a pair is drawn when it is
asked for:

```python
from torch.utils.data import DataLoader

from bgrsrgan.data import CombinationDataset  # pip install 'bgrsr[train]'

pairs = CombinationDataset(".", "{parcel.rows[0].split}", size=({width}, {height}), augment=True)
for batch in DataLoader(pairs, batch_size=4, shuffle=True, num_workers=2):
    print(batch.lr_frame.shape)  # (4, 3, {height}, {width}) uint8
    print(batch.hr_target.shape)  # (4, 3, {2 * height}, {2 * width}) uint8
    break
```

Licences of the footage: {", ".join(parcel.licences)}. They are its makers', not this set's;
the credits are in ATTRIBUTION.txt.
"""
