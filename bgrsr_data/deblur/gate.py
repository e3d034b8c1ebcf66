"""Whether an improved frame may take the place of the one it was made from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from bgrsr_data.deblur.options import DeblurOptions
from bgrsr_data.frames.sharpness import measure_sharpness, shrink
from bgrsr_data.media.colour import luma

_REACH_PX = 9


@dataclass(frozen=True, slots=True)
class Judgement:
    """What changed.

    Args:
        gain: Relative gain of sharpness.
        overshoot: Levels by which the worst pixel in a thousand passes what frame and neighbours show around it.
        colour_change: Levels by which the mean of the channel that moved most moved.
    """

    gain: float
    overshoot: float
    colour_change: float

    def accepted(self, options: DeblurOptions) -> bool:
        """Whether it is sharper, and nothing else."""
        return (
            self.gain >= options.min_gain
            and self.overshoot <= options.max_overshoot
            and self.colour_change <= options.max_colour_change
        )

    def __str__(self) -> str:
        return (
            f"sharpness {self.gain:+.0%}, overshoot {self.overshoot:.1f} levels, "
            f"mean colour {self.colour_change:.2f} levels"
        )


def judge(result: NDArray[np.uint8], frame: NDArray[np.uint8], neighbours: Sequence[NDArray[np.uint8]]) -> Judgement:
    """Compare a result with what it was made from.

    Args:
        result: (H, W, 3) uint8, sRGB.
        frame: Same shape: the frame.
        neighbours: Same shape each: the frames around it.
    """
    before, after = (measure_sharpness(shrink(luma(rgb))) for rgb in (frame, result))
    greys = [luma(rgb) for rgb in (frame, *neighbours)]
    kernel = np.ones((_REACH_PX, _REACH_PX), np.uint8)
    top = cv2.dilate(np.maximum.reduce(greys), kernel).astype(np.float32)
    bottom = cv2.erode(np.minimum.reduce(greys), kernel).astype(np.float32)
    grey = luma(result).astype(np.float32)
    beyond = np.maximum(grey - top, bottom - grey)
    colour = np.abs(result.mean(axis=(0, 1)) - frame.mean(axis=(0, 1))).max()
    gain = after / before - 1 if before > 0 else 0.0
    return Judgement(gain, max(0.0, float(np.percentile(beyond, 99.9))), float(colour))
