"""The source's own pixels before the background: of the network its alpha alone is taken, and fitted to them.

Alpha is brought to the source's size by the guided filter (He and Sun, "Fast Guided Filter", 2015,
https://arxiv.org/abs/1505.00996): between the pixels that the network made it follows the edges of the picture. Where
it is neither 0 nor 1 the old background shines through in the pixel's colour; the person's own is estimated by blur
fusion (Forte, "Approximate Fast Foreground Colour Estimation", ICIP 2021).
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from bgrsr_data.media.colour import luma, to_linear, to_srgb8
from bgrsr_data.media.scaling import resize
from bgrsrgan.replace.framing import Pixels

Values = NDArray[np.float32]

_RADIUS_SHARE = 1 / 120  # of the longer side: as far as alpha is brought to an edge
_COLOUR_SHARE = 1 / 10  # likewise, as far as colours of what is surely person, or room, are taken from
_SMOOTH = 1e-4  # variance of the guide, of 1, below which it counts as even
_SURE = 0.05  # what is so near to 0 or 1 is 0 or 1
_LEAST = 1e-3


def lay_over(pixels: Pixels, alpha: Values, background: Pixels) -> Pixels:
    """Put the person of a picture before a background, in linear light.

    Args:
        pixels: (H, W, 3) uint8, sRGB.
        alpha: (h, w) float32 [0, 1], of any size.
        background: (H, W, 3) uint8, sRGB.

    Returns:
        (H, W, 3) uint8, sRGB.
    """
    fine = fit_alpha(alpha, luma(pixels))
    soft = (fine > 0) & (fine < 1)
    out = np.where((fine > 0)[..., None], pixels, background)
    if soft.any():
        share = fine[soft][:, None]
        person = _own_colour(pixels, alpha, soft, share)
        out[soft] = to_srgb8(to_linear(background[soft]) * (1 - share) + person * share)
    return out


def fit_alpha(alpha: Values, grey: NDArray[np.uint8]) -> Values:
    """Bring alpha to a picture's size, along its edges.

    Args:
        alpha: (h, w) float32 [0, 1].
        grey: (H, W) uint8, sRGB.

    Returns:
        (H, W) float32 [0, 1].
    """
    low, high = (alpha.shape[1], alpha.shape[0]), (grey.shape[1], grey.shape[0])
    guide = np.asarray(cv2.resize(grey, low, interpolation=cv2.INTER_AREA), np.float32) / np.float32(255)
    side = 2 * max(1, round(_RADIUS_SHARE * max(low))) + 1
    mean_guide, mean_alpha = _mean(guide, side), _mean(alpha, side)
    varies = _mean(guide * guide, side) - mean_guide * mean_guide + np.float32(_SMOOTH)
    slope = np.asarray((_mean(guide * alpha, side) - mean_guide * mean_alpha) / varies, np.float32)
    offset = mean_alpha - slope * mean_guide
    steep, above = (cv2.resize(_mean(one, side), high, interpolation=cv2.INTER_LINEAR) for one in (slope, offset))
    fitted = steep * (grey.astype(np.float32) / 255) + above
    return np.asarray(np.clip((fitted - _SURE) / (1 - 2 * _SURE), 0, 1), np.float32)


def _mean(values: Values, side: int) -> Values:
    return np.asarray(cv2.blur(values, (side, side)), np.float32)


def _own_colour(pixels: Pixels, alpha: Values, soft: NDArray[np.bool_], share: Values) -> Values:
    """Linear light of the person alone at the soft pixels, (n, 3) float32 [0, 1]."""
    low, high = (alpha.shape[1], alpha.shape[0]), (pixels.shape[1], pixels.shape[0])
    light = resize(to_linear(pixels), low)
    side = 2 * max(1, round(_COLOUR_SHARE * max(low))) + 1

    def around(weight: Values) -> Values:
        lit = cv2.blur(light * weight[..., None], (side, side))
        seen = np.maximum(cv2.blur(weight, (side, side)), _LEAST)[..., None]
        return np.asarray(cv2.resize(lit / seen, high, interpolation=cv2.INTER_LINEAR)[soft], np.float32)

    person, room = around(alpha), around(1 - alpha)
    own = person + share * (to_linear(pixels[soft]) - share * person - (1 - share) * room)
    return np.asarray(np.clip(own, 0, 1), np.float32)
