"""What the `frames` stage works on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from bgrsr_data.records import Role


@dataclass(frozen=True, slots=True)
class Footage:
    """A clip to take frames from, and where they go.

    Args:
        clip: Its id.
        role: What it is used for; decides the kind of row and the image format.
        person: Who is seen, or which place.
        media: Video or still.
        path: The file, relative to the root, or absolute.
        folder: Where its frames are written, relative to the root.
        sections: Parts to take frames from, as "00:20-01:35"; none: what the options say.
    """

    clip: str
    role: Role
    person: str
    media: Literal["video", "still"]
    path: str
    folder: str
    sections: tuple[str, ...] = ()
