"""What a person can choose about combinations.

The defaults are those of a webcam in an ordinary room; each `max_…` is the most of it, and every row draws its own
between none and that. 0 switches an effect off and leaves all other draws as they are.
"""

from __future__ import annotations

from pydantic import Field

from bgrsr_data.options import Options


class CombineOptions(Options):
    """Options of the `combine` stage."""

    per_foreground: int = Field(
        default=12, ge=1, description="Combinations drawn for each foreground; under a budget, at most so many."
    )
    budget: int | None = Field(
        default=None, ge=1, description="At most so many in all, shared evenly among people, poses and places."
    )
    seed: int = Field(default=0, description="Another seed draws another set from the same material.")
    aspect: float = Field(default=4 / 3, gt=0, description="Width over height of the pictures.")
    val_share: float = Field(default=0.15, ge=0, le=0.5, description="Share of people and places held out to validate.")
    test_share: float = Field(default=0.15, ge=0, le=0.5, description="Share of people and places held out to test.")
    max_zoom: float = Field(default=1.35, ge=1, description="How much closer than the footage the camera may stand.")
    light_match: float = Field(
        default=0.8, ge=0, le=1, description="How far the person's light may follow that of the room behind, 0 to 1."
    )
    max_cast: float = Field(
        default=0.06, ge=0, le=0.5, description="Largest warm or cold cast: red gains and blue loses this share of it."
    )
    max_wrap: float = Field(
        default=0.1, ge=0, le=1, description="Largest share of the room's light that wraps around the person's edge."
    )
    max_shadow: float = Field(
        default=0.4,
        ge=0,
        le=1,
        description="Darkest shadow of the person, as the light it takes; half have one.",
    )
    max_spill: float = Field(
        default=0.15, ge=0, le=1, description="Largest share of the original room's light left on the input's edge."
    )
    max_blur: float = Field(
        default=2.0, ge=0, le=32, description="Longest motion blur of the input, in its pixels; half are still."
    )
    max_noise: float = Field(default=0.02, ge=0, le=0.2, description="Largest camera noise of the input, sRGB [0, 1].")
    kernel_share: float = Field(
        default=0.4, ge=0, le=1, description="Share of inputs scaled down as cheap cameras do, not by area."
    )
    codec_share: float = Field(
        default=0.5, ge=0, le=1, description="Share of inputs that a codec has spoiled, half JPEG, half H.264."
    )
    min_quality: int = Field(default=50, ge=1, le=95, description="Lowest JPEG quality of an input (the best is 95).")
    max_qp: int = Field(default=32, ge=18, le=51, description="Highest H.264 quantiser of an input (the best is 18).")
    only_accepted: bool = Field(default=False, description="Take only foregrounds that a reviewer accepted.")
