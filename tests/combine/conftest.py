"""Rows of foregrounds and backgrounds, without files."""

from __future__ import annotations

from bgrsr_data.records import Background, Clip, Foreground, Split


def foreground(
    number: int, person: str = "Ada", *, size: tuple[int, int] = (640, 480),
    box: tuple[int, int, int, int] = (200, 100, 440, 480), clip: str | None = None,
) -> Foreground:  # fmt: skip
    """A foreground of `size` (width, height) with the person in `box` (left, top, right, bottom)."""
    name = f"{number:04d}"
    return Foreground(
        id=f"foreground-{person}-{name}", clip=clip or f"clip-{person}", original=f"frame-{person}-{name}",
        person=person, alpha_path=f"f/{person}-{name}/alpha.png", foreground_path=f"f/{person}-{name}/fg.png",
        sha256=f"{person}{name}", width=size[0], height=size[1], box_left=box[0], box_top=box[1], box_right=box[2],
        box_bottom=box[3], score=0.9, scores={},
    )  # fmt: skip


def background(name: str, place: str | None = None, *, clip: str | None = None) -> Background:
    """A background; without `place` it is a place of its own."""
    return Background(
        id=f"background-{name}", clip=clip or f"clip-of-{name}", place=place or f"place-{name}", path=f"b/{name}.png",
        sha256=f"sha-{name}", width=800, height=600,
    )  # fmt: skip


def clip(name: str, *, split: Split | None = None, sha256: str | None = None, person: str = "x") -> Clip:
    """A clip that forces a split, or shares its bytes with another."""
    return Clip(
        id=f"clip-{name}", source=f"source-{name}", role="greenscreen", person=person, split=split, licence="CC0-1.0",
        creator="c", title=f"title of {name}", path=f"clips/{name}.mp4", sha256=sha256 or f"bytes of {name}",
        media="video", width=640, height=480, frames=10, duration=1, codec="h264",  # type: ignore[arg-type]
    )  # fmt: skip
