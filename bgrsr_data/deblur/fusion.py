"""Between two sharp frames: what a blurred frame would have been with a short shutter.

The frames before and after a blurred one are often sharp, and what lies between two sharp frames can be foretold: the
scene is moved along the flow from each to the moment of the frame (Jiang et al., "Super SloMo", CVPR 2018,
https://arxiv.org/abs/1712.00080, without its networks; flow by dense inverse search, Kroeger et al., ECCV 2016). Flow
from a blurred frame to a sharp one is guesswork; flow between two sharp ones is not.

The foretold frame is then put to the test: with an open shutter it must become the blurred frame that was seen. For how
long the shutter was open is the one unknown, and it is found by trying. A flow between the foretold frame so blurred
and the frame, equally blurred, corrects motion that was not even. What still differs, and where the two sharp frames
disagree, is the error of the foretold frame; what the shutter takes away from it is the error of the blurred one.
Both are estimates of one truth, so they are weighted by their errors, pixel by pixel, as two measurements are. The
weights also tell by how much the result should come nearer to the truth: that is the gate's figure.

No detail is invented, and colours are blended in linear light, so that the edge of a person before a screen gets
the person's colour back.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from bgrsr_data.deblur.flow import find_flow, move
from bgrsr_data.media.colour import luma, to_linear, to_srgb8

Light = NDArray[np.float32]
Flow = NDArray[np.float32]

# Half the time that the shutter was open, in steps from the frame to its neighbours: 1 is from one to the other.
SHUTTERS = (0.0, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 4.5, 6.5, 9.0, 13.0, 18.0)
_FLOW_WIDTH, _SEARCH_WIDTH = 960, 480  # px: larger pictures are halved for the flow, and shrunk for the search
_MOMENTS = 9  # that are averaged for an open shutter
_CORRECTIONS = 2
_EVEN_SIGMA_PX = 4.0  # of a correction
_ERROR_SIGMA_PX = 1.5  # over which errors are averaged
_DISAGREE = 0.5  # share of the squared difference of the two neighbours that counts as error
_FLOOR = 1e-5  # squared error that is always there: coding and grain
_SEEN = 0.01  # a weight below leaves the pixel as it is


@dataclass(frozen=True, slots=True)
class Fused:
    """A frame fused with what its neighbours foretell.

    Args:
        rgb: (H, W, 3) uint8, sRGB.
        gain_db: By how many decibels of PSNR it should have come nearer to the truth; 0 where nothing is known better.
        shutter: How long the shutter was open, as a share of the time from the neighbour before to the one after.
    """

    rgb: NDArray[np.uint8]
    gain_db: float
    shutter: float


@dataclass(frozen=True, slots=True)
class _Motion:
    """Where the scene goes around the moment of the frame, (h, w, 2) pixels each.

    Args:
        to_before: From the frame to the one before.
        to_after: From the frame to the one after.
        off: By how much the frame lies beside where even motion would have it.
    """

    to_before: Flow
    to_after: Flow
    off: Flow

    def scaled(self, size: tuple[int, int]) -> _Motion:
        """For a picture of another (width, height), in its pixels."""
        return _Motion(*(_scale_flow(flow, size) for flow in (self.to_before, self.to_after, self.off)))

    def corrected(self, miss: Flow) -> _Motion:
        """For a frame that lies `miss` beside where it was thought."""
        before, after, off = (move(flow, miss, cv2.INTER_LINEAR) for flow in (self.to_before, self.to_after, self.off))
        return _Motion(before, after, np.asarray(off + miss, np.float32))

    def blur(self, light: Light, shutter: float) -> Light:
        """See a picture with the shutter open from `shutter` steps of time before the moment to as many after."""
        total, half = light.copy(), _MOMENTS // 2
        for moment in range(1, half + 1):
            way = np.float32(-shutter * moment / half)  # what passes here then is now on the other side
            total += move(light, self.to_before * way, cv2.INTER_LINEAR)
            total += move(light, self.to_after * way, cv2.INTER_LINEAR)
        return np.asarray(total / np.float32(2 * half + 1), np.float32)


@dataclass(frozen=True, slots=True)
class _Foretold:
    """The frame as two neighbours tell it, (h, w, 3) float32, linear."""

    light: Light
    from_before: Light
    from_after: Light


def fuse(frame: NDArray[np.uint8], before: NDArray[np.uint8], after: NDArray[np.uint8], share: float = 0.5) -> Fused:
    """Replace what is blurred in a frame by what a sharp frame before and one after it foretell.

    Args:
        frame: (H, W, 3) uint8, sRGB.
        before: Same shape: a frame before it.
        after: Same shape: a frame after it.
        share: Where the frame lies in time: 0 at `before`, 1 at `after`.

    Returns:
        The fused frame; its pixels are those of `frame` wherever nothing is known better.
    """
    shrinking = max(2, -(-frame.shape[1] // _FLOW_WIDTH))
    size = (max(1, frame.shape[1] // shrinking), max(1, frame.shape[0] // shrinking))
    seen, first, last = (_resize(to_linear(rgb), size) for rgb in (frame, before, after))
    motion = _find_motion(before, after, share).scaled(size)
    foretold = _foretell(first, last, motion, share)
    shutter = _find_shutter(foretold.light, seen, motion)
    for _ in range(_CORRECTIONS if shutter else 0):
        motion = motion.corrected(_find_miss(motion.blur(foretold.light, shutter), seen))
        foretold = _foretell(first, last, motion, share)
    known, gain_db = _weigh(foretold, motion.blur(foretold.light, shutter), seen)
    weight = _resize(known, frame.shape[1::-1])
    if not shutter or gain_db <= 0 or not (weight > _SEEN).any():
        return Fused(frame, 0.0, shutter)
    own, whole = to_linear(frame), motion.scaled(frame.shape[1::-1])
    sharp = _foretell(to_linear(before), to_linear(after), whole, share).light
    fused = to_srgb8(own + (sharp - own) * weight[..., None])
    return Fused(np.where((weight > _SEEN)[..., None], fused, frame), gain_db, shutter)


def _find_motion(before: NDArray[np.uint8], after: NDArray[np.uint8], share: float) -> _Motion:
    """Motion from the moment between two frames to each of them, in pixels of a picture that may be smaller."""
    shrinking = -(-before.shape[1] // _FLOW_WIDTH)
    size = (max(1, before.shape[1] // shrinking), max(1, before.shape[0] // shrinking))
    one, other = (luma(np.asarray(_resize(rgb, size), np.uint8)) for rgb in (before, after))
    there, back = find_flow(one, other), find_flow(other, one)
    to_before = -(1 - share) * share * there + share * share * back
    to_after = (1 - share) ** 2 * there - share * (1 - share) * back
    return _Motion(to_before.astype(np.float32), to_after.astype(np.float32), np.zeros_like(there))


def _foretell(before: Light, after: Light, motion: _Motion, share: float) -> _Foretold:
    one, other = move(before, motion.to_before + motion.off), move(after, motion.to_after + motion.off)
    return _Foretold(np.asarray(one * (1 - share) + other * share, np.float32), one, other)


def _find_shutter(light: Light, seen: Light, motion: _Motion) -> float:
    """For how long the shutter was open when the frame was taken: the one of SHUTTERS that explains it best."""
    width = min(_SEARCH_WIDTH, seen.shape[1])
    size = (width, max(1, round(seen.shape[0] * width / seen.shape[1])))
    sharp, wanted = (_resize(_grey(one), size) for one in (light, seen))
    small = motion.scaled(size)
    errors = [float(np.abs(_encode(small.blur(sharp, shutter)) - _encode(wanted)).mean()) for shutter in SHUTTERS]
    return SHUTTERS[int(np.argmin(errors))]


def _find_miss(blurred: Light, seen: Light) -> Flow:
    """How far the frame lies beside the foretold one, once both are equally blurred."""
    miss = find_flow(_level(seen), _level(blurred))
    return np.asarray(cv2.GaussianBlur(miss, (0, 0), _EVEN_SIGMA_PX), np.float32)


def _weigh(foretold: _Foretold, blurred: Light, seen: Light) -> tuple[NDArray[np.float32], float]:
    """How far to believe each pixel of the foretold frame over the frame's, and the gain that this should give."""
    taken = _mean_square(_encode(foretold.light) - _encode(blurred))
    unexplained = _mean_square(_encode(blurred) - _encode(seen))
    disagreement = _mean_square(_encode(foretold.from_before) - _encode(foretold.from_after))
    error = unexplained + _DISAGREE * disagreement + np.float32(_FLOOR)
    weight = taken / (taken + error)
    left = float((weight**2 * error + (1 - weight) ** 2 * taken).mean())
    lost = float(taken.mean())
    return weight.astype(np.float32), 10 * float(np.log10(lost / left)) if left > 0 and lost > 0 else 0.0


