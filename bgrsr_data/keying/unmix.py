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
from bgrsr_data.keying.blocks import BLOCK, LEAST_NOISE, Blocks, Mask
from bgrsr_data.keying.fill import push_pull
from bgrsr_data.keying.regions import Regions

f32 = np.float32  # a Python number beside a float32 would make every sum around it one of float64, at half the speed
_LARGE = 240  # blocks along a frame: below it the subject is told by finer cells, more smoothed, which flicker less
_GRAIN = f32(2)  # variance of pixels over that of block means, which is what is known of the core
_LEAST_VARIANCE = f32(3e-5)
_DARKEST = f32(0.08)  # no foreground colour has a channel below this share of its brightest
Floats = NDArray[np.float32]
Colour = tuple[f32, f32, f32]
Symmetric = tuple[f32, f32, f32, f32, f32, f32]  # xx, xy, xz, yy, yz, zz


def describe_subject(blocks: Blocks, regions: Regions) -> Floats:
    """Mean and covariance of the core's colours, continued outward over the band.

    Args:
        blocks: The frame in blocks.
        regions: What each block is.

    Returns:
        (h/4, w/4, 9) float32, a cell for four by four blocks (two by two in a small frame): mean (3), then
            covariance as xx, xy, xz, yy, yz, zz.
    """
    h, w = regions.core.shape
    core = regions.core.astype(np.uint8)
    inner = cv2.erode(core, np.ones((2, 2), np.uint8), borderValue=1) > 0
    halvings, blur = (2, 0.6) if max(h, w) >= _LARGE else (1, 1.5)
    sums = np.zeros((-(-h >> halvings), -(-w >> halvings), 10), np.float32)
    _add_moments(blocks.mean, inner if inner.any() else regions.core, regions.pure, halvings, sums)
    sums = np.asarray(cv2.GaussianBlur(sums, (0, 0), blur), np.float32)
    known = np.maximum(sums[..., 9], np.float32(1e-6))
    moments = push_pull(sums[..., :9] / known[..., None], np.clip(known / np.float32(0.03), 0, 1))
    _centre(moments)
    return moments


@compiled
def _add_moments(mean: Floats, core: Mask, pure: Mask, halvings: int, sums: Floats) -> None:
    """Add each core block's colour and its products to its cell; what is not pure weighs a tenth."""
    for y in range(core.shape[0]):
        for x in range(core.shape[1]):
            if core[y, x]:
                weight = (f32(1) if pure[y, x] else f32(0.1)) / f32(1 << 2 * halvings)
                r, g, b = mean[y, x, 0], mean[y, x, 1], mean[y, x, 2]
                for k, moment in enumerate((r, g, b, r * r, r * g, r * b, g * g, g * b, b * b, f32(1))):
                    sums[y >> halvings, x >> halvings, k] += weight * moment


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
    doubt = _unmix(band, around, softness, f32(blocks.noise_light), f32(blocks.noise), alpha)
    return alpha, float(doubt)


