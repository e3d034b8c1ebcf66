"""What a person may decide about keying; everything else is measured in the frame."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from bgrsr_data.options import Options


class KeyOptions(Options):
    """Options of `key_image`. The defaults are meant for any screen, untouched."""

    screen: str = Field(
        default="auto",
        pattern=r"^(auto|#[0-9a-fA-F]{6})$",
        description="Colour of the screen as #RRGGBB (sRGB), or auto: found in the frame.",
    )
    domain: Literal["linear", "srgb"] = Field(
        default="linear",
        description="Light in which edges are unmixed: linear for cameras, srgb for pictures blended in an editor.",
    )
    despill: float = Field(
        default=1.0,
        ge=0.0,
        le=1.0,
        description="How much of the screen's light on the foreground is taken away, 0 to 1.",
    )
    motion: bool = Field(
        default=True,
        description="Key edges that motion smeared as the ramps they are; without it they are keyed like sharp ones.",
    )
    min_score: float = Field(
        default=0.35, ge=0.0, le=1.0, description="Frames whose key scores below this are rejected by the step, 0 to 1."
    )
