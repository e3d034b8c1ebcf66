"""The deblurring network: three aligned frames in, the middle one restored.

A U-shaped network of gated blocks without normalisation (after Chen et al., "Simple Baselines for Image Restoration",
ECCV 2022, https://arxiv.org/abs/2204.04676) that works at half the resolution and below (PixelUnshuffle), and adds
what it finds to the frame: before training it returns the frame as it is.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

FRAMES, CHANNELS = 3, 3
MULTIPLE_PX = 8  # height and width of the input must be multiples of it


class Gate(nn.Module):
    """The product of one half of the channels with the other: all the non-linearity there is."""

    def forward(self, features: Tensor) -> Tensor:
        """(N, 2C, h, w) → (N, C, h, w)."""
        one, other = features.chunk(2, dim=1)
        return one * other


class Block(nn.Module):
    """Looks around (3×3, depthwise), then mixes the channels; each gated, and added to what came in."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.look = nn.Sequential(
            nn.Conv2d(channels, 2 * channels, 1),
            nn.Conv2d(2 * channels, 2 * channels, 3, padding=1, groups=2 * channels),
            Gate(),
            nn.Conv2d(channels, channels, 1),
        )
        self.mix = nn.Sequential(nn.Conv2d(channels, 2 * channels, 1), Gate(), nn.Conv2d(channels, channels, 1))
        self.look_share = nn.Parameter(torch.full((1, channels, 1, 1), 0.1))
        self.mix_share = nn.Parameter(torch.full((1, channels, 1, 1), 0.1))

    def forward(self, features: Tensor) -> Tensor:
        """(N, C, h, w) → the same shape."""
        features = features + self.look(features) * self.look_share
        mixed: Tensor = features + self.mix(features) * self.mix_share
        return mixed


class Deblurrer(nn.Module):
    """Restores the middle one of three aligned frames.

    Args:
        width: Channels at half resolution; twice at a quarter, four times at an eighth.
    """

    def __init__(self, width: int = 24) -> None:
        super().__init__()
        fine, middle, coarse = width, 2 * width, 4 * width
        self.stem = nn.Sequential(nn.PixelUnshuffle(2), nn.Conv2d(4 * CHANNELS * FRAMES, fine, 3, padding=1))
        self.fine = nn.Sequential(Block(fine), Block(fine))
        self.down = nn.Conv2d(fine, middle, 2, 2)
        self.middle = nn.Sequential(Block(middle), Block(middle))
        self.deeper = nn.Conv2d(middle, coarse, 2, 2)
        self.coarse = nn.Sequential(*(Block(coarse) for _ in range(4)))
        self.up = nn.Sequential(nn.Conv2d(coarse, 4 * middle, 1), nn.PixelShuffle(2))
        self.risen = nn.Sequential(Block(middle), Block(middle))
        self.further = nn.Sequential(nn.Conv2d(middle, 4 * fine, 1), nn.PixelShuffle(2))
        self.last = nn.Sequential(Block(fine), Block(fine))
        self.head = nn.Sequential(nn.Conv2d(fine, 4 * CHANNELS, 3, padding=1), nn.PixelShuffle(2))
        nn.init.zeros_(self.head[0].weight)  # type: ignore[arg-type]
        nn.init.zeros_(self.head[0].bias)  # type: ignore[arg-type]

    def forward(self, frames: Tensor) -> Tensor:
        """Restore.

        Args:
            frames: (N, 9, H, W) float32 [0, 1], sRGB: before, the frame, after; H and W multiples of 8.

        Returns:
            (N, 3, H, W) float32, sRGB, not clipped.
        """
        fine = self.fine(self.stem(frames - 0.5))
        middle = self.middle(self.down(fine))
        risen = self.risen(self.up(self.coarse(self.deeper(middle))) + middle)
        made: Tensor = self.head(self.last(self.further(risen) + fine))
        return frames[:, CHANNELS : 2 * CHANNELS] + made
