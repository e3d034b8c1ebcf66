"""What a person can choose about the set's frames."""

from __future__ import annotations

from pydantic import Field

from bgrsr_data.options import Options


class SelectOptions(Options):
    """Options of the `select` stage. Its bounds leave out what shows nothing: black frames, fades, flashes."""

    budget: int | None = Field(
        default=None, ge=1, description="Keep so many frames in all, shared evenly among people, clips and shots."
    )
    near_duplicate_bits: int = Field(
        default=6,
        ge=0,
        le=64,
        description="Near-duplicates of two clips differ in fewer bits of their hash; 0: none do.",
    )
    near_duplicate_levels: int = Field(
        default=4, ge=0, le=255, description="And by at most so many levels in each part of their 8×8 thumbnails."
    )
    min_brightness: float = Field(default=0.03, ge=0, le=1, description="Drop a frame whose mean luma is lower.")
    max_brightness: float = Field(default=0.97, ge=0, le=1, description="Drop a frame whose mean luma is higher.")
    max_dark: float = Field(default=0.95, ge=0, le=1, description="Drop a frame of which more is crushed to black.")
    max_bright: float = Field(default=0.9, ge=0, le=1, description="Drop a frame of which more is clipped to white.")
    min_faces: int = Field(
        default=0,
        ge=0,
        description="Drop a frame with fewer faces turned to the camera (needs frames with faces: true).",
    )
    max_faces: int | None = Field(default=None, ge=0, description="Drop a frame in which more faces were found.")
    min_face_height: float = Field(
        default=0.0, ge=0, le=1, description="Drop a frame whose largest face is lower, over the picture's height."
    )
