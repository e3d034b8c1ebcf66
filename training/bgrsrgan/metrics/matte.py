"""How far an alpha is from the true one.

SAD, MSE and Grad as in Rhemann et al., "A perceptually motivated online benchmark for image matting", CVPR 2009, in the
units of the field: SAD and Grad in thousands, MSE in thousandths. The same as in Robust Video Matting's evaluation,
and as keys are measured against their truth (docs/keying-motion.md).
"""

from __future__ import annotations

import math

from torch import Tensor
from torch.nn import functional

from bgrsrgan.metrics.windows import window

GRAD_SIGMA_PX, GRAD_REACH_PX = 1.4, 4
UNKNOWN = 0.5


def sad(alpha: Tensor, true: Tensor) -> Tensor:
    """Sum of absolute differences, (N, 1, H, W) float32 [0, 1] each → (N,), in thousands of pixels."""
    return (alpha - true).abs().sum((1, 2, 3)) / 1e3


def mse(alpha: Tensor, true: Tensor) -> Tensor:
    """Mean squared difference, (N, 1, H, W) float32 [0, 1] each → (N,), in thousandths."""
    return (alpha - true).square().mean((1, 2, 3)) * 1e3


def grad(alpha: Tensor, true: Tensor) -> Tensor:
    """Sum of squared differences of the strength of edges, in thousands.

    Args:
        alpha: (N, 1, H, W) float32 [0, 1]; each image is spread to [0, 1] first, as the benchmarks do.
        true: The same.

    Returns:
        (N,) float32.
    """
    return (_edges(alpha) - _edges(true)).square().sum((1, 2, 3)) / 1e3


def unknown_mse(alpha: Tensor, true: Tensor, trimap: Tensor) -> Tensor:
    """Mean squared difference where the trimap does not know.

    Args:
        alpha: (N, 1, H, W) float32 [0, 1].
        true: The same.
        trimap: (N, 1, H, W) float32: 0, ½ (unknown) or 1; as bytes, 128 is unknown.

    Returns:
        (N,) float32, in thousandths; 0 where everything is known.
    """
    unknown = ((trimap - UNKNOWN).abs() < 0.01).to(alpha.dtype)
    squared = ((alpha - true).square() * unknown).sum((1, 2, 3))
    return squared / unknown.sum((1, 2, 3)).clamp_min(1) * 1e3


def _edges(alpha: Tensor) -> Tensor:
    """Length of the gradient by first derivatives of a Gaussian, borders repeated: (N, 1, H, W) → the same."""
    least, most = alpha.amin((1, 2, 3), keepdim=True), alpha.amax((1, 2, 3), keepdim=True)
    spread = (alpha - least) / (most - least).clamp_min(1e-12)
    padded = functional.pad(spread, (GRAD_REACH_PX,) * 4, mode="replicate")
    bell, slope = _derivative()
    return (window(padded, bell, slope).square() + window(padded, slope, bell).square()).sqrt()


def _derivative() -> tuple[list[float], list[float]]:
    """A bell and its slope, scaled so that their product, a filter of 9×9, has length 1."""
    places = range(-GRAD_REACH_PX, GRAD_REACH_PX + 1)
    bell = [math.exp(-(place**2) / (2 * GRAD_SIGMA_PX**2)) for place in places]
    slope = [place * value for place, value in zip(places, bell, strict=True)]
    length = math.sqrt(sum(value**2 for value in bell) * sum(value**2 for value in slope))
    return [value / length for value in bell], slope
