"""Blur made on real clips: how surely it is found, and what each method makes of it (`make bench`).

pytest tests/benchmarks/test_deblur_methods.py -s -m benchmark

BGRSR_DEBLUR_MODEL=runs/deblur/deblur.onnx measures a network too.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import cv2
import deblur_rivals as rivals
import numpy as np
import pytest
from shutter import CLIPS, Moment, moments
from skimage.metrics import structural_similarity

from bgrsr_data.deblur.attempts import Attempt, attempts
from bgrsr_data.deblur.neighbours import Neighbour
from bgrsr_data.deblur.options import DeblurOptions
from bgrsr_data.deblur.restorer import Restorer
from bgrsr_data.deblur.subject import measure_subject
from bgrsr_data.frames.sharpness import SubjectCurve, measure_sharpness, relate_sharpness, shrink
from bgrsr_data.media.colour import luma
from bgrsr_data.media.images import read_rgb

pytestmark = [pytest.mark.benchmark, pytest.mark.footage, pytest.mark.timeout(3600)]
OPTIONS = DeblurOptions()
TUNED_ON = CLIPS[::2]  # the bounds were set on these; the other half only tells


@pytest.fixture(scope="module")
def all_moments(footage: Path) -> list[Moment]:
    cv2.setNumThreads(1)
    return [moment for clip in CLIPS for moment in moments(footage / clip, 6 if "liveportrait" in clip else 12)]


def psnr(one: np.ndarray, other: np.ndarray, where: np.ndarray | None = None) -> float:
    error = np.square(one.astype(np.float32) - other)
    return float(10 * np.log10(255**2 / max(float((error if where is None else error[where]).mean()), 1e-3)))


def ssim(one: np.ndarray, other: np.ndarray) -> float:
    return float(structural_similarity(one, other, channel_axis=-1, data_range=255))


def auc(scores: Sequence[float], blurred: Sequence[bool]) -> float:
    """How often a blurred frame scores below a sharp one; of equals, half."""
    low, high = (np.array([s for s, b in zip(scores, blurred, strict=True) if b is want]) for want in (True, False))
    return float((low[:, None] < high).mean() + 0.5 * (low[:, None] == high).mean())


def in_time(moment: Moment) -> list[Neighbour]:
    half = len(moment.neighbours) // 2
    away = [*range(-half, 0), *range(1, half + 1)]
    return [Neighbour(rgb, at, at) for rgb, at in zip(moment.neighbours, away, strict=True)]


def fused(moment: Moment) -> Attempt:
    neighbours = in_time(moment)
    return next(attempts(moment.frame, neighbours, measure_subject(moment.frame, neighbours)))


def by_network(restorer: Restorer, moment: Moment) -> np.ndarray:
    half = len(moment.neighbours) // 2
    return restorer(moment.frame, moment.neighbours[half - 1 : half + 1])


def subject_ratio(greys: Sequence[np.ndarray]) -> float:
    curve = SubjectCurve()
    for grey in greys:
        curve.push(grey, 0)
    curve.finish()
    return curve.ratios[len(greys) // 2]


def test_finding_blur(all_moments: list[Moment]) -> None:
    scores: dict[str, list[float]] = {"absolute": [], "whole frame, relative": [], "subject, relative": []}
    for moment in all_moments:
        half = len(moment.neighbours) // 2
        greys = [shrink(luma(one)) for one in (*moment.neighbours[:half], moment.frame, *moment.neighbours[half:])]
        sharpness = [measure_sharpness(grey) for grey in greys]
        scores["absolute"].append(sharpness[half])
        scores["whole frame, relative"].append(relate_sharpness(sharpness, [0] * len(greys), half))
        scores["subject, relative"].append(subject_ratio(greys))
    blurred = [moment.kind != "untouched" for moment in all_moments]
    print(f"\n{sum(blurred)} blurred and {len(blurred) - sum(blurred)} untouched moments of {len(CLIPS)} clips")
    print(f"{'AUC':28s}    all" + "".join(f"{kind:>8s}" for kind in ("alone", "among", "slow")))
    for name, values in scores.items():
        by_kind = []
        for kind in ("alone", "among", "slow"):
            part = [
                (v, b) for v, b, m in zip(values, blurred, all_moments, strict=True) if m.kind in (kind, "untouched")
            ]
            by_kind.append(auc(*zip(*part, strict=True)))
        print(f"{name:28s} {auc(values, blurred):6.3f}" + "".join(f"{one:8.3f}" for one in by_kind))
    ratios = np.array(scores["subject, relative"])
    below, truth = ratios < OPTIONS.keep_ratio, np.array(blurred)
    found, false = below[truth].mean(), below[~truth].mean()
    print(f"below {OPTIONS.keep_ratio:g}: {found:.0%} of the blurred, {false:.1%} of the untouched")


def test_what_each_method_makes_of_it(all_moments: list[Moment]) -> None:
    blurred = [moment for moment in all_moments if moment.kind != "untouched"]
    methods: dict[str, Callable[[Moment], np.ndarray]] = {
        name: (lambda moment, method=method: method(moment.frame, moment.neighbours))
        for name, method in (
            ("keep", rivals.keep), ("sharpest neighbour", rivals.sharpest_neighbour), ("unsharp", rivals.unsharp),
            ("Wiener", rivals.wiener_filter), ("Richardson-Lucy", rivals.richardson_lucy_ten),
            ("lucky regions", rivals.lucky), ("Fourier burst", rivals.burst),
        )
    }  # fmt: skip
    methods["fusion (ours)"] = lambda moment: fused(moment).rgb
    if model := os.environ.get("BGRSR_DEBLUR_MODEL"):
        methods["network"] = partial(by_network, Restorer(Path(model)))
    print(f"\n{'':20s} PSNR dB  in blur    SSIM  median  >.1 dB worse     ms  | gain in dB by kind")
    for name, method in methods.items():
        print_method(name, method, blurred)


def print_method(name: str, method: Callable[[Moment], np.ndarray], blurred: Sequence[Moment]) -> None:
    whole, inside, alike, took = [], [], [], []
    for moment in blurred:
        start = time.process_time()
        result = method(moment)
        took.append(1e3 * (time.process_time() - start))
        whole.append((psnr(result, moment.true), psnr(moment.frame, moment.true)))
        inside.append(psnr(result, moment.true, moment.blurred))
        alike.append(ssim(result, moment.true))
    after, before = np.array(whole).T
    gain = after - before
    kinds = " ".join(
        f"{kind} {gain[[m.kind == kind for m in blurred]].mean():+.2f}" for kind in ("alone", "among", "slow")
    )
    print(
        f"{name:20s} {after.mean():7.2f} {np.mean(inside):8.2f} {np.mean(alike):7.4f} {np.median(gain):+7.2f} "
        f"{np.mean(gain < -0.1):13.1%} {np.mean(took):7.0f}  | {kinds}"
    )


def test_what_the_gate_lets_pass(all_moments: list[Moment]) -> None:
    rows = []
    for moment in all_moments:
        attempt = fused(moment)
        limit = 60.0  # an untouched frame has no error: from there on, what was changed does not show
        before, after = (min(limit, psnr(one, moment.true)) for one in (moment.frame, attempt.rgb))
        tuned = any(Path(clip).stem == moment.clip for clip in TUNED_ON)
        judgement = attempt.judgement
        rows.append((tuned, moment.kind, judgement.accepted(OPTIONS), after - before, judgement.gain_db or 0, before))
    print(f"\n{'':34s} frames  accepted   gain dB  median   least  >.1 dB worse  foretold and true gain")
    for half, tuned in (("tuned on these clips", True), ("left out", False)):
        for kinds in (("alone", "among", "slow"), ("alone",), ("among",), ("slow",), ("untouched",)):
            some = [row for row in rows if row[0] is tuned and row[1] in kinds]
            passed = np.array([row[3] for row in some if row[2]])
            name = "all blurred" if len(kinds) > 1 else kinds[0]
            told = f"{half:22s}{name:12s} {len(some):6d} {len(passed):9d}"
            if passed.size:
                told += f" {passed.mean():+9.2f} {np.median(passed):+7.2f} {passed.min():+7.2f}"
                told += f" {(passed < -0.1).sum():5d} of {len(some):3d}"
                told += f"  r = {np.corrcoef([row[3] for row in some], [row[4] for row in some])[0, 1]:.2f}"
            print(told)


def test_single_frames_without_neighbours(footage: Path) -> None:
    print()
    for path in sorted((footage / "deblur").glob("*_gt.png")):
        frame, true = read_rgb(path.with_name(path.name.replace("_gt", ""))), read_rgb(path)
        left = list(attempts(frame, [], measure_subject(frame, [])))
        told = "nothing is changed" if not left else "changed"
        print(
            f"{path.name[:28]}: {psnr(frame, true):.2f} dB, SSIM {ssim(frame, true):.4f}; no neighbours: {told}", end=""
        )
        for name in ("unsharp", "wiener_filter", "richardson_lucy_ten"):
            print(f", {name} {psnr(getattr(rivals, name)(frame, []), true) - psnr(frame, true):+.2f}", end="")
        print()
