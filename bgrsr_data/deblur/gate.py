"""Whether a deblurred frame may take the place of the one it was made from.

Nobody has the truth, so harm must be foretold. Fusion foretells its own gain from how well the neighbours explain the
blurred frame, and that figure follows the true gain in PSNR. It is too hopeful where the scene goes far from frame to
frame; but there the result is hardly sharper. So the subject must be clearly sharper as well, nothing may ring beyond
what frame and neighbours show, and nothing take on a cast. What a network made is held to the same, but foretells
nothing. How often each of the bounds was right is in docs/deblur.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from bgrsr_data.deblur.options import DeblurOptions
from bgrsr_data.media.colour import luma, to_linear, to_srgb

_REACH_PX = 9


@dataclass(frozen=True, slots=True)
class Judgement:
    """What changed.

    Args:
        gain: Relative gain of the subject's sharpness.
        overshoot: Levels by which the worst pixel in a thousand passes what frame and neighbours show around it.
        colour_change: Levels by which the mean light of the channel that moved most moved.
        gain_db: By how much it should have come nearer to the truth; None where the method cannot tell.
    """

    gain: float
    overshoot: float
    colour_change: float
    gain_db: float | None = None

    def accepted(self, options: DeblurOptions) -> bool:
        """Whether it is better, and nothing else."""
        return (
            self.gain >= options.min_gain
            and (self.gain_db is None or self.gain_db >= options.min_gain_db)
            and self.overshoot <= options.max_overshoot
            and self.colour_change <= options.max_colour_change
        )

    def __str__(self) -> str:
        told = "" if self.gain_db is None else f"{self.gain_db:+.2f} dB foretold, "
        return (
            f"{told}subject's sharpness {self.gain:+.0%}, overshoot {self.overshoot:.1f} levels, "
            f"mean colour {self.colour_change:.2f} levels"
        )


def judge(
    result: NDArray[np.uint8],
    frame: NDArray[np.uint8],
    neighbours: Sequence[NDArray[np.uint8]],
    *,
    gain: float,
    gain_db: float | None = None,
) -> Judgement:
    """Compare a result with what it was made from.

    Args:
        result: (H, W, 3) uint8, sRGB.
        frame: Same shape: the frame.
        neighbours: Same shape each: the frames around it.
        gain: Relative gain of the subject's sharpness.
        gain_db: What the method foretells.
    """
    greys = [luma(rgb) for rgb in (frame, *neighbours)]
    kernel = np.ones((_REACH_PX, _REACH_PX), np.uint8)
    top = cv2.dilate(np.maximum.reduce(greys), kernel).astype(np.float32)
    bottom = cv2.erode(np.minimum.reduce(greys), kernel).astype(np.float32)
    grey = luma(result).astype(np.float32)
    beyond = np.maximum(grey - top, bottom - grey)
    means = [to_srgb(to_linear(rgb).mean(axis=(0, 1))) * 255 for rgb in (result, frame)]  # blur keeps the mean of light
    colour = np.abs(means[0] - means[1]).max()
    return Judgement(gain, max(0.0, float(np.percentile(beyond, 99.9))), float(colour), gain_db)
