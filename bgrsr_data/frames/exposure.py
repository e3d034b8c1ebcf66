"""How a picture is exposed: what tells black frames, fades and flashes from footage, however dark its scene is.

The mean alone takes a night scene for a black frame, so the shares of pixels that hold no picture any more, since they
were crushed to black or clipped to white, are measured beside it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bgrsr_data.media.colour import luma

_BLACK, _WHITE = 8, 250  # levels of luma; coding noise in a black frame stays below the first
_LOOKED_AT = 320  # pixels along the longer side: the shares of a 1080p picture are then known to ±0.002


@dataclass(frozen=True, slots=True)
class Exposure:
    """What was measured.

    Args:
        brightness: Mean luma of the sRGB values, 0 to 1.
        dark: Share of pixels crushed to black, 0 to 1.
        bright: Share of pixels clipped to white, 0 to 1; a pure green is not white.
    """

    brightness: float
    dark: float
    bright: float


def measure_exposure(rgb: NDArray[np.uint8]) -> Exposure:
    """Measure every n-th pixel, which unlike an average keeps black and white what they are.

    Args:
        rgb: (H, W, 3) uint8, sRGB.

    Returns:
        The exposure; 0.4 ms for a picture of 1080p.
    """
    step = max(1, max(rgb.shape[:2]) // _LOOKED_AT)
    grey = luma(np.ascontiguousarray(rgb[step // 2 :: step, step // 2 :: step]))
    return Exposure(
        brightness=float(grey.mean()) / 255, dark=float((grey <= _BLACK).mean()), bright=float((grey >= _WHITE).mean())
    )
