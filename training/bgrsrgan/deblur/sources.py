"""Which clips there are to learn from."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from bgrsr_data.errors import InputError
from bgrsr_data.manifests import manifest_path, read_rows
from bgrsr_data.media.video import is_video
from bgrsr_data.records import Clip
from bgrsrgan.deblur.loop import Footage

ROLES = ("talking-head", "greenscreen")


def footage_of_files(paths: Sequence[Path]) -> list[Footage]:
    """Videos, each of a person of its own.

    Raises:
        InputError: One is missing or no video.
    """
    for path in paths:
        if not path.is_file() or not is_video(path):
            raise InputError(f"{path}: is no video")
    return [Footage(path, str(path.resolve())) for path in paths]


def footage_of_workspace(root: Path) -> list[Footage]:
    """The videos of people in a workspace's published set.

    Raises:
        InputError: Nothing is published, or it holds no video of a person.
    """
    clips = read_rows(manifest_path(root, Clip), Clip)
    footage = [Footage(root / clip.path, clip.person) for clip in clips if clip.media == "video" and clip.role in ROLES]
    if not footage:
        raise InputError(f"{root}: no video of a person is published here; add some with: bgrsr fetch, bgrsr publish")
    return footage
