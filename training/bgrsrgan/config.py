"""What a training run can be told; saved beside it, and compared when it is resumed.

Imports no torch, so that the command line can show the options without it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, get_args

from pydantic import Field, model_validator

from bgrsr_data.options import Options
from bgrsrgan.recipes.reader import NETWORK_BY_DEFAULT, read_recipe

# These change how fast a run goes or how often it writes, never what it learns: a resumed run may change them.
FREE_FIELDS = frozenset({"workers", "cache_mb", "checkpoint_every", "max_seconds"})

NetworkName = Literal["unet-gan", "srgan", "bgrsrgan", "bgrsr-lite"]
NETWORK_NAMES: tuple[str, ...] = get_args(NetworkName)
NEVER_PUBLISHED = frozenset({"bgrsr-lite"})
# What `as_published` puts in the place of what a recipe says; what else it changes is in losses.py and networks/.
AS_PUBLISHED: Mapping[str, Any] = {"adversarial": "wasserstein", "critic": "resnet18", "pixel_loss": "mse"}

LEAST_JUDGED_PX, LEAST_SEEN_PX = 16, 48  # a critic halves what it sees four times, features five times

Positive = Annotated[int, Field(gt=0)]
Count = Annotated[int, Field(ge=0)]
Rate = Annotated[float, Field(gt=0)]
Weight = Annotated[float, Field(ge=0)]
Size = tuple[Positive, Positive]


class TrainConfig(Options):
    """Options of one training run.

    Attributes:
        network: One of NETWORK_NAMES.
        as_published: With the defects that the network was published with: the run shows what they do.
        pretrained: bgrsr-lite begins with an encoder that ImageNet taught, and that learns no more: it sees what few
            people and rooms cannot teach.
        lr_size: (width, height) of the camera's frame, in pixels, both even.
        scale: How much larger the output is.
        crop: (width, height) of the part of the frame that a step sees, both even; the whole where None. Measured is
            always the whole.
        sources: What an enlarger or a matter learns from: "footage" (frames of talking heads; COCO's persons),
            "combinations" (rendered ones of the set), or "both". All else learns from combinations alone.
        degradation: "webcam" gives an enlarger frames as a cheap camera and its codec spoil them.
        vary: Whether examples are mirrored, and their colour channels swapped, at random.
        recompose: Share of the combinations that a step sees put together anew: the people moved and in other clothes,
            before other rooms of the split.
        batch: Examples per step, over all parts and processes.
        accumulate: A step's batch is worked through in so many parts, one after the other, to save memory.
        precision: Of the products within the networks; weights are float32 always.
        pixel_steps: Steps on the content losses alone.
        adversarial_steps: Steps after them with the critic.
        critic_warm_up_steps: The first so many of them teach the critic alone.
        pixel_rate: Highest learning rate of the first phase.
        generator_rate: Highest learning rate of the generator against the critic.
        critic_rate: Highest learning rate of the critic.
        warm_up_steps: Steps over which each phase's rates rise; then they fall along a cosine.
        clip_norm: The gradient's norm is cut to this.
        pixel_loss: "l1", the mean absolute difference, or "mse", the mean squared one.
        lr_weight: Of the pixels of the picture before it is enlarged, of a network that makes one.
        laplacian_weight: Of the alpha's edges.
        features: What the perceptual loss looks through: "none", "efficientnet-lite0", "resnet18", "resnet50", or a
            file of weights.
        perceptual_weight: Of the perceptual loss.
        critic: "patch" judges overlapping patches, "resnet18" the whole picture, as published.
        adversarial: "hinge"; "wgan-gp", Wasserstein with a gradient penalty; "wasserstein", without one, collapses.
        gradient_penalty: Weight of that penalty.
        adversarial_weight: Of the critic's opinion.
        ema_decay: Of the running mean of the weights that is evaluated and kept (smaller in the first steps).
        seed: Of the first weights and of the order of the examples.
        eval_every: Steps between two measurements on the held-out split.
        eval_pairs: At most so many held-out examples are measured then, evenly spread; `evaluate` takes all.
        log_every: Steps between two rows of stats.jsonl.
        checkpoint_every: Steps between two checkpoints.
        workers: Threads that make examples ahead; 0 makes them when a step asks; None: half of the cores, at most 8.
        cache_mb: Examples kept in memory, in MB.
        threads: Threads of torch; all cores when None.
        device: "auto" takes a GPU where there is one.
        max_seconds: The run ends in good order after this long, whatever is left to do.
    """

    network: NetworkName = "bgrsr-lite"
    as_published: bool = False
    pretrained: bool = False
    lr_size: Size = (320, 240)
    scale: Literal[2] = 2
    crop: Size | None = None
    sources: Literal["footage", "combinations", "both"] = "both"
    degradation: Literal["none", "webcam"] = "none"
    vary: bool = True
    recompose: Annotated[float, Field(ge=0, le=1)] = 0.0
    batch: Positive = 8
    accumulate: Positive = 1
    precision: Literal["float32", "bfloat16", "float16"] = "float32"
    pixel_steps: Positive = 4000
    adversarial_steps: Count = 1000
    critic_warm_up_steps: Count = 0
    pixel_rate: Rate = 1e-3
    generator_rate: Rate = 3e-4
    critic_rate: Rate = 2e-4
    warm_up_steps: Count = 20
    clip_norm: Rate = 1.0
    pixel_loss: Literal["l1", "mse"] = "l1"
    lr_weight: Weight = 1.0
    laplacian_weight: Weight = 0.2
    features: str = "none"
    perceptual_weight: Weight = 0.1
    critic: Literal["patch", "resnet18"] = "patch"
    adversarial: Literal["hinge", "wgan-gp", "wasserstein"] = "hinge"
    gradient_penalty: Weight = 10.0
    adversarial_weight: Weight = 5e-3
    ema_decay: Annotated[float, Field(ge=0, lt=1)] = 0.999
    seed: int = 0
    eval_every: Positive = 250
    eval_pairs: Positive = 64
    log_every: Positive = 10
    checkpoint_every: Positive = 250
    workers: Count | None = None
    cache_mb: Count = 2048
    threads: Positive | None = None
    device: Literal["auto", "cpu", "cuda"] = "auto"
    max_seconds: Annotated[float, Field(gt=0)] | None = None

    @model_validator(mode="after")
    def _fits_together(self) -> TrainConfig:
        if self.as_published and self.network in NEVER_PUBLISHED:
            raise ValueError(f"{self.network} was never published; leave out as_published")
        if self.batch % self.accumulate:
            raise ValueError(f"a batch of {self.batch} cannot be worked through in {self.accumulate} equal parts")
        if self.crop and (self.crop[0] > self.lr_size[0] or self.crop[1] > self.lr_size[1]):
            raise ValueError(f"a crop of {_said(self.crop)} is larger than the frame of {_said(self.lr_size)}")
        least_px = LEAST_SEEN_PX if self.features != "none" else LEAST_JUDGED_PX if self.adversarial_steps else 1
        seen = self.crop or self.lr_size
        if min(seen) * (1 if self.network == "unet-gan" else self.scale) < least_px:
            raise ValueError(f"{_said(seen)} is too small: critic or features need {least_px} px of what is made")
        for name, size in (("lr_size", self.lr_size), ("crop", self.crop)):
            if size and (size[0] % 2 or size[1] % 2):
                raise ValueError(f"{name} {_said(size)}: both sides must be even")
        return self

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
    """Options of the `train` stage: those of TrainConfig, over those of a recipe.

    Attributes:
        recipe: "full", "smoke", or a YAML file of options; what is not given is taken from it.
        name: The run is kept in runs/NAME; the network's name where none is given.
    """

    recipe: str = "full"
    name: Annotated[
        str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", description="letters, digits, and '.', '_', '-' within")
    ] = "bgrsr-lite"

    @model_validator(mode="before")
    @classmethod
    def _over_recipe(cls, given: object) -> object:
        if not isinstance(given, Mapping) or TrainConfig.model_fields.keys() <= given.keys():
            return given  # a run that was told everything, as one read back is, needs no recipe
        if given.get("network", NETWORK_BY_DEFAULT) not in NETWORK_NAMES:
            return given
        told = read_recipe(str(given.get("recipe", "full")), given.get("network"), TrainConfig)
        if given.get("as_published", told.get("as_published")):
            told |= AS_PUBLISHED
        told |= given
        return {"name": told.get("network", NETWORK_BY_DEFAULT)} | told

    @property
    def config(self) -> TrainConfig:
        """What the training itself is told."""
        return TrainConfig(**self.model_dump(exclude={"recipe", "name"}))


class EvaluateOptions(Options):
    """Options of the `evaluate` stage.

    Attributes:
        name: Which run.
        split: On which held-out split.
        pairs: At most so many examples of it, evenly spread; all when None.
        features: What feature distances are seen through, as of TrainConfig.
    """

    name: str = "bgrsr-lite"
    split: Literal["val", "test"] = "test"
    pairs: Positive | None = None
    features: str = "efficientnet-lite0"


def _said(size: tuple[int, int]) -> str:
    return f"{size[0]}×{size[1]}"
