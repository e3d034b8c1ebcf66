"""Keying without a workspace: images, clips and folders of them as items."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path

from bgrsr_data.errors import InputError
from bgrsr_data.keying.marks import Marking
from bgrsr_data.keying.options import KeyOptions
from bgrsr_data.keying.step import Keyable
from bgrsr_data.media.files import stamp_of
from bgrsr_data.media.images import is_image
from bgrsr_data.media.video import is_video
from bgrsr_data.records import make_id
from bgrsr_data.stage import Item


def plain_items(paths: Sequence[Path], options: KeyOptions | None = None) -> Iterator[Item[Keyable]]:
    """The items of image files, clips and folders of them, outside any workspace.

    The images of one folder are taken for one clip of one person, as `bgrsr frames` writes them: were each a person
    of its own, one face would be in train and in test.

    Args:
        paths: Files, and folders whose files are meant.
        options: Of the stage; their list of marks may name files, by name, name without suffix, or folder of results.

    Raises:
        InputError: A path is missing, a folder has nothing to key, a mask, the list of marks or the network is missing,
            or the list names none of the files.
    """
    marking, inside = Marking(options or KeyOptions()), cache(_inside)
    folders = result_folders(list(_files(paths)))
    names = {path: frozenset({path.name, path.stem, folder}) for path, folder in folders.items()}
    marking.refuse_unknown(names.values(), all_of_them=False)
    for path, folder in folders.items():
        whole, video = path.resolve(), not is_image(path)
        siblings = [] if video else [other for other in inside(whole.parent) if is_image(other)]
        shown, person = (whole.parent, whole.parent.name) if len(siblings) > 1 else (whole, whole.stem)
        identifier, marks = make_id("frame", whole), marking.of(names[path])
        keyable = Keyable(identifier, make_id("clip", shown), person, str(whole), folder, video, marks)
        yield Item(identifier, (stamp_of(path), str(shown), folder, *marking.inputs(marks)), keyable)


def result_folders(paths: Sequence[Path]) -> dict[Path, str]:
    """Name the folder that each file's results go to: after the file, or after what tells it from others of its name.

    So a/input.png and b/input.png write a and b, while a/one.png and b/two.png write one and two.

    Raises:
        InputError: Two files cannot be told apart.
    """
    whole = {path: path.absolute() for path in paths}  # a link goes by its own name
    stems = _alone(one.stem for one in whole.values())
    parents = _alone(one.parent.name for one in whole.values() if one.stem not in stems)
    folders: dict[str, Path] = {}
    for path, one in whole.items():
        within = one.parent.name if one.parent.name in parents else f"{one.parent.name}/{one.stem}"
        folder = one.stem if one.stem in stems else within
        if folder in folders:
            raise InputError(f"{path}: would write the same folder as {folders[folder]}; key them apart")
        folders[folder] = path
    return {path: folder for folder, path in folders.items()}


def _alone(names: Iterable[str]) -> set[str]:
    """The names that only one file has."""
    return {name for name, count in Counter(names).items() if count == 1 and name}


def _files(paths: Sequence[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            files = [file for file in _inside(path) if is_image(file) or is_video(file)]
            if not files:
                raise InputError(f"{path}: has no image and no clip to key")
            yield from files
        elif path.is_file():
            yield path
        else:
            raise InputError(f"{path}: there is no such file or folder")


def _inside(folder: Path) -> tuple[Path, ...]:
    return tuple(file for file in sorted(folder.iterdir()) if file.is_file() and not file.name.startswith("."))
