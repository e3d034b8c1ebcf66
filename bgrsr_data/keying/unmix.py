"""Alpha in the band: how much of each pixel is subject.

A pixel is a·F + (1 − a)·B + noise. B is the plate; F is not known but is like the subject nearby: normal, with the
mean and covariance of the core around (Chuang et al., "A Bayesian Approach to Digital Matting", CVPR 2001). For a
fixed variance the best linear estimate of a is a weighted projection on F − B; two rounds settle the variance. What
light allows bounds it: no channel of F can be below black, so a is at least 1 − C/B in every channel.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from bgrsr_data.compiled import compiled, inlined
from bgrsr_data.keying.band import PIXELS, Band
from bgrsr_data.keying.blocks import BLOCK, LEAST_NOISE, Blocks, Mask, by_block
from bgrsr_data.keying.fill import push_pull
from bgrsr_data.keying.regions import Regions

_CELL = 2
_ROUNDS = 2
_GRAIN = 2.0  # variance of pixels over that of block means, which is what is known of the core
_LEAST_VARIANCE = 3e-5
_DARKEST = 0.08  # no foreground colour has a channel below this share of its brightest
Floats = NDArray[np.float32]
Colour = tuple[float, float, float]
Symmetric = tuple[float, float, float, float, float, float]  # xx, xy, xz, yy, yz, zz


def describe_subject(blocks: Blocks, regions: Regions) -> Floats:
    """Mean and covariance of the core's colours, continued outward over the band.

    Args:
        blocks: The frame in blocks.
        regions: What each block is.

    Returns:
        (h/2, w/2, 9) float32, a cell for two by two blocks: mean (3), then covariance as xx, xy, xz, yy, yz, zz.
    """
    h, w = regions.core.shape
    core = regions.core.astype(np.uint8)
    inner = cv2.erode(core, np.ones((2, 2), np.uint8), borderValue=1) > 0
    sums = np.zeros((-(-h // _CELL), -(-w // _CELL), 10), np.float32)
    _add_moments(blocks.mean, inner if inner.any() else regions.core, regions.pure, sums)
    sums = np.asarray(cv2.GaussianBlur(sums, (0, 0), 1.5), np.float32)
    known = np.maximum(sums[..., 9], np.float32(1e-6))
    moments = push_pull(sums[..., :9] / known[..., None], np.clip(known / np.float32(0.03), 0, 1))
    _centre(moments)
    return moments


@compiled
def _add_moments(mean: Floats, core: Mask, pure: Mask, sums: Floats) -> None:
    """Add each core block's colour and its products to its cell; what is not pure weighs a tenth."""
    for y in range(core.shape[0]):
        for x in range(core.shape[1]):
            if core[y, x]:
                weight = (1 if pure[y, x] else 0.1) / _CELL**2
                r, g, b = mean[y, x, 0], mean[y, x, 1], mean[y, x, 2]
                for k, moment in enumerate((r, g, b, r * r, r * g, r * b, g * g, g * b, b * b, np.float32(1))):
                    sums[y // _CELL, x // _CELL, k] += weight * moment


@compiled
def _centre(moments: Floats) -> None:
    """From mean squares to covariance."""
    for y in range(moments.shape[0]):
        for x in range(moments.shape[1]):
            r, g, b = moments[y, x, 0], moments[y, x, 1], moments[y, x, 2]
            for k, product in enumerate((r * r, r * g, r * b, g * g, g * b, b * b)):
                moments[y, x, 3 + k] -= product


def unmix(band: Band, around: Floats, softness: Floats, blocks: Blocks) -> tuple[Floats, float]:
    """Estimate alpha of band pixels.

    Args:
        band: The pixels, and the screen behind them.
        around: (n, 9) float32, mean and covariance of the subject at each block.
        softness: (n,) float32 [0, 1], how soft the edge is at each block.
        blocks: The frame in blocks, for its noise.

    Returns:
        Alpha (n, 16) float32 [0, 1], and the summed squared error that the model itself expects of it.
    """
    alpha = np.empty((len(around), PIXELS), np.float32)
    doubt = _unmix(band, around, softness, blocks.noise_light, blocks.noise, alpha)
    return alpha, float(doubt)


@compiled
def _unmix(band: Band, around: Floats, softness: Floats, noise: float, key_noise: float, alpha: Floats) -> float:
    seen, behind = band.seen, band.behind
    share, variance, doubt = np.empty(PIXELS), np.empty(PIXELS), 0.0
    for n in range(len(seen)):
        mean = (around[n, 0], around[n, 1], around[n, 2])
        spread = _subject_covariance(mean, around[n])
        most = _brightest(mean, around[n])
        for p in range(PIXELS):
            pixel = (seen[n, 0, p], seen[n, 1, p], seen[n, 2, p])
            plate = (behind[n, 0, p], behind[n, 1, p], behind[n, 2, p])
            first, _ = _linear_estimate(pixel, plate, mean, spread, noise, 0.5)
            second, variance[p] = _linear_estimate(pixel, plate, mean, spread, noise, first)
            share[p] = max(second, _least_alpha(pixel, plate, most, noise))
        low, high = _levels(share.mean(), key_noise, softness[n])
        for p in range(PIXELS):
            a = _unit((share[p] - low) / (high - low))
            alpha[n, p] = a
            variance[p] = min(variance[p], 0.08) * (4 * a * (1 - a) + 0.05)  # less where alpha came out as 0 or 1
        doubt += variance.sum()
    return doubt


@inlined
def _unit(value: float) -> float:
    return min(max(value, 0.0), 1.0)


@inlined
def _subject_covariance(m: Colour, around: Floats) -> Symmetric:
    """How the subject's colour may differ from its mean: as the core around does, in brightness, and a little."""
    floor = _LEAST_VARIANCE + 0.002 * (m[0] * m[0] + m[1] * m[1] + m[2] * m[2]) / 3
    return (
        _GRAIN * around[3] + 0.06 * m[0] * m[0] + floor,
        _GRAIN * around[4] + 0.06 * m[0] * m[1],
        _GRAIN * around[5] + 0.06 * m[0] * m[2],
        _GRAIN * around[6] + 0.06 * m[1] * m[1] + floor,
        _GRAIN * around[7] + 0.06 * m[1] * m[2],
        _GRAIN * around[8] + 0.06 * m[2] * m[2] + floor,
    )


@inlined
def _linear_estimate(c: Colour, b: Colour, m: Colour, s: Symmetric, noise: float, alpha: float) -> tuple[float, float]:
    """The linear estimate of alpha of least variance, and that variance, if alpha were about what is given.

    With d = m − b, and V the covariance of the pixel around its expected colour, alpha = dᵀV⁻¹(c − b) / dᵀV⁻¹d. V⁻¹
    is the adjugate over the determinant, which cancels.
    """
    subject, screen = alpha * alpha, (0.03 * (1 - alpha)) ** 2
    xx = subject * s[0] + screen * b[0] * b[0] + noise * noise
    xy = subject * s[1] + screen * b[0] * b[1]
    xz = subject * s[2] + screen * b[0] * b[2]
    yy = subject * s[3] + screen * b[1] * b[1] + noise * noise
    yz = subject * s[4] + screen * b[1] * b[2]
    zz = subject * s[5] + screen * b[2] * b[2] + noise * noise
    axx, axy, axz = yy * zz - yz * yz, xz * yz - xy * zz, xy * yz - xz * yy
    ayy, ayz, azz = xx * zz - xz * xz, xy * xz - xx * yz, xx * yy - xy * xy
    x, y, z = m[0] - b[0], m[1] - b[1], m[2] - b[2]
    wx, wy, wz = axx * x + axy * y + axz * z, axy * x + ayy * y + ayz * z, axz * x + ayz * y + azz * z
    surety = max(wx * x + wy * y + wz * z, 1e-12)
    share = (wx * (c[0] - b[0]) + wy * (c[1] - b[1]) + wz * (c[2] - b[2])) / surety
    return _unit(share), (xx * axx + xy * axy + xz * axz) / surety


@inlined
def _brightest(m: Colour, around: Floats) -> Colour:
    """The most light that the foreground returns in each channel."""
    return (
        min(1.0, 1.3 * m[0] + 3 * np.sqrt(max(around[3], 0.0)) + 0.02),
        min(1.0, 1.3 * m[1] + 3 * np.sqrt(max(around[6], 0.0)) + 0.02),
        min(1.0, 1.3 * m[2] + 3 * np.sqrt(max(around[8], 0.0)) + 0.02),
    )


@inlined
def _least_alpha(c: Colour, b: Colour, most: Colour, noise: float) -> float:
    """The least alpha that leaves no channel of the foreground below black or far above the core."""
    dark, strongest = _DARKEST * max(c[0], c[1], c[2]), max(b[0], b[1], b[2])
    red = _least_in_channel(c[0], b[0], most[0], dark, strongest, noise)
    green = _least_in_channel(c[1], b[1], most[1], dark, strongest, noise)
    blue = _least_in_channel(c[2], b[2], most[2], dark, strongest, noise)
    return _unit(max(red, green, blue))


@inlined
def _least_in_channel(c: float, b: float, most: float, dark: float, strongest: float, noise: float) -> float:
    black = (c + 2 * noise) / max(b, 1e-4) if b > max(4 * noise, 0.15 * strongest) else 1.0
    pale = (c + 2 * noise - dark) / max(b - dark, 1e-4) if b > max(0.6 * strongest, 3 * dark) else 1.0
    above = (c - 1.04 * b - 3 * noise) / max(most - b, 0.01) if most - b > 0.01 + 0.2 * b else 0.0
    return max(1 - min(black, pale), above)


@inlined
def _levels(share: float, noise: float, softness: float) -> tuple[float, float]:
    """The alphas to be pulled to 0 and 1, because noise alone explains them.

    A pixel's noise is no reason where its whole block shows that subject and screen are mixed: 16 pixels together
    have a quarter of it. Where the edge is soft, what is left of the levels gives way too: a ramp has a faint end.
    """
    floor = 0.02 + noise
    present = _unit((share - floor) / (floor + 0.01))
    absent = _unit((1 - share - floor) / (floor + 0.01))
    grain, least = min(2.5 * noise, 0.28), 2.5 * LEAST_NOISE
    low = (0.02 + grain + (least - grain) * present) * (1 - softness * present)
    return low, 1 - min(0.02 + noise, 0.15) * (1 - 0.5 * softness * absent)


def lay_out(alpha: Floats, band: Band, core: Mask) -> Floats:
    """Alpha of the whole frame: 1 on the core, the band's own, else 0.

    Args:
        alpha: (n, 16) float32 [0, 1].
        band: The pixels.
        core: (h, w) bool.

    Returns:
        (4 h, 4 w) float32 [0, 1].
    """
    h, w = core.shape
    pure = cv2.resize(core.astype(np.float32), (BLOCK * w, BLOCK * h), interpolation=cv2.INTER_NEAREST)
    whole: Floats = np.asarray(pure, np.float32)
    by_block(whole)[band.rows, band.columns] = alpha.reshape(-1, BLOCK, BLOCK)
    return whole


def block_means(alpha: Floats, band: Band, core: Mask) -> Floats:
    """Mean alpha of each block: what `lay_out` averages to.

    Args:
        alpha: (n, 16) float32 [0, 1].
        band: The pixels.
        core: (h, w) bool.

    Returns:
        (h, w) float32 [0, 1].
    """
    means = core.astype(np.float32)
    means[band.rows, band.columns] = alpha.mean(1)
    return means
