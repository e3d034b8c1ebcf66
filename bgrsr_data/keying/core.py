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
from bgrsr_data.keying.band import Band, gather
from bgrsr_data.keying.blocks import BLOCK, Blocks, by_block, key_value, summarise
from bgrsr_data.keying.borders import add_garbage, find_bars, find_studio
from bgrsr_data.keying.chroma import chroma_lost, sharpen_chroma
from bgrsr_data.keying.despill import Spill, allowed_key, paint_band, paint_rim
from bgrsr_data.keying.domain import Domain, find_domain
from bgrsr_data.keying.light import Light
from bgrsr_data.keying.motion import edge_softness, without_smear
from bgrsr_data.keying.options import KeyOptions
from bgrsr_data.keying.outward import continue_outward
from bgrsr_data.keying.plate import Plate, estimate_plate
from bgrsr_data.keying.quality import Evidence, judge
from bgrsr_data.keying.regions import Regions, divide
from bgrsr_data.keying.screen import Screen, find_screen
from bgrsr_data.keying.strays import find_strays
from bgrsr_data.keying.unmix import block_means, describe_subject, lay_out, unmix

if TYPE_CHECKING:
    from bgrsr_data.keying.clip import Prior
    from bgrsr_data.keying.mattes import Mattes

__all__ = ["Key", "key_image", "see_screen"]

LEAST_SUBJECT = 0.004
_EDGE = 0.3  # of screen less grey: blocks that spread by more hold an edge
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
    screen, mattes = _find(rgb, options, mattes)
    height, width = rgb.shape[:2]
    scene = _scene(rgb, screen.region, options, mattes, prior)
    _demand_subject(float(scene.regions.core.mean()))
    band = gather(scene.rgb, scene.light, scene.plate.light, scene.regions.band)
    lost = sharpen_chroma(scene.rgb, band, scene.light, 0.0 if prior is None else prior.chroma_lost)
    around = band.sample(describe_subject(scene.blocks, scene.regions))
    share, doubt = unmix(band, around, scene.softness[band.rows, band.columns], scene.blocks)
    alpha = lay_out(share, band, scene.regions.core)
    by_block(alpha)[find_strays(block_means(share, band, scene.regions.core), scene.regions)] = 0
    foreground = _paint(scene, alpha, band, around, options.despill)
    if mattes is not None:
        mattes.on_pixels(alpha, foreground, scene.rgb)
    continue_outward(foreground, alpha)
    foreground = np.ascontiguousarray(foreground[:height, :width])
    alpha = np.ascontiguousarray(alpha[:height, :width])
    _demand_subject(float(alpha.mean()))
    doubt, band_share = 1e3 * doubt / alpha.size, float(scene.regions.band.mean())
    evidence = Evidence(scene.rgb, screen, scene.plate, scene.blocks, scene.light, doubt, band_share, lost)
    scores = judge(alpha, foreground, evidence)
    return Key(alpha, foreground, scene.light.encode(scene.plate.colour), scores)


def see_screen(
    rgb: NDArray[np.uint8], options: KeyOptions, mattes: Mattes | None = None
) -> tuple[Domain, Plate, float]:
    """What a clip gathers of its frames: the light in which edges were mixed, the clean plate, the chroma's loss.

    Args:
        rgb: (H, W, 3) uint8, sRGB.
        options: What the person decided.
        mattes: What is surely no subject and what surely is, as large as the frame.

    Raises:
        Rejection: "too-small", "no-screen".
    """
    screen, mattes = _find(rgb, options, mattes)
    padded = _padded(rgb)
    domain = find_domain(padded, screen.region) if options.domain == "auto" else options.domain
    blocks = summarise(padded, Light.of(domain), screen.region)
    plate, _ = _plate(blocks, screen.region, options, mattes)
    return domain, plate, chroma_lost(padded, blocks.spread > _EDGE)


def _find(rgb: NDArray[np.uint8], options: KeyOptions, mattes: Mattes | None) -> tuple[Screen, Mattes | None]:
    """The screen, and the mattes with what is beside the picture and beside the screen."""
    mattes = add_garbage(mattes, find_bars(rgb))
    screen = find_screen(rgb, options.screen) if mattes is None else mattes.find_screen(rgb, options.screen)
    return screen, add_garbage(mattes, find_studio(screen.region, (rgb.shape[0], rgb.shape[1])))


def _scene(
    rgb: NDArray[np.uint8], region: NDArray[np.bool_], options: KeyOptions, mattes: Mattes | None, prior: Prior | None
) -> _Scene:
    """Pad the frame to whole blocks and work out everything that is decided on them."""
    padded = _padded(rgb)
    light = Light.of(find_domain(padded, region) if options.domain == "auto" else options.domain)
    blocks = summarise(padded, light, region, None if prior is None else prior.axis)
    plate, softness = _plate(blocks, region, options, mattes)
    plate = plate if prior is None else prior.on_plate(plate)
    regions = divide(blocks, plate, softness)
    regions = regions if mattes is None else mattes.on_regions(regions)
    return _Scene(padded, blocks, plate, softness, regions, light)


def _plate(
    blocks: Blocks, region: NDArray[np.bool_], options: KeyOptions, mattes: Mattes | None
) -> tuple[Plate, Floats]:
    """The clean plate as the frame alone shows it, and how soft the edges are."""
    plate = estimate_plate(blocks, region)
    plate = plate if mattes is None else mattes.on_plate(plate, blocks)
    softness = edge_softness(blocks, plate) if options.motion else np.zeros_like(blocks.low)
    return without_smear(blocks, plate, softness), softness


def _padded(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The frame in whole blocks, contiguous; itself where it already is."""
    height, width = rgb.shape[:2]
    if height % BLOCK or width % BLOCK or not (rgb.flags.c_contiguous and rgb.flags.writeable):
        rgb = cv2.copyMakeBorder(rgb, 0, -height % BLOCK, 0, -width % BLOCK, cv2.BORDER_REPLICATE)  # type: ignore[assignment]
    return rgb


def _demand_subject(share: float) -> None:
    if share < LEAST_SUBJECT:
        raise Rejection("no-subject", f"only {100 * share:.1f} % of the frame is not screen")


@dataclass(frozen=True, slots=True)
class _Scene:
    """The frame itself, and all that was worked out on its blocks."""

    rgb: NDArray[np.uint8]
    blocks: Blocks
    plate: Plate
    softness: Floats
    regions: Regions
    light: Light


def _paint(scene: _Scene, alpha: Floats, band: Band, around: Floats, strength: float) -> NDArray[np.uint8]:
    """The foreground's colours: the frame's own in the core, the screen taken out of the rest."""
    foreground, light = scene.rgb.copy(), scene.light
    allowed = allowed_key(scene.blocks, scene.plate, scene.regions)
    spill = Spill(scene.blocks.axis, scene.blocks.noise_light, strength)
    paint_band(foreground, alpha, band, around, allowed, light, spill)
    if strength > 0:
        level = np.maximum(key_value(scene.plate.light, spill.axis), np.float32(0.05))
        lit = scene.regions.rim & ~scene.regions.band & (scene.blocks.high > allowed * level)
        paint_rim(foreground, lit, scene.plate.light, allowed, light, spill)
    return foreground
