"""What a person can choose about trimaps."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from bgrsr_data.options import Options

Method = Literal["colour", "closed-form", "knn", "guided"]


class TrimapOptions(Options):
    """Options of the `trimap` stage. Defaults were measured on real mattes: see docs/trimaps.md."""

    inside: float = Field(default=0.06, gt=0, le=0.5, description="Unknown band inside the outline, over √(area).")
    outside: float = Field(default=0.05, gt=0, le=0.5, description="Unknown band outside the outline, over √(area).")
    hair: float = Field(default=1.5, ge=1, le=4, description="How many times as wide the band is above the shoulders.")
    min_band_px: int = Field(default=3, ge=1, description="Neither side of the band is thinner.")
    max_band_px: int = Field(default=30, ge=1, description="Neither side is wider, but for hair.")
    min_side_px: int = Field(default=32, ge=8, description="Persons whose box has a shorter side are rejected.")
    method: Method = Field(
        default="colour", description="How alpha is found in the band: colour, closed-form, knn or guided."
    )
    max_solve_px: int = Field(
        default=400_000, ge=10_000, description="closed-form and knn solve larger crops at this many pixels."
    )

    @field_validator("max_band_px")
    @classmethod
    def _not_below_the_least(cls, most: int, others: ValidationInfo) -> int:
        if most < others.data.get("min_band_px", 0):
            raise PydanticCustomError("band", "input should be at least min_band_px")
        return most
