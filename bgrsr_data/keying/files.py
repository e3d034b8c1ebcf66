"""Keying without a workspace: images, clips and folders of them as items."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

from bgrsr_data.errors import InputError
from bgrsr_data.keying.step import Keyable
from bgrsr_data.media.files import stamp_of
from bgrsr_data.media.images import is_image
from bgrsr_data.media.video import is_video
from bgrsr_data.records import make_id
from bgrsr_data.stage import Item


def plain_items(paths: Sequence[Path]) -> Iterator[Item[Keyable]]:
    """The items of image files, clips and folders of them, outside any workspace.

    The images of one folder are taken for one clip of one person, as `bgrsr frames` writes them: were each a person
    of its own, one face would be in train and in test.

    Raises:
        InputError: A path is missing, a folder has nothing to key, or two files would write the same folder.
    """
    seen: dict[str, Path] = {}
    inside = cache(_inside)
    for path in _files(paths):
        if path.stem in seen:
            raise InputError(f"{path}: would write the same folder as {seen[path.stem]}; key them apart")
        seen[path.stem] = path
        whole, video = path.resolve(), not is_image(path)
        siblings = [] if video else [other for other in inside(whole.parent) if is_image(other)]
        shown, person = (whole.parent, whole.parent.name) if len(siblings) > 1 else (whole, whole.stem)
        identifier = make_id("frame", whole)
        keyable = Keyable(identifier, make_id("clip", shown), person, str(whole), path.stem, video)
        yield Item(identifier, (stamp_of(path), str(shown)), keyable)


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
