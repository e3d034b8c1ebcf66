"""What a camera with a longer shutter would have seen: frames in between, averaged in linear light.

A shutter adds up the light that falls in while it is open. From frames of a short shutter that sum is the mean of all
the moments it spans; moments between two frames are interpolated along their flow (Jiang et al., "Super SloMo", CVPR
2018, https://arxiv.org/abs/1712.00080, without its network), so that footage of 25 frames a second gives smooth
blur and not a row of ghosts. The higher the rate, the more of it is what really happened.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, floor

import numpy as np
from numpy.typing import NDArray

from bgrsr_data.deblur.flow import find_flow, move
from bgrsr_data.media.colour import luma, to_linear, to_srgb8

Rgb = NDArray[np.uint8]
_MOMENTS_A_PX = 1.5  # samples per pixel of blur: closer ones would not show
_LEAST_MOMENTS, _MOST_MOMENTS = 7, 41


class Strip:
    """Consecutive frames of one shot, and the motion between them, found when it is asked for.

    Args:
        frames: (H, W, 3) uint8 each, sRGB, in order of time, of one shape.
    """

    def __init__(self, frames: Sequence[Rgb]) -> None:
        self.frames = frames
        self._light: dict[int, NDArray[np.float32]] = {}
        self._flows: dict[tuple[int, int], NDArray[np.float32]] = {}

    def speed_px(self, index: int) -> float:
        """Pixels a frame that what moves goes around frame `index`: the 95th percentile."""
        way = np.linalg.norm(self._flow(max(index - 1, 0), max(index - 1, 0) + 1), axis=-1)
        return float(np.percentile(way, 95))

    def expose(self, index: int, span: float) -> Rgb:
        """Frame `index` as a shutter sees it that is open from span/2 frames before it to span/2 after.

        Args:
            index: The frame in the middle.
            span: Frames, at least 0; not beyond the ends of the strip.

        Returns:
            (H, W, 3) uint8, sRGB; the frame itself for a span of 0.
        """
        if span <= 0:
            return self.frames[index]
        moments = int(np.clip(self.speed_px(index) * span * _MOMENTS_A_PX, _LEAST_MOMENTS, _MOST_MOMENTS)) | 1
        total = np.zeros(self.frames[index].shape, np.float32)
        for time in np.linspace(index - span / 2, index + span / 2, moments):
            total += self._moment(float(np.clip(time, 0, len(self.frames) - 1)))
        return to_srgb8(total / np.float32(moments))

    def _moment(self, time: float) -> NDArray[np.float32]:
        """The picture at a time between two frames, linear light."""
        one, other = floor(time), ceil(time)
        if one == other:
            return self._linear(one)
        t = np.float32(time - one)
        there, back = self._flow(one, other), self._flow(other, one)
        to_one = -(1 - t) * t * there + t * t * back
        to_other = (1 - t) * (1 - t) * there - t * (1 - t) * back
        before, after = move(self._linear(one), to_one, 1), move(self._linear(other), to_other, 1)
        return (1 - t) * before + t * after

    def _linear(self, index: int) -> NDArray[np.float32]:
        if index not in self._light:
            self._light[index] = to_linear(self.frames[index])
        return self._light[index]

    def _flow(self, one: int, other: int) -> NDArray[np.float32]:
        if (one, other) not in self._flows:
            self._flows[one, other] = find_flow(luma(self.frames[one]), luma(self.frames[other]))
        return self._flows[one, other]
