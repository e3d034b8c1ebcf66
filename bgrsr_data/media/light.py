"""From coded RGB to sRGB where more than a matrix lies between: wide primaries, linear light, high dynamic range.

Standard range (BT.2020 and P3 primaries): to display light by the gamma of 2.4 of the screens it is graded on (ITU-R
BT.1886), to BT.709 primaries, and back. Grey stays what it was; what BT.709 cannot show is clipped, as players do.

High dynamic range: to display light (PQ: SMPTE ST 2084; HLG: ITU-R BT.2100 at 1000 cd/m²), its peak brought down to
the 203 cd/m² of reference white (ITU-R BT.2408) by the curve of ITU-R BT.2390-11, 5.4.1. The curve sets the greatest of
red, green and blue and the others follow in proportion, so that hue and saturation stay and white stays neutral.
"""

from __future__ import annotations

import functools

import numpy as np
from av.video.reformatter import ColorPrimaries, ColorTrc
from numpy.typing import NDArray

from bgrsr_data.media.coding import Coding
from bgrsr_data.media.colour import to_srgb8

REFERENCE_WHITE = 203.0  # cd/m²
_PQ_PEAK, _HLG_PEAK = 10000.0, 1000.0
_HLG_GAMMA = 1.2  # of the screen, at its peak
_LUMINANCE_2020 = np.array([0.2627, 0.6780, 0.0593], np.float32)
_WHITE_D65, _WHITE_DCI = (0.3127, 0.3290), (0.314, 0.351)
_CHROMATICITIES = {
    ColorPrimaries.BT709: ((0.64, 0.33), (0.30, 0.60), (0.15, 0.06), _WHITE_D65),
    ColorPrimaries.BT2020: ((0.708, 0.292), (0.170, 0.797), (0.131, 0.046), _WHITE_D65),
    ColorPrimaries.SMPTE431: ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060), _WHITE_DCI),
    ColorPrimaries.SMPTE432: ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060), _WHITE_D65),
}
_BRADFORD = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])


def to_screen(coded: NDArray[np.uint16], white: int, coding: Coding, peak: float) -> NDArray[np.uint8]:
    """Show a picture on an sRGB screen.

    Args:
        coded: (H, W, 3) uint16 [0, white], RGB as coded.
        white: The number that stands for 1.
        coding: What it means.
        peak: cd/m² of the screen that a PQ picture was graded on.

    Returns:
        (H, W, 3) uint8, sRGB.
    """
    gamut = np.asarray(to_bt709(coding.primaries), np.float32)
    if coding.transfer == ColorTrc.BT709:
        shown = np.clip(light_of(white, ColorTrc.BT709)[coded] @ gamut.T, 0, 1) ** np.float32(1 / 2.4)
        return np.asarray(np.rint(shown * 255), np.uint8)
    if coding.transfer == ColorTrc.LINEAR:
        light = light_of(white, ColorTrc.LINEAR)[coded]
    else:
        nits = display_light(coded, white, coding.transfer)
        light = tone_map(nits, _HLG_PEAK if coding.transfer == ColorTrc.ARIB_STD_B67 else peak) / REFERENCE_WHITE
    return to_srgb8(np.asarray(light @ gamut.T, np.float32))


def display_light(coded: NDArray[np.uint16], white: int, transfer: ColorTrc) -> NDArray[np.float32]:
    """The light that a reference screen gives for PQ or HLG.

    Args:
        coded: (..., 3) uint16 [0, white], RGB.
        white: The number that stands for 1.
        transfer: PQ or HLG.

    Returns:
        Same shape, float32, cd/m².
    """
    light = light_of(white, transfer)[coded]
    if transfer == ColorTrc.SMPTE2084:
        return light
    luminance = light @ _LUMINANCE_2020  # BT.2100, table 5: F_D = α Y_S^(γ-1) E
    scale = np.float32(_HLG_PEAK) * luminance ** np.float32(_HLG_GAMMA - 1)
    return np.asarray(light * scale[..., None], np.float32)


