"""UNet-GAN: the alpha of a person, from a picture and a trimap.

A U-Net (Ronneberger et al., 2015, https://arxiv.org/abs/1505.04597) with bilinear upscale paints the alpha; its critic
is a stock ResNet18. Trained on COCO trimaps; the alpha then cuts the person out for another background.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from bgrsrgan.networks.base import Matter, Output
from bgrsrgan.networks.blocks import Pointwise, UNet, Up, encoder, plain

WIDTHS = (64, 128, 256, 512, 512)
UNKNOWN = 0.5


class UNetGan(Matter):
    """The generator; any size.

    Args:
        as_published: The alpha is painted everywhere; else it is the trimap's own where that knows it, so that the
            network spends itself on the unknown band alone.
    """

    def __init__(self, *, as_published: bool = False) -> None:
        super().__init__()
        self.as_published = as_published
        self.unet = UNet(encoder(4, WIDTHS, plain), _decoder(), Pointwise(WIDTHS[0], 1))

    def forward(self, image: Tensor, trimap: Tensor) -> Output:
        """Paint the alpha.

        Args:
            image: (N, 3, H, W) float32 [0, 1], sRGB.
            trimap: (N, 1, H, W) float32: 0 background, 0.5 unknown, 1 person.

        Returns:
            Output whose image and alpha are the alpha, (N, 1, H, W) float32 [0, 1], straight.
        """
        alpha = self.unet.logits(torch.cat((image, trimap), 1) - 0.5).sigmoid()
        if not self.as_published:
            alpha = torch.where((trimap - UNKNOWN).abs() < UNKNOWN / 2, alpha, trimap)
        return Output(image=alpha, alpha=alpha)


def _decoder() -> list[nn.Module]:
    """From level to level: the deep features have as many channels as the skip, and leave with those of the next."""
    skipped = WIDTHS[-2::-1]
    return [
        Up(nn.Upsample(scale_factor=2, mode="bilinear"), (2 * width, width, out), plain)
        for width, out in zip(skipped, (*skipped[1:], skipped[-1]), strict=True)
    ]
