"""How good a key is, with no ground truth to compare it with.

Each figure is a symptom that a person would look for: holes in the subject, loose pieces, screen colour left on it,
an edge whose colour a codec has blurred, a screen that its plate does not follow. From five of them a log-linear model,
fitted to keys with a known truth, gives the mean squared error that is to be expected; the score falls with it. How it
was fitted, and how well it ranks keys of other people and other seeds, is in docs/keying-score.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from bgrsr_data.compiled import compiled
from bgrsr_data.keying.blocks import Blocks
from bgrsr_data.keying.light import Light
from bgrsr_data.keying.plate import Plate
from bgrsr_data.keying.screen import Screen
from bgrsr_data.keying.symptoms import Symptoms, depth_px, halved, look_at, pieces

HALF = 2.0  # the expected squared error of alpha, times 1000, at which the score is one half
_DEEP = 14 / 1280  # of the long side: subject farther than this from any screen should be solid
_RIM = 20 / 1280
_PRESENT = 0.1
_LOOSE = 0.1  # a piece below this share of the largest is no second person
_GAP = 0.02  # a gap below this share of the subject is no gap between arm and body
_FULL = 0.8  # a row or column of the frame's border with more subject than this is the studio beside the screen
_STILL = 6  # levels of 255: what changes by less from frame to frame has not moved
_FLOOR = 0.01
_MOST_ISLANDS, _MOST_HOLES = 0.015, 0.1  # shares of the subject that hair and motion explain
Floats = NDArray[np.float32]


class _Term(NamedTuple):
    """One factor of the expected error: (figure + least) ** power; more of any figure is worse."""

    figure: str
    power: float
    least: float


_BIAS = 8.269
_TERMS = (
    _Term("islands", 1.004, 0.002),
    _Term("haze", 0.238, 0.05),
    _Term("chroma_lost", 0.452, 0.25),
    _Term("dispute", 0.569, 0.04),
    _Term("ripple", 0.478, 0.004),
)


class Evidence(NamedTuple):
    """What a key is judged by, besides itself.

    Attributes:
        rgb: The frame, uint8 sRGB, at least as large as the key.
        screen: The screen that was found.
        plate: The clean plate.
        blocks: The frame in blocks.
        light: The working light.
        doubt: The mean squared error of alpha that unmixing expects, times 1000.
        band: The share of the frame that was unmixed.
        chroma_lost: How much of its colour's fine detail a codec took, 0 to 1.
    """

    rgb: NDArray[np.uint8]
    screen: Screen
    plate: Plate
    blocks: Blocks
    light: Light
    doubt: float
    band: float
    chroma_lost: float


def judge(alpha: Floats, foreground: NDArray[np.uint8], evidence: Evidence) -> dict[str, float]:
    """Measure a key.

    Args:
        alpha: (H, W) float32 [0, 1].
        foreground: (H, W, 3) uint8 sRGB.
        evidence: The frame, and what was worked out on the way.

    Returns:
        The figures by name (docs/keying-score.md), "expected", the mean squared error of alpha that they let expect,
        times 1000, and "score", 0 (spoiled) to 1 (clean).
    """
    rgb, screen, plate, blocks, light, doubt, band, chroma_lost = evidence
    seen = look_at(alpha, rgb, plate.light, blocks.axis, light.of_byte)
    depth = depth_px(seen.least < _PRESENT) / (4 * max(seen.share.shape))  # of the long side
    figures = {
        "evenness": screen.evenness, "saturation": screen.saturation, "coverage": screen.coverage,
        "noise": blocks.noise, "ripple": _ripple(blocks, plate), "doubt": doubt, "band": band,
        "chroma_lost": chroma_lost,
    }  # fmt: skip
    figures |= {"detail": 1e3 * float(seen.detail.mean()), "dispute": 1e3 * float(seen.dispute.mean())}
    figures |= _shape(seen, depth > _DEEP)
    figures["spill"] = _spill((seen.share > 0.3) & (depth < _RIM), foreground, plate, blocks.axis, light)
    return scored(figures)


def scored(figures: Mapping[str, float]) -> dict[str, float]:
    """The figures with "expected" and "score", from the figures alone."""
    expected = expected_error(figures)
    return dict(figures) | {"expected": expected, "score": HALF / (HALF + expected)}


def expected_error(figures: Mapping[str, float]) -> float:
    """The mean squared error of alpha, times 1000, that a key's figures let expect."""
    total = _BIAS
    for term in _TERMS:
        total += term.power * np.log(max(figures[term.figure], 0.0) + term.least)
    return max(float(np.exp(total)) - _FLOOR, 0.0) + seen_error(figures)


