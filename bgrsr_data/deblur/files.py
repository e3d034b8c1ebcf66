"""Plain images, with no workspace: OUT/NAME.png for each that is kept or improved."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from bgrsr_data.deblur.doubtful import Doubtful
from bgrsr_data.errors import InputError
from bgrsr_data.media.files import stamp_of
from bgrsr_data.records import make_id
from bgrsr_data.stage import Item

_REACH = 8  # as far as any option looks


def plain_items(paths: Sequence[Path]) -> list[Item[Doubtful]]:
    """Work for `Deblur.run` on images; run it with the output folder as root.

    Args:
        paths: Images, or folders of them. In the order given (a folder's by name) they are each other's neighbours.

    Raises:
        InputError: A path is missing or no image, a folder holds none, or two files have one name.
    """
    files = [file for path in paths for file in _images_in(path)]
    names = [file.stem for file in files]
    double = next((name for name in names if names.count(name) > 1), None)
    if double is not None:
        raise InputError(f"two images are named {double}; give them in separate calls")
    whole = [str(file.resolve()) for file in files]
    stamps = [stamp_of(file) for file in files]
    items = []
    for at, (name, path) in enumerate(zip(names, whole, strict=True)):
        before, after = slice(max(0, at - _REACH), at), slice(at + 1, at + 1 + _REACH)
        doubtful = Doubtful(path, name, before=tuple(whole[before]), after=tuple(whole[after]))
        items.append(Item(make_id(name, path), (stamps[at], *stamps[before], *stamps[after]), doubtful))
    return items


def _images_in(path: Path) -> list[Path]:
    from bgrsr_data.media.images import is_image  # noqa: PLC0415 - brings OpenCV

    if not path.exists():
        raise InputError(f"{path}: there is no such file or folder")
    files = [path] if path.is_file() else sorted(file for file in path.iterdir() if file.is_file() and is_image(file))
    if not files or not all(is_image(file) for file in files):
        raise InputError(f"{path}: is no image and holds none")
    return files
