"""Bands and alphas against persons whose alpha is known (`make bench`, or pytest -m benchmark -s on this file)."""

from __future__ import annotations

import time
from collections import defaultdict
from pathlib import Path
from typing import get_args

import cv2
import numpy as np
import pytest
from person_mattes import SIDES_PX, Case, cases

from bgrsr_data.trimaps.core import crop_around
from bgrsr_data.trimaps.draw import UNKNOWN, Band, band_for, draw_trimap
from bgrsr_data.trimaps.matte import refine_alpha, signed_distance
from bgrsr_data.trimaps.options import Method, TrimapOptions

pytestmark = [pytest.mark.benchmark, pytest.mark.footage]

OURS = "this band"
BANDS: dict[str, TrimapOptions] = {
    "5 px, as is usual": TrimapOptions(min_band_px=5, max_band_px=5, hair=1),
    "10 px": TrimapOptions(min_band_px=10, max_band_px=10, hair=1),
    "15 px": TrimapOptions(min_band_px=15, max_band_px=15, hair=1),
    "20 px": TrimapOptions(min_band_px=20, max_band_px=20, hair=1),
    ".055 of the size both ways (version 1)": TrimapOptions(inside=0.055, outside=0.055, hair=1),
    ".06 inside, .05 outside": TrimapOptions(hair=1),
    OURS: TrimapOptions(),
}


@pytest.fixture(scope="module")
def persons(footage: Path) -> list[Case]:
    cv2.setNumThreads(1)
    return list(cases(footage))


def unknown(mask: np.ndarray, band: Band) -> np.ndarray:
    return draw_trimap(mask, band) == UNKNOWN


def test_the_band_covers_soft_pixels_at_less_width_than_one_of_fixed_width(persons: list[Case]) -> None:
    covered, width = {}, {}
    print(f"\n{'band':40s} soft pixels covered: people, all; width in px: people, all")
    for name, options in BANDS.items():
        shares, widths = [], []
        for case in persons:
            band = unknown(case.mask, band_for(int(case.mask.sum()), options))
            soft = (case.alpha > 0.05) & (case.alpha < 0.95)
            shares.append((band & soft).sum() / soft.sum())
            widths.append(band.sum() / (case.mask & (signed_distance(case.mask) <= 1)).sum())
        people = [number for number, case in enumerate(persons) if case.is_person]
        covered[name], width[name] = np.mean(np.array(shares)[people]), np.mean(np.array(widths)[people])
        print(f"{name:40s} {covered[name]:.2%} {np.mean(shares):.2%}; {width[name]:.1f} {np.mean(widths):.1f}")
    assert covered[OURS] > 0.985
    assert covered[OURS] > covered["20 px"]
    assert width[OURS] < 0.9 * width["20 px"]


def test_local_colours_find_alpha_best_and_fast(persons: list[Case]) -> None:
    wrong: dict[Method, list[float]] = defaultdict(list)
    total: dict[Method, list[float]] = defaultdict(list)
    took: dict[tuple[Method, int], list[float]] = defaultdict(list)
    cropped = [_cropped(case) for case in persons]
    for method in get_args(Method):
        refine_alpha(*cropped[2][:4], method=method)  # what is compiled is compiled
        for rgb, mask, trimap, inside_px, truth, side in cropped:
            start = time.process_time()
            alpha, _ = refine_alpha(rgb, mask, trimap, inside_px, method=method)
            took[method, side].append(time.process_time() - start)
            error = np.abs(alpha - truth)[trimap == UNKNOWN]
            wrong[method].append(1e3 * error.mean())
            total[method].append(error.sum() / 1e3)
    people = [number for number, case in enumerate(persons) if case.is_person]
    print(f"\n{'method':12s} error in the band ×1e3, SAD/1000: people; all; CPU-ms a person at {SIDES_PX} px")
    for method in get_args(Method):
        figures = [f"{np.mean(np.array(some[method])[people]):.3g}" for some in (wrong, total)]
        figures += [f"{np.mean(some[method]):.3g}" for some in (wrong, total)]
        speed = " ".join(f"{1e3 * np.median(took[method, side]):.0f}" for side in SIDES_PX)
        print(f"{method:12s} {' '.join(figures)}; {speed}")
    best = np.mean(wrong["colour"])
    assert best < 0.85 * np.mean(wrong["closed-form"])
    assert best < 0.8 * np.mean(wrong["guided"])
    assert best < 0.8 * np.mean(wrong["knn"])
    assert np.median(took["colour", 640]) < np.median(took["closed-form", 640])


def _cropped(case: Case) -> tuple[np.ndarray, np.ndarray, np.ndarray, int, np.ndarray, int]:
    band = band_for(int(case.mask.sum()), TrimapOptions())
    left, top, right, bottom = crop_around(case.mask, band)
    window = np.s_[top:bottom, left:right]
    rgb, mask = np.ascontiguousarray(case.rgb[window]), np.ascontiguousarray(case.mask[window])
    return rgb, mask, draw_trimap(mask, band), band.inside_px, case.alpha[window], int(case.name.split("@")[1])
