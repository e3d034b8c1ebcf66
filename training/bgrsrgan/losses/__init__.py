"""What the networks are trained to make small.

Pure functions that return named terms, each already weighted, so that their sum is the total and the curves show what
drives it.
"""

from __future__ import annotations

import torch
from torch import Tensor

from bgrsrgan.losses.adversarial import adversarial_terms, critic_terms, penalty_terms
from bgrsrgan.losses.content import alpha_terms, intermediate_terms, perceptual_terms, pixel_terms

__all__ = [
    "adversarial_terms",
    "alpha_terms",
    "critic_terms",
    "intermediate_terms",
    "penalty_terms",
    "perceptual_terms",
    "pixel_terms",
    "total",
]


def total(terms: dict[str, Tensor]) -> Tensor:
    """The sum of all terms."""
    return torch.stack(list(terms.values())).sum()
