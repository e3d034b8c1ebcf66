"""Alpha in the band: how much of each pixel is subject.

A pixel is a·F + (1 − a)·B + noise. B is the plate; F is not known but is like the subject nearby: normal, with the
mean and covariance of the core around (Chuang et al., "A Bayesian Approach to Digital Matting", CVPR 2001). For a
fixed variance the best linear estimate of a is a weighted projection on F − B; two rounds settle the variance. What
light allows bounds it: no channel of F can be below black, so a is at least 1 − C/B in every channel.

Arrays of pixels are channels first, (channels, n): each channel is one contiguous run.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from bgrsr_data.keying.blocks import BLOCK, LEAST_NOISE, Blocks
from bgrsr_data.keying.fill import push_pull, resize
from bgrsr_data.keying.regions import Regions

_CELL = 2
_ROUNDS = 2
_DARKEST = 0.08  # no foreground colour has a channel below this share of its brightest
_PAIRS = ((0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2))
Floats = NDArray[np.float32]


def describe_subject(blocks: Blocks, regions: Regions) -> Floats:
    """Mean and covariance of the core's colours, continued outward over the band.

    Args:
        blocks: The frame in blocks.
        regions: What each block is.

    Returns:
        (h, w, 9) float32, as large as the blocks: mean (3), then covariance as xx, xy, xz, yy, yz, zz.
    """
    h, w = regions.core.shape
    size = (-(-w // _CELL), -(-h // _CELL))
    core = regions.core.astype(np.uint8)
    inner = cv2.erode(core, np.ones((2, 2), np.uint8), borderValue=1)
    weight = np.asarray((inner if inner.any() else core) * np.where(regions.pure, 1, 0.1), np.float32)
    parts = [blocks.mean[..., k] for k in range(3)] + [blocks.mean[..., i] * blocks.mean[..., j] for i, j in _PAIRS]
    known = np.maximum(_softened(weight, size), 1e-6)
    sums = np.dstack([_softened(part * weight, size) / known for part in parts])
    moments = push_pull(np.asarray(sums, np.float32), np.asarray(np.clip(known / 0.03, 0, 1), np.float32))
    for k, (i, j) in enumerate(_PAIRS):
        moments[..., 3 + k] -= moments[..., i] * moments[..., j]
    return resize(moments, (w, h))


def _softened(grid: Floats, size: tuple[int, int]) -> Floats:
    small = cv2.resize(grid, size, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.GaussianBlur(small, (0, 0), 1.5), np.float32)


def unmix(pixels: Floats, plate: Floats, subject: Floats, noise: float) -> tuple[Floats, Floats]:
    """Estimate alpha of band pixels.

    Args:
        pixels: (3, n) float32, working light.
        plate: (3, n) float32, the screen there.
        subject: (9, n) float32, mean and covariance of the subject there.
        noise: Standard deviation of one channel, working light.

    Returns:
        Alpha (n,) float32 [0, 1], and its variance (n,) float32, as the model sees it.
    """
    toward, seen = subject[:3] - plate, pixels - plate
    alpha = np.full(pixels.shape[1], 0.5, np.float32)
    variance = alpha
    for _ in range(_ROUNDS):
        weighted, determinant = _solve(_covariance(alpha, plate, subject, noise), toward)
        surety = np.maximum((weighted * toward).sum(0), 1e-12)
        alpha = np.clip((weighted * seen).sum(0) / surety, 0, 1)
        variance = determinant / surety
    return np.maximum(alpha, least_alpha(pixels, plate, subject, noise)), variance


def levelled(alpha: Floats, noise: float, softness: Floats) -> Floats:
    """Pull alphas that noise alone explains to 0 and 1.

    A pixel's noise is no reason where its whole block shows that subject and screen are mixed: 16 pixels together
    have a quarter of it. Where the edge is soft, what is left of the levels gives way too: a ramp has a faint end.

    Args:
        alpha: (n,) float32 [0, 1], 16 pixels a block.
        noise: Standard deviation of a pixel's key value, screen = 1.
        softness: (n / 16,) float32 [0, 1], how soft the edge is at each block.

    Returns:
        (n,) float32 [0, 1].
    """
    pixels = alpha.reshape(-1, BLOCK * BLOCK)
    share = pixels.mean(1)
    floor = 0.02 + noise
    present, absent = (np.clip((part - floor) / (floor + 0.01), 0, 1) for part in (share, 1 - share))
    grain, least = min(2.5 * noise, 0.28), 2.5 * LEAST_NOISE
    low = (0.02 + grain + (least - grain) * present) * (1 - softness * present)
    high = 1 - min(0.02 + noise, 0.15) * (1 - 0.5 * softness * absent)
    spread = np.clip((pixels - low[:, None]) / (high - low)[:, None], 0, 1)
    return np.asarray(spread, np.float32).reshape(-1)


def expected_error(alpha: Floats, variance: Floats) -> float:
    """The summed squared error of alpha that the model itself expects.

    Args:
        alpha: (n,) float32 [0, 1], as it is given out.
        variance: (n,) float32, from `unmix`.

    Returns:
        The sum; less is expected where alpha is 0 or 1.
    """
    return float((np.clip(variance, 0, 0.08) * (4 * alpha * (1 - alpha) + 0.05)).sum())


def least_alpha(pixels: Floats, plate: Floats, subject: Floats, noise: float) -> Floats:
    """The least alpha that leaves no channel of the foreground below black or far above the core.

    Args:
        pixels: (3, n) float32, working light.
        plate: (3, n) float32, the screen there.
        subject: (9, n) float32, mean and covariance of the subject there.
        noise: Standard deviation of one channel, working light.

    Returns:
        (n,) float32 [0, 1].
    """
    share = np.where(
        plate > np.maximum(4 * noise, 0.15 * plate.max(0)), (pixels + 2 * noise) / np.maximum(plate, 1e-4), 1
    )
    dark = _DARKEST * pixels.max(0)
    strong = plate > np.maximum(0.6 * plate.max(0), 3 * dark)
    pale = np.where(strong, (pixels + 2 * noise - dark) / np.maximum(plate - dark, 1e-4), 1)
    share = np.minimum(share, pale)
    brightest = np.minimum(1, subject[:3] * 1.3 + 3 * np.sqrt(np.maximum(subject[[3, 6, 8]], 0)) + 0.02)
    above = brightest - plate
    needed = np.where(above > 0.01 + 0.2 * plate, (pixels - 1.04 * plate - 3 * noise) / np.maximum(above, 0.01), 0)
    return np.asarray(np.clip(np.maximum(1 - share.min(0), needed.max(0)), 0, 1), np.float32)


def _covariance(alpha: Floats, plate: Floats, subject: Floats, noise: float) -> list[Floats]:
    """Covariance of a pixel around its expected colour, as xx, xy, xz, yy, yz, zz, for a given alpha."""
    a2, b2 = alpha * alpha, (0.03 * (1 - alpha)) ** 2
    mean = subject[:3]
    floor = noise * noise + a2 * (1e-4 + 0.01 * (mean * mean).mean(0))
    terms = []
    for k, (i, j) in enumerate(_PAIRS):
        term = a2 * (subject[3 + k] + 0.06 * mean[i] * mean[j]) + b2 * plate[i] * plate[j]
        terms.append(np.asarray(term + floor if i == j else term, np.float32))
    return terms


def _solve(matrix: list[Floats], right: Floats) -> tuple[Floats, Floats]:
    """Solve symmetric 3×3 systems: the adjugate times the right side, and the determinant it is to be divided by."""
    xx, xy, xz, yy, yz, zz = matrix
    x, y, z = right
    a, b, c = yy * zz - yz * yz, xz * yz - xy * zz, xy * yz - xz * yy
    d, e, f = xx * zz - xz * xz, xy * xz - xx * yz, xx * yy - xy * xy
    solved = np.stack([a * x + b * y + c * z, b * x + d * y + e * z, c * x + e * y + f * z])
    return solved, np.asarray(xx * a + xy * b + xz * c, np.float32)