def seen_error(figures: Mapping[str, float]) -> float:
    """The squared error of alpha, times 1000, of what is seen to be wrong and need not be guessed."""
    torn = max(figures["islands"] - _MOST_ISLANDS, 0.0) + max(figures["holes"] - _MOST_HOLES, 0.0)
    unsteady = (figures.get("flicker", 0.0) / 100) ** 2 / 2  # whichever of the two frames is right
    return 1e3 * (figures["studio"] + figures["subject"] * torn + unsteady)


def flicker(alpha: Floats, rgb: NDArray[np.uint8], alpha_before: Floats, rgb_before: NDArray[np.uint8]) -> float:
    """How much alpha changed where the picture did not.

    Args:
        alpha: (H, W) float32 [0, 1].
        rgb: (H, W, 3) uint8, sRGB, its frame.
        alpha_before: (H, W) float32, of the frame before.
        rgb_before: (H, W, 3) uint8, the frame before.

    Returns:
        100 times the root of the mean squared change over every second row and column; the unit of dtSSD (Erofeev et
        al., "Perceptually Motivated Benchmark for Video Matting", BMVC 2015).
    """
    return float(100 * np.sqrt(_change_where_still(alpha, rgb, alpha_before, rgb_before)))


@compiled
def _change_where_still(
    alpha: Floats, rgb: NDArray[np.uint8], alpha_before: Floats, rgb_before: NDArray[np.uint8]
) -> float:
    """The mean squared change over every second row and column; what moved counts as unchanged."""
    height, width = alpha.shape
    total = 0.0
    for y in range(0, height, 2):
        for x in range(0, width, 2):
            change = float(alpha[y, x] - alpha_before[y, x])
            if change == 0:
                continue
            moved = np.int32(0)
            for c in range(3):
                moved = max(moved, abs(np.int32(rgb[y, x, c]) - np.int32(rgb_before[y, x, c])))
            if moved < _STILL:
                total += change * change
    return float(total / (((height + 1) // 2) * ((width + 1) // 2)))


def _shape(seen: Symptoms, deep: NDArray[np.bool_]) -> dict[str, float]:
    """The subject's size; what is loose, open or transparent in it; how wide its edge is; what is beside the screen."""
    h, w = seen.share.shape
    coarse = halved(seen.share)
    solid = coarse > 0.5  # at 8×8 pixels strands of hair average out
    area = max(int(solid.sum()), 1)
    sizes = pieces(solid)[:, cv2.CC_STAT_AREA]
    gaps = pieces(~solid)
    inside = (gaps[:, :2] > 0).all(1) & (gaps[:, :2] + gaps[:, 2:4] < (w // 2, h // 2)).all(1)
    small = int(gaps[inside & (gaps[:, 4] < _GAP * area), 4].sum())
    missing = (1 - seen.share)[deep]
    outline = seen.share > 0.5
    length = int((outline[1:] != outline[:-1]).sum() + (outline[:, 1:] != outline[:, :-1]).sum())
    return {
        "subject": area / solid.size,
        "islands": float(sizes[sizes < _LOOSE * sizes.max(initial=0)].sum()) / area,
        "holes": float(missing.sum() + 4 * small) / (4 * area),
        "haze": 1e3 * float(np.square(missing).sum()) / seen.share.size,
        "studio": _studio(coarse),
        "edge_px": 4 * float(seen.soft.sum()) / max(length, 1),
    }


def _studio(coarse: Floats) -> float:
    """Share of the frame in the rows and columns along its upper, left and right border that are nearly all subject."""
    columns, rows = ((coarse > 0.5).mean(axis) > _FULL for axis in (0, 1))
    runs = [int(np.argmin(np.append(line, False))) for line in (columns, columns[::-1], rows)]
    left, right, top = runs if sum(runs[:2]) < len(columns) else (0, 0, 0)
    return (left + right) / len(columns) + top / len(rows)


def _spill(near: NDArray[np.bool_], foreground: NDArray[np.uint8], plate: Plate, axis: Floats, light: Light) -> float:
    """Mean key value that is left on the foreground near its edge, screen = 1, from every second row and column."""
    rows, columns = np.nonzero(near[::2, ::2])
    if not len(rows):
        return 0.0
    colours, behind = light.decode(foreground[8 * rows, 8 * columns]), plate.light[2 * rows, 2 * columns]
    key = (colours @ axis) / np.maximum(behind @ axis, 0.05)
    return float(np.clip(key, 0, 1).mean())


def _ripple(blocks: Blocks, plate: Plate) -> float:
    """How far the screen is from its plate: root mean square relative to the plate, every second row and column."""
    known, light = plate.known[::2, ::2], plate.light[::2, ::2]
    if not known.any():
        return 1.0
    rest = (blocks.mean[::2, ::2] - light)[known]
    return float(np.sqrt(np.square(rest).mean() / max(float(np.square(light).mean()), 1e-6)))
