"""Alpha in the band: how much of each pixel is subject.

A pixel is a·F + (1 − a)·B + noise. B is the plate; F is not known but is like the subject nearby: normal, with the mean
and covariance of the core around (Chuang et al., "A Bayesian Approach to Digital Matting", CVPR 2001). For a fixed variance the
best linear estimate of a is a weighted projection on F − B; two rounds settle the variance. What light allows bounds
it: no channel of F can be below black, so a is at least 1 − C/B in every channel.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from bgrsr_data.keying.fill import push_pull
from bgrsr_data.keying.regions import Regions

_ROUNDS = 2
_CELL = 2
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Subject:
    """What the subject's colours are like around each 8×8 pixels.

    Attributes:
        statistics: (h, w, 9) float32: mean (3), then covariance as xx, xy, xz, yy, yz, zz.
    """

    statistics: Floats


def describe_subject(cells: Floats, regions: Regions) -> Subject:
    """Mean and covariance of the core's colours, continued outward over the band.

    Args:
        cells: (h, w, 3) float32 blocks of 4×4 pixels, working light.
        regions: The frame's regions.

    Returns:
        Statistics at one cell per 8×8 pixels.
    """
    h, w = regions.core.shape
    size = (-(-w // _CELL), -(-h // _CELL))
    inner = cv2.erode(regions.core.astype(np.uint8), np.ones((2, 2), np.uint8), borderValue=1).astype(np.float32)
    inner = inner if inner.any() else regions.core.astype(np.float32)
    i, j = np.triu_indices(3)
    weight = _soften(cv2.resize(inner, size, interpolation=cv2.INTER_AREA))
    parts = np.concatenate([cells, cells[..., i] * cells[..., j]], axis=2) * inner[..., None]
    sums = np.dstack([_soften(cv2.resize(parts[..., k], size, interpolation=cv2.INTER_AREA)) for k in range(9)])
    mean = push_pull(
        np.asarray(sums / np.maximum(weight, 1e-6)[..., None], np.float32),
        np.clip(weight / 0.15, 0, 1).astype(np.float32),
    )
    mean[..., 3:] -= mean[..., i] * mean[..., j]
    return Subject(mean)


def _soften(grid: Floats) -> Floats:
    return np.asarray(cv2.GaussianBlur(grid, (0, 0), 1.5), np.float32)


def unmix(pixels: Floats, plate: Floats, subject: Floats, noise: float) -> Floats:
    """Estimate alpha of band pixels.

    Args:
        pixels: (n, 3) float32, working light.
        plate: (n, 3) float32, the screen there.
        subject: (n, 9) float32, mean and covariance of the subject there.
        noise: Standard deviation of the pixels, working light.

    Returns:
        (n,) float32 [0, 1].
    """
    toward = subject[:, :3] - plate
    seen = pixels - plate
    alpha = np.full(len(pixels), 0.5, np.float32)
    for _ in range(_ROUNDS):
        weighted = _solve(_covariance(alpha, plate, subject, noise), toward)
        alpha = np.clip((weighted * seen).sum(1) / np.maximum((weighted * toward).sum(1), 1e-9), 0, 1)
    return np.maximum(alpha, least_alpha(pixels, plate, noise))


def levelled(alpha: Floats, noise: float) -> Floats:
    """Pull alphas that noise alone explains to 0 and 1.

    Args:
        alpha: (n,) float32 [0, 1].
        noise: Standard deviation of a pixel's key value, screen = 1.

    Returns:
        (n,) float32 [0, 1].
    """
    low, high = min(0.02 + 2.5 * noise, 0.3), 1 - min(0.02 + noise, 0.15)
    return np.clip((alpha - low) / (high - low), 0, 1).astype(np.float32)


def least_alpha(pixels: Floats, plate: Floats, noise: float) -> Floats:
    """The least alpha that leaves no channel of the foreground below black."""
    share = (pixels + 2 * noise) / np.maximum(plate, 1e-4)
    share = np.where(plate > 4 * noise, share, 1)
    return np.clip(1 - share.min(1), 0, 1).astype(np.float32)


def _covariance(alpha: Floats, plate: Floats, subject: Floats, noise: float) -> list[Floats]:
    """Covariance of a pixel around its expected colour, as xx, xy, xz, yy, yz, zz, for a given alpha."""
    a2 = alpha * alpha
    b2 = (0.03 * (1 - alpha)) ** 2
    mean = subject[:, :3]
    floor = noise * noise + a2 * (1e-4 + 0.01 * (mean * mean).mean(1))
    terms = []
    for k, (i, j) in enumerate(((0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2))):
        spread = subject[:, 3 + k] + 0.06 * mean[:, i] * mean[:, j]
        term = a2 * spread + b2 * plate[:, i] * plate[:, j]
        terms.append(term + floor if i == j else term)
    return terms


def _solve(matrix: list[Floats], right: Floats) -> Floats:
    """Solve symmetric 3×3 systems, up to a positive factor each (it cancels in the projection)."""
    xx, xy, xz, yy, yz, zz = matrix
    x, y, z = right[:, 0], right[:, 1], right[:, 2]
    a, b, c = yy * zz - yz * yz, xz * yz - xy * zz, xy * yz - xz * yy
    d, e, f = xx * zz - xz * xz, xy * xz - xx * yz, xx * yy - xy * xy
    return np.stack([a * x + b * y + c * z, b * x + d * y + e * z, c * x + e * y + f * z], 1)
