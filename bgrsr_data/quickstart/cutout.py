"""A person cut out of a photograph, with soft edges.

The outline says where the person surely is and surely is not. In the band between, each pixel is taken as a mix of the
colours on both sides, solved for its share, and smoothed along the edges of the photograph with a guided filter (He et
al., "Guided Image Filtering", TPAMI 2013, https://doi.org/10.1109/TPAMI.2012.213). The clean foreground colours are
what the band's own colours become when the old background is taken out. How good this alpha is matters for looks only:
footage is made from it, so it is that footage's truth by construction.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from bgrsr_data.quickstart.outlines import Outline

BAND_PX = 4
HAIR_BAND_PX = 11


def cut_out(linear: NDArray[np.float32], outline: Outline) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Cut a person out.

    Args:
        linear: (H, W, 3) float32 [0, 1], linear light.
        outline: Where the person is.

    Returns:
        foreground (H, W, 3) float32 [0, 1], linear light, straight; and alpha (H, W) float32 [0, 1].
    """
    distance = signed_distance(outline, (linear.shape[0], linear.shape[1]))
    least, most = _limits(distance, _band_width(outline, distance.shape), outline.depth_px)
    prior = np.clip(0.5 + distance / 3.0, 0, 1).astype(np.float32)
    alpha = np.where(least == 1, 1, np.where(most == 0, 0, 0.5)).astype(np.float32)
    for smooth in (False, True):
        foreground, background = diffuse(linear, alpha > 0.96), diffuse(linear, alpha < 0.04)
        alpha = np.clip(_unmix(linear, foreground, background, prior), least, most)
        if smooth:
            alpha = np.clip(guided_filter(linear, alpha, radius=3, eps=1e-5), least, most)
    alpha = np.clip((alpha - 0.03) / 0.94, 0, 1).astype(np.float32)
    return _clean(linear, alpha, foreground, background), alpha


def signed_distance(outline: Outline, shape: tuple[int, int]) -> NDArray[np.float32]:
    """Pixels to the outline: positive inside, negative outside; the border of the photograph is no outline.

    Args:
        outline: Where the person is.
        shape: (H, W) of the photograph.

    Returns:
        (H, W) float32, pixels.
    """
    mask = np.zeros(shape, np.uint8)
    cv2.fillPoly(mask, [np.array(outline.outer, np.int32)], 1)
    cv2.fillPoly(mask, [np.array(hole, np.int32) for hole in outline.holes], 0)
    mask = (cv2.GaussianBlur(mask.astype(np.float32), (0, 0), 1.5) > 0.5).astype(np.uint8)
    inside = cv2.distanceTransform(mask, cv2.DIST_L2, 5)
    return np.asarray(inside - cv2.distanceTransform(1 - mask, cv2.DIST_L2, 5), np.float32)


