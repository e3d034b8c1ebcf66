"""What a comparison of sets can be told. Imports no torch."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from bgrsr_data.options import Options
from bgrsrgan.config import TrainConfig

Metric = Literal["alpha", "psnr", "ssim"]
RECIPE = "validate"
OTHERWISE = "smoke"  # the recipe of a network that has no short one of its own


class ValidateOptions(Options):
    """Options of a comparison.

    Attributes:
        config: How every network is trained; the seed is the first one's.
        seeds: Trainings of each set.
        metric: What the verdict is about: "alpha", the mean error of alpha; "psnr"; "ssim".
        each: At most so many held-out pictures of a person.
        held_out_score: Held-out keys with a lower score are no truth.
    """

    config: TrainConfig
    seeds: Annotated[int, Field(ge=2)] = 8
    metric: Metric = "alpha"
    each: Annotated[int, Field(ge=1)] = 8
    held_out_score: Annotated[float, Field(ge=0, le=1)] = 0.6

    def config_of(self, seed: int) -> TrainConfig:
        """The config of one training: the same for all sets, but for the seed; nothing is chosen by what it measures.

        Examples are those of combinations alone, for every network: those are what sets differ in.
        """
        every = self.config.steps
        fixed: dict[str, Any] = {"sources": "combinations", "eval_every": every, "log_every": max(1, every // 20)}
        fixed |= {"seed": self.config.seed + seed, "checkpoint_every": max(1, every // 4), "max_seconds": None}
        return self.config.model_copy(update=fixed)
