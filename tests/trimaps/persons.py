"""Masks of persons, drawn by hand."""

from __future__ import annotations

import cv2
import numpy as np


def disk(side: int = 120, radius: int = 40) -> np.ndarray:
    y, x = np.mgrid[:side, :side] - side // 2
    return x**2 + y**2 <= radius**2


def person() -> np.ndarray:
    """A head on shoulders that the lower border cuts off."""
    mask = np.zeros((160, 200), bool)
    mask[20:80, 75:125] = True
    mask[80:, 40:160] = True
    return mask


def standing(*, arms_up: bool = False) -> np.ndarray:
    """A whole figure, 300 px high: head from row 40, shoulders from row 90; raised hands from row 10."""
    figure = np.zeros((340, 240), np.uint8)
    cv2.ellipse(figure, (120, 65), (19, 25), 0, 0, 360, 1, -1)
    cv2.rectangle(figure, (85, 90), (155, 200), 1, -1)
    cv2.rectangle(figure, (90, 200), (115, 310), 1, -1)
    cv2.rectangle(figure, (125, 200), (150, 310), 1, -1)
    if arms_up:
        cv2.line(figure, (90, 95), (60, 10), 1, 13)
        cv2.line(figure, (150, 95), (180, 10), 1, 13)
    return figure.astype(bool)