def tone_map(nits: NDArray[np.float32], peak: float) -> NDArray[np.float32]:
    """Bring light down to reference white, hue and saturation kept.

    Args:
        nits: (..., 3) float32, cd/m².
        peak: The brightest light, cd/m²; what is brighter is clipped to it.

    Returns:
        Same shape, float32, cd/m², at most REFERENCE_WHITE.
    """
    greatest = np.maximum(nits.max(axis=-1), np.float32(1e-4))
    return np.asarray(nits * (_compress(greatest, peak) / greatest)[..., None], np.float32)


def to_bt709(primaries: ColorPrimaries) -> NDArray[np.float64]:
    """The (3, 3) matrix from linear RGB of these primaries to that of BT.709, white to white (Bradford)."""
    matrix: NDArray[np.float64] = np.linalg.inv(_to_xyz(ColorPrimaries.BT709)) @ _to_xyz(primaries)
    return matrix


def pq_to_nits(value: NDArray[np.float64]) -> NDArray[np.float64]:
    """SMPTE ST 2084: coded [0, 1] to cd/m²."""
    root = np.power(value, 32 / 2523)
    above = np.maximum(root - 107 / 128, 0)
    nits: NDArray[np.float64] = _PQ_PEAK * np.power(above / (2413 / 128 - 2392 / 128 * root), 8192 / 1305)
    return nits


def nits_to_pq(nits: NDArray[np.float64]) -> NDArray[np.float64]:
    """SMPTE ST 2084: cd/m² to coded [0, 1]."""
    power = np.power(np.asarray(nits) / _PQ_PEAK, 1305 / 8192)
    value: NDArray[np.float64] = np.power((107 / 128 + 2413 / 128 * power) / (1 + 2392 / 128 * power), 2523 / 32)
    return value


def compress_highlights(pq: NDArray[np.float64], source: float, target: float) -> NDArray[np.float64]:
    """The curve of BT.2390 (Hermite spline above a knee), black kept.

    Args:
        pq: Coded [0, 1].
        source: Peak of what is coded, as PQ.
        target: Peak of the screen, as PQ.

    Returns:
        Same shape, coded, at most `target`.
    """
    value, most = np.minimum(pq / source, 1), target / source
    knee = max(1.5 * most - 0.5, 0.0)
    if most >= 1:
        return pq
    t = np.clip((value - knee) / (1 - knee), 0, 1)
    spline = (2 * t**3 - 3 * t**2 + 1) * knee + (t**3 - 2 * t**2 + t) * (1 - knee) + (3 * t**2 - 2 * t**3) * most
    result: NDArray[np.float64] = np.where(value < knee, value, spline) * source
    return result


def _compress(nits: NDArray[np.float32], peak: float) -> NDArray[np.float32]:
    grid = np.linspace(0, 1, 4096)
    source, target = nits_to_pq(np.array([max(peak, REFERENCE_WHITE), REFERENCE_WHITE]))
    shown = pq_to_nits(compress_highlights(grid, source, target))
    return np.interp(nits, pq_to_nits(grid), shown).astype(np.float32)


@functools.cache
def light_of(white: int, transfer: ColorTrc) -> NDArray[np.float32]:
    """Light of each of the 65,536 numbers of a channel: PQ in cd/m², else [0, 1] of the screen's (HLG: the scene's)."""
    value = np.minimum(np.arange(65536) / white, 1)
    if transfer == ColorTrc.SMPTE2084:
        value = pq_to_nits(value)
    elif transfer == ColorTrc.ARIB_STD_B67:
        a, b, c = 0.17883277, 0.28466892, 0.55991073
        value = np.where(value <= 0.5, value**2 / 3, (np.exp((value - c) / a) + b) / 12)
    elif transfer != ColorTrc.LINEAR:
        value = value**2.4
    return value.astype(np.float32)


def _to_xyz(primaries: ColorPrimaries) -> NDArray[np.float64]:
    red, green, blue, white = (np.array([x / y, 1, (1 - x - y) / y]) for x, y in _CHROMATICITIES[primaries])
    colours = np.stack([red, green, blue], axis=1)
    to_native: NDArray[np.float64] = colours * np.linalg.solve(colours, white)
    x, y = _WHITE_D65
    cones_from, cones_to = _BRADFORD @ white, _BRADFORD @ np.array([x / y, 1, (1 - x - y) / y])
    adapt: NDArray[np.float64] = np.linalg.inv(_BRADFORD) @ np.diag(cones_to / cones_from) @ _BRADFORD
    return adapt @ to_native
