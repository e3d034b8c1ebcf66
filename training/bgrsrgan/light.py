"""Light in tensors: the sRGB curve (IEC 61966-2-1), blending in linear light, and the bicubic upscale.

The same rules as bgrsr_data.media.colour, differentiable.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

SCALE = 2
_KNEE_SRGB, _KNEE_LINEAR = 0.04045, 0.0031308


def to_linear(srgb: Tensor) -> Tensor:
    """Decode sRGB: any shape, float32 [0, 1] → the same shape, float32 [0, 1], linear light."""
    curve = ((srgb.clamp_min(_KNEE_SRGB) + 0.055) / 1.055).pow(2.4)
    return torch.where(srgb <= _KNEE_SRGB, srgb / 12.92, curve)


def to_srgb(linear: Tensor) -> Tensor:
    """Encode linear light: any shape, float32 [0, 1] → the same shape, float32 [0, 1], sRGB.

    The power is taken of values above the knee only, so that its slope stays finite at black.
    """
    curve = 1.055 * linear.clamp_min(_KNEE_LINEAR).pow(1 / 2.4) - 0.055
    return torch.where(linear <= _KNEE_LINEAR, linear * 12.92, curve)


def blend(foreground: Tensor, background: Tensor, alpha: Tensor) -> Tensor:
    """Lay a foreground over a background in linear light.

    Args:
        foreground: (N, 3, H, W) float32 [0, 1], sRGB, unassociated.
        background: (N, 3, H, W) float32 [0, 1], sRGB.
        alpha: (N, 1, H, W) float32 [0, 1], straight.

    Returns:
        (N, 3, H, W) float32 [0, 1], sRGB.
    """
    return to_srgb(torch.lerp(to_linear(background), to_linear(foreground), alpha))


def upscale(image: Tensor) -> Tensor:
    """Double an image by bicubic interpolation.

    Args:
        image: (N, C, h, w) float32 [0, 1], sRGB.

    Returns:
        (N, C, 2h, 2w) float32 [0, 1], sRGB; overshoot is clipped.
    """
    return functional.interpolate(image, scale_factor=SCALE, mode="bicubic", align_corners=False).clamp(0, 1)


def halve(image: Tensor) -> Tensor:
    """Halve an image: each pixel the light of four, as a sensor with fewer, larger pixels records it.

    Args:
        image: (N, 3, H, W) float32 [0, 1], sRGB; both sides even.

    Returns:
        (N, 3, H / 2, W / 2) float32 [0, 1], sRGB.
    """
    return to_srgb(functional.avg_pool2d(to_linear(image), SCALE))
