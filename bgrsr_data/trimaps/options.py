"""What a person can choose about trimaps."""

from __future__ import annotations

from pydantic import Field

from bgrsr_data.options import Options


class TrimapOptions(Options):
    """Options of the `trimap` stage."""

    band: float = Field(default=0.055, gt=0, le=0.5, description="Half-width of the unknown band over √(area).")
    min_band_px: int = Field(default=3, ge=1, description="The band is never thinner.")
    max_band_px: int = Field(default=30, ge=1, description="The band is never wider.")
    min_side_px: int = Field(default=32, ge=8, description="Persons whose box has a shorter side are rejected.")
