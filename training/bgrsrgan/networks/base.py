"""What every network takes and gives, so that one loop trains them all."""

from __future__ import annotations

from typing import NamedTuple

from torch import Tensor, nn


class Output(NamedTuple):
    """What a generator makes of a batch.

    Attributes:
        composite: (N, 3, H, W) float32 [0, 1], sRGB: the person on the target background.
        alpha: (N, 1, H, W) float32 [0, 1], straight; None for a network that paints without one.
        foreground: (N, 3, H, W) float32 [0, 1], sRGB, unassociated; None likewise.
    """

    composite: Tensor
    alpha: Tensor | None
    foreground: Tensor | None


class Generator(nn.Module):
    """Base of the generators: a low-resolution frame and a background in, a replaced high-resolution frame out."""

    def forward(self, lr_frame: Tensor, lr_background: Tensor, hr_background: Tensor) -> Output:
        """Replace the background and double the resolution.

        Args:
            lr_frame: (N, 3, h, w) float32 [0, 1], sRGB: the camera's frame.
            lr_background: (N, 3, h, w) float32 [0, 1], sRGB: the target background at the frame's size.
            hr_background: (N, 3, 2h, 2w) float32 [0, 1], sRGB: the target background at the output's size.
        """
        raise NotImplementedError


def parameter_count(network: nn.Module) -> int:
    """Number of trained values."""
    return sum(parameter.numel() for parameter in network.parameters() if parameter.requires_grad)
