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
from bgrsr_data.keying.blocks import BLOCK, Blocks, interpolated, put, spread_over, summarise, take
from bgrsr_data.keying.despill import allowed_key, continue_outward, despill, recover
from bgrsr_data.keying.light import Light
from bgrsr_data.keying.options import KeyOptions
from bgrsr_data.keying.plate import Plate, estimate_plate
from bgrsr_data.keying.quality import judge
from bgrsr_data.keying.regions import Regions, divide
from bgrsr_data.keying.screen import find_screen, screen_name
from bgrsr_data.keying.strays import find_strays
from bgrsr_data.keying.unmix import describe_subject, levelled, unmix

__all__ = ["Key", "key_image", "screen_name"]

LEAST_SUBJECT = 0.004
CHUNK = 1 << 13  # pixels at a time, so that what is worked on stays in the processor's cache
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
    blocks = summarise(frame, screen.region)
    plate = estimate_plate(blocks, screen.region)
    regions = divide(blocks, plate)
    _demand_subject(float(regions.core.mean()))
    alpha, foreground = _keyed(np.asarray(padded, np.uint8), frame, blocks, plate, regions, options)
    strays = find_strays(alpha, regions)
    alpha[strays.repeat(BLOCK, 0).repeat(BLOCK, 1)] = 0
    foreground = np.ascontiguousarray(continue_outward(foreground, alpha)[:height, :width])
    alpha = np.ascontiguousarray(alpha[:height, :width])
    _demand_subject(float(alpha.mean()))
    scores = judge(alpha, foreground, screen, plate, regions, blocks.noise)
    return Key(alpha, foreground, light.encode(plate.colour), scores)


def _demand_subject(share: float) -> None:
    if share < LEAST_SUBJECT:
        raise Rejection("no-subject", f"only {100 * share:.1f} % of the frame is not screen")


def _keyed(
    rgb: NDArray[np.uint8], frame: Floats, blocks: Blocks, plate: Plate, regions: Regions, options: KeyOptions
) -> tuple[Floats, NDArray[np.uint8]]:
    """Alpha and foreground of the padded frame; only band and rim are looked at pixel by pixel."""
    light = Light(options.domain)
    subject = describe_subject(blocks, regions)
    allowed = allowed_key(blocks, plate, regions)
    alpha = np.asarray(regions.core.repeat(BLOCK, 0).repeat(BLOCK, 1), np.float32)
    foreground = rgb.copy()
    if regions.band.any():
        around, own = spread_over(subject, regions.band), spread_over(allowed, regions.band)[0]
        seen, behind = take(frame, regions.band), interpolated(plate.light, regions.band)
        mixed = np.empty(seen.shape[1], np.float32)
        colour = np.empty_like(seen)
        for start in range(0, len(mixed), CHUNK):
            part = np.s_[..., start : start + CHUNK]
            pixels = (seen[part], behind[part], around[part])
            mixed[part] = levelled(unmix(*pixels, blocks.noise_light), blocks.noise)
            found = recover(*pixels, mixed[part], blocks.noise_light)
            colour[part] = despill(found, behind[part], blocks.axis, own[part], options.despill)
        put(alpha[..., None], regions.band, mixed[None])
        put(foreground, regions.band, light.encode(colour))
    if regions.rim.any() and options.despill > 0:
        behind, own = spread_over(plate.light, regions.rim), spread_over(allowed, regions.rim)[0]
        colour = despill(take(frame, regions.rim), behind, blocks.axis, own, options.despill)
        put(foreground, regions.rim, light.encode(colour))
    return alpha, foreground