def _mean_square(difference: Light) -> NDArray[np.float32]:
    return np.asarray(cv2.GaussianBlur((difference**2).mean(axis=-1), (0, 0), _ERROR_SIGMA_PX), np.float32)


def _encode(light: Light) -> Light:
    """Near what is seen: errors in the dark count as they show."""
    return np.sqrt(np.maximum(light, 0))


def _grey(light: Light) -> Light:
    return np.asarray(cv2.cvtColor(light, cv2.COLOR_RGB2GRAY), np.float32)


def _level(light: Light) -> NDArray[np.uint8]:
    return np.rint(np.clip(_encode(_grey(light)), 0, 1) * 255).astype(np.uint8)


def _scale_flow(flow: Flow, size: tuple[int, int]) -> Flow:
    if flow.shape[1::-1] == size:
        return flow
    factor = np.array([size[0] / flow.shape[1], size[1] / flow.shape[0]], np.float32)
    return np.asarray(_resize(flow, size) * factor, np.float32)


def _resize(values: NDArray[np.float32] | NDArray[np.uint8], size: tuple[int, int]) -> NDArray[np.float32]:
    if values.shape[1::-1] == size:
        return values  # type: ignore[return-value]
    shrinks = size[0] < values.shape[1]
    return np.asarray(cv2.resize(values, size, interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR))
