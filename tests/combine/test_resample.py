"""Scaling: exact averages, the textbook's kernels, and code that sums in one order on every machine."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numba
import numpy as np
import pytest
from combine.painted import combination, set_of
from PIL import Image

from bgrsr_data.combine import camera, compose, linear, resample
from bgrsr_data.combine.resample import Kernel, scale, shrink_to, soften, taps, whole_taps

PILLOW = {
    "area": Image.Resampling.BOX, "bilinear": Image.Resampling.BILINEAR, "bicubic": Image.Resampling.BICUBIC,
    "lanczos": Image.Resampling.LANCZOS,
}  # fmt: skip


def picture(*shape: int) -> np.ndarray:
    return np.random.default_rng(0).random(shape).astype(np.float32)


@pytest.mark.parametrize(
    ("kernel", "size"),
    [("area", (32, 24)), ("area", (16, 12))]
    + [
        (kernel, size)
        for kernel in ("bilinear", "bicubic", "lanczos")
        for size in ((32, 24), (50, 17), (63, 47), (20, 9))
    ],
)
def test_shrinking_is_as_pillow_does_it(kernel: Kernel, size: tuple[int, int]) -> None:
    """But at the border, beyond which Pillow sees nothing and we see the border go on."""
    source = picture(48, 64)
    known = np.asarray(Image.fromarray(source).resize(size, PILLOW[kernel]))
    inside = np.s_[3:-3, 3:-3]
    np.testing.assert_allclose(shrink_to(source[None], size, kernel)[0][inside], known[inside], atol=2e-5)


@pytest.mark.parametrize(("source", "count"), [(10, 4), (7, 5), (48, 37), (9, 9), (5, 1)])
def test_area_is_the_exact_average_of_what_a_pixel_covers(source: int, count: int) -> None:
    """By the integral of the source, read off at the borders of the output's pixels."""
    line = picture(source)
    integral = np.interp(np.linspace(0, source, count + 1), np.arange(source + 1), np.r_[0, np.cumsum(line)])
    made = scale(line[None, :, None], whole_taps(source, count), whole_taps(1, 1))[0, :, 0]
    np.testing.assert_allclose(made, np.diff(integral) / (source / count), atol=1e-6)


def test_growing_is_bicubic_and_keeps_a_ramp() -> None:
    ramp = np.linspace(0, 1, 20, dtype=np.float32)[None, :, None]
    grown = scale(ramp, taps(20, 0, 0.5, 40), whole_taps(1, 1))[0, :, 0]
    np.testing.assert_allclose(np.diff(grown[4:-4]), 0.5 / 19, atol=1e-6)


@pytest.mark.parametrize("kernel", PILLOW)
@pytest.mark.parametrize(("source", "count"), [(40, 13), (13, 40), (3, 2), (1, 9), (2, 1)])
def test_an_even_picture_stays_even(kernel: Kernel, source: int, count: int) -> None:
    even = np.full((2, source, source), 0.25, np.float32)
    np.testing.assert_allclose(shrink_to(even, (count, count), kernel), 0.25, atol=1e-6)
    np.testing.assert_allclose(soften(even, 3.0), 0.25, atol=1e-6)


def test_outside_of_what_is_not_extended_there_is_nothing() -> None:
    """The first output pixel covers half a source pixel, the next ones whole ones, the last nothing."""
    made = scale(np.ones((1, 4, 1), np.float32), taps(4, -0.5, 1.0, 6), whole_taps(1, 1))[0, :, 0]
    np.testing.assert_allclose(made, [0.5, 1, 1, 1, 0.5, 0], atol=1e-7)


@pytest.mark.parametrize(("rows", "columns"), [(0, 5), (5, 0), (0, 0)])
def test_nothing_is_asked_for_and_nothing_made(rows: int, columns: int) -> None:
    made = scale(picture(4, 20, 30), taps(20, 2.0, 1.0, rows), taps(30, 2.0, 1.0, columns))
    assert made.shape == (4, rows, columns)


def test_sixteen_bit_and_float_pictures_are_scaled_alike() -> None:
    whole = np.random.default_rng(2).integers(0, 65536, (3, 31, 41)).astype(np.uint16)
    wide = whole.astype(np.float32) / np.float32(65535)
    np.testing.assert_allclose(shrink_to(whole, (20, 11)), shrink_to(wide, (20, 11)), atol=1e-6)


@pytest.mark.parametrize(
    "kernel",
    [resample._add_rows, resample._weigh, compose._draw_rows, compose._light_person, camera._smear, camera._add_noise],
)
def test_no_compiled_sum_fuses_a_product_into_it(kernel: Any, tmp_path: Path) -> None:
    """A fused multiply-add rounds once instead of twice: where processors have it, bytes would be others."""
    row = combination(wrap=1, shadow=1, spill=1, blur_px=2, noise=0.1, kernel="lanczos")
    grey = np.full((48, 64, 3), 128, np.uint8)
    set_of(tmp_path, grey, grey[..., 0], {"a": (9, 9, 9), "b": (9, 9, 9)}).render(row)  # compiles what is used
    anew = numba.njit(kernel.py_func, nogil=True)  # code from the disk cannot be looked into
    for signature in kernel.signatures:
        anew.compile(signature)
    codes = anew.inspect_asm().values()
    assert codes
    assert not any(re.search(r"\bv?fn?m(add|sub)", code) for code in codes)


@pytest.mark.parametrize("level", range(256))
def test_every_srgb_level_comes_back(level: int) -> None:
    flat = np.full((2, 3, 3), level, np.uint8)
    planes = linear.decode(flat).astype(np.float32) / np.float32(linear.ONE)
    np.testing.assert_array_equal(linear.encode(planes), flat)