def diffuse(linear: NDArray[np.float32], known: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Fill unknown pixels with the colours of the nearest known ones, from fine to coarse.

    Args:
        linear: (H, W, 3) float32, linear light.
        known: (H, W) bool.

    Returns:
        (H, W, 3) float32; known pixels are unchanged.
    """
    height, width = known.shape
    light = np.dstack([np.where(known[..., None], linear, 0), known]).astype(np.float32)  # colour times weight, weight
    filled, reached = light[..., :3].copy(), light[..., 3].copy()
    for step, sigma in ((1, 1.5), (1, 3.0), (4, 1.5), (4, 3.0), (8, 3.0), (8, 6.0), (8, 12.0)):
        small = cv2.resize(light, (-(-width // step), -(-height // step)), interpolation=cv2.INTER_AREA)
        spread = cv2.resize(cv2.GaussianBlur(small, (0, 0), sigma), (width, height), interpolation=cv2.INTER_LINEAR)
        new = np.where(spread[..., 3] > 0.02, 1 - reached, 0)
        filled += new[..., None] * spread[..., :3] / np.maximum(spread[..., 3:], 1e-6)
        reached += new
    return np.asarray(filled, np.float32)


def guided_filter(
    guide: NDArray[np.float32], values: NDArray[np.float32], *, radius: int, eps: float
) -> NDArray[np.float32]:
    """Smooth `values` along the edges of a colour picture.

    Args:
        guide: (H, W, 3) float32.
        values: (H, W) float32.
        radius: Of the window, in pixels.
        eps: Variance of the guide below which an area counts as even.

    Returns:
        (H, W) float32.
    """

    def mean(array: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.asarray(cv2.blur(array, (2 * radius + 1, 2 * radius + 1)), np.float32)

    centre, level = mean(guide), mean(values)
    r, g, b = cv2.split(guide)
    pairs = [(r, r), (r, g), (r, b), (g, g), (g, b), (b, b)]
    centres = [(0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2)]
    rr, rg, rb, gg, gb, bb = (
        mean(one * other) - centre[..., i] * centre[..., j] + (eps if i == j else 0.0)
        for (one, other), (i, j) in zip(pairs, centres, strict=True)
    )
    joint = mean(guide * values[..., None]) - centre * level[..., None]
    inverse = [
        gg * bb - gb**2,
        gb * rb - rg * bb,
        rg * gb - gg * rb,
        rr * bb - rb**2,
        rb * rg - rr * gb,
        rr * gg - rg**2,
    ]
    determinant = rr * inverse[0] + rg * inverse[1] + rb * inverse[2]
    rows = ((0, 1, 2), (1, 3, 4), (2, 4, 5))
    slope = np.stack([sum(inverse[k] * joint[..., i] for i, k in enumerate(row)) for row in rows], -1)
    slope = (slope / determinant[..., None]).astype(np.float32)
    offset = level - (slope * centre).sum(-1)
    return np.asarray((mean(slope) * guide).sum(-1) + mean(offset), np.float32)


def _unmix(
    linear: NDArray[np.float32],
    foreground: NDArray[np.float32],
    background: NDArray[np.float32],
    prior: NDArray[np.float32],
) -> NDArray[np.float32]:
    """The share of the foreground in each pixel; where both sides look alike, the outline decides."""
    between = foreground - background
    contrast = (between**2).sum(-1)
    share = ((linear - background) * between).sum(-1) / np.maximum(contrast, 1e-4)
    trust = contrast / (contrast + 0.01)
    return np.asarray(trust * np.clip(share, 0, 1) + (1 - trust) * prior, np.float32)


def _clean(
    linear: NDArray[np.float32],
    alpha: NDArray[np.float32],
    foreground: NDArray[np.float32],
    background: NDArray[np.float32],
) -> NDArray[np.float32]:
    share = alpha[..., None]
    own = (linear - (1 - share) * background) / np.maximum(share, 0.05)
    trust = np.clip((share - 0.4) / 0.5, 0, 1)
    return np.asarray(np.clip(trust * own + (1 - trust) * foreground, 0, 1), np.float32)


def _limits(
    distance: NDArray[np.float32], band: NDArray[np.float32], depth_px: float
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The least and the most that alpha may be so far inside or outside of the outline."""
    inner = np.minimum(band, depth_px)
    least = np.clip((distance - 0.25 * inner) / (0.5 * inner), 0, 1)
    most = np.clip((distance + band) / (0.6 * band), 0, 1)
    return least.astype(np.float32), most.astype(np.float32)


def _band_width(outline: Outline, shape: tuple[int, int]) -> NDArray[np.float32]:
    hair = np.zeros(shape, np.float32)
    for x, y, radius in outline.hair:
        cv2.circle(hair, (x, y), radius, 1.0, -1)
    return np.asarray(BAND_PX + (HAIR_BAND_PX - BAND_PX) * cv2.GaussianBlur(hair, (0, 0), 4), np.float32)
