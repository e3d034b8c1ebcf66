"""From one frame to a key: alpha, foreground, and how good they are.

The steps, each in its file: find the screen, estimate the clean plate, see where motion made the edge soft and take
its smear off the plate, divide the frame into sure and mixed blocks, unmix the mixed pixels, take the screen out of
the foreground's colour, judge the outcome. No file, no state, no randomness.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from bgrsr_data.errors import Rejection
from bgrsr_data.keying.blocks import BLOCK, Blocks, interpolated, put, spread_over, summarise, take
from bgrsr_data.keying.despill import allowed_key, continue_outward, despill, recover
from bgrsr_data.keying.domain import find_domain
from bgrsr_data.keying.light import Light
from bgrsr_data.keying.motion import edge_softness, without_smear
from bgrsr_data.keying.options import KeyOptions
from bgrsr_data.keying.plate import Plate, estimate_plate
from bgrsr_data.keying.quality import judge
from bgrsr_data.keying.regions import Regions, divide
from bgrsr_data.keying.screen import find_screen, screen_name
from bgrsr_data.keying.strays import find_strays
from bgrsr_data.keying.unmix import describe_subject, expected_error, levelled, unmix

if TYPE_CHECKING:
    from bgrsr_data.keying.clip import Prior
    from bgrsr_data.keying.mattes import Mattes

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


def key_image(
    rgb: NDArray[np.uint8], options: KeyOptions, *, mattes: Mattes | None = None, prior: Prior | None = None
) -> Key:
    """Key one frame.

    Args:
        rgb: (H, W, 3) uint8, sRGB.
        options: What the person decided.
        mattes: What is surely no subject and what surely is, as large as the frame.
        prior: What the other frames of the clip tell of the screen.

    Returns:
        The key, as large as the frame.

    Raises:
        Rejection: "too-small" below 32 pixels a side, "no-screen" when no screen is found, "no-subject" when nothing
            stands before it.
    """
    screen = find_screen(rgb, options.screen) if mattes is None else mattes.find_screen(rgb, options.screen)
    height, width = rgb.shape[:2]
    scene = _scene(rgb, screen.region, options, mattes, prior)
    _demand_subject(float(scene.regions.core.mean()))
    alpha = np.asarray(scene.regions.core.repeat(BLOCK, 0).repeat(BLOCK, 1), np.float32)
    foreground = scene.rgb.copy()
    doubt = _paint_band(scene, alpha, foreground) if scene.regions.band.any() else 0.0
    if scene.regions.rim.any() and options.despill > 0:
        _paint_rim(scene, foreground)
    alpha[find_strays(alpha, scene.regions).repeat(BLOCK, 0).repeat(BLOCK, 1)] = 0
    if mattes is not None:
        mattes.on_pixels(alpha, foreground, scene.rgb)
    foreground = np.ascontiguousarray(continue_outward(foreground, alpha)[:height, :width])
    alpha = np.ascontiguousarray(alpha[:height, :width])
    _demand_subject(float(alpha.mean()))
    model = {"doubt": 1e3 * doubt / alpha.size, "noise": scene.blocks.noise, "band": float(scene.regions.band.mean())}
    scores = judge(alpha, foreground, screen, scene.plate, model)
    return Key(alpha, foreground, scene.light.encode(scene.plate.colour), scores)


def _scene(
    rgb: NDArray[np.uint8], region: NDArray[np.bool_], options: KeyOptions, mattes: Mattes | None, prior: Prior | None
) -> _Scene:
    """Pad the frame to whole blocks and work out everything that is decided on them."""
    height, width = rgb.shape[:2]
    padded = np.asarray(cv2.copyMakeBorder(rgb, 0, -height % BLOCK, 0, -width % BLOCK, cv2.BORDER_REPLICATE), np.uint8)
    light = Light(find_domain(rgb, region) if options.domain == "auto" else options.domain)
    frame = light.decode(padded)
    blocks = summarise(frame, region)
    plate = estimate_plate(blocks, region)
    plate = plate if mattes is None else mattes.on_plate(plate, blocks)
    plate = plate if prior is None else prior.on_plate(plate, blocks)
    softness = edge_softness(blocks, plate) if options.motion else np.zeros_like(blocks.low)
    plate = without_smear(blocks, plate, softness)
    regions = divide(blocks, plate, softness)
    regions = regions if mattes is None else mattes.on_regions(regions)
    own_key = allowed_key(blocks, plate, regions)
    return _Scene(padded, frame, blocks, plate, softness, regions, own_key, light, options.despill)


def _demand_subject(share: float) -> None:
    if share < LEAST_SUBJECT:
        raise Rejection("no-subject", f"only {100 * share:.1f} % of the frame is not screen")


@dataclass(frozen=True, slots=True)
class _Scene:
    """All that was worked out on blocks, and the frame itself."""

    rgb: NDArray[np.uint8]
    frame: Floats
    blocks: Blocks
    plate: Plate
    softness: Floats
    regions: Regions
    own_key: Floats
    light: Light
    despill: float


def _paint_band(scene: _Scene, alpha: Floats, foreground: NDArray[np.uint8]) -> float:
    """Unmix the band's pixels into `alpha` and `foreground`; return the summed squared error the model expects."""
    band, noise = scene.regions.band, scene.blocks.noise_light
    seen, behind = take(scene.frame, band), interpolated(scene.plate.light, band)
    around = spread_over(describe_subject(scene.blocks, scene.regions), band)
    own, soft = spread_over(scene.own_key, band)[0], scene.softness[band]
    mixed, colour, doubt = np.empty(seen.shape[1], np.float32), np.empty_like(seen), 0.0
    for start in range(0, len(mixed), CHUNK):
        part = np.s_[..., start : start + CHUNK]
        share, variance = unmix(seen[part], behind[part], around[part], noise)
        mixed[part] = levelled(share, scene.blocks.noise, soft[start // BLOCK**2 : (start + CHUNK) // BLOCK**2])
        doubt += expected_error(mixed[part], variance)
        found = recover(seen[part], behind[part], around[part], mixed[part], noise)
        colour[part] = despill(found, behind[part], scene.blocks.axis, own[part], scene.despill)
    put(alpha[..., None], band, mixed[None])
    put(foreground, band, scene.light.encode(colour))
    return doubt


def _paint_rim(scene: _Scene, foreground: NDArray[np.uint8]) -> None:
    """Take the screen's light off the core's rim."""
    rim = scene.regions.rim & ~scene.regions.band
    behind, own = spread_over(scene.plate.light, rim), spread_over(scene.own_key, rim)[0]
    colour = despill(take(scene.frame, rim), behind, scene.blocks.axis, own, scene.despill)
    put(foreground, rim, scene.light.encode(colour))
