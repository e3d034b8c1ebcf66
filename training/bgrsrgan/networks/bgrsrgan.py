"""BGRSRGAN: background replacement and super-resolution in one network.

A U-Net (Ronneberger et al., 2015, https://arxiv.org/abs/1505.04597) replaces the background at the frame's size; the
second half, as in SRGAN, doubles that. Every convolution at the frame's size has standardised weights (Qiao et al.,
2019, https://arxiv.org/abs/1903.10520) in two groups.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from bgrsrgan.networks.base import Output, Replacer
from bgrsrgan.networks.blocks import (
    SR_WIDTH,
    Pointwise,
    StandardisedConv2d,
    SuperResolution,
    UNet,
    Up,
    encoder,
    standardised,
)
from bgrsrgan.networks.srgan import add_detail

WIDTHS = (64, 128, 256, 512, 1024)
BLOCKS = 3
SHARE_GAIN = 4.0  # nearly every pixel is the frame's or the background's alone: let it come there soon


class StillNorm2d(nn.BatchNorm2d):
    """A normalisation that keeps its first statistics (mean 0, variance 1): a scale and an offset are what it learns.

    At the end of a network a norm over the batch takes from a picture what sets it apart from those it is learned with:
    how much of it the person fills, and how dark it is.
    """

    def train(self, mode: bool = True) -> StillNorm2d:  # noqa: ARG002 - it never learns its statistics
        """Stay as it is."""
        return super().train(False)


class BgrSrGan(Replacer):
    """The generator; any size.

    Args:
        as_published: The first half paints the picture from nothing, and its last norm is over the batch; the second
            half reads what was painted before its sigmoid, and paints the whole picture by a sigmoid of its own. Else
            the first half's sigmoid says, for each pixel and channel, how much is the frame's and how much the
            background's, and the second half reads that picture and adds what its bicubic upscale lacks.
    """

    def __init__(self, *, as_published: bool = False) -> None:
        super().__init__()
        self.as_published = as_published
        self.unet = UNet(encoder(6, WIDTHS, standardised), _decoder(), Pointwise(WIDTHS[0], 3))
        self.norm = nn.BatchNorm2d(3) if as_published else StillNorm2d(3)
        self.sr = SuperResolution(StandardisedConv2d(3, SR_WIDTH, 9, padding=4), BLOCKS, standardised)

    def forward(self, lr_frame: Tensor, lr_background: Tensor, hr_background: Tensor) -> Output:
        """See Replacer.forward; the output's lr_image is the replaced frame, (N, 3, h, w) float32 [0, 1], sRGB.

        The network knows the background only at the frame's size, as published: `hr_background` is not read.
        """
        del hr_background
        made = self.norm(self.unet.logits(torch.cat((lr_frame, lr_background), 1) - 0.5))
        if self.as_published:
            return Output(image=self.sr.detail(made).sigmoid(), lr_image=made.sigmoid())
        share = (SHARE_GAIN * made).sigmoid()
        lr_image = lr_background + share * (lr_frame - lr_background)
        return Output(image=add_detail(lr_image, self.sr.detail(lr_image - 0.5)), lr_image=lr_image)


def _decoder() -> list[nn.Module]:
    """From level to level: each rises by a transposed convolution to the channels of the next level's skip."""
    return [
        Up(nn.ConvTranspose2d(deep, out, 2, stride=2), (2 * out, out, out), standardised)
        for deep, out in zip(WIDTHS[:0:-1], WIDTHS[-2::-1], strict=True)
    ]
