"""Examples for every network from the same photographs: combinations, views of them, and their mattes."""

from __future__ import annotations

import cv2
import numpy as np
import torch
from photo_renderer import TINY, PhotoRenderer

from bgrsrgan.config import TrainConfig
from bgrsrgan.data.examples import Examples, ExamplesOf, Origin, planes
from bgrsrgan.data.frames import Views
from bgrsrgan.data.mattes import Matte


class PhotoViews(Examples[Views]):
    """For an enlarger: the target, and half of it."""

    def __init__(self, renderer: PhotoRenderer, split: str) -> None:
        super().__init__(cache_bytes=2**30)
        self.renderer, self.rows = renderer, renderer.combinations(split)

    def __len__(self) -> int:
        return len(self.rows)

    def load(self, row: int) -> Views:
        high = self.renderer.render(self.rows[row]).hr_target
        low = cv2.resize(high, (high.shape[1] // 2, high.shape[0] // 2), interpolation=cv2.INTER_AREA)
        return Views(planes(low), planes(high))

    def origin(self, row: int) -> Origin:
        return Origin(self.rows[row].id, "astronaut")


class PhotoMattes(PhotoViews):
    """For a matter: the camera's frame, the alpha at its size, and a trimap that leaves the edge open."""

    def load(self, row: int) -> Matte:
        pair = self.renderer.render(self.rows[row])
        height, width, _ = pair.lr_frame.shape
        alpha = cv2.resize(pair.hr_alpha, (width, height), interpolation=cv2.INTER_AREA)
        trimap = np.where(alpha > 250, 255, np.where(alpha < 5, 0, 128)).astype(np.uint8)
        return Matte(planes(pair.lr_frame), planes(trimap[..., None]), planes(alpha[..., None]))


def examples_of(config: TrainConfig) -> ExamplesOf:
    """The photographs as the network of a config needs them."""
    renderer = PhotoRenderer(lr_size=config.lr_size)
    kinds = {"srgan": PhotoViews, "unet-gan": PhotoMattes}
    if config.network not in kinds:
        return renderer.examples
    return lambda split: kinds[config.network](renderer, split)


def as_float_batch(config: TrainConfig, size: int):
    """The first examples of the training split as one batch of floats."""
    from bgrsrgan.data.examples import as_float
    from bgrsrgan.data.loader import in_order

    return as_float(next(in_order(examples_of(config)("train"), batch=size)), torch.device("cpu"))


# As small as the networks go: frames of 16×12, two steps of the first phase and four of the second.
SMALLEST = TINY.model_copy(
    update={"lr_size": (16, 12), "pixel_steps": 2, "adversarial_steps": 4, "eval_every": 6, "checkpoint_every": 4}
)
EVERY_NETWORK = {
    "bgrsr-lite": SMALLEST.model_copy(
        update={"lr_size": (32, 24), "batch": 4, "accumulate": 2, "features": "efficientnet-lite0"}
    ),
    "bgrsrgan": SMALLEST.model_copy(update={"network": "bgrsrgan"}),
    "srgan": SMALLEST.model_copy(
        update={"network": "srgan", "critic": "resnet18", "adversarial": "wgan-gp", "critic_warm_up_steps": 1}
    ),
    "unet-gan": SMALLEST.model_copy(update={"network": "unet-gan", "lr_size": (16, 16), "precision": "bfloat16"}),
}
