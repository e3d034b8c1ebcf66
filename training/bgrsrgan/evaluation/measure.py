"""How close a method comes to the truth on a split, every example of it counted once and alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import torch

from bgrsrgan.data.examples import as_float
from bgrsrgan.metrics import psnr, ssim
from bgrsrgan.networks import Network
from bgrsrgan.tasks.base import Method, Task


class Score(NamedTuple):
    """PSNR in dB and SSIM of one image, or their means over images."""

    psnr: float
    ssim: float


def model_of(task: Task[Any], network: Network) -> Method[Any]:
    """A network as a method to measure."""
    return lambda batch: task.generate(network, batch).image


@torch.inference_mode()
def measure(
    task: Task[Any], batches: Iterable[Any], methods: Mapping[str, Method[Any]], device: torch.device
) -> dict[str, list[Score]]:
    """Score every image of a split.

    Args:
        task: What is done.
        batches: uint8 tensors, every example once.
        methods: What makes an image of a batch, by name.
        device: Where it is computed.

    Returns:
        The scores of each method, in the order of the batches.
    """
    scores: dict[str, list[Score]] = {name: [] for name in methods}
    for raw in batches:
        batch = as_float(raw, device)
        truth = task.truth(batch)
        for name, method in methods.items():
            image = method(batch)
            both = zip(psnr(image, truth).tolist(), ssim(image, truth).tolist(), strict=True)
            scores[name] += [Score(*pair) for pair in both]
    return scores


def mean(scores: list[Score]) -> Score:
    """Mean over images; there must be one."""
    return Score(*(sum(values) / len(scores) for values in zip(*scores, strict=True)))
