"""Light in tensors: the sRGB curve (IEC 61966-2-1), blending in linear light, and the bicubic upscale.

The same rules as bgrsr_data.media.colour, differentiable.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

SCALE = 2
_KNEE_SRGB, _KNEE_LINEAR = 0.04045, 0.0031308
_TAPS = (-0.03515625, 0.26171875, 0.87890625, -0.10546875)  # Keys' cubic (a = -0.75), a quarter of a pixel off


def to_linear(srgb: Tensor) -> Tensor:
    """Decode sRGB: any shape, float32 [0, 1] → the same shape, float32 [0, 1], linear light.

    The straight part and the curve are added, each held still at the knee where the other begins: no value is
    computed to be thrown away, and every slope is finite.
    """
    at_knee: float = ((_KNEE_SRGB + 0.055) / 1.055) ** 2.4
    curve = _power((srgb.clamp_min(_KNEE_SRGB) + 0.055) / 1.055, 2.4)
    return srgb.clamp_max(_KNEE_SRGB) / 12.92 + (curve - at_knee)


def to_srgb(linear: Tensor) -> Tensor:
    """Encode linear light: any shape, float32 [0, 1] → the same shape, float32 [0, 1], sRGB; built as to_linear."""
    at_knee: float = _KNEE_LINEAR ** (1 / 2.4)
    curve = _power(linear.clamp_min(_KNEE_LINEAR), 1 / 2.4)
    return linear.clamp_max(_KNEE_LINEAR) * 12.92 + 1.055 * (curve - at_knee)


def blend(foreground: Tensor, background: Tensor, alpha: Tensor) -> Tensor:
    """Lay a foreground over a background in linear light.

    Args:
        foreground: (N, 3, H, W) float32 [0, 1], sRGB, unassociated.
        background: (N, 3, H, W) float32 [0, 1], sRGB.
        alpha: (N, 1, H, W) float32 [0, 1], straight.

    Returns:
        (N, 3, H, W) float32 [0, 1], sRGB.
    """
    behind = to_linear(background)
    return to_srgb(behind + alpha * (to_linear(foreground) - behind))


def upscale(image: Tensor) -> Tensor:
    """Double an image by bicubic interpolation.

    Args:
        image: (N, C, h, w) float32 [0, 1], sRGB.

    Returns:
        (N, C, 2h, 2w) float32 [0, 1], sRGB; overshoot is clipped.
    """
    return _doubled(_doubled(image, 2), 3).clamp(0, 1)


def halve(image: Tensor) -> Tensor:
    """Halve an image: each pixel the light of four, as a sensor with fewer, larger pixels records it.

    Args:
        image: (N, 3, H, W) float32 [0, 1], sRGB; both sides even.

    Returns:
        (N, 3, H / 2, W / 2) float32 [0, 1], sRGB.
    """
    return to_srgb(functional.avg_pool2d(to_linear(image), SCALE))


def _power(base: Tensor, exponent: float) -> Tensor:
    """A power of positive values. Where it is exported to (ONNX Runtime on a CPU), three times as fast as `pow`."""
    return (exponent * base.log()).exp()


def _doubled(image: Tensor, axis: int) -> Tensor:
    """Bicubic interpolation to twice the size along axis 2 or 3, as torch's own (within 1e-6), from shifted copies.

    Torch's takes three times as long, and ONNX Runtime's on a CPU, one thread for all its work, thirty times.
    """
    size = image.shape[axis]
    padded = functional.pad(image, (0, 0, 2, 2) if axis == 2 else (2, 2, 0, 0), mode="replicate")
    p, q, r, s, t = (padded.narrow(axis, start, size) for start in range(5))
    far, near, nearest, beyond = _TAPS
    before = far * p + near * q + nearest * r + beyond * s
    after = beyond * q + nearest * r + near * s + far * t
    return torch.stack((before, after), axis + 1).flatten(axis, axis + 1)
