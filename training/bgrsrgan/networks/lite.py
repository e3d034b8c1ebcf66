"""bgrsr-lite: background replacement and ×2 super-resolution in real time on a CPU.

The ideas that make it small, and quick to learn:

1. It never paints what is known. The target background comes at full size, so the network only says where the person
   is (alpha) and what the bicubic upscale of the frame lacks (a residual); the composite follows by the rule of light.
   It therefore needs not even see the target background: it looks at the frame alone, and has nothing to learn about
   a second picture that cannot tell it where the person is.
2. It need not learn to see. Its encoder (lite_encoder.py) is the front of EfficientNet-Lite0 and can begin with what
   ImageNet taught; it then stays as it is, which also spares the backward pass through three quarters of the weights.
3. It works where pixels are few. A PixelShuffle head answers for 4×4 pixels at once (Shi et al., CVPR 2016,
   https://arxiv.org/abs/1609.05158), so the finest layer has a quarter of the frame's places and a sixteenth of the
   output's; it is shown the frame itself there, unshuffled, for the outline.
4. The decoder's convolutions are depthwise-separable (Howard et al., "MobileNets", 2017,
   https://arxiv.org/abs/1704.04861), with 5×5 kernels where the picture is small, which lets each place see the whole
   frame; the mean of all places is added at the bottom (Liu et al., "ParseNet", 2015,
   https://arxiv.org/abs/1506.04579). Skips bring the outlines back (Ronneberger et al., "U-Net", 2015,
   https://arxiv.org/abs/1505.04597), added instead of joined: deep features are narrowed before they are enlarged.

That it makes an alpha beside the picture is also why it learns in minutes: cross-entropy tells every pixel its side
(as in Lin et al., "Real-Time High-Resolution Background Matting", CVPR 2021, https://arxiv.org/abs/2012.07810, whose
network is, however, shown the empty room).
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from bgrsrgan.light import blend, upscale
from bgrsrgan.networks.base import Output, Replacer
from bgrsrgan.networks.features import lite_weights
from bgrsrgan.networks.lite_encoder import WIDTHS, Encoder

FINEST = 16  # channels at half of the frame's resolution
DEEPEST = 160  # channels at 1/32
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

    def __init__(self, deep: int, skipped: int, out: int, *, repeats: int = 1, kernel: int = 3) -> None:
        super().__init__()
        self.from_deep = nn.Conv2d(deep, out, 1, bias=False)
        self.from_skipped = nn.Conv2d(skipped, out, 1, bias=False)
        self.norm = nn.BatchNorm2d(out)
        self.refine = nn.Sequential(*(Separable(out, out, kernel=kernel) for _ in range(repeats)))

    def forward(self, deep: Tensor, skipped: Tensor) -> Tensor:
        """(N, deep, h, w) and (N, skipped, H, W) → (N, out, H, W)."""
        size = skipped.shape[-2:]
        risen = functional.interpolate(self.from_deep(deep), size=size, mode="bilinear", align_corners=False)
        mixed = functional.relu(self.norm(risen + self.from_skipped(skipped)), inplace=True)
        refined: Tensor = self.refine(mixed)
        return refined


class Lite(Replacer):
    """The real-time generator; width and height of the frame must be even."""

    def __init__(self) -> None:
        super().__init__()
        half, quarter, eighth, sixteenth = WIDTHS
        self.encoder = Encoder()
        self.down = nn.Sequential(
            Separable(sixteenth, DEEPEST, stride=2, kernel=5),
            *(Separable(DEEPEST, DEEPEST, kernel=5) for _ in range(2)),
        )
        self.context = Context(DEEPEST)
        self.up = nn.ModuleList(
            [
                Merge(DEEPEST, sixteenth, 128, repeats=2, kernel=5),
                Merge(128, eighth, 64, repeats=2, kernel=5),
                Merge(64, quarter, 32),
                Merge(32, half + 12, FINEST),
            ]
        )
        self.unshuffle = nn.PixelUnshuffle(2)
        places = CELL * CELL
        self.head = nn.Sequential(_alike(nn.Conv2d(FINEST, 4 * places, 1), places=places), nn.PixelShuffle(CELL))

    def begin_pretrained(self) -> None:
        """Begin with an encoder that ImageNet taught, and that learns no more.

        Raises:
            InputError: The packages with its weights are not installed.
        """
        self.encoder.begin_with(lite_weights())

    def forward(self, lr_frame: Tensor, lr_background: Tensor, hr_background: Tensor) -> Output:  # noqa: ARG002 - see above
        """See Replacer.forward; blended in linear light."""
        half, *deeper = self.encoder(lr_frame)
        skipped = [torch.cat((half, self.unshuffle(lr_frame - 0.5)), 1), *deeper]
        features: Tensor = self.context(self.down(skipped[-1]))
        for merge in self.up:
            features = merge(features, skipped.pop())
        made = self.head(features).float()
        alpha = (ALPHA_GAIN * made[:, :1]).sigmoid()
        foreground = (upscale(lr_frame) + RESIDUAL_GAIN * made[:, 1:]).clamp(0, 1)
        return Output(blend(foreground, hr_background, alpha), alpha, foreground)


def _alike(convolution: nn.Conv2d, *, places: int) -> nn.Conv2d:
    """Give all places of a PixelShuffle the same first weights (ICNR, https://arxiv.org/abs/1707.02937): no grid."""
    with torch.no_grad():
        for values in convolution.parameters():
            values.copy_(values[::places].repeat_interleave(places, 0))
    return convolution
