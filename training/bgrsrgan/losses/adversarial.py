"""Generator against critic.

Hinge: Lim and Ye, "Geometric GAN", 2017 (https://arxiv.org/abs/1705.02894). Wasserstein: Arjovsky et al., 2017
(https://arxiv.org/abs/1701.07875), which holds for a critic of slope 1 at most; the penalty sees to that: Gulrajani et
al., 2017 (https://arxiv.org/abs/1704.00028). Without it the critic's scores grow for ever, as those of the published
networks do.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import torch
from torch import Tensor
from torch.nn import functional

Objective = Literal["hinge", "wgan-gp", "wasserstein"]


def adversarial_terms(fake_scores: Tensor, *, weight: float) -> dict[str, Tensor]:
    """What the generator is paid for fooling the critic; `fake_scores` are the critic's, of any shape.

    Returns:
        {"adversarial"}: a scalar, negative when the critic is fooled.
    """
    return {"adversarial": -weight * fake_scores.mean()}


def critic_terms(real_scores: Tensor, fake_scores: Tensor, objective: Objective = "hinge") -> dict[str, Tensor]:
    """What the critic is taught: high scores for real pictures, low ones for fake ones.

    Args:
        real_scores: Of any shape.
        fake_scores: The same.
        objective: "hinge" asks for scores above 1 and below -1, and no more; the Wasserstein ones for all there is.

    Returns:
        {"critic"}: a scalar. Hinge: 2 for a critic that cannot tell, 0 for one that tells all. Wasserstein: minus the
        distance between the scores, 0 for a critic that cannot tell.
    """
    if objective == "hinge":
        return {"critic": functional.relu(1 - real_scores).mean() + functional.relu(1 + fake_scores).mean()}
    return {"critic": fake_scores.mean() - real_scores.mean()}


def penalty_terms(
    critic: Callable[[Tensor], Tensor], real: Tensor, fake: Tensor, shares: Tensor, *, weight: float
) -> dict[str, Tensor]:
    """How far the critic's slope is from 1, at pictures between the real and the fake ones.

    Args:
        critic: (N, 3, H, W) → scores, the first dimension N; each picture's depend on that picture alone.
        real: (N, 3, H, W) float32 [0, 1], sRGB.
        fake: The same.
        shares: (N,) float32 [0, 1]: how much of the real picture each one between is.
        weight: λ.

    Returns:
        {"penalty"}: a scalar.
    """
    between = torch.lerp(fake, real, shares.view(-1, 1, 1, 1)).requires_grad_()
    scores = critic(between).reshape(len(between), -1).mean(1)
    (slope,) = torch.autograd.grad(scores.sum(), between, create_graph=True)
    return {"penalty": weight * (slope.flatten(1).norm(dim=1) - 1).square().mean()}
