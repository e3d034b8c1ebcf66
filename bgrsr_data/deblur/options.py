"""What a person can choose about deblurring."""

from __future__ import annotations

from pydantic import Field

from bgrsr_data.options import Options


class DeblurOptions(Options):
    """Options of the `deblur` stage. Ratios are of the subject's sharpness to the neighbours' 80th percentile."""

    keep_ratio: float = Field(default=0.8, ge=0, description="A frame whose subject is so sharp is kept as it is.")
    reject_ratio: float = Field(default=0.4, ge=0, description="One below is rejected where nothing made it better.")
    reject_sharpness: float = Field(default=5.0, ge=0, description="Variance of the Laplacian under which none passes.")
    neighbours: int = Field(default=3, ge=1, le=8, description="Frames looked at on each side.")
    replace: bool = Field(default=True, description="Take a sharper neighbour of a blurred frame, where one is free.")
    replace_within_s: float = Field(default=0.25, ge=0, description="It may be so many seconds away.")
    model: str | None = Field(
        default=None, description="An ONNX restoration network, by path, for what fusion cannot mend."
    )
    min_gain: float = Field(default=0.15, ge=0, description="What stands for a frame has a subject sharper by so much.")
    min_gain_db: float = Field(default=0.5, ge=0, description="What is fused must promise to come so much nearer.")
    max_overshoot: float = Field(default=8.0, ge=0, description="Levels that a pixel may ring beyond what was seen.")
    max_colour_change: float = Field(default=1.0, ge=0, description="Levels that the mean colour may move.")
