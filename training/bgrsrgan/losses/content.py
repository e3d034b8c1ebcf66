"""How far what a network makes is from the truth.

The Laplacian term follows Hou and Liu, "Context-Aware Image Matting", ICCV 2019 (https://arxiv.org/abs/1909.09725), the
perceptual one Johnson et al., ECCV 2016 (https://arxiv.org/abs/1603.08155).
"""

from __future__ import annotations

from typing import Literal

from torch import Tensor
from torch.nn import functional

from bgrsrgan.networks.features import IMAGENET_MEAN, IMAGENET_STD, Features, feature_distance

LEVELS = 5
TINY = 1e-12

PixelLoss = Literal["l1", "mse"]


def pixel_terms(
    image: Tensor, target: Tensor, loss: PixelLoss = "l1", *, as_published: bool = False
) -> dict[str, Tensor]:
    """Mean difference of two pictures.

    Args:
        image: (N, C, H, W) float32 [0, 1]; sRGB where C is 3.
        target: The same.
        loss: "l1", the absolute difference, or "mse", the squared one.
        as_published: The picture is compared with the target as ImageNet normalises it. A sigmoid cannot reach that:
            the picture comes out with too much contrast, and clipped.

    Returns:
        {"pixel"}: a scalar.
    """
    return {"pixel": _difference(image, target, loss, as_published=as_published)}


def intermediate_terms(
    lr_image: Tensor, target: Tensor, loss: PixelLoss = "l1", *, weight: float, as_published: bool = False
) -> dict[str, Tensor]:
    """Mean difference of the picture before it is enlarged from the truth at its size.

    Args:
        lr_image: (N, 3, h, w) float32 [0, 1], sRGB.
        target: The same: light.halve of the truth.
        loss: As of pixel_terms.
        weight: Of the term.
        as_published: As of pixel_terms.

    Returns:
        {"intermediate"}: a scalar.
    """
    return {"intermediate": weight * _difference(lr_image, target, loss, as_published=as_published)}


def perceptual_terms(features: Features, image: Tensor, target: Tensor, *, weight: float) -> dict[str, Tensor]:
    """How differently two sRGB pictures, (N, 3, H, W) float32 [0, 1], look to a trained network.

    Returns:
        {"perceptual"}: a scalar.
    """
    return {"perceptual": weight * feature_distance(features, image, target).mean()}


def alpha_terms(pred_alpha: Tensor, true_alpha: Tensor, *, laplacian_weight: float) -> dict[str, Tensor]:
    """How far an alpha is from the true one, everywhere (cross-entropy) and at each scale of its edges.

    Args:
        pred_alpha: (N, 1, H, W) float32 [0, 1], straight.
        true_alpha: The same.
        laplacian_weight: Weight of the difference of the Laplacian pyramids.

    Returns:
        {"alpha", "laplacian"}: two scalars.
    """
    # Cross-entropy: under an absolute difference an alpha that is 0 everywhere is half right and, behind its sigmoid,
    # has no gradient left to leave that (seen on a set of two people). The pyramid is linear, so one is enough.
    return {
        "alpha": _cross_entropy(pred_alpha, true_alpha),
        "laplacian": laplacian_weight * _laplacian(pred_alpha - true_alpha),
    }


def _difference(image: Tensor, target: Tensor, loss: PixelLoss, *, as_published: bool) -> Tensor:
    if as_published and target.shape[1] == len(IMAGENET_MEAN):
        mean, std = (target.new_tensor(values).view(1, 3, 1, 1) for values in (IMAGENET_MEAN, IMAGENET_STD))
        target = (target - mean) / std
    return functional.l1_loss(image, target) if loss == "l1" else functional.mse_loss(image, target)


def _cross_entropy(pred: Tensor, true: Tensor) -> Tensor:
    """Mean binary cross-entropy of two alphas, a scalar; what is not a number stays so, for the loop to see."""
    return -(true * pred.clamp_min(TINY).log() + (1 - true) * (1 - pred).clamp_min(TINY).log()).mean()


def _laplacian(image: Tensor) -> Tensor:
    """Sum over the levels of 2^level times the mean absolute band of that level, over LEVELS: (N, 1, H, W) → a scalar.

    A band is what a mean over 3×3 takes away. The pyramid has no convolution and enlarges nothing: on a CPU those cost
    as much as the network.
    """
    loss = image.new_zeros(())
    for level in range(LEVELS):
        if min(image.shape[-2:]) < 3:
            break
        smooth = functional.avg_pool2d(image, 3, stride=1, padding=1, count_include_pad=False)
        loss = loss + 2**level * (image - smooth).abs().mean()
        image = smooth[..., ::2, ::2]
    return loss / LEVELS
