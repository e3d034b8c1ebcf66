"""The critics of the adversarial phase.

The patch critic (Isola et al., CVPR 2017, https://arxiv.org/abs/1611.07004) has spectrally normalised layers (Miyato et
al., ICLR 2018, https://arxiv.org/abs/1802.05957): with the hinge loss it stays stable where a critic with a clipped or
free norm collapses. The published networks were trained against a stock ResNet18, which needs a gradient penalty.

A critic normalises over the batch while it is taught; where it teaches, and where its slope is penalised, it is to be
in `eval` mode: then it judges each picture alone, and moves nothing of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from types import MappingProxyType

from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm

from bgrsr_data.errors import InputError
from bgrsrgan.networks.resnet import resnet18

WIDTHS = (3, 24, 48, 96, 96)


class Critic(nn.Module):
    """Says of pictures how real they look."""

    def forward(self, image: Tensor) -> Tensor:
        """(N, 3, H, W) float32 [0, 1], sRGB → scores, the first dimension N, unbounded, high for real pictures."""
        raise NotImplementedError


class PatchCritic(Critic):
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


class ResNetCritic(Critic):
    """A stock ResNet18, as published: the mean of the values that it gives for ImageNet's classes is the score."""

    def __init__(self) -> None:
        super().__init__()
        self.body = resnet18()

    def forward(self, image: Tensor) -> Tensor:
        """(N, 3, H, W) float32 [0, 1], sRGB → (N, 1) float32, unbounded."""
        scores: Tensor = self.body(image - 0.5).mean(1, keepdim=True)
        return scores


CRITICS: Mapping[str, type[Critic]] = MappingProxyType({"patch": PatchCritic, "resnet18": ResNetCritic})


def make_critic(name: str) -> Critic:
    """Build a critic with fresh weights drawn from torch's global generator.

    Args:
        name: In CRITICS.

    Raises:
        InputError: No critic has this name.
    """
    if name not in CRITICS:
        raise InputError(f"there is no critic {name!r}; known: {', '.join(sorted(CRITICS))}")
    return CRITICS[name]()
