"""SRGAN: a frame at twice its resolution.

After Ledig et al., CVPR 2017 (https://arxiv.org/abs/1609.04802), with Swish and depthwise-separable convolutions. Its
critic is a ResNet18, its perceptual features are a ResNet50's.
"""

from __future__ import annotations

from torch import Tensor, nn

from bgrsrgan.light import upscale
from bgrsrgan.networks.base import Enlarger, Output
from bgrsrgan.networks.blocks import SR_WIDTH, SuperResolution, plain

BLOCKS = 6
DETAIL_GAIN = 0.1  # the bicubic upscale is nearly right: begin close to it


class SRGan(Enlarger):
    """The generator; any size.

    Args:
        as_published: The whole picture is painted, by a sigmoid; else what the bicubic upscale lacks.
    """

    def __init__(self, *, as_published: bool = False) -> None:
        super().__init__()
        self.as_published = as_published
        self.sr = SuperResolution(nn.Conv2d(3, SR_WIDTH, 9, padding=4), BLOCKS, plain)

    def forward(self, lr: Tensor) -> Output:
        """(N, 3, h, w) float32 [0, 1], sRGB → Output whose image is (N, 3, 2h, 2w) float32 [0, 1], sRGB."""
        detail = self.sr.detail(lr - 0.5)
        return Output(image=detail.sigmoid() if self.as_published else add_detail(lr, detail))


def add_detail(lr: Tensor, detail: Tensor) -> Tensor:
    """Lay painted detail over the bicubic upscale.

    Args:
        lr: (N, 3, h, w) float32 [0, 1], sRGB.
        detail: (N, 3, 2h, 2w) float32, unbounded, in units of DETAIL_GAIN.

    Returns:
        (N, 3, 2h, 2w) float32 [0, 1], sRGB.
    """
    return (upscale(lr) + DETAIL_GAIN * detail).clamp(0, 1)
