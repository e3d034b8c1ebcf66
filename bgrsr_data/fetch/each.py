"""One source for each person, where a folder holds several: `--person "{folder}"`.

Who is seen decides the split, so footage of several persons under one name trains and tests nothing apart. Whoever has
thirty clips has them in folders already, or has named the files: `{folder}` gives each sub-folder a source of its own,
named after it, `{file}` each file. Each is a source, not only a person, so that `bgrsr forget ada` deletes one person.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from bgrsr_data.errors import InputError
from bgrsr_data.fetch.local import list_files
from bgrsr_data.marked import did_you_mean
from bgrsr_data.workspace import LEDGER

FOLDER, FILE = "{folder}", "{file}"
_BRACES = re.compile(r"\{[^{}]*\}")


@dataclass(frozen=True)
class Part:
    """One person's part of a place.

    Args:
        path: A folder or file of theirs.
        name: What it is called: the sub-folder, or the file without its suffix; in a `{file}` split of nested folders
            with the folders before it, as `ada/take-1`.
        person: Who is seen.
    """

    path: Path
    name: str
    person: str


def names_each(person: str | None, *, local: bool) -> bool:
    """Whether persons are named by what is found, and not by the one who writes.

    Args:
        person: As it was written.
        local: Whether the footage is a file or folder on this machine, and no COCO.

    Raises:
        InputError: They name something else, or there is no folder to look into.
    """
    words = _BRACES.findall(person or "")
    for word in words:
        if word not in (FOLDER, FILE):
            raise InputError(f"person: {word} is unknown{did_you_mean(word, (FOLDER, FILE))}")
        if not local:
            raise InputError(f"person: {word} is for files and folders on this machine")
    return bool(words)


def parts_of(place: Path, person: str) -> list[Part]:
    """The parts of a folder, a person each.

    Args:
        place: A folder or file. Files that lie right in it belong to a person who is named after it, unless there are
            sub-folders beside them.
        person: Who is seen, with `{folder}` or `{file}` in it.

    Raises:
        InputError: The folder is missing or holds no footage, or footage lies beside the sub-folders, so that nobody
            knows whose it is.
    """
    files = list_files(place)
    if FILE in person:
        return [_part(file, _stem(place, file), person, file.stem, file.parent.name) for file in files]
    if files == [place]:
        return [_part(place, place.stem, person, place.stem, place.parent.name)]
    inside = sorted({place / file.relative_to(place).parts[0] for file in files})
    inside = [one for one in inside if not (one / LEDGER).is_file()]  # a workspace is nobody
    folders = [one for one in inside if one.is_dir()]
    if not folders:
        return [_part(place, place.name, person, place.name, place.name)]
    if loose := [one.name for one in inside if one not in folders]:
        more = f" and {len(loose) - 1} more" if len(loose) > 1 else ""
        why = "put it into the folder of the person who is seen"
        raise InputError(f"{place}: {loose[0]}{more} lies beside the sub-folders; {why}")
    return [_part(folder, folder.name, person, folder.name, folder.name) for folder in folders]


def _part(path: Path, name: str, person: str, file: str, folder: str) -> Part:
    return Part(path, name, person.replace(FILE, file).replace(FOLDER, folder))


def _stem(place: Path, file: Path) -> str:
    told = file.relative_to(place) if file != place else Path(file.name)
    return os.fspath(told.with_suffix(""))
