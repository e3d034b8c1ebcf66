"""What a clip knows that none of its frames does, and a clip keyed by it.

While a person moves, every part of the screen is seen sooner or later. What was seen, each part by its own frames, is
the clip's clean plate. It is not the plate of any one frame: light flickers, exposure follows the subject, and its
shadow wanders. So it is never used as it is. A frame says by how much its light differs where both see the screen, that
difference is stretched over what it hides, and the clip's plate gives the detail: folds, seams and stains. How far to
believe it is measured where both see: when the camera moves, the detail no longer fits, and the frame stands alone
there.

Besides the plate the frames share what must not flicker: the direction of the key, the light in which edges are
unmixed, and how much colour the codec took. Alpha itself is never carried from frame to frame, so nothing can trail.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from bgrsr_data.errors import Rejection
from bgrsr_data.keying.blocks import dot, key_axis
from bgrsr_data.keying.fill import push_pull, resize
from bgrsr_data.keying.options import KeyOptions
from bgrsr_data.keying.plate import Plate

if TYPE_CHECKING:
    from bgrsr_data.keying.core import Key
    from bgrsr_data.keying.mattes import Mattes

CELLS = 160  # along the width of the clip's plate, or one for two by two blocks where these are fewer
AHEAD = 12  # frames that are held back, so that the first ones know what comes
STRIDE = 4  # every so many frames one is looked at: neighbours see the same
_FADE = 0.97  # of what was seen, at each frame that is looked at: about 130 frames are remembered
_SMOOTH = 1 / 64  # of the width: over what a frame's light differs from the clip's
_POOL = 1 / 16  # of the width: over what it is measured whether the clip's plate fits
_BESIDE = np.float32(4)  # a cell with a quarter of what is around it in sight is told nothing: its frame knows better
_DOUBT = 1e-6  # of the plate's own square: detail smaller than a thousandth says nothing
_MISFIT = 0.12  # of the screen's light: by more than this, what is seen is another screen
_CUT, _CUT_LEVELS, _GRID = 0.4, 40, 16  # share of the points, every 16 px, that change by so much at a cut
Floats = NDArray[np.float32]
Frame = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class Prior:
    """What the other frames of a clip tell one of them.

    Attributes:
        light: (h, w, 3) float32, the clip's plate, at most about `CELLS` wide; working light.
        axis: (3,) float32, the direction of the key.
        chroma_lost: How much fine detail of the chroma a codec surely took, 0 to 1.
    """

    light: Floats
    axis: Floats
    chroma_lost: float = 0.0

    def on_plate(self, plate: Plate) -> Plate:
        """Put the clip's detail into a frame's plate, as far as it fits.

        Args:
            plate: The clean plate as the frame alone shows it.

        Returns:
            The plate; the very same where frame and clip differ in size.
        """
        own, seen = _cells(plate.light), _cells(plate.known)
        if own.shape != self.light.shape:
            return plate
        reach = _sigma(seen, _SMOOTH)
        told = _relit(self.light, *_difference(own, self.light, seen, reach))
        smooth = _smoothed(own, seen, reach)
        fit = _slope(own - smooth, told - smooth, seen, self.light)
        inside = np.clip(1 - _BESIDE * cv2.GaussianBlur(seen, (0, 0), reach), 0, 1)
        light = own + (inside * fit)[..., None] * (told - own)
        height, width = plate.known.shape
        return replace(plate, light=resize(np.asarray(light, np.float32), (width, height)))


@dataclass(frozen=True, slots=True, eq=False)
class Memory:
    """The screen as far as it was seen.

    Attributes:
        light: (h, w, 3) float32, working light, continued where nothing was seen.
        weight: (h, w) float32, how often each cell was seen, of late.
    """

    light: Floats
    weight: Floats

    @classmethod
    def of(cls, plate: Plate) -> Memory:
        """What one frame shows."""
        return cls(_cells(plate.light), _cells(plate.known))

    def with_frame(self, plate: Plate) -> Memory | None:
        """Remember one frame more.

        Args:
            plate: Its clean plate.

        Returns:
            The memory of all; None where the frame shows another screen.
        """
        own, seen = _cells(plate.light), _cells(plate.known)
        if own.shape != self.light.shape:
            return None
        common = seen * np.minimum(self.weight, 1)
        gain, rest = _difference(own, self.light, common, _sigma(seen, _SMOOTH))
        if _misfit(own - _relit(self.light, gain, rest), own, common) > _MISFIT:
            return None
        sample = (own - rest) / np.maximum(gain, 0.2)[..., None]
        kept = self.weight * np.float32(_FADE)
        weight = kept + seen
        mean = (kept[..., None] * self.light + seen[..., None] * sample) / np.maximum(weight, 1e-6)[..., None]
        return Memory(push_pull(np.asarray(mean, np.float32), np.clip(4 * weight, 0, 1)), weight)

    @property
    def colour(self) -> Floats:
        """(3,) float32: the screen's median colour, where it was seen."""
        seen = self.weight > 0.5 * self.weight.max()
        return np.asarray(np.median(self.light[seen], axis=0), np.float32)


