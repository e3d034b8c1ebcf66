"""A soft alpha and a clean foreground from a picture, a mask and its trimap.

Ways to find alpha in the unknown band:

    colour       local colours of both sides and the mask's outline (colour.py)
    closed-form  alpha is locally a linear function of colour (Levin, Lischinski and Weiss, "A Closed-Form Solution to
                 Natural Image Matting", PAMI 2008), by pymatting
    knn          pixels of alike colour have alike alpha (Chen, Li and Tang, "KNN Matting", PAMI 2013), by pymatting
    guided       the mask, drawn to the picture's edges (He, Sun and Tang, "Guided Image Filtering", PAMI 2013,
                 https://arxiv.org/abs/1505.00996)

docs/trimaps.md compares them.
"""

from __future__ import annotations

import contextlib
import importlib
import warnings
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from bgrsr_data.media.colour import to_linear, to_srgb8
from bgrsr_data.trimaps.colour import alpha_by_colour
from bgrsr_data.trimaps.draw import BACKGROUND, FOREGROUND, UNKNOWN
from bgrsr_data.trimaps.foreground import estimate_foreground
from bgrsr_data.trimaps.options import Method

Floats = NDArray[np.float32]

_SMOOTHNESS = 1e-4  # of the guided filter
_STEPS = {"maxiter": 2000, "rtol": 1e-6}  # of closed-form and KNN matting: they need some hundreds


def refine_alpha(
    rgb: NDArray[np.uint8],
    mask: NDArray[np.bool_],
    trimap: NDArray[np.uint8],
    band_px: int,
    *,
    method: Method = "colour",
    max_solve_px: int = 400_000,
) -> tuple[Floats, bool]:
    """Find alpha in the trimap's unknown band.

    Args:
        rgb: (H, W, 3) uint8, sRGB.
        mask: (H, W) bool, True on the person.
        trimap: (H, W) uint8; its sure pixels are kept.
        band_px: Width of the band inside the outline.
        method: How.
        max_solve_px: closed-form and knn solve a larger picture at this many pixels.

    Returns:
        alpha, (H, W) float32 [0, 1], 0 on BACKGROUND, 1 on FOREGROUND; and whether the method's solver failed, so that
        the guided filter took its place.
    """
    image = rgb.astype(np.float32) / np.float32(255)
    failed = False
    if method == "colour":
        alpha = alpha_by_colour(image, trimap, signed_distance(mask), max(3, round(0.4 * band_px)))
    elif method == "guided":
        alpha = _guided(image, mask, band_px)
    else:
        try:
            alpha = _solved(image, trimap, method, max_solve_px)
        except (ValueError, RuntimeError, RuntimeWarning):  # no convergence, a matrix that has no factors, a division
            alpha, failed = _guided(image, mask, band_px), True
    alpha[trimap == BACKGROUND] = 0
    alpha[trimap == FOREGROUND] = 1
    return alpha, failed


def extract_foreground(rgb: NDArray[np.uint8], alpha: Floats) -> NDArray[np.uint8]:
    """Take the old background out of the edge's colour, in linear light.

    Args:
        rgb: (H, W, 3) uint8, sRGB.
        alpha: (H, W) float32 [0, 1].

    Returns:
        (H, W, 3) uint8 sRGB, straight; the bytes of `rgb` where alpha is 1, continued to where it is 0.
    """
    solved = to_srgb8(estimate_foreground(to_linear(rgb), alpha))
    return np.where(alpha[..., None] >= 1, rgb, solved).astype(np.uint8)


def signed_distance(mask: NDArray[np.bool_]) -> Floats:
    """Distance from the outline in pixels, positive inside: (H, W) float32."""
    person = mask.view(np.uint8)
    inside = cv2.distanceTransform(person, cv2.DIST_L2, cv2.DIST_MASK_5)
    return np.asarray(inside - cv2.distanceTransform(1 - person, cv2.DIST_L2, cv2.DIST_MASK_5), np.float32)


