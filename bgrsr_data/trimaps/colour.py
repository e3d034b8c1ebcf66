"""Alpha from the colours on both sides of the band.

Near a pixel of the band the sure foreground and the sure background each have a mean colour μ and a covariance S. A
pixel that mixes them by alpha has the colour α μ_F + (1-α) μ_B with the covariance α² S_F + (1-α)² S_B + σ² (Chuang et
al., "A Bayesian Approach to Digital Matting", CVPR 2001). Alpha is the mean of what that and the mask's outline leave
likely: the outline is wrong by a pixel or two, and few pixels are mixed.

Surroundings are never one even colour, so the likelihood has long tails and counts as if half of it were known: without
this, where both sides look alike, chance decides.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from bgrsr_data.compiled import compiled
from bgrsr_data.keying.fill import push_pull, resize
from bgrsr_data.trimaps.draw import BACKGROUND, FOREGROUND, UNKNOWN

Floats = NDArray[np.float32]

STEP = 2  # local colours are smooth: every other pixel tells them
STEPS = 11  # of alpha, from 0 to 1
NOISE = 1e-4  # variance of a colour that nothing else explains: 2.5 of 255 levels
MIXED = 0.03  # share of the band whose alpha is neither 0 nor 1, before its colour is seen
OUTLINE_PX = 1.5  # how wrong an outline is
TAILS = 4.0  # degrees of freedom of a Student distribution
TRUST = 0.5  # in the likelihood, as an exponent


def alpha_by_colour(image: Floats, trimap: NDArray[np.uint8], signed_px: Floats, radius_px: int) -> Floats:
    """Find alpha in the unknown band.

    Args:
        image: (H, W, 3) float32 [0, 1], sRGB: its noise is about even there.
        trimap: (H, W) uint8, with some sure foreground; what is sure stays.
        signed_px: (H, W) float32, distance from the mask's outline, positive inside, in pixels.
        radius_px: How far from a pixel colours are gathered, at least 1.

    Returns:
        (H, W) float32 [0, 1].
    """
    inside = local_colours(image, trimap == FOREGROUND, radius_px)
    outside = local_colours(image, trimap == BACKGROUND, radius_px)
    prior = np.asarray(1 / (1 + np.exp(-np.clip(signed_px / OUTLINE_PX, -30, 30))), np.float32)
    alpha: Floats = (trimap == FOREGROUND).astype(np.float32)
    _posterior(image, trimap == UNKNOWN, prior, inside, outside, alpha)
    return alpha


def local_colours(image: Floats, sure: NDArray[np.bool_], radius_px: int) -> Floats:
    """Mean and covariance of the sure pixels around each pixel, continued to where there are none.

    Args:
        image: (H, W, 3) float32.
        sure: (H, W) bool; where none is, any colour is likely.
        radius_px: Half the side of the window that they are gathered in.

    Returns:
        (H, W, 9) float32: mean r, g, b; covariance rr, rg, rb, gg, gb, bb.
    """
    height, width = sure.shape
    if not sure.any():
        even = [0.5, 0.5, 0.5, 1 / 12, 0, 0, 1 / 12, 0, 1 / 12]  # of colours spread evenly over [0, 1]
        return np.tile(np.array(even, np.float32), (height, width, 1))
    size = (-(-width // STEP), -(-height // STEP))
    weight = cv2.resize(sure.astype(np.float32), size, interpolation=cv2.INTER_AREA)
    known = resize(_with_products(image) * sure[..., None], size, cv2.INTER_AREA)
    side = 2 * max(1, radius_px // STEP) + 1
    total = np.asarray(cv2.blur(weight, (side, side)), np.float32)
    sums = np.concatenate([cv2.blur(np.ascontiguousarray(known[..., i : i + 3]), (side, side)) for i in (0, 3, 6)], -1)
    near = total > 1e-3
    means = np.asarray(sums / np.where(near, total, 1)[..., None] * near[..., None], np.float32)
    colours = resize(push_pull(means, np.asarray(np.minimum(1, 4 * total) * near, np.float32)), (width, height))
    colours[..., 3:] -= _products(colours[..., :3])
    return colours


def _with_products(image: Floats) -> Floats:
    return np.concatenate([image, _products(image)], -1)


def _products(image: Floats) -> Floats:
    return image[..., [0, 0, 0, 1, 1, 2]] * image[..., [0, 1, 2, 1, 2, 2]]


@compiled
def _posterior(
    image: Floats, unknown: NDArray[np.bool_], prior: Floats, inside: Floats, outside: Floats, alpha: Floats
) -> None:
    """Write the posterior mean of alpha where it is unknown; `prior` is that of alpha = 1 against alpha = 0."""
    height, width = unknown.shape
    logs = np.empty(STEPS)
    for y in range(height):
        for x in range(width):
            if not unknown[y, x]:
                continue
            for k in range(STEPS):
                if k == 0:
                    share = (1 - MIXED) * (1 - prior[y, x])
                elif k == STEPS - 1:
                    share = (1 - MIXED) * prior[y, x]
                else:
                    share = MIXED / (STEPS - 2)
                seen = _log_likelihood(k / (STEPS - 1), image[y, x], inside[y, x], outside[y, x])
                logs[k] = np.log(share + 1e-6) + TRUST * seen
            highest = logs.max()
            total = weighted = 0.0
            for k in range(STEPS):
                weight = np.exp(logs[k] - highest)
                total += weight
                weighted += weight * k / (STEPS - 1)
            alpha[y, x] = weighted / total


@compiled
def _log_likelihood(a: float, colour: Floats, inside: Floats, outside: Floats) -> float:
    """Log density of a pixel's colour under alpha `a`, but for a constant: Student's, by the mixture's moments."""
    b = 1 - a
    rr = a * a * inside[3] + b * b * outside[3] + NOISE
    rg = a * a * inside[4] + b * b * outside[4]
    rb = a * a * inside[5] + b * b * outside[5]
    gg = a * a * inside[6] + b * b * outside[6] + NOISE
    gb = a * a * inside[7] + b * b * outside[7]
    bb = a * a * inside[8] + b * b * outside[8] + NOISE
    r = colour[0] - a * inside[0] - b * outside[0]
    g = colour[1] - a * inside[1] - b * outside[1]
    v = colour[2] - a * inside[2] - b * outside[2]
    i00, i01, i02 = gg * bb - gb * gb, rb * gb - rg * bb, rg * gb - rb * gg  # the adjugate of the covariance
    i11, i12, i22 = rr * bb - rb * rb, rg * rb - rr * gb, rr * gg - rg * rg
    determinant = max(rr * i00 + rg * i01 + rb * i02, NOISE**3)
    distance = max(r * (i00 * r + 2 * i01 * g + 2 * i02 * v) + g * (i11 * g + 2 * i12 * v) + i22 * v * v, 0.0)
    log_density: float = -0.5 * ((TAILS + 3) * np.log(1 + distance / determinant / TAILS) + np.log(determinant))
    return log_density
