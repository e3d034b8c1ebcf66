"""What a training run can be told; saved beside it, and compared when it is resumed.

Imports no torch, so that the command line can show the options without it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from bgrsr_data.options import Options

# These change how fast a run goes or how often it writes, never what it learns: a resumed run may change them.
FREE_FIELDS = frozenset({"workers", "cache_mb", "checkpoint_every", "max_seconds"})

NETWORK_NAMES = ("unet-gan", "srgan", "bgrsrgan", "bgrsr-lite")

Positive = Annotated[int, Field(gt=0)]
Count = Annotated[int, Field(ge=0)]
Rate = Annotated[float, Field(gt=0)]


class TrainConfig(Options):
    """Options of one training run.

    Attributes:
        network: One of NETWORK_NAMES.
        lr_size: (width, height) of the camera's frame, in pixels, both even.
        scale: How much larger the output is.
        batch: Combinations per step.
        pixel_steps: Steps on the pixel and alpha losses alone.
        adversarial_steps: Steps after them with the critic.
        pixel_rate: Highest learning rate of the first phase.
        generator_rate: Highest learning rate of the generator against the critic.
        critic_rate: Highest learning rate of the critic.
        warm_up_steps: Steps over which each phase's rates rise; then they fall along a cosine.
        clip_norm: The gradient's norm is cut to this.
        laplacian_weight: Of the alpha's edges.
        adversarial_weight: Of the critic's opinion.
        ema_decay: Of the running mean of the weights that is evaluated and kept (smaller in the first steps).
        vary: Whether combinations are mirrored, and their colour channels swapped, at random.
        seed: Of the first weights and of the order of the combinations.
        eval_every: Steps between two measurements on the held-out split.
        eval_pairs: At most so many held-out combinations are measured then, evenly spread; `evaluate` takes all.
        log_every: Steps between two rows of stats.jsonl.
        checkpoint_every: Steps between two checkpoints.
        workers: Threads that render ahead; 0 renders when a step asks.
        cache_mb: Rendered combinations kept in memory, in MB.
        threads: Threads of torch; all cores when None.
        device: "auto" takes a GPU where there is one.
        max_seconds: The run ends in good order after this long, whatever is left to do.
    """

    network: Literal["unet-gan", "srgan", "bgrsrgan", "bgrsr-lite"] = "bgrsr-lite"
    lr_size: tuple[Positive, Positive] = (320, 240)
    scale: Literal[2] = 2
    batch: Positive = 8
    pixel_steps: Positive = 4000
    adversarial_steps: Count = 1000
    pixel_rate: Rate = 1e-3
    generator_rate: Rate = 3e-4
    critic_rate: Rate = 2e-4
    warm_up_steps: Count = 20
    clip_norm: Rate = 1.0
    laplacian_weight: float = 0.2
    adversarial_weight: float = 5e-3
    ema_decay: Annotated[float, Field(ge=0, lt=1)] = 0.999
    vary: bool = True
    seed: int = 0
    eval_every: Positive = 250
    eval_pairs: Positive = 64
    log_every: Positive = 10
    checkpoint_every: Positive = 250
    workers: Count = 0
    cache_mb: Count = 2048
    threads: Positive | None = None
    device: Literal["auto", "cpu", "cuda"] = "auto"
    max_seconds: Annotated[float, Field(gt=0)] | None = None

    @property
    def hr_size(self) -> tuple[int, int]:
        """(width, height) of the output, in pixels."""
        return self.lr_size[0] * self.scale, self.lr_size[1] * self.scale

    @property
    def steps(self) -> int:
        """Steps of both phases."""
        return self.pixel_steps + self.adversarial_steps

    def differences(self, other: TrainConfig) -> list[str]:
        """The options that lead to other weights, as "batch 8 → 4"; none: one may go on where the other stopped."""
        mine, theirs = self.model_dump(), other.model_dump()
        return [
            f"{key} {mine[key]} → {theirs[key]}" for key in mine if key not in FREE_FIELDS and mine[key] != theirs[key]
        ]


class TrainOptions(TrainConfig):
    """Options of the `train` stage: those of TrainConfig, over those of a preset.

    Attributes:
        preset: Name in PRESETS; what is not given is taken from it.
        name: The run is kept in runs/NAME.
    """

    preset: str = "full"
    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")] = "bgrsr-lite"

    @model_validator(mode="before")
    @classmethod
    def _over_preset(cls, given: object) -> object:
        if not isinstance(given, Mapping):
            return given
        preset = given.get("preset", "full")
        if preset not in PRESETS:
            raise ValueError(f"there is no preset {preset!r}; known: {', '.join(sorted(PRESETS))}")
        return dict(PRESETS[preset]) | dict(given)

    @property
    def config(self) -> TrainConfig:
        """What the training itself is told."""
        return TrainConfig(**self.model_dump(exclude={"preset", "name"}))


class EvaluateOptions(Options):
    """Options of the `evaluate` stage.

    Attributes:
        name: Which run.
        split: On which held-out split.
    """

    name: str = "bgrsr-lite"
    split: Literal["val", "test"] = "test"


PRESETS: Mapping[str, Mapping[str, Any]] = {
    "full": {},
    "smoke": {
        "lr_size": (160, 120),
        "batch": 4,
        "pixel_steps": 300,
        "adversarial_steps": 40,
        "pixel_rate": 3e-3,
        "vary": False,  # a short run has not the time to learn from variety
        "eval_every": 60,
        "eval_pairs": 24,
        "log_every": 5,
        "checkpoint_every": 60,
    },
}
