"""bgrsr-lite: background replacement and ×2 super-resolution in real time on a CPU.

The three ideas that make it small:

1. It never paints what is known. The target background comes at full size, so the network only says where the person
   is (alpha) and what the bicubic upscale of the frame lacks (a residual); the composite follows by the rule of light.
   It therefore needs not even see the target background: it looks at the frame alone, and has nothing to learn about
   a second picture that cannot tell it where the person is.
2. It works where pixels are few. A PixelUnshuffle stem halves the frame without losing any of it and a PixelShuffle
   head answers for 4×4 pixels at once (Shi et al., CVPR 2016, https://arxiv.org/abs/1609.05158), so the finest layer
   has a quarter of the frame's places and a sixteenth of the output's. Half of the parameters sit at 1/16 and 1/32,
   where they cost next to nothing: that is where a head, a shoulder and a chair are told apart.
3. Its convolutions are depthwise-separable (Howard et al., "MobileNets", 2017, https://arxiv.org/abs/1704.04861), with
   5×5 kernels where the picture is small, which lets each place see the whole frame; the mean of all places is added at
   the bottom (Liu et al., "ParseNet", 2015, https://arxiv.org/abs/1506.04579). Skips bring the outlines back
   (Ronneberger et al., "U-Net", 2015, https://arxiv.org/abs/1505.04597), added instead of joined: deep features are
   narrowed before they are enlarged, at a quarter of the price.

That it makes an alpha beside the picture is also why it learns in minutes: cross-entropy tells every pixel its side
(as in Lin et al., "Real-Time High-Resolution Background Matting", CVPR 2021, https://arxiv.org/abs/2012.07810, whose
network is, however, shown the empty room).
"""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from bgrsrgan.light import blend, upscale
from bgrsrgan.networks.base import Output, Replacer


class Level(NamedTuple):
    """One resolution of the encoder: channels, blocks after the one that halves, and the side of depthwise kernels."""

    width: int
    repeats: int
    kernel: int


FINEST = 16  # channels at half of the frame's resolution
LEVELS = (Level(48, 2, 3), Level(96, 3, 3), Level(160, 4, 5), Level(192, 2, 5))  # at 1/4, 1/8, 1/16 and 1/32
CELL = 4  # output pixels along each side of a place of the finest layer
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
    """Narrows deep features, brings them up to the resolution of the skipped ones, and adds the two."""

    def __init__(self, deep: int, skipped: int) -> None:
        super().__init__()
        self.from_deep = nn.Conv2d(deep, skipped, 1, bias=False)
        self.from_skipped = nn.Conv2d(skipped, skipped, 1, bias=False)
        self.norm = nn.BatchNorm2d(skipped)
        self.refine = Separable(skipped, skipped)

    def forward(self, deep: Tensor, skipped: Tensor) -> Tensor:
        """(N, deep, h, w) and (N, skipped, H, W) → (N, skipped, H, W)."""
        size = skipped.shape[-2:]
        risen = functional.interpolate(self.from_deep(deep), size=size, mode="bilinear", align_corners=False)
        mixed = functional.relu(self.norm(risen + self.from_skipped(skipped)), inplace=True)
        refined: Tensor = self.refine(mixed)
        return refined


class Lite(Replacer):
    """The real-time generator; width and height of the frame must be even."""

    def __init__(self) -> None:
        super().__init__()
        widths = (FINEST, *(level.width for level in LEVELS))
        self.stem = nn.Sequential(
            nn.PixelUnshuffle(2),
            nn.Conv2d(12, FINEST, 3, padding=1, bias=False),
            nn.BatchNorm2d(FINEST),
            nn.ReLU(inplace=True),
        )
        self.down = nn.ModuleList(_descent(into, level) for into, level in zip(widths, LEVELS, strict=False))
        self.context = Context(widths[-1])
        self.up = nn.ModuleList(Merge(deep, skipped) for deep, skipped in pairwise(reversed(widths)))
        places = CELL * CELL
        self.head = nn.Sequential(_alike(nn.Conv2d(FINEST, 4 * places, 1), places=places), nn.PixelShuffle(CELL))

    def forward(self, lr_frame: Tensor, lr_background: Tensor, hr_background: Tensor) -> Output:  # noqa: ARG002 - see above
        """See Replacer.forward; blended in linear light."""
        skipped: list[Tensor] = []
        features: Tensor = self.stem(lr_frame - 0.5)
        for halve in self.down:
            skipped.append(features)
            features = halve(features)
        features = self.context(features)
        for merge in self.up:
            features = merge(features, skipped.pop())
        made = self.head(features).float()
        alpha = (ALPHA_GAIN * made[:, :1]).sigmoid()
        foreground = (upscale(lr_frame) + RESIDUAL_GAIN * made[:, 1:]).clamp(0, 1)
        return Output(blend(foreground, hr_background, alpha), alpha, foreground)


def _descent(into: int, level: Level) -> nn.Sequential:
    width, kernel = level.width, level.kernel
    repeated = (Separable(width, width, kernel=kernel) for _ in range(level.repeats))
    return nn.Sequential(Separable(into, width, stride=2, kernel=kernel), *repeated)


def _alike(convolution: nn.Conv2d, *, places: int) -> nn.Conv2d:
    """Give all places of a PixelShuffle the same first weights (ICNR, https://arxiv.org/abs/1707.02937): no grid."""
    with torch.no_grad():
        for values in convolution.parameters():
            values.copy_(values[::places].repeat_interleave(places, 0))
    return convolution
