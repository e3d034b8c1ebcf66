"""Frames of plain files, with no workspace: OUT/NAME/00001234.png."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from bgrsr_data.errors import InputError
from bgrsr_data.frames.footage import Footage
from bgrsr_data.media.files import stamp_of
from bgrsr_data.records import Role, make_id
from bgrsr_data.stage import Item


def plain_items(paths: Sequence[Path], role: Role = "greenscreen") -> list[Item[Footage]]:
    """Work for `Frames.run` on files and folders of files; run it with the output folder as root.

    Args:
        paths: Videos, images, or folders of them.
        role: "greenscreen" writes lossless PNG, "talking-head" and "background" JPEG.

    Returns:
        An item for each file; its folder is named after it, with a number where two files share a name.

    Raises:
        InputError: A path is missing, or neither a video nor an image; or there is nothing in a folder.
    """
    taken: set[str] = set()
    items = []
    for path in paths:
        for file in _footage_in(path):
            name = _free_name(file.stem, taken)
            still = _is_still(file)
            clip = make_id(file.stem, file.resolve())
            footage = Footage(clip, role, name, "still" if still else "video", str(file.resolve()), name)
            items.append(Item(clip, (stamp_of(file),), footage))
    return items


def _footage_in(path: Path) -> Iterator[Path]:
    from bgrsr_data.media.images import is_image  # noqa: PLC0415 - brings OpenCV
    from bgrsr_data.media.video import is_video  # noqa: PLC0415 - brings FFmpeg

    if not path.exists():
        raise InputError(f"{path}: there is no such file or folder")
    if path.is_file():
        yield path
        return
    files = sorted(file for file in path.iterdir() if file.is_file() and (is_image(file) or is_video(file)))
    if not files:
        raise InputError(f"{path}: holds no video and no image")
    yield from files


def _is_still(path: Path) -> bool:
    from bgrsr_data.media.images import is_image  # noqa: PLC0415 - brings OpenCV

    return is_image(path)


def _free_name(stem: str, taken: set[str]) -> str:
    name, number = stem, 2
    while name in taken:
        name, number = f"{stem}-{number}", number + 1
    taken.add(name)
    return name
