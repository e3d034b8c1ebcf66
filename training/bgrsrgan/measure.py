"""How close a method comes to the truth on a split, every combination of it counted once and alike."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

import torch
from torch import Tensor

from bgrsrgan.data import Batch
from bgrsrgan.light import upscale
from bgrsrgan.metrics import psnr, ssim
from bgrsrgan.networks import Generator, Output

Method = Callable[[Batch], Tensor]


class Score(NamedTuple):
    """PSNR in dB and SSIM of one image, or their means over images."""

    psnr: float
    ssim: float


def bicubic(batch: Batch) -> Tensor:
    """The trivial baseline: the frame upscaled, its background not replaced, (N, 3, H, W)."""
    return upscale(batch.lr_frame)


def pasted_background(batch: Batch) -> Tensor:
    """The target background alone, without the person, (N, 3, H, W)."""
    return batch.hr_background


BASELINES: Mapping[str, Method] = {"bicubic": bicubic, "background": pasted_background}


def generate(generator: Generator, batch: Batch) -> Output:
    """Run a generator on a batch of float tensors."""
    output: Output = generator(batch.lr_frame, batch.lr_background, batch.hr_background)
    return output


def model_of(generator: Generator) -> Method:
    """A generator as a method to measure."""
    return lambda batch: generate(generator, batch).composite


@torch.inference_mode()
def measure(batches: Iterable[Batch], methods: Mapping[str, Method], device: torch.device) -> dict[str, list[Score]]:
    """Score every image of a split.

    Args:
        batches: uint8 tensors, every combination once.
        methods: What makes a composite of a batch, by name.
        device: Where it is computed.

    Returns:
        The scores of each method, in the order of the batches.
    """
    scores: dict[str, list[Score]] = {name: [] for name in methods}
    for raw in batches:
        batch = raw.as_float(device)
        for name, method in methods.items():
            image = method(batch)
            both = zip(psnr(image, batch.hr_target).tolist(), ssim(image, batch.hr_target).tolist(), strict=True)
            scores[name] += [Score(*pair) for pair in both]
    return scores


def mean(scores: list[Score]) -> Score:
    """Mean over images; there must be one."""
    return Score(*(sum(values) / len(scores) for values in zip(*scores, strict=True)))
