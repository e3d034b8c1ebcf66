"""What a person can choose about frames."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from bgrsr_data.options import Options


class FrameOptions(Options):
    """Options of the `frames` stage."""

    per_second: float = Field(default=1.0, gt=0, description="Windows a second; the sharpest frame of each is taken.")
    max_per_clip: int | None = Field(default=None, ge=1, description="Keep so many frames of a clip, spread evenly.")
    max_per_shot: int | None = Field(default=None, ge=1, description="Keep so many frames of a shot, spread evenly.")
    near_duplicate_bits: int = Field(
        default=1, ge=0, le=64, description="Drop a frame whose hash differs from a kept one's in fewer bits; 0: never."
    )
    start_s: float = Field(default=0.0, ge=0, description="Begin so many seconds into a clip that names no sections.")
    end_s: float | None = Field(default=None, gt=0, description="Stop so many seconds into a clip that names none.")
    faces: bool = Field(default=True, description="Look for faces in every frame of a person (10 ms each).")
    hdr: Literal["reject", "tonemap"] = Field(
        default="reject", description="What becomes of high dynamic range: refused, or brought down to sRGB."
    )
