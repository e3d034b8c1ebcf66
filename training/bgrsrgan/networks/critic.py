"""The critic of the adversarial phase.

A patch critic (Isola et al., CVPR 2017, https://arxiv.org/abs/1611.07004) whose layers are spectrally normalised
(Miyato et al., ICLR 2018, https://arxiv.org/abs/1802.05957): with the hinge loss it stays stable where a critic with
a clipped or free norm collapses.
"""

from __future__ import annotations

from itertools import pairwise

from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm

WIDTHS = (3, 24, 48, 96, 96)


class PatchCritic(nn.Module):
    """Scores overlapping patches of 46 pixels: positive where they look photographed."""

    def __init__(self) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for into, out in pairwise(WIDTHS):
            layers += [spectral_norm(nn.Conv2d(into, out, 4, 2, 1)), nn.LeakyReLU(0.2, inplace=True)]
        self.body = nn.Sequential(*layers, spectral_norm(nn.Conv2d(WIDTHS[-1], 1, 1)))

    def forward(self, image: Tensor) -> Tensor:
        """(N, 3, H, W) float32 [0, 1], sRGB → (N, 1, H / 16, W / 16) float32, unbounded."""
        scores: Tensor = self.body(image - 0.5)
        return scores
