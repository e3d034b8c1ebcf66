"""The light in which colours are unmixed, and the way there and back.

A camera adds light before it encodes, so edges mix in linear light; an editor that blends encoded pixels mixes in
sRGB.
"""

from __future__ import annotations

from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from bgrsr_data.media.colour import to_linear, to_srgb8

_ALL = np.arange(256, dtype=np.uint8)
_TABLES = {"linear": to_linear(_ALL), "srgb": (_ALL / np.float32(255)).astype(np.float32)}


class Light:
    """Decode sRGB bytes into the working light, and encode them again.

    Args:
        domain: "linear" or "srgb".
    """

    def __init__(self, domain: Literal["linear", "srgb"]) -> None:
        self.domain = domain

    def decode(self, rgb: NDArray[np.uint8]) -> NDArray[np.float32]:
        """(H, W, 3) uint8 sRGB to float32 [0, 1] in the working light."""
        return np.asarray(cv2.LUT(rgb, _TABLES[self.domain]), np.float32)

    def encode(self, values: NDArray[np.float32]) -> NDArray[np.uint8]:
        """Working light, any shape, to uint8 sRGB; values outside [0, 1] are clipped."""
        if self.domain == "linear":
            return to_srgb8(values)
        return np.asarray(np.clip(values * 255 + 0.5, 0, 255), np.uint8)
