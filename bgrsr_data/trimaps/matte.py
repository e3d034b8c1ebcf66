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
from collections.abc import Callable
from dataclasses import dataclass
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

_MOST_PX = 2_000_000  # half a gigabyte of memory
_SMOOTHNESS = 1e-4  # of the guided filter
_STEPS = {"maxiter": 2000, "rtol": 1e-6}  # of closed-form and KNN matting: they need some hundreds


@dataclass(frozen=True, slots=True)
class Scene:
    """What alpha is found from.

    Attributes:
        image: (H, W, 3) float32 [0, 1], sRGB.
        mask: (H, W) bool, True on the person.
        trimap: (H, W) uint8.
        band_px: Width of the band inside the outline.
    """

    image: Floats
    mask: NDArray[np.bool_]
    trimap: NDArray[np.uint8]
    band_px: int

    def no_larger_than(self, most_px: int) -> Scene:
        """The same at `most_px` pixels where it has more: sure is what is sure all over a new pixel."""
        factor = (most_px / self.trimap.size) ** 0.5
        if factor >= 1:
            return self
        size = (max(1, round(self.trimap.shape[1] * factor)), max(1, round(self.trimap.shape[0] * factor)))

        def smaller(values: NDArray[Any]) -> Floats:
            return np.asarray(cv2.resize(values.astype(np.float32), size, interpolation=cv2.INTER_AREA), np.float32)

        label = smaller(self.trimap)
        trimap = np.select([label <= 0, label >= FOREGROUND], [BACKGROUND, FOREGROUND], UNKNOWN).astype(np.uint8)
        return Scene(smaller(self.image), smaller(self.mask) > 0.5, trimap, max(1, round(self.band_px * factor)))


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
        max_solve_px: closed-form and knn solve a larger picture at this many pixels, the others at _MOST_PX.

    Returns:
        alpha, (H, W) float32 [0, 1], 0 on BACKGROUND, 1 on FOREGROUND; and whether the method's solver failed, so that
        the guided filter took its place.
    """
    whole = Scene(rgb.astype(np.float32) / np.float32(255), mask, trimap, band_px)
    scene = whole.no_larger_than(max_solve_px if method in _SOLVERS else _MOST_PX)
    failed = False
    try:
        alpha = _METHODS[method](scene)
    except (ValueError, RuntimeError, RuntimeWarning):  # no convergence, a matrix that has no factors, a division
        if method not in _SOLVERS:
            raise
        alpha, failed = _guided(scene), True
    if scene is not whole:
        alpha = _upsampled(alpha, scene.image, whole.image)
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


def _by_colour(scene: Scene) -> Floats:
    radius_px = max(3, round(0.4 * scene.band_px))
    return alpha_by_colour(scene.image, scene.trimap, signed_distance(scene.mask), radius_px)


def _closed_form(scene: Scene) -> Floats:
    return _solved(scene, _pymatting().estimate_alpha_cf)


def _knn(scene: Scene) -> Floats:
    return _solved(scene, _pymatting().estimate_alpha_knn)


def _solved(scene: Scene, solve: Callable[..., NDArray[np.float64]]) -> Floats:
    """Alpha by a sparse linear system.

    Raises:
        ValueError: One side is not known, or the solver does not converge.
        RuntimeWarning: It divides by nothing.
    """
    background, foreground = scene.trimap == BACKGROUND, scene.trimap == FOREGROUND
    if not background.any() or not foreground.any():
        raise ValueError("one side of the band is not known")
    known = np.select([background, foreground], [0.0, 1.0], 0.5)
    with warnings.catch_warnings(), np.errstate(divide="warn", invalid="warn", under="ignore"):
        warnings.simplefilter("error", RuntimeWarning)
        alpha = solve(scene.image.astype(np.float64), known, cg_kwargs=_STEPS)
    if not np.isfinite(alpha).all():
        raise ValueError("the solution is no number")
    return alpha.astype(np.float32)


def _pymatting() -> Any:  # has no types
    """The library, on one thread. Its first import on a machine compiles for a minute; later ones take a second.

    Numba starts threads for it, and guards that by a lock between processes, which a worker that is stopped would
    leave behind in the system. A worker starts them alone: it needs no lock.
    """
    import numba  # noqa: PLC0415 - in the worker that needs it

    parallel: Any = importlib.import_module("numba.np.ufunc.parallel")
    held = getattr(parallel, "_backend_init_process_lock", None)
    parallel._backend_init_process_lock = held or contextlib.nullcontext()
    numba.set_num_threads(1)
    import pymatting  # noqa: PLC0415

    return pymatting


def _guided(scene: Scene) -> Floats:
    slope, offset = _lines(scene.image, scene.mask.astype(np.float32), max(2, scene.band_px // 2))
    return _along(slope, offset, scene.image)


def _upsampled(alpha: Floats, small: Floats, image: Floats) -> Floats:
    """The alpha of a small picture, brought to the whole one by the lines that explain it.

    As He and Sun do it in "Fast Guided Filter", 2015, https://arxiv.org/abs/1505.00996.
    """
    size = (image.shape[1], image.shape[0])
    slope, offset = (np.asarray(cv2.resize(part, size), np.float32) for part in _lines(small, alpha, 2))
    return _along(slope, offset, image)


def _along(slope: Floats, offset: Floats, image: Floats) -> Floats:
    alpha: Floats = np.clip(np.einsum("hwc,hwc->hw", slope, image) + offset, 0, 1)
    return alpha


def _lines(guide: Floats, values: Floats, radius_px: int) -> tuple[Floats, Floats]:
    """The guided filter's lines: around each pixel `values` is about slope · guide + offset.

    Args:
        guide: (H, W, 3) float32.
        values: (H, W) float32.
        radius_px: Half the side of the window.

    Returns:
        slope, (H, W, 3) float32, and offset, (H, W) float32.
    """
    side = (2 * radius_px + 1, 2 * radius_px + 1)

    def mean(x: Floats) -> Floats:
        return np.asarray(cv2.blur(x, side), np.float32)

    mean_guide, mean_values = mean(guide), mean(values)
    covariance = mean(guide * values[..., None]) - mean_guide * mean_values[..., None]
    products = np.stack([mean(guide * guide[..., i : i + 1]) for i in range(3)], -1)
    variance = products - mean_guide[..., None] * mean_guide[..., None, :] + _SMOOTHNESS * np.eye(3, dtype=np.float32)
    slope = np.linalg.solve(variance, covariance[..., None])[..., 0].astype(np.float32)
    offset = np.asarray(mean_values - (slope * mean_guide).sum(-1), np.float32)
    return mean(slope), mean(offset)


_SOLVERS = ("closed-form", "knn")
_METHODS: dict[Method, Callable[[Scene], Floats]] = {
    "colour": _by_colour, "closed-form": _closed_form, "knn": _knn, "guided": _guided
}  # fmt: skip
