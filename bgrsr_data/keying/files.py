"""Keying without a workspace: images, clips and folders of them as items."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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

    Raises:
        InputError: A path is missing, a folder has nothing to key, or two files would write the same folder.
    """
    seen: dict[str, Path] = {}
    for path in _files(paths):
        if path.stem in seen:
            raise InputError(f"{path}: would write the same folder as {seen[path.stem]}; key them apart")
        seen[path.stem] = path
        identifier = make_id("frame", path.stem)
        keyable = Keyable(
            identifier, make_id("clip", path.stem), path.stem, str(path.resolve()), path.stem, not is_image(path)
        )
        yield Item(identifier, (stamp_of(path),), keyable)


def _files(paths: Sequence[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            files = [file for file in sorted(path.iterdir()) if file.is_file() and not file.name.startswith(".")]
            files = [file for file in files if is_image(file) or is_video(file)]
            if not files:
                raise InputError(f"{path}: has no image and no clip to key")
            yield from files
        elif path.is_file():
            yield path
        else:
            raise InputError(f"{path}: there is no such file or folder")
