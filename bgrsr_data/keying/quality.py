"""How good a key is, with no ground truth to compare it with.

Each figure is a symptom that a person would look for: an uneven or greyish screen, noise, screen colour left on the
subject, holes in it, islands of leftover screen, too much of the frame undecided. The score is the product of what
each leaves.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from bgrsr_data.keying.blocks import dot, key_axis
from bgrsr_data.keying.plate import Plate
from bgrsr_data.keying.screen import Screen

Floats = NDArray[np.float32]


def judge(
    alpha: Floats, foreground: NDArray[np.uint8], screen: Screen, plate: Plate, model: dict[str, float]
) -> dict[str, float]:
    """Measure a key.

    Args:
        alpha: (H, W) float32 [0, 1].
        foreground: (H, W, 3) uint8 sRGB.
        screen: The screen that was found.
        plate: The clean plate.
        model: What unmixing measured: "doubt", the mean squared error of alpha it expects (×1000); "noise", the
            standard deviation of a screen pixel's key value; "band", the share of the frame that was unmixed.

    Returns:
        The figures by name, and "score".
    """
    figures = {
        "evenness": screen.evenness,
        "saturation": screen.saturation,
        "coverage": screen.coverage,
    }
    figures |= model | _shape(alpha) | _spill(alpha, foreground, plate)
    return figures | {"score": _overall(figures)}


def _shape(alpha: Floats) -> dict[str, float]:
    """Subject's share of the frame and of its border; islands, holes and soft pixels; width of its edge in pixels."""
    small = cv2.resize(alpha, None, fx=1 / 8, fy=1 / 8, interpolation=cv2.INTER_AREA)  # strands of hair average out
    solid = (small > 0.5).astype(np.uint8)
    area = max(int(solid.sum()), 1)
    count, _, stats, _ = cv2.connectedComponentsWithStats(solid, connectivity=8)
    sizes = stats[1:, cv2.CC_STAT_AREA] if count > 1 else np.zeros(1, np.int32)
    outline = cv2.morphologyEx((alpha > 0.5).astype(np.uint8), cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
    soft = float(((alpha > 0.02) & (alpha < 0.98)).sum())
    inner = cv2.erode(solid, np.ones((3, 3), np.uint8)) > 0
    return {
        "subject": area / small.size,
        "border": float((np.concatenate([small[0], small[:, 0], small[:, -1]]) > 0.5).mean()),
        "islands": float(sizes[sizes < 0.1 * sizes.max()].sum()) / area,
        "holes": float(((small < 0.8) & inner).sum()) / area,
        "soft": soft / max(float((alpha > 0.5).sum()), 1.0),
        "edge_px": soft / max(float((outline > 0).sum()) / 2, 1.0),
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
    left = np.clip(dot(np.asarray(small[edge] ** 2.2, np.float32), axis), 0, 1)
    return {"spill": float(left.mean())}


def _overall(figures: dict[str, float]) -> float:
    """From the error that is expected, and from symptoms that the model does not see, one figure from 0 to 1."""
    expected = 4.8 * (figures["doubt"] + 0.005) ** 0.5 * figures["band"] ** 0.66  # MSE of alpha ×1000, fitted
    symptoms = (
        figures["holes"] / 0.15
        + figures["islands"] / 0.3
        + max(0.0, figures["spill"] - 0.05) / 0.4
        + max(0.0, figures["border"] - 0.25) / 0.25  # a studio, not a person, fills the upper and side borders
        + (1 - figures["evenness"]) / 2
        + (1 - figures["saturation"]) / 4
    )
    return float(np.exp(-symptoms) / (1 + expected / 2))
