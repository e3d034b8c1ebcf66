"""PSNR and SSIM, the standard figures.

Peak 1 on sRGB values in [0, 1]. SSIM as in Wang et al., "Image Quality Assessment", IEEE TIP 2004: an 11×11 Gaussian
window of sigma 1.5, population covariance, only windows that lie inside the image, mean over the colour channels. The
same as scikit-image's structural_similarity(gaussian_weights=True, sigma=1.5, use_sample_covariance=False).
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from bgrsr_data.errors import InputError
from bgrsrgan.metrics.windows import gaussian, window

WINDOW_PX, SIGMA_PX = 11, 1.5
MOST_DB = 100.0


def psnr(image: Tensor, target: Tensor) -> Tensor:
    """Peak signal-to-noise ratio of each image of a batch.

    Args:
        image: (N, C, H, W) float32 [0, 1], sRGB.
        target: The same.

    Returns:
        (N,) float32, dB; at most MOST_DB, so that two equal images do not make a mean infinite.
    """
    mse = (image - target).square().mean((1, 2, 3))
    return (-10 * torch.log10(mse.clamp_min(1e-30))).clamp_max(MOST_DB)


def ssim(image: Tensor, target: Tensor) -> Tensor:
    """Structural similarity of each image of a batch.

    Args:
        image: (N, C, H, W) float32 [0, 1], sRGB; H and W at least 11.
        target: The same.

    Returns:
        (N,) float32 [-1, 1].

    Raises:
        InputError: The images are smaller than the window.
    """
    return similarity(image, target, gaussian(WINDOW_PX, SIGMA_PX), data_range=1.0)


def similarity(
    image: Tensor, target: Tensor, weights: Sequence[float], *, data_range: float, unbiased: float = 1.0
) -> Tensor:
    """SSIM with any window and range, for figures that others reported.

    Args:
        image: (N, C, H, W) float32.
        target: The same.
        weights: Of the window, in each direction; their sum is 1.
        data_range: What the two stabilising constants are shares of.
        unbiased: Factor of variances and covariance: n / (n - 1) for those of a sample of n.

    Returns:
        (N,) float32 [-1, 1].

    Raises:
        InputError: The images are smaller than the window.
    """
    if min(image.shape[-2:]) < len(weights):
        raise InputError(f"SSIM needs images of at least {len(weights)} px a side, these are {tuple(image.shape[-2:])}")
    constants = (0.01 * data_range) ** 2, (0.03 * data_range) ** 2
    pairs = zip(image, target, strict=True)  # a single image's planes stay in the processor's cache
    return torch.stack([_likeness(a[None], b[None], weights, constants, unbiased).mean() for a, b in pairs])


def _likeness(
    a: Tensor, b: Tensor, weights: Sequence[float], constants: tuple[float, float], unbiased: float
) -> Tensor:
    mean_a, mean_b, power, cross = (window(x, weights, weights) for x in (a, b, a * a + b * b, a * b))
    mean_ab, mean_power = mean_a * mean_b, mean_a * mean_a + mean_b * mean_b
    covariance, variances = (cross - mean_ab) * unbiased, (power - mean_power) * unbiased
    c1, c2 = constants
    return (2 * mean_ab + c1) * (2 * covariance + c2) / ((mean_power + c1) * (variances + c2))
