"""From one frame to a key: alpha, foreground, and how good they are.

The steps, each in its file: find the screen, estimate the clean plate, divide the frame into sure and mixed blocks, unmix the
mixed pixels, take the screen out of the foreground's colour, judge the outcome. No file, no state, no randomness.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from bgrsr_data.errors import Rejection
from bgrsr_data.keying.despill import allowed_key, continue_outward, despill, recover
from bgrsr_data.keying.fill import sample
from bgrsr_data.keying.light import Light
from bgrsr_data.keying.options import KeyOptions
from bgrsr_data.keying.plate import Plate, estimate_plate
from bgrsr_data.keying.quality import judge
from bgrsr_data.keying.regions import BLOCK, Regions, divide
from bgrsr_data.keying.screen import Screen, find_screen, screen_name
from bgrsr_data.keying.unmix import describe_subject, levelled, unmix

__all__ = ["Key", "key_image", "screen_name"]

LEAST_SUBJECT = 0.004
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Key:
    """A keyed frame.

    Attributes:
        alpha: (H, W) float32 [0, 1], 1 on the subject, coverage in the chosen light.
        foreground: (H, W, 3) uint8 sRGB, straight, despilled, continued outward under alpha 0.
        screen: (3,) uint8 sRGB, the screen's mean colour.
        scores: What was measured, each a float; "score" is the whole, 0 to 1, higher is better.
    """

    alpha: Floats
    foreground: NDArray[np.uint8]
    screen: NDArray[np.uint8]
    scores: dict[str, float]


def key_image(rgb: NDArray[np.uint8], options: KeyOptions) -> Key:
    """Key one frame.

    Args:
        rgb: (H, W, 3) uint8, sRGB.
        options: What the person decided.

    Returns:
        The key, as large as the frame.

    Raises:
        Rejection: "too-small" below 32 pixels a side, "no-screen" when no screen is found, "no-subject" when nothing
            stands before it.
    """
    screen = find_screen(rgb, options.screen)
    height, width = rgb.shape[:2]
    padded = cv2.copyMakeBorder(rgb, 0, -height % BLOCK, 0, -width % BLOCK, cv2.BORDER_REPLICATE)
    light = Light(options.domain)
    frame = light.decode(np.asarray(padded, np.uint8))
    cells = cv2.resize(frame, (frame.shape[1] // BLOCK, frame.shape[0] // BLOCK), interpolation=cv2.INTER_AREA)
    plate = estimate_plate(np.asarray(cells, np.float32), screen)
    regions = divide(frame, np.asarray(cells, np.float32), plate)
    _demand_subject(regions)
    alpha, foreground = _keyed(
        np.asarray(padded, np.uint8), frame, np.asarray(cells, np.float32), plate, regions, options
    )
    foreground = continue_outward(foreground, alpha)
    alpha, foreground = alpha[:height, :width], foreground[:height, :width]
    if alpha.mean() < LEAST_SUBJECT:
        raise _no_subject(float(alpha.mean()))
    scores = judge(alpha, foreground, screen, plate, regions)
    return Key(np.ascontiguousarray(alpha), np.ascontiguousarray(foreground), light.encode(plate_colour(plate)), scores)


def plate_colour(plate: Plate) -> Floats:
    """The plate's mean colour, (3,) float32, working light."""
    seen = plate.light[plate.known] if plate.known.any() else plate.light.reshape(-1, 3)
    return np.asarray(seen.mean(0), np.float32)


def _demand_subject(regions: Regions) -> None:
    if regions.core.mean() < LEAST_SUBJECT:
        raise _no_subject(float(regions.core.mean()))


def _no_subject(share: float) -> Rejection:
    return Rejection("no-subject", f"only {100 * share:.1f} % of the frame is not screen")


def _keyed(
    rgb: NDArray[np.uint8], frame: Floats, cells: Floats, plate: Plate, regions: Regions, options: KeyOptions
) -> tuple[Floats, NDArray[np.uint8]]:
    """Alpha and foreground of the padded frame; only band and rim are looked at pixel by pixel."""
    light = Light(options.domain)
    subject = describe_subject(cells, regions)
    allowed = allowed_key(cells, plate, regions)
    alpha = np.repeat(np.repeat(regions.core.astype(np.float32), BLOCK, 0), BLOCK, 1)
    foreground = rgb.copy()
    y, x = pixels_of(regions.band)
    if len(y):
        behind, around = sample(plate.light, y, x, BLOCK), sample(subject.statistics, y, x, 2 * BLOCK)
        seen = frame[y, x]
        a = levelled(unmix(seen, behind, around, regions.noise_light), regions.noise)
        colour = recover(seen, a, behind, around, regions.noise_light)
        colour = despill(colour, behind, sample(allowed, y, x, BLOCK)[:, 0], options.despill)
        alpha[y, x] = a
        foreground[y, x] = light.encode(colour)
    y, x = pixels_of(regions.rim)
    if len(y) and options.despill > 0:
        behind = sample(plate.light, y, x, BLOCK)
        colour = despill(frame[y, x], behind, sample(allowed, y, x, BLOCK)[:, 0], options.despill)
        foreground[y, x] = light.encode(colour)
    return alpha, foreground


def pixels_of(blocks: NDArray[np.bool_]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Rows and columns of every pixel in the marked 4×4 blocks."""
    rows, columns = np.nonzero(blocks)
    step = np.arange(BLOCK)
    y = (BLOCK * rows)[:, None, None] + step[None, :, None] + np.zeros((1, 1, BLOCK), np.intp)
    x = (BLOCK * columns)[:, None, None] + step[None, None, :] + np.zeros((1, BLOCK, 1), np.intp)
    return y.ravel(), x.ravel()
