"""What every network takes and gives, so that one loop trains them all."""

from __future__ import annotations

from typing import NamedTuple

from torch import Tensor, nn

from bgrsr_data.errors import InputError


class Output(NamedTuple):
    """What a network makes of a batch; all float32 [0, 1].

    Attributes:
        image: What it is judged by: (N, 3, H, W) sRGB, the replaced or enlarged picture; (N, 1, H, W) the alpha of a
            network that mattes.
        alpha: (N, 1, H, W), straight; None for a network that paints without one.
        foreground: (N, 3, H, W) sRGB, unassociated; None likewise.
        lr_image: (N, 3, h, w) sRGB: the replaced picture before it is enlarged, of a network that makes one.
    """

    image: Tensor
    alpha: Tensor | None = None
    foreground: Tensor | None = None
    lr_image: Tensor | None = None


class Network(nn.Module):
    """Base of all that the loop trains: some pictures in, an Output out; a task gives it what it takes."""

    def begin_pretrained(self) -> None:
        """Take weights that were learned elsewhere into the part that has some.

        Raises:
            InputError: No part has, or the weights are not there.
        """
        raise InputError("this network has no part that was trained elsewhere; leave out pretrained")


class Replacer(Network):
    """A low-resolution frame and a background in, the person on that background at twice the resolution out."""

    def forward(self, lr_frame: Tensor, lr_background: Tensor, hr_background: Tensor) -> Output:
        """Replace the background and double the resolution.

        Args:
            lr_frame: (N, 3, h, w) float32 [0, 1], sRGB: the camera's frame.
            lr_background: (N, 3, h, w) float32 [0, 1], sRGB: the target background at the frame's size.
            hr_background: (N, 3, 2h, 2w) float32 [0, 1], sRGB: the target background at the output's size.
        """
        raise NotImplementedError


class Enlarger(Network):
    """A picture in, the same at twice the resolution out."""

    def forward(self, lr: Tensor) -> Output:
        """(N, 3, h, w) → image (N, 3, 2h, 2w), float32 [0, 1], sRGB."""
        raise NotImplementedError


class Matter(Network):
    """A picture and its trimap in, alpha out."""

    def forward(self, image: Tensor, trimap: Tensor) -> Output:
        """(N, 3, H, W) float32 [0, 1], sRGB, and (N, 1, H, W) of 0, ½ (unknown) and 1 → image = alpha (N, 1, H, W)."""
        raise NotImplementedError


def parameter_count(network: nn.Module) -> int:
    """Number of trained values."""
    return sum(parameter.numel() for parameter in network.parameters() if parameter.requires_grad)
