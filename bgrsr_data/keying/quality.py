"""How good a key is, with no ground truth to compare it with.

Each figure is a symptom that a person would look for: an uneven or greyish screen, noise, screen colour left on the subject,
holes in it, islands of leftover screen, too much of the frame undecided. The score is the product of what each leaves.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from bgrsr_data.keying.blocks import dot, key_axis
from bgrsr_data.keying.plate import Plate
from bgrsr_data.keying.regions import Regions
from bgrsr_data.keying.screen import Screen

Floats = NDArray[np.float32]


def judge(
    alpha: Floats, foreground: NDArray[np.uint8], screen: Screen, plate: Plate, regions: Regions, noise: float
) -> dict[str, float]:
    """Measure a key.

    Args:
        alpha: (H, W) float32 [0, 1].
        foreground: (H, W, 3) uint8 sRGB.
        screen: The screen that was found.
        plate: The clean plate.
        regions: What each block is.
        noise: Standard deviation of a screen pixel's key value.

    Returns:
        The figures by name, and "score".
    """
    figures = (
        {
            "evenness": screen.evenness,
            "saturation": screen.saturation,
            "coverage": screen.coverage,
            "noise": noise,
            "band": float(regions.band.mean()),
        }
        | _shape(alpha)
        | _spill(alpha, foreground, plate)
    )
    return figures | {"score": _overall(figures)}


def _shape(alpha: Floats) -> dict[str, float]:
    """Holes, islands and soft pixels, as shares of the subject's area; edge width in pixels."""
    alpha = np.ascontiguousarray(alpha[::2, ::2])
    solid = alpha > 0.5
    area = max(int(solid.sum()), 1)
    count, _, stats, _ = cv2.connectedComponentsWithStats(solid.astype(np.uint8), connectivity=8)
    largest = int(stats[1:, cv2.CC_STAT_AREA].max()) if count > 1 else 0
    small = stats[1:, cv2.CC_STAT_AREA]
    islands = float(small[small < 0.1 * largest].sum()) / area
    closed = cv2.morphologyEx(solid.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8)) > 0
    soft = (alpha > 0.02) & (alpha < 0.98)
    outline = max(
        int((cv2.morphologyEx(solid.astype(np.uint8), cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8)) > 0).sum()) / 2, 1
    )
    return {
        "subject": area / alpha.size,
        "islands": islands,
        "holes": float((closed & ~solid).sum()) / area,
        "soft": float(soft.sum()) / area,
        "edge_px": 2 * float(soft.sum()) / outline,
    }


def _spill(alpha: Floats, foreground: NDArray[np.uint8], plate: Plate) -> dict[str, float]:
    """Mean key value that is left on the foreground's edge, screen = 1."""
    h, w = plate.known.shape
    small = cv2.resize(foreground, (w, h), interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    weight = cv2.resize(alpha, (w, h), interpolation=cv2.INTER_AREA)
    edge = (weight > 0.3) & (cv2.erode(weight, np.ones((5, 5), np.uint8)) < 0.5)
    if not edge.any():
        return {"spill": 0.0}
    axis = key_axis(plate.light[edge])
    left = np.clip(dot(small[edge] ** 2.2, axis), 0, 1)
    return {"spill": float(left.mean())}


def _overall(figures: dict[str, float]) -> float:
    worries = (
        figures["noise"] / 0.10
        + figures["holes"] / 0.10
        + figures["islands"] / 0.05
        + figures["band"] / 0.60
        + figures["spill"] / 0.20
        + (1 - figures["evenness"]) / 1.5
        + (1 - figures["saturation"]) / 3.0
    )
    return float(np.exp(-0.5 * worries))
