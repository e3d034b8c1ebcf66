"""Alpha and foreground of scenes whose truth is known, by every method."""

from __future__ import annotations

from typing import Any, get_args

import cv2
import numpy as np
import pymatting
import pytest

from bgrsr_data.media.colour import to_linear, to_srgb8
from bgrsr_data.trimaps import matte
from bgrsr_data.trimaps.draw import BACKGROUND, FOREGROUND, Band, draw_trimap
from bgrsr_data.trimaps.foreground import estimate_foreground
from bgrsr_data.trimaps.matte import extract_foreground, refine_alpha, signed_distance
from bgrsr_data.trimaps.options import Method

METHODS: tuple[Method, ...] = get_args(Method)
SKIN, GRASS = (220, 180, 160), (20, 60, 30)


def soft_edge(width_px: float = 6.0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(rgb, alpha, mask): skin right of column 40, grass left, with noise, and a ramp of alpha in between."""
    alpha = np.clip((np.arange(80, dtype=np.float32) - 40) / width_px + 0.5, 0, 1)[None].repeat(80, 0)
    linear = to_linear(np.full((80, 80, 3), SKIN, np.uint8)) * alpha[..., None]
    linear += to_linear(np.full((80, 80, 3), GRASS, np.uint8)) * (1 - alpha[..., None])
    noise = np.random.default_rng(5).normal(0, 1.5, linear.shape)
    rgb = np.clip(to_srgb8(linear.astype(np.float32)) + noise, 0, 255).round().astype(np.uint8)
    return rgb, alpha, alpha > 0.5


@pytest.mark.parametrize("method", METHODS)
def test_alpha_is_sure_where_the_trimap_is_and_soft_in_between(method: Method) -> None:
    rgb, truth, mask = soft_edge()
    trimap = draw_trimap(mask, Band(8, 8))
    alpha, failed = refine_alpha(rgb, mask, trimap, 8, method=method)
    assert not failed
    assert alpha.dtype == np.float32
    assert (alpha[trimap == BACKGROUND] == 0).all()
    assert (alpha[trimap == FOREGROUND] == 1).all()
    assert ((alpha >= 0) & (alpha <= 1)).all()
    if method != "knn":  # to which a pixel between two colours is one of them
        assert ((alpha > 0.1) & (alpha < 0.9)).mean() > 0.02
        assert np.abs(alpha - truth)[trimap == 128].mean() < np.abs(mask - truth)[trimap == 128].mean() + 0.06


@pytest.mark.parametrize("method", ["colour", "closed-form", "knn"])
@pytest.mark.parametrize("wrong_px", [-3, 3])
def test_alpha_follows_the_pictures_edge_where_the_mask_is_wrong(method: Method, wrong_px: int) -> None:
    rgb, truth, _ = soft_edge(1.0)
    mask = np.zeros((80, 80), bool)
    mask[:, 40 + wrong_px :] = True
    trimap = draw_trimap(mask, Band(8, 8))
    alpha, _ = refine_alpha(rgb, mask, trimap, 8, method=method)
    assert np.abs(alpha - truth)[trimap == 128].mean() < 0.5 * np.abs(mask - truth)[trimap == 128].mean()


@pytest.mark.parametrize("method", METHODS)
def test_alpha_is_a_number_where_no_background_is_known(method: Method) -> None:
    """A face that fills the picture."""
    rgb, _, _ = soft_edge()
    mask = np.ones((80, 80), bool)
    trimap = np.full((80, 80), 128, np.uint8)
    trimap[30:50, 30:50] = FOREGROUND
    alpha, failed = refine_alpha(rgb, mask, trimap, 8, method=method)
    assert failed == (method in {"closed-form", "knn"})
    assert np.isfinite(alpha).all()
    assert (alpha[30:50, 30:50] == 1).all()


@pytest.mark.parametrize("method", ["closed-form", "knn"])
def test_a_solver_that_does_not_converge_leaves_it_to_the_guided_filter_and_says_so(
    method: Method, monkeypatch: pytest.MonkeyPatch
) -> None:
    rgb, _, mask = soft_edge()
    trimap = draw_trimap(mask, Band(8, 8))
    monkeypatch.setitem(matte._STEPS, "maxiter", 1)
    alpha, failed = refine_alpha(rgb, mask, trimap, 8, method=method)
    assert failed
    guided, _ = refine_alpha(rgb, mask, trimap, 8, method="guided")
    assert (alpha == guided).all()


def test_a_large_crop_is_solved_small_and_nearly_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    rgb, truth, mask = soft_edge()
    rgb, truth = (np.kron(one, np.ones((2, 2) + (1,) * (one.ndim - 2), one.dtype)) for one in (rgb, truth))
    mask = truth > 0.5
    trimap = draw_trimap(mask, Band(16, 16))
    solved: list[int] = []
    solve = pymatting.estimate_alpha_cf

    def counting(image: np.ndarray, *more: Any, **named: Any) -> np.ndarray:
        solved.append(image.shape[0] * image.shape[1])
        return np.asarray(solve(image, *more, **named))

    monkeypatch.setattr(pymatting, "estimate_alpha_cf", counting)
    small, _ = refine_alpha(rgb, mask, trimap, 16, method="closed-form", max_solve_px=80 * 80)
    whole, _ = refine_alpha(rgb, mask, trimap, 16, method="closed-form")
    assert solved == [6400, 25600]
    assert np.abs(small - whole)[trimap == 128].mean() < 0.06
    assert (small[trimap == BACKGROUND] == 0).all()


@pytest.mark.parametrize("method", METHODS)
def test_a_crop_of_many_megapixels_is_worked_on_small(method: Method, monkeypatch: pytest.MonkeyPatch) -> None:
    """The edge stays where it is to a pixel, and what is sure stays sure."""
    rgb, truth, _ = soft_edge(1.0)
    rgb, truth = (np.kron(one, np.ones((3, 3) + (1,) * (one.ndim - 2), one.dtype)) for one in (rgb, truth))
    mask = truth > 0.5
    trimap = draw_trimap(mask, Band(20, 20))
    monkeypatch.setattr(matte, "_MOST_PX", 80 * 80)
    alpha, failed = refine_alpha(rgb, mask, trimap, 20, method=method, max_solve_px=80 * 80)
    assert not failed
    assert alpha.shape == truth.shape
    assert (alpha[trimap == BACKGROUND] == 0).all()
    assert (alpha[trimap == FOREGROUND] == 1).all()
    assert np.abs(alpha - truth)[trimap == 128].mean() < 0.12


@pytest.mark.parametrize("method", METHODS)
def test_the_same_person_gets_the_same_alpha(method: Method) -> None:
    rgb, _, mask = soft_edge()
    trimap = draw_trimap(mask, Band(8, 8))
    first, second = (refine_alpha(rgb, mask, trimap, 8, method=method)[0] for _ in range(2))
    assert (first == second).all()


def test_the_foreground_keeps_its_pixels_and_loses_the_old_background_at_the_edge() -> None:
    rgb, alpha, _ = soft_edge(16.0)
    foreground = extract_foreground(rgb, alpha)
    assert (foreground[alpha >= 1] == rgb[alpha >= 1]).all()
    edge = (alpha > 0.2) & (alpha < 1)
    wrong = np.abs(foreground[edge].astype(int) - SKIN).mean()
    assert wrong < 8
    assert wrong < 0.2 * np.abs(rgb[edge].astype(int) - SKIN).mean()


@pytest.mark.parametrize("size", [(80, 80), (37, 90), (1, 1), (2, 33)])
def test_the_foreground_is_the_one_that_pymatting_finds(size: tuple[int, int]) -> None:
    rng = np.random.default_rng(3)
    image = cv2.GaussianBlur(rng.random((*size, 3), np.float32), (0, 0), 2).reshape(*size, 3)
    alpha = np.clip(3 * cv2.GaussianBlur(rng.random(size, np.float32), (0, 0), 4).reshape(size) - 1, 0, 1)
    ours = estimate_foreground(image, alpha)
    if size == (1, 1):  # which pymatting cannot divide into levels
        assert np.isfinite(ours).all()
    else:
        assert np.abs(ours - pymatting.estimate_foreground_ml(image, alpha)).max() < 2e-3


def test_the_distance_from_the_outline_is_positive_inside() -> None:
    mask = np.zeros((9, 9), bool)
    mask[:, 5:] = True
    assert signed_distance(mask)[4].tolist() == [-5, -4, -3, -2, -1, 1, 2, 3, 4]


def test_a_neighbour_of_the_same_colour_beyond_the_band_is_no_part_of_the_person() -> None:
    """Two people in white side by side: the second is background to the first."""
    rgb = np.full((120, 200, 3), GRASS, np.uint8)
    first, second = np.zeros((120, 200), bool), np.zeros((120, 200), bool)
    first[20:, 40:100], second[20:, 100:160] = True, True
    rgb[first | second] = (235, 235, 230)
    rgb = cv2.GaussianBlur(rgb, (3, 3), 0)
    alpha, _ = refine_alpha(rgb, first, draw_trimap(first, Band(6, 5)), 6)
    assert (alpha[:, 110:] == 0).all()
    assert alpha[60, 95] > 0.9
    assert alpha[60, 104] < 0.1