@compiled
def _unmix(band: Band, around: Floats, softness: Floats, noise: f32, key_noise: f32, alpha: Floats) -> float:
    seen, behind = band.seen, band.behind
    share, variance, part = np.empty(PIXELS, f32), np.empty(PIXELS, f32), np.empty(PIXELS // 2, f32)
    doubt = 0.0
    for n in range(len(seen)):
        mean = (around[n, 0], around[n, 1], around[n, 2])
        spread = _subject_covariance(mean, around[n])
        most = _brightest(mean, around[n])
        for p in range(PIXELS):
            pixel = (seen[n, 0, p], seen[n, 1, p], seen[n, 2, p])
            plate = (behind[n, 0, p], behind[n, 1, p], behind[n, 2, p])
            first, _ = _linear_estimate(pixel, plate, mean, spread, noise, f32(0.5))
            second, variance[p] = _linear_estimate(pixel, plate, mean, spread, noise, first)
            share[p] = max(second, _least_alpha(pixel, plate, most, noise))
        low, high = _levels(_sum(share, part) / f32(PIXELS), key_noise, softness[n])
        for p in range(PIXELS):
            a = _unit((share[p] - low) / (high - low))
            alpha[n, p] = a
            less = f32(4) * a * (f32(1) - a) + f32(0.05)  # where alpha came out as 0 or 1
            variance[p] = min(variance[p], f32(0.08)) * less
        doubt += float(_sum(variance, part))
    return doubt


@inlined
def _sum(values: Floats, part: Floats) -> f32:
    """The sum of a block's values: half added to half, not one after the other, in the 8 places of `part`."""
    for p in range(8):
        part[p] = values[p] + values[p + 8]
    for p in range(4):
        part[p] += part[p + 4]
    return f32((part[0] + part[2]) + (part[1] + part[3]))


@inlined
def _unit(value: f32) -> f32:
    return min(max(value, f32(0)), f32(1))


@inlined
def _subject_covariance(m: Colour, around: Floats) -> Symmetric:
    """How the subject's colour may differ from its mean: as the core around does, in brightness, and a little."""
    floor = _LEAST_VARIANCE + f32(0.002) * (m[0] * m[0] + m[1] * m[1] + m[2] * m[2]) / f32(3)
    return (
        _GRAIN * around[3] + f32(0.06) * m[0] * m[0] + floor,
        _GRAIN * around[4] + f32(0.06) * m[0] * m[1],
        _GRAIN * around[5] + f32(0.06) * m[0] * m[2],
        _GRAIN * around[6] + f32(0.06) * m[1] * m[1] + floor,
        _GRAIN * around[7] + f32(0.06) * m[1] * m[2],
        _GRAIN * around[8] + f32(0.06) * m[2] * m[2] + floor,
    )


@inlined
def _linear_estimate(c: Colour, b: Colour, m: Colour, s: Symmetric, noise: f32, alpha: f32) -> tuple[f32, f32]:
    """The linear estimate of alpha of least variance, and that variance, if alpha were about what is given.

    With d = m − b, and V the covariance of the pixel around its expected colour, alpha = dᵀV⁻¹(c − b) / dᵀV⁻¹d. V⁻¹
    is the adjugate over the determinant, which cancels.
    """
    subject, screen = alpha * alpha, (f32(0.03) * (f32(1) - alpha)) ** 2
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
    surety = max(wx * x + wy * y + wz * z, f32(1e-12))
    share = (wx * (c[0] - b[0]) + wy * (c[1] - b[1]) + wz * (c[2] - b[2])) / surety
    return _unit(share), (xx * axx + xy * axy + xz * axz) / surety


@inlined
def _brightest(m: Colour, around: Floats) -> Colour:
    """The most light that the foreground returns in each channel."""
    return (
        min(f32(1), f32(1.3) * m[0] + f32(3) * np.sqrt(max(around[3], f32(0))) + f32(0.02)),
        min(f32(1), f32(1.3) * m[1] + f32(3) * np.sqrt(max(around[6], f32(0))) + f32(0.02)),
        min(f32(1), f32(1.3) * m[2] + f32(3) * np.sqrt(max(around[8], f32(0))) + f32(0.02)),
    )


@inlined
def _least_alpha(c: Colour, b: Colour, most: Colour, noise: f32) -> f32:
    """The least alpha that leaves no channel of the foreground below black or far above the core."""
    dark, strongest = _DARKEST * max(c[0], c[1], c[2]), max(b[0], b[1], b[2])
    red = _least_in_channel(c[0], b[0], most[0], dark, strongest, noise)
    green = _least_in_channel(c[1], b[1], most[1], dark, strongest, noise)
    blue = _least_in_channel(c[2], b[2], most[2], dark, strongest, noise)
    return _unit(max(red, green, blue))


@inlined
def _least_in_channel(c: f32, b: f32, most: f32, dark: f32, strongest: f32, noise: f32) -> f32:
    lit = c + f32(2) * noise
    black = lit / max(b, f32(1e-4)) if b > max(f32(4) * noise, f32(0.15) * strongest) else f32(1)
    pale = (lit - dark) / max(b - dark, f32(1e-4)) if b > max(f32(0.6) * strongest, f32(3) * dark) else f32(1)
    above = (c - f32(1.04) * b - f32(3) * noise) / max(most - b, f32(0.01))
    return max(f32(1) - min(black, pale), above if most - b > f32(0.01) + f32(0.2) * b else f32(0))


@inlined
def _levels(share: f32, noise: f32, softness: f32) -> tuple[f32, f32]:
    """The alphas to be pulled to 0 and 1, because noise alone explains them.

    A pixel's noise is no reason where its whole block shows that subject and screen are mixed: 16 pixels together
    have a quarter of it. Where the edge is soft, what is left of the levels gives way too: a ramp has a faint end.
    """
    floor = f32(0.02) + noise
    present = _unit((share - floor) / (floor + f32(0.01)))
    absent = _unit((f32(1) - share - floor) / (floor + f32(0.01)))
    grain, least = min(f32(2.5) * noise, f32(0.28)), f32(2.5 * LEAST_NOISE)
    low = (f32(0.02) + grain + (least - grain) * present) * (f32(1) - softness * present)
    return low, f32(1) - min(f32(0.02) + noise, f32(0.15)) * (f32(1) - f32(0.5) * softness * absent)


def lay_out(alpha: Floats, band: Band, core: Mask) -> Floats:
    """Alpha of the whole frame: 1 on the core, the band's own, else 0.

    Args:
        alpha: (n, 16) float32 [0, 1].
        band: The pixels.
        core: (h, w) bool.

    Returns:
        (4 h, 4 w) float32 [0, 1].
    """
    whole = np.empty((BLOCK * core.shape[0], BLOCK * core.shape[1]), f32)
    _lay_out(alpha, band, core, whole)
    return whole


@compiled
def _lay_out(alpha: Floats, band: Band, core: Mask, whole: Floats) -> None:
    for y in range(whole.shape[0]):
        row, blocks = whole[y], core[y // BLOCK]
        for x in range(len(blocks)):
            share = f32(1) if blocks[x] else f32(0)
            for j in range(BLOCK):
                row[BLOCK * x + j] = share
    for n in range(len(band.rows)):
        for i in range(BLOCK):
            row = whole[BLOCK * band.rows[n] + i]
            for j in range(BLOCK):
                row[BLOCK * band.columns[n] + j] = alpha[n, BLOCK * i + j]


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
    _put_means(alpha, band, means)
    return means


@compiled
def _put_means(alpha: Floats, band: Band, means: Floats) -> None:
    for n in range(len(alpha)):
        total = f32(0)
        for p in range(PIXELS):
            total += alpha[n, p]
        means[band.rows[n], band.columns[n]] = total / f32(PIXELS)
