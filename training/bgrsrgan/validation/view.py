"""A part of a set as a folder of its own: manifests of the rows that stay, links to the files of the whole.

Examples are then made of it as of any other set, so nothing that is left out comes back by another way (a network may
be taught with people of the set before other rooms of it).
"""

from __future__ import annotations

from pathlib import Path

from bgrsr_data.manifests import FOLDER, manifest_path, write_rows
from bgrsr_data.records import Background, Clip, Combination, Foreground, Frame
from bgrsrgan.validation.sets import TrainingSet

FOLDERS = "sets"


def view_of(one: TrainingSet, out: Path) -> Path:
    """The folder that holds what a set teaches, and nothing else.

    Args:
        one: The set; where it is all that its folder has to learn from, that is the folder.
        out: Where one is made for a part.

    Raises:
        DiskFullError: Nothing more can be written.
    """
    published, rows = one.published, list(one.rows)
    if rows == [row for row in published.combinations if row.split == "train"]:
        return published.root
    view = out / FOLDERS / one.sha256[:16]
    (view / FOLDER).mkdir(parents=True, exist_ok=True)
    for path in sorted({Path(name).parts[0] for name in _files(one)}):
        link = view / path
        link.unlink(missing_ok=True)
        link.symlink_to((published.root / path).resolve())
    write_rows(manifest_path(view, Combination), Combination, rows)
    write_rows(manifest_path(view, Foreground), Foreground, list(published.foregrounds.values()))
    write_rows(manifest_path(view, Background), Background, list(published.backgrounds.values()))
    write_rows(manifest_path(view, Clip), Clip, list(published.clips.values()))
    write_rows(manifest_path(view, Frame), Frame, list(published.frames.values()))
    return view


def _files(one: TrainingSet) -> set[str]:
    """What the rows that stay are rendered from."""
    foregrounds, backgrounds = one.published.foregrounds, one.published.backgrounds
    shown = {row.foreground for row in one.rows}
    behind = {name for row in one.rows for name in (row.original_background, row.target_background)}
    files = {foregrounds[name].alpha_path for name in shown} | {foregrounds[name].foreground_path for name in shown}
    return files | {backgrounds[name].path for name in behind}
