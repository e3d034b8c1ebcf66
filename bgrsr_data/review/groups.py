"""What the reviewer sees of each foreground: which pictures, with what laid over them.

From manifests alone; nothing here knows FiftyOne.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from bgrsr_data.combine.render import Renderer
from bgrsr_data.errors import InputError
from bgrsr_data.manifests import manifest_path, read_rows
from bgrsr_data.media.images import write_image
from bgrsr_data.records import Clip, Combination, Foreground, Frame, Record, Trimap, content_hash
from bgrsr_data.review.previews import FOLDER, VERSION, write_checkerboard

SLICES = ("input", "alpha", "trimap", "target")
R = TypeVar("R", bound=Record)
Box = tuple[float, float, float, float]
Progress = Callable[[str, int, int], None]


def quietly(what: str, finished: int, of_all: int) -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True)
class Picture:
    """One slice of a group.

    Args:
        path: The picture, absolute.
        overlay: An alpha of the same size to lay over it, absolute.
        box: Where the person is: left, top, width and height as shares of the picture.
    """

    path: str
    overlay: str | None = None
    box: Box | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """A foreground and its pictures, by slice."""

    row: Foreground
    pictures: dict[str, Picture]

    @property
    def shown(self) -> str:
        """Equal as long as everything shown of the row is."""
        return content_hash(self.row.content, sorted(self.pictures.items()))


class Manifests:
    """The published set, as the reviewer needs it.

    Args:
        root: The workspace.

    Raises:
        InputError: Nothing is published, or a manifest cannot be read.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.foregrounds = read_rows(manifest_path(root, Foreground), Foreground)
        self.frames = _by_id(_read(root, Frame))
        self.trimaps = _by_id(_read(root, Trimap))
        self.clips = _by_id(_read(root, Clip))
        self.combinations: dict[str, Combination] = {}
        for combination in _read(root, Combination):
            self.combinations.setdefault(combination.foreground, combination)


def list_groups(root: Path, progress: Progress = quietly) -> list[Group]:
    """List what is to be reviewed, and draw the previews that are missing.

    Args:
        root: The workspace.
        progress: Called as ("previews", drawn, all of them) while they are drawn.

    Raises:
        InputError: Nothing is published, or files that the manifests name are gone.
        DiskFullError: Nothing more can be written.
    """
    manifests = Manifests(root)
    previews = draw_previews(manifests, progress)
    groups = [Group(row, _pictures(row, manifests, previews[row.id])) for row in manifests.foregrounds]
    paths = [Path(picture.path) for group in groups for picture in group.pictures.values()]
    gone = [path for path in paths if not path.is_file()]
    if gone:
        raise InputError(f"{gone[0]}: is gone, with {len(gone) - 1} more files of the set; make them: bgrsr run RECIPE")
    return groups


def draw_previews(manifests: Manifests, progress: Progress = quietly) -> dict[str, Path]:
    """Draw what is missing, and delete what nothing shows any more.

    Returns:
        The preview's path, by the foreground's id.
    """
    root, folder = manifests.root, manifests.root / FOLDER
    renderer: Renderer | None = None
    previews = {row.id: folder / _preview_name(row, manifests) for row in manifests.foregrounds}
    missing = [row for row in manifests.foregrounds if not previews[row.id].is_file()]
    for number, row in enumerate(missing, 1):
        path, combination = previews[row.id], manifests.combinations.get(row.id)
        if combination is None:
            write_checkerboard(path, root / row.foreground_path, root / row.alpha_path)
        else:
            renderer = renderer or Renderer(root)
            write_image(path, renderer.render(combination).hr_target)
        progress("previews", number, len(missing))
    for old in set(folder.glob("*.jpg")) - set(previews.values()):
        old.unlink(missing_ok=True)
    return previews


def _preview_name(row: Foreground, manifests: Manifests) -> str:
    combination = manifests.combinations.get(row.id)
    key = content_hash(VERSION, row.content, combination.content if combination else "checkerboard")
    return f"{row.id}-{key[:16]}.jpg"


def _pictures(row: Foreground, manifests: Manifests, preview: Path) -> dict[str, Picture]:
    alpha = str(manifests.root / row.alpha_path)
    pictures = {"input": _input(row, manifests, alpha), "alpha": Picture(alpha), "target": Picture(str(preview))}
    trimap = manifests.trimaps.get(row.original)
    if trimap is not None:
        pictures["trimap"] = Picture(str(manifests.root / trimap.path))
    return pictures


def _input(row: Foreground, manifests: Manifests, alpha: str) -> Picture:
    """The frame with its alpha; of a COCO person, whose files are a window of the image, the image with a box."""
    frame = manifests.frames.get(row.original)
    if frame is not None:
        return Picture(str(manifests.root / frame.path), overlay=alpha)
    trimap, clip = manifests.trimaps.get(row.original), manifests.clips.get(row.clip)
    if trimap is not None and clip is not None:
        return Picture(str(manifests.root / clip.path), box=_person_box(trimap, clip, manifests.root))
    return Picture(str(manifests.root / row.foreground_path), overlay=alpha)


def _person_box(trimap: Trimap, clip: Clip, root: Path) -> Box | None:
    """The annotated box of a COCO person, None where the annotations do not tell."""
    if clip.annotations is None:
        return None
    try:
        annotations = json.loads((root / clip.annotations).read_text())["annotations"]
        x, y, width, height = next(a["bbox"] for a in annotations if a["id"] == trimap.annotation)
    except (OSError, ValueError, KeyError, StopIteration):
        return None
    return (x / clip.width, y / clip.height, width / clip.width, height / clip.height)


def _read(root: Path, model: type[R]) -> list[R]:
    path = manifest_path(root, model)
    return read_rows(path, model) if path.is_file() else []


def _by_id(rows: Iterable[R]) -> dict[str, R]:
    return {row.id: row for row in rows}