def _solved(image: Floats, trimap: NDArray[np.uint8], method: Method, max_solve_px: int) -> Floats:
    """Alpha by a sparse linear system, of a smaller picture where this one is too large.

    Raises:
        ValueError: The solver does not converge.
        RuntimeWarning: It divides by nothing, as where no background is known.
    """
    factor = min(1.0, (max_solve_px / trimap.size) ** 0.5)
    size = (max(1, round(trimap.shape[1] * factor)), max(1, round(trimap.shape[0] * factor)))
    small = image if factor == 1 else cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    labels = trimap if factor == 1 else _smaller_trimap(trimap, size)
    if not (labels == BACKGROUND).any() or not (labels == FOREGROUND).any():
        raise ValueError("one side of the band is not known")
    library = _pymatting()
    solve = library.estimate_alpha_cf if method == "closed-form" else library.estimate_alpha_knn
    known = np.select([labels == BACKGROUND, labels == FOREGROUND], [0.0, 1.0], 0.5)
    with warnings.catch_warnings(), np.errstate(divide="warn", invalid="warn", under="ignore"):
        warnings.simplefilter("error", RuntimeWarning)
        alpha = solve(small.astype(np.float64), known, cg_kwargs=_STEPS).astype(np.float32)
    if not np.isfinite(alpha).all():
        raise ValueError("the solution is no number")
    if factor == 1:
        return np.asarray(alpha, np.float32)
    whole = cv2.resize(alpha, trimap.shape[::-1], interpolation=cv2.INTER_LINEAR)
    return np.clip(_guided_filter(image, whole, max(2, round(2 / factor))), 0, 1)


def _pymatting() -> Any:  # has no types
    """The library, on one thread. Its first import on a machine compiles for a minute; later ones take a second.

    Numba starts threads for it, and guards that by a lock between processes, which a worker that is stopped would
    leave behind in the system. A worker starts them alone: it needs no lock.
    """
    import numba  # noqa: PLC0415 - in the worker that needs it

    parallel: Any = importlib.import_module("numba.np.ufunc.parallel")
    parallel._backend_init_process_lock = parallel._backend_init_process_lock or contextlib.nullcontext()
    numba.set_num_threads(1)
    import pymatting  # noqa: PLC0415

    return pymatting


def _smaller_trimap(trimap: NDArray[np.uint8], size: tuple[int, int]) -> NDArray[np.uint8]:
    """What is sure all over a pixel of the smaller trimap is sure there."""
    mean = cv2.resize(trimap.astype(np.float32), size, interpolation=cv2.INTER_AREA)
    return np.select([mean <= 0, mean >= FOREGROUND], [BACKGROUND, FOREGROUND], UNKNOWN).astype(np.uint8)


def _guided(image: Floats, mask: NDArray[np.bool_], band_px: int) -> Floats:
    return np.clip(_guided_filter(image, mask.astype(np.float32), max(2, band_px // 2)), 0, 1)


def _guided_filter(guide: Floats, values: Floats, radius_px: int) -> Floats:
    """Guided filter with a colour guide: (H, W, 3) and (H, W) float32 in, (H, W) float32 out."""
    side = (2 * radius_px + 1, 2 * radius_px + 1)

    def mean(x: Floats) -> Floats:
        return np.asarray(cv2.blur(x, side), np.float32)

    mean_guide, mean_values = mean(guide), mean(values)
    covariance = mean(guide * values[..., None]) - mean_guide * mean_values[..., None]
    products = np.stack([mean(guide * guide[..., i : i + 1]) for i in range(3)], -1)
    variance = products - mean_guide[..., None] * mean_guide[..., None, :] + _SMOOTHNESS * np.eye(3, dtype=np.float32)
    slope = np.linalg.solve(variance, covariance[..., None])[..., 0].astype(np.float32)
    offset = mean_values - (slope * mean_guide).sum(-1)
    return np.asarray((mean(slope) * guide).sum(-1) + mean(offset), np.float32)