def key_clip(
    pictures: Iterable[Frame], options: KeyOptions, mattes: Callable[[Frame], Mattes | None] | None = None
) -> Iterator[Key | Rejection]:
    """Key a clip, each frame with what the others tell of the screen.

    Args:
        pictures: Its frames in order, each (H, W, 3) uint8 sRGB; read once, at most `AHEAD` of them ahead.
        options: What the person decided.
        mattes: What is known of a frame beforehand; called once for each frame, in order.

    Yields:
        For each frame its key, as `key_image` gives it with "flicker" among the scores, or why it has none.
    """
    from bgrsr_data.keying.core import key_image  # noqa: PLC0415 - the core takes a prior, and so knows this module

    shot, before, waiting = Shot(options), None, deque[tuple[Frame, "Mattes | None"]]()

    def keyed() -> Key | Rejection:
        rgb, known = waiting.popleft()
        try:
            return shot.note(rgb, key_image(rgb, shot.options, mattes=known, prior=shot.prior))
        except Rejection as unfit:
            return unfit

    for rgb in pictures:
        if before is not None and is_cut(before, rgb):
            yield from (keyed() for _ in range(len(waiting)))
            shot = Shot(options)
        known = mattes(rgb) if mattes else None
        shot.look(rgb, known)
        before = rgb
        waiting.append((rgb, known))
        if len(waiting) > AHEAD:
            yield keyed()
    yield from (keyed() for _ in range(len(waiting)))


class Shot:
    """What is known of the frames between two cuts.

    Args:
        options: What the person decided; a domain of "auto" is decided by the first frame that has a screen.

    Attributes:
        prior: What one of its frames is told; None before a screen was seen.
    """

    def __init__(self, options: KeyOptions) -> None:
        self.options = options
        self.prior: Prior | None = None
        self._memory: Memory | None = None
        self._looked = 0
        self._last: tuple[Frame, Floats] | None = None

    def look(self, rgb: Frame, mattes: Mattes | None) -> None:
        """Remember the screen of a frame; of every few frames one is enough."""
        from bgrsr_data.keying.core import see_screen  # noqa: PLC0415

        self._looked += 1
        if self._looked % STRIDE != 1 and self._memory is not None:
            return
        try:
            domain, plate, lost = see_screen(rgb, self.options, mattes)
        except Rejection:
            return
        self.options = self.options.model_copy(update={"domain": domain})
        together = self._memory.with_frame(plate) if self._memory else None
        self._memory = together or Memory.of(plate)
        before = self.prior.chroma_lost if self.prior else 0.0
        self.prior = Prior(self._memory.light, key_axis(self._memory.colour), max(before, lost))

    def note(self, rgb: Frame, key: Key) -> Key:
        """Tell how much a key's alpha changed where the picture did not."""
        from bgrsr_data.keying.quality import flicker, scored  # noqa: PLC0415

        last, self._last = self._last, (rgb, key.alpha)
        if last is None or last[0].shape != rgb.shape:
            return key
        figures = key.scores | {"flicker": flicker(key.alpha, rgb, last[1], last[0])}
        return replace(key, scores=scored(figures))


def is_cut(before: Frame, rgb: Frame) -> bool:
    """Whether two frames that follow each other show different shots: another size, or most of the picture another."""
    if before.shape != rgb.shape:
        return True
    a, b = (frame[_GRID // 2 :: _GRID, _GRID // 2 :: _GRID].astype(np.int16) for frame in (before, rgb))
    return bool((np.abs(a - b).max(-1) > _CUT_LEVELS).mean() > _CUT)


def _cells(grid: NDArray[np.float32] | NDArray[np.bool_]) -> Floats:
    """A grid of blocks, averaged over cells."""
    height, width = grid.shape[:2]
    side = max(2, round(width / CELLS))
    size = (-(-width // side), -(-height // side))
    return np.asarray(cv2.resize(grid.astype(np.float32), size, interpolation=cv2.INTER_AREA), np.float32)


def _sigma(grid: Floats, share: float) -> float:
    return max(1.0, share * float(grid.shape[1]))


def _difference(own: Floats, light: Floats, weight: Floats, sigma: float) -> tuple[Floats, Floats]:
    """How `own` differs from `light`: a gain (h, w) and what is left (h, w, 3), smooth, and continued over gaps."""
    gain = dot(own, light) / np.maximum(dot(light, light), np.float32(1e-8))
    field = np.dstack([gain, own - gain[..., None] * light])
    smooth = _smoothed(np.asarray(field, np.float32), weight, sigma)
    return smooth[..., 0], smooth[..., 1:]


def _relit(light: Floats, gain: Floats, rest: Floats) -> Floats:
    return np.asarray(gain[..., None] * light + rest, np.float32)


def _smoothed(values: Floats, weight: Floats, sigma: float) -> Floats:
    """The weighted mean around each cell, continued to where nothing is known."""
    known = np.asarray(cv2.GaussianBlur(weight, (0, 0), sigma), np.float32)
    total = np.asarray(cv2.GaussianBlur(values * weight[..., None], (0, 0), sigma), np.float32)
    mean = total.reshape(values.shape) / np.maximum(known, np.float32(1e-6))[..., None]
    return push_pull(np.asarray(mean, np.float32), np.clip(20 * known, 0, 1))


def _slope(own: Floats, told: Floats, weight: Floats, light: Floats) -> Floats:
    """How much of the clip's detail a frame has, by least squares around each cell: (h, w) float32, 0 to 1."""
    sigma = _sigma(weight, _POOL)
    doubt = np.float32(_DOUBT) * np.float32(dot(light, light).mean())
    pooled = np.dstack([weight * dot(own, told), weight * (dot(told, told) + doubt)])
    height, width = weight.shape
    small = resize(np.asarray(pooled, np.float32), (-(-width // 4), -(-height // 4)), cv2.INTER_AREA)
    both = resize(np.asarray(cv2.GaussianBlur(small, (0, 0), sigma / 4), np.float32), (width, height))
    return np.asarray(np.clip(both[..., 0] / np.maximum(both[..., 1], 1e-12), 0, 1), np.float32)


def _misfit(error: Floats, own: Floats, weight: Floats) -> float:
    """Root of the mean squared difference, relative to the light; 1 where nothing can be compared."""
    total = float((weight * dot(own, own)).sum())
    return float(np.sqrt((weight * dot(error, error)).sum() / total)) if total > 1e-6 else 1.0
