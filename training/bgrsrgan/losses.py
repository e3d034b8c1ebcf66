"""What the networks are trained to make small.

Pure functions that return named terms, each already weighted, so that their sum is the total and the curves show what
drives it. The Laplacian term follows Hou and Liu, "Context-Aware Image Matting", ICCV 2019
(https://arxiv.org/abs/1909.09725); the hinge follows Lim and Ye, "Geometric GAN", 2017 (https://arxiv.org/abs/1705.02894).
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

LEVELS = 5
TINY = 1e-12


def pixel_terms(composite: Tensor, target: Tensor) -> dict[str, Tensor]:
    """Mean absolute difference of two sRGB images, (N, 3, H, W) float32 [0, 1].

    Returns:
        {"pixel"}: a scalar.
    """
    return {"pixel": functional.l1_loss(composite, target)}


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


def adversarial_terms(fake_scores: Tensor, *, weight: float) -> dict[str, Tensor]:
    """What the generator is paid for fooling the critic; `fake_scores` are the critic's, of any shape.

    Returns:
        {"adversarial"}: a scalar, negative when the critic is fooled.
    """
    return {"adversarial": -weight * fake_scores.mean()}


def critic_terms(real_scores: Tensor, fake_scores: Tensor) -> dict[str, Tensor]:
    """The critic's hinge: it wants real scores above 1 and fake ones below -1.

    Returns:
        {"critic"}: a scalar, 2 for a critic that cannot tell, 0 for one that tells all.
    """
    return {"critic": functional.relu(1 - real_scores).mean() + functional.relu(1 + fake_scores).mean()}


def total(terms: dict[str, Tensor]) -> Tensor:
    """The sum of all terms."""
    return torch.stack(list(terms.values())).sum()


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
