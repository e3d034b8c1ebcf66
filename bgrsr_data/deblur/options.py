"""What a person can choose about deblurring."""

from __future__ import annotations

from pydantic import Field

from bgrsr_data.options import Options


class DeblurOptions(Options):
    """Options of the `deblur` stage. Ratios are to the 80th percentile of the neighbours' sharpness."""

    keep_ratio: float = Field(default=0.7, ge=0, description="A frame at least so sharp is kept as it is.")
    reject_ratio: float = Field(default=0.25, ge=0, description="One below is rejected where it cannot be improved.")
    reject_sharpness: float = Field(default=5.0, ge=0, description="Variance of the Laplacian under which none passes.")
    neighbours: int = Field(default=3, ge=1, le=8, description="Frames looked at on each side.")
    min_gain: float = Field(default=0.15, ge=0, description="Sharpness must grow by so much, or nothing is changed.")
    max_overshoot: float = Field(default=8.0, ge=0, description="Levels that a pixel may ring beyond what was seen.")
    max_colour_change: float = Field(default=1.0, ge=0, description="Levels that the mean colour may move.")
