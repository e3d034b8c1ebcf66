"""The eye of bgrsr-lite: the first eleven blocks of EfficientNet-Lite0, which can begin with what ImageNet taught.

A set of a dozen people and seven rooms cannot teach what hair, skin, cloth and wood look like; a million photographs
can. The blocks are inverted residuals (Sandler et al., "MobileNetV2", CVPR 2018, https://arxiv.org/abs/1801.04381):
widened, a depthwise kernel, narrowed without a curve; numbers and kernels are EfficientNet's (Tan and Le, ICML 2019,
https://arxiv.org/abs/1905.11946), with ReLU6 and without squeezing, which small processors like. The last five blocks,
four fifths of the weights, name dog breeds and are left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from torch import Tensor, nn

from bgrsr_data.errors import InputError

EPSILON = 1e-3  # of EfficientNet's normalisations
MIDDLE, SPREAD = 127 / 255, 128 / 255  # what it was shown: (value - middle) / spread
STEM = 32


class Block(NamedTuple):
    """Of an inverted residual: channels in and out, side of the kernel, stride, and how much it widens."""

    into: int
    out: int
    kernel: int
    stride: int
    widened: int = 6


LEVELS = (  # at 1/2, 1/4, 1/8 and 1/16
    (Block(STEM, 16, 3, 1, widened=1),),
    (Block(16, 24, 3, 2), Block(24, 24, 3, 1)),
    (Block(24, 40, 5, 2), Block(40, 40, 5, 1)),
    (
        *(Block(40, 80, 3, 2), Block(80, 80, 3, 1), Block(80, 80, 3, 1)),
        *(Block(80, 112, 5, 1), Block(112, 112, 5, 1), Block(112, 112, 5, 1)),
    ),
)
WIDTHS = tuple(level[-1].out for level in LEVELS)


class InvertedResidual(nn.Module):
    """One block; adds its input where the shape stays."""

    def __init__(self, block: Block) -> None:
        super().__init__()
        inner = block.into * block.widened
        widen = _normalised(block.into, inner, 1) if block.widened > 1 else []
        self.residual = block.stride == 1 and block.into == block.out
        self.body = nn.Sequential(
            *widen,
            *_normalised(inner, inner, block.kernel, stride=block.stride, groups=inner),
            *_normalised(inner, block.out, 1)[:-1],
        )

    def forward(self, features: Tensor) -> Tensor:
        """(N, into, h, w) → (N, out, h / stride, w / stride)."""
        made: Tensor = self.body(features)
        return made + features if self.residual else made


class Encoder(nn.Module):
    """Features at a half, a quarter, an eighth and a sixteenth of a picture."""

    def __init__(self) -> None:
        super().__init__()
        self.frozen = False
        self.stem = nn.Sequential(*_normalised(3, STEM, 3, stride=2))
        self.levels = nn.ModuleList(nn.Sequential(*map(InvertedResidual, level)) for level in LEVELS)

    def forward(self, image: Tensor) -> list[Tensor]:
        """(N, 3, H, W) float32 [0, 1], sRGB → (N, C, h, w) for each of WIDTHS, finest first."""
        features, made = self.stem((image - MIDDLE) / SPREAD), []
        for level in self.levels:
            features = level(features)
            made.append(features)
        return made

    def begin_with(self, weights: Mapping[str, Tensor]) -> None:
        """Take ImageNet's weights and keep them: from now on nothing here learns.

        Args:
            weights: Of EfficientNet-Lite0, in its own order and under any names; what comes after is not used.

        Raises:
            InputError: They are another network's.
        """
        mine = self.state_dict()
        theirs = dict(zip(mine, weights.values(), strict=False))
        if len(theirs) < len(mine) or any(theirs[name].shape != value.shape for name, value in mine.items()):
            raise InputError("these are not the weights of EfficientNet-Lite0")
        self.load_state_dict(theirs)
        self.frozen = True
        self.requires_grad_(False).eval()

    def train(self, mode: bool = True) -> Encoder:
        """Stay as it is where it was begun with ImageNet's weights."""
        return super().train(mode and not self.frozen)


def _normalised(into: int, out: int, kernel: int, *, stride: int = 1, groups: int = 1) -> list[nn.Module]:
    # EfficientNet pads strided convolutions on the far sides; evenly padded they see the same, a pixel further.
    convolution = nn.Conv2d(into, out, kernel, stride, kernel // 2, groups=groups, bias=False)
    return [convolution, nn.BatchNorm2d(out, eps=EPSILON), nn.ReLU6(inplace=True)]
