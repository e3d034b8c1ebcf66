"""Layers that the published networks are built of.

U-Net after Ronneberger et al., 2015 (https://arxiv.org/abs/1505.04597), weight standardisation after Qiao et al., 2019
(https://arxiv.org/abs/1903.10520), depthwise-separable convolution after Howard et al., 2017
(https://arxiv.org/abs/1704.04861), sub-pixel upscale after Shi et al., CVPR 2016 (https://arxiv.org/abs/1609.05158).

What is a module and what a plain call follows the published listings, which count the output of every module that is
called (summary.py): a block is a module, its Swish is a call.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional

from bgrsrgan.light import SCALE

STD_FLOOR = 1e-5
SR_WIDTH = 64

MakeConvolution = Callable[[int, int], nn.Conv2d]


class StandardisedConv2d(nn.Conv2d):
    """A convolution whose filters have mean 0 and standard deviation 1 each time they are used."""

    def standardised(self) -> Tensor:
        """The filters in use: (out, into / groups, k, k); a plain convolution that has them gives the same."""
        centred: Tensor = self.weight - self.weight.mean((1, 2, 3), keepdim=True)
        std = centred.flatten(1).std(1).view(-1, 1, 1, 1)
        return centred / (std + STD_FLOOR)

    def forward(self, input: Tensor) -> Tensor:  # noqa: A002 - nn.Conv2d's name
        """(N, into, h, w) → (N, out, h', w')."""
        made: Tensor = self._conv_forward(input, self.standardised(), self.bias)
        return made


def plain(into: int, out: int) -> nn.Conv2d:
    """A 3×3 convolution that keeps the size."""
    return nn.Conv2d(into, out, 3, padding=1)


def standardised(into: int, out: int) -> nn.Conv2d:
    """The same in two groups, with standardised weights."""
    return StandardisedConv2d(into, out, 3, padding=1, groups=2)


class Double(nn.Module):
    """Twice 3×3 convolution, batch normalisation and ReLU.

    Args:
        widths: Channels that come in, between the two, and that go out.
        convolution: Makes each convolution.
    """

    def __init__(self, widths: tuple[int, int, int], convolution: MakeConvolution) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for into, out in pairwise(widths):
            layers += [convolution(into, out), nn.BatchNorm2d(out), nn.ReLU(inplace=True)]
        self.layers = nn.Sequential(*layers)

    def forward(self, features: Tensor) -> Tensor:
        """(N, into, h, w) → (N, out, h, w)."""
        made: Tensor = self.layers(features)
        return made


class Down(nn.Module):
    """Halves the resolution by the largest of each 2×2, then a Double."""

    def __init__(self, into: int, out: int, convolution: MakeConvolution) -> None:
        super().__init__()
        self.layers = nn.Sequential(nn.MaxPool2d(2), Double((into, out, out), convolution))

    def forward(self, features: Tensor) -> Tensor:
        """(N, into, h, w) → (N, out, h / 2, w / 2)."""
        made: Tensor = self.layers(features)
        return made


class Up(nn.Module):
    """Doubles the resolution, joins the encoder's features of that size, then a Double.

    Args:
        rise: Doubles the resolution of the deep features.
        widths: Channels of the joined features, between, and that go out.
        convolution: Makes each convolution.
    """

    def __init__(self, rise: nn.Module, widths: tuple[int, int, int], convolution: MakeConvolution) -> None:
        super().__init__()
        self.rise = rise
        self.join = Double(widths, convolution)

    def forward(self, deep: Tensor, skipped: Tensor) -> Tensor:
        """(N, deep, h, w) and (N, skipped, 2h, 2w) → (N, out, 2h, 2w)."""
        made: Tensor = self.join(torch.cat((skipped, self.rise(deep)), 1))
        return made


class Pointwise(nn.Module):
    """The 1×1 convolution at the end of a U-Net."""

    def __init__(self, into: int, out: int) -> None:
        super().__init__()
        self.mix = nn.Conv2d(into, out, 1)

    def forward(self, features: Tensor) -> Tensor:
        """(N, into, h, w) → (N, out, h, w), unbounded."""
        made: Tensor = self.mix(features)
        return made


class UNet(nn.Module):
    """Four levels down and four up again; a part of a network, which calls `logits`.

    Attributes:
        encoder: The Double at full size and four Downs.
        decoder: Four Ups.
        out: To the channels of the result.
    """

    DEPTH = 4

    def __init__(self, encoder: Iterable[nn.Module], decoder: Iterable[nn.Module], out: nn.Module) -> None:
        super().__init__()
        self.encoder, self.decoder, self.out = nn.ModuleList(encoder), nn.ModuleList(decoder), out

    def logits(self, image: Tensor) -> Tensor:
        """(N, into, h, w) of any size → (N, out, h, w), unbounded."""
        levels = [pad_to(image, 2**self.DEPTH)]
        for down in self.encoder:
            levels.append(down(levels[-1]))
        features = levels.pop()
        for up in self.decoder:
            features = up(features, levels.pop())
        height, width = image.shape[-2:]
        made: Tensor = self.out(features)[..., :height, :width]
        return made


def encoder(into: int, widths: Sequence[int], convolution: MakeConvolution) -> list[nn.Module]:
    """The way down of a U-Net, one module for each width."""
    first = Double((into, widths[0], widths[0]), convolution)
    return [first, *(Down(above, below, convolution) for above, below in pairwise(widths))]


def pad_to(image: Tensor, multiple: int) -> Tensor:
    """Repeat the last row and column until both sides are multiples; what fits already comes back itself."""
    height, width = image.shape[-2:]
    right, bottom = -width % multiple, -height % multiple
    return functional.pad(image, (0, right, 0, bottom), mode="replicate") if right or bottom else image


class Separable(nn.Module):
    """Depthwise 3×3, then pointwise convolution."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.depthwise = nn.Conv2d(channels, channels, 3, padding=1, groups=channels)
        self.pointwise = nn.Conv2d(channels, channels, 1)

    def forward(self, features: Tensor) -> Tensor:
        """(N, C, h, w) → the same shape."""
        made: Tensor = self.pointwise(self.depthwise(features))
        return made


