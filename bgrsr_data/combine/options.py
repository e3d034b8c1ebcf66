"""What a person can choose about combinations."""

from __future__ import annotations

from pydantic import Field

from bgrsr_data.options import Options


class CombineOptions(Options):
    """Options of the `combine` stage."""

    per_foreground: int = Field(default=12, ge=1, description="Combinations drawn for each foreground.")
    seed: int = Field(default=0, description="Another seed draws another set from the same material.")
    aspect: float = Field(default=4 / 3, gt=0, description="Width over height of the pictures.")
    val_share: float = Field(default=0.15, ge=0, le=0.5, description="Share of people and places held out to validate.")
    test_share: float = Field(default=0.15, ge=0, le=0.5, description="Share of people and places held out to test.")
    max_zoom: float = Field(default=1.35, ge=1, description="How much closer than the footage the camera may stand.")
    max_noise: float = Field(default=0.02, ge=0, le=0.2, description="Largest camera noise of the input, sRGB [0, 1].")
    only_accepted: bool = Field(default=False, description="Take only foregrounds that a reviewer accepted.")
