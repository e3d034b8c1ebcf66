"""bgrsr-lite: background replacement and ×2 super-resolution in real time on a CPU.

The network never paints the background: it says where the person is (alpha) and what the bicubic upscale of the
frame lacks (a residual), and the composite is made on the high-resolution background, which is known. So nearly all
of its work happens at half the frame's resolution or less. Parts: PixelUnshuffle stem and PixelShuffle head (Shi et
al., CVPR 2016, https://arxiv.org/abs/1609.05158), depthwise-separable blocks (Howard et al., 2017,
https://arxiv.org/abs/1704.04861), U-shaped skips (Ronneberger et al., 2015, https://arxiv.org/abs/1505.04597).
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from bgrsrgan.light import blend, upscale
from bgrsrgan.networks.base import Output, Replacer

WIDTHS = (24, 48, 96, 128)
ALPHA_GAIN = 4.0  # alpha is 0 or 1 nearly everywhere: let it come there soon
RESIDUAL_GAIN = 0.1  # the upscaled frame is nearly right: begin close to it


class Separable(nn.Module):
    """Depthwise then pointwise convolution, each normalised; a residual where the shape stays.

    Args:
        into: Channels that come in.
        out: Channels that go out.
        stride: 2 halves the resolution.
        kernel: Side of the depthwise kernel, odd, in pixels.
    """

    def __init__(self, into: int, out: int, *, stride: int = 1, kernel: int = 3) -> None:
        super().__init__()
        self.residual = into == out and stride == 1
        self.body = nn.Sequential(
            nn.Conv2d(into, into, kernel, stride, kernel // 2, groups=into, bias=False),
            nn.BatchNorm2d(into),
            nn.ReLU(inplace=True),
            nn.Conv2d(into, out, 1, bias=False),
            nn.BatchNorm2d(out),
        )

    def forward(self, features: Tensor) -> Tensor:
        """(N, into, h, w) → (N, out, h / stride, w / stride)."""
        made: Tensor = self.body(features)
        return functional.relu(made + features if self.residual else made, inplace=True)


class Context(nn.Module):
    """Tells every place what the whole picture is like: the mean over all places, mixed and added."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.mix = nn.Conv2d(channels, channels, 1)

    def forward(self, features: Tensor) -> Tensor:
        """(N, C, h, w) → the same shape."""
        made: Tensor = self.mix(features.mean((2, 3), keepdim=True))
        return features + made


class Merge(nn.Module):
    """Brings deep features up to the resolution of the skipped ones and joins the two."""

    def __init__(self, deep: int, skipped: int) -> None:
        super().__init__()
        self.mix = nn.Sequential(
            nn.Conv2d(deep + skipped, skipped, 1, bias=False), nn.BatchNorm2d(skipped), nn.ReLU(inplace=True)
        )
        self.refine = Separable(skipped, skipped)

    def forward(self, deep: Tensor, skipped: Tensor) -> Tensor:
        """(N, deep, h, w) and (N, skipped, H, W) → (N, skipped, H, W)."""
        risen = functional.interpolate(deep, size=skipped.shape[-2:], mode="bilinear", align_corners=False)
        refined: Tensor = self.refine(self.mix(torch.cat((risen, skipped), 1)))
        return refined


class Lite(Replacer):
    """The real-time generator; width and height of the frame must be even."""

    def __init__(self) -> None:
        super().__init__()
        fine, middle, coarse, deep = WIDTHS
        self.stem = nn.Sequential(
            nn.PixelUnshuffle(2),
            nn.Conv2d(24, fine, 3, padding=1, bias=False),
            nn.BatchNorm2d(fine),
            nn.ReLU(inplace=True),
            Separable(fine, fine),
        )
        self.down_middle = _descent(fine, middle, repeats=2)
        self.down_coarse = _descent(middle, coarse, repeats=2)
        self.down_deep = nn.Sequential(*_descent(coarse, deep, repeats=4, kernel=5), Context(deep))
        self.up_coarse = Merge(deep, coarse)
        self.up_middle = Merge(coarse, middle)
        self.up_fine = Merge(middle, fine)
        self.head = nn.Sequential(_alike(nn.Conv2d(fine, 4 * 16, 3, padding=1), places=16), nn.PixelShuffle(4))

    def forward(self, lr_frame: Tensor, lr_background: Tensor, hr_background: Tensor) -> Output:
        """See Replacer.forward; blended in linear light."""
        fine = self.stem(torch.cat((lr_frame, lr_background), 1) - 0.5)
        middle = self.down_middle(fine)
        coarse = self.down_coarse(middle)
        risen = self.up_coarse(self.down_deep(coarse), coarse)
        made: Tensor = self.head(self.up_fine(self.up_middle(risen, middle), fine))
        alpha = (ALPHA_GAIN * made[:, :1]).sigmoid()
        foreground = (upscale(lr_frame) + RESIDUAL_GAIN * made[:, 1:]).clamp(0, 1)
        return Output(blend(foreground, hr_background, alpha), alpha, foreground)


def _alike(convolution: nn.Conv2d, *, places: int) -> nn.Conv2d:
    """Give all places of a PixelShuffle the same first weights (ICNR, https://arxiv.org/abs/1707.02937): no grid."""
    with torch.no_grad():
        for values in convolution.parameters():
            values.copy_(values[::places].repeat_interleave(places, 0))
    return convolution


def _descent(into: int, out: int, *, repeats: int, kernel: int = 3) -> nn.Sequential:
    return nn.Sequential(Separable(into, out, stride=2), *(Separable(out, out, kernel=kernel) for _ in range(repeats)))
