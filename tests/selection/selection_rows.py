"""Rows of frames and backgrounds, without files."""

from __future__ import annotations

from typing import Any

from bgrsr_data.records import Background, Frame

GREY = "80" * 64


def frame(name: str, person: str = "Ada", clip: str | None = None, *, pts: int = 0, **more: Any) -> Frame:
    """A well-exposed frame with one face; `name` decides its id, and where nothing else is said, its looks."""
    looks = {"dhash": f"{abs(hash_of(name)):016x}", "thumbnail": GREY}
    row = {
        "id": f"frame-{name}", "clip": clip or f"clip-{person}", "role": "greenscreen", "person": person,
        "path": f"frames/{name}.png", "sha256": name, "width": 640, "height": 480, "pts": pts, "time_base": "1/25",
        "sharpness": 100.0, "sharpness_ratio": 1.0, "brightness": 0.5, "faces": 1, "face_height": 0.4,
    }  # fmt: skip
    return Frame.model_validate(row | looks | more)


def background(name: str, place: str | None = None, **more: Any) -> Background:
    """A background; without `place` it is a place of its own."""
    row = {
        "id": f"background-{name}", "clip": f"clip-{name}", "place": place or f"place-{name}", "path": f"b/{name}.jpg",
        "sha256": name, "width": 800, "height": 600, "dhash": f"{hash_of(name):016x}", "thumbnail": GREY,
    }  # fmt: skip
    return Background.model_validate(row | more)


def hash_of(name: str) -> int:
    """64 bits, far from those of any other name."""
    import hashlib

    return int(hashlib.sha256(name.encode()).hexdigest()[:16], 16)


def flipped(value: int, *bits: int) -> str:
    """A hash that differs from `value` in these bits, 16 hex digits."""
    for bit in bits:
        value ^= 1 << bit
    return f"{value:016x}"