class Residual(nn.Module):
    """Convolution, normalisation, Swish, separable convolution, normalisation; added to what came in."""

    def __init__(self, channels: int, convolution: MakeConvolution) -> None:
        super().__init__()
        self.convolution = convolution(channels, channels)
        self.norm = nn.BatchNorm2d(channels)
        self.separable = Separable(channels)
        self.separable_norm = nn.BatchNorm2d(channels)

    def forward(self, features: Tensor) -> Tensor:
        """(N, C, h, w) → the same shape."""
        made = functional.silu(self.norm(self.convolution(features)))
        added: Tensor = self.separable_norm(self.separable(made))
        return features + added


class SubPixel(nn.Module):
    """Doubles the resolution: convolution, PixelShuffle, Swish."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.convolution = plain(channels, channels * SCALE**2)
        self.shuffle = nn.PixelShuffle(SCALE)

    def forward(self, features: Tensor) -> Tensor:
        """(N, C, h, w) → (N, C, 2h, 2w)."""
        made: Tensor = self.shuffle(self.convolution(features))
        return functional.silu(made)


class SuperResolution(nn.Module):
    """Doubles an image; a part of a network, which calls `detail`.

    Args:
        head: The 9×9 convolution from 3 channels to SR_WIDTH.
        blocks: How many residual blocks.
        convolution: Makes the 3×3 convolutions at the image's size.
    """

    def __init__(self, head: nn.Conv2d, blocks: int, convolution: MakeConvolution) -> None:
        super().__init__()
        self.head = head
        self.blocks = nn.Sequential(*(Residual(SR_WIDTH, convolution) for _ in range(blocks)))
        self.tail = nn.Sequential(convolution(SR_WIDTH, SR_WIDTH), nn.BatchNorm2d(SR_WIDTH))
        self.rise = SubPixel(SR_WIDTH)
        self.out = nn.Conv2d(SR_WIDTH, 3, 9, padding=4)

    def detail(self, image: Tensor) -> Tensor:
        """(N, 3, h, w) float32, around 0 → (N, 3, 2h, 2w), unbounded."""
        first = functional.silu(self.head(image))
        made: Tensor = self.out(self.rise(first + self.tail(self.blocks(first))))
        return made
