"""PSNR and SSIM in the units of the published reports, to be read beside the standard figures and never instead.

The reports took both on tensors that were normalised with ImageNet's mean and standard deviation.

- **PSNR** had a peak of 255 there. A difference d of sRGB values in [0, 1] is d / σ after normalising, so that
  10 log10(255² / MSE of the normalised) = PSNR + 20 log10(255) - 10 log10(mean of 1/σ²) = PSNR + 48.13 - 12.92 where
  the error is alike in the three channels: **35.21 dB too many**. The reported 61.3 dB are 26.1 dB.
- **SSIM** ("73", in hundredths) had its default data range. Of the implementations of its time only scikit-image's, up
  to 0.19, takes a range from the data's type and says nothing: 2 for floating point, the length of [-1, 1]
  (https://github.com/scikit-image/scikit-image/pull/6595), where normalised tensors span about 4.8. Constants that are
  too small punish what is smoothed: the unit is *below* the standard figure. The window is that function's default
  too, a 7×7 box with sample covariance. Other defaults fit worse: on targets of a real set, blurred to 26.8 dB, whose
  standard SSIM is .83, this one gives .70, a range of 1 .58, the span .82, and pytorch_msssim's 255 gives .998.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from bgrsrgan.metrics.image import similarity
from bgrsrgan.networks.features import IMAGENET_MEAN, IMAGENET_STD

PEAK, MOST_PUBLISHED_DB = 255.0, 200.0
BOX_PX, DATA_RANGE = 7, 2.0
OFFSET_DB = 20 * math.log10(PEAK) - 10 * math.log10(sum(std**-2 for std in IMAGENET_STD) / 3)


def published_psnr(image: Tensor, target: Tensor) -> Tensor:
    """PSNR with peak 255 of images normalised as for ImageNet: about OFFSET_DB more than the true one.

    Args:
        image: (N, 3, H, W) float32 [0, 1], sRGB.
        target: The same.

    Returns:
        (N,) float32, dB; at most MOST_PUBLISHED_DB.
    """
    mse = (_normalised(image) - _normalised(target)).square().mean((1, 2, 3))
    return (10 * torch.log10(PEAK**2 / mse.clamp_min(1e-30))).clamp_max(MOST_PUBLISHED_DB)


def published_ssim(image: Tensor, target: Tensor) -> Tensor:
    """SSIM of images normalised as for ImageNet, with the data range that scikit-image took floats to have.

    Args:
        image: (N, 3, H, W) float32 [0, 1], sRGB; H and W at least 7.
        target: The same.

    Returns:
        (N,) float32 [-1, 1].

    Raises:
        InputError: The images are smaller than the window.
    """
    box, pixels = (1 / BOX_PX,) * BOX_PX, BOX_PX**2
    given = _normalised(image), _normalised(target)
    return similarity(*given, box, data_range=DATA_RANGE, unbiased=pixels / (pixels - 1))


def _normalised(image: Tensor) -> Tensor:
    mean, std = (image.new_tensor(values).view(1, 3, 1, 1) for values in (IMAGENET_MEAN, IMAGENET_STD))
    return (image - mean) / std
