"""Finding the screen: which colour it has and where it is, whatever its hue.

A screen is the largest area of one strong colour that is smooth and runs into the frame's border. Colour is
compared as linear-light chromaticity (each channel over the sum), which uneven light leaves alone.
"""

from __future__ import annotations

import colorsys
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from bgrsr_data.errors import Rejection
from bgrsr_data.media.colour import to_linear

SHORT_SIDE = 90
MIN_SIDE = 32
_DARK = np.float32(0.004)
_BINS, _REACH, _SHIFTS = 64, 0.8, 6
_NEAR, _REGION = 0.10, 0.17
_ENOUGH = 4096  # cells that tell a median, and lead to a mode
_ROWS = 3  # of a cell: those between tell no more
_LIGHT = np.float32(1e-3)
_PLANE = np.array([[2, -1, -1], [0, 3**0.5, -(3**0.5)]], np.float32) / np.float32(6**0.5)
_SUM = np.ones((1, 3), np.float32)
_HUES = (
    (15, "red"),
    (40, "orange"),
    (70, "yellow"),
    (165, "green"),
    (188, "teal"),
    (205, "cyan"),
    (262, "blue"),
    (345, "magenta"),
)
Floats = NDArray[np.float32]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Screen:
    """A screen found in a frame.

    Attributes:
        colour: (3,) float32 [0, 1], mean colour, linear light.
        region: (h, w) bool at a short side of about 90 cells, True on the screen.
        evenness: How smooth it is, 0 to 1.
        saturation: How far its colour is from grey, 0 to 1.
        coverage: Its share of the frame, 0 to 1.
    """

    colour: Floats
    region: Mask
    evenness: float
    saturation: float
    coverage: float


def screen_name(rgb_triplet: NDArray[np.uint8]) -> str:
    """Name a screen's hue, for tables and reports.

    Args:
        rgb_triplet: (3,) uint8, sRGB.

    Returns:
        One of red, orange, yellow, green, teal, cyan, blue, magenta.
    """
    r, g, b = (float(v) / 255 for v in rgb_triplet)
    hue = 360 * colorsys.rgb_to_hsv(r, g, b)[0]
    return next((name for below, name in _HUES if hue < below), "red")


def chromaticity(light: Floats) -> Floats:
    """Each channel's share of the light, with black drawn to grey.

    Args:
        light: (..., 3) float32, linear light.

    Returns:
        (..., 3) float32, sums to 1.
    """
    lifted = light + _DARK
    r, g, b = lifted[..., 0], lifted[..., 1], lifted[..., 2]
    return np.asarray(lifted / (r + g + b)[..., None], np.float32)


def find_screen(rgb: NDArray[np.uint8], wanted: str = "auto") -> Screen:
    """Find the screen of a frame.

    Args:
        rgb: (H, W, 3) uint8, sRGB.
        wanted: "auto", or the screen's colour as #RRGGBB.

    Returns:
        The screen.

    Raises:
        Rejection: "too-small" when a side is below 32 px; "no-screen" when nothing in the frame is a screen.
    """
    height, width = rgb.shape[:2]
    if min(height, width) < MIN_SIDE:
        raise Rejection("too-small", f"a frame of {width}x{height} is below {MIN_SIDE} pixels a side")
    shrink = max(1.0, min(height, width) / SHORT_SIDE)
    rows = rgb[:: max(1, int(shrink / _ROWS))]
    small = cv2.resize(rows, (round(width / shrink), round(height / shrink)), interpolation=cv2.INTER_AREA)
    light = to_linear(np.asarray(small, np.uint8))
    colours = chromaticity(light)
    rough = roughness(light)
    centre = _mode(colours, rough) if wanted == "auto" else _chromaticity_of(wanted)
    region = _region(light, colours, centre)
    return _judged(light, colours, rough, region)


def roughness(light: Floats) -> Floats:
    """How much each pixel differs from its surroundings, relative to their brightness.

    Args:
        light: (h, w, 3) float32, linear light.

    Returns:
        (h, w) float32, 0 on an even surface.
    """
    smooth = np.asarray(cv2.blur(light, (5, 5)), np.float32)
    apart, sums = cv2.transform(cv2.absdiff(light, smooth), _SUM), cv2.transform(smooth, _SUM)
    return np.asarray(apart / (sums + 3 * _DARK), np.float32)


def _chromaticity_of(wanted: str) -> Floats:
    return chromaticity(to_linear(np.frombuffer(bytes.fromhex(wanted[1:]), np.uint8)))


def _plane(colours: Floats) -> Floats:
    """Chromaticity as two coordinates at right angles; grey is the origin."""
    return np.asarray((colours.reshape(-1, 3) @ _PLANE.T).reshape(*colours.shape[:-1], 2), np.float32)


def _mode(colours: Floats, rough: Floats) -> Floats:
    """The chromaticity that most smooth, strong and border-near pixels share."""
    h, w = rough.shape
    weight = np.exp(-((rough / 0.08) ** 2)) * np.clip((saturation_of(colours) - 0.2) / 0.2, 0, 1)
    weight[: max(1, h // 12)] *= 3
    weight[:, : max(1, w // 16)] *= 3
    weight[:, -max(1, w // 16) :] *= 3
    heavy = np.flatnonzero(weight > _LIGHT)
    if not len(heavy):
        raise Rejection("no-screen", "no smooth area of a strong colour reaches the frame's border")
    plane, mass = _plane(colours.reshape(-1, 3)[heavy]), weight.ravel()[heavy]
    bins = ((plane + _REACH) * (_BINS / (2 * _REACH))).astype(np.int32).clip(0, _BINS - 1)
    masses = np.bincount(bins @ np.array([_BINS, 1], np.int32), mass, _BINS**2).reshape(_BINS, _BINS)
    counts = np.asarray(cv2.GaussianBlur(masses.astype(np.float32), (0, 0), 2.0))
    top = np.unravel_index(int(counts.argmax()), counts.shape)
    peak = ((np.array(top) + 0.5) * (2 * _REACH / _BINS) - _REACH).astype(np.float32)
    some = np.s_[:: 1 + len(plane) // _ENOUGH]
    for _ in range(_SHIFTS - 1):
        peak = _shifted(plane[some], mass[some], peak)
    return np.asarray(1 / 3 + _shifted(plane, mass, peak) @ _PLANE, np.float32)


def _shifted(plane: Floats, mass: Floats, peak: Floats) -> Floats:
    """The mean of what is near a peak: one step of mean shift (Comaniciu and Meer, PAMI 2002)."""
    near = mass * (_apart(plane, peak) < _NEAR**2)
    return np.asarray((near @ plane) / max(float(near.sum()), 1e-6), np.float32)


def _apart(plane: Floats, origin: Floats) -> Floats:
    """Squared distance (...,) of points (..., 2) from one of them."""
    x, y = plane[..., 0] - origin[0], plane[..., 1] - origin[1]
    return np.asarray(x * x + y * y, np.float32)


def saturation_of(colours: Floats) -> Floats:
    """Distance from grey of a chromaticity: 0 for grey, 1 for a light that lacks one primary."""
    r, g, b = colours[..., 0], colours[..., 1], colours[..., 2]
    return np.asarray(1 - 3 * np.minimum(np.minimum(r, g), b), np.float32)


def _region(light: Floats, colours: Floats, centre: Floats) -> Mask:
    """Pixels like `centre`, in components that reach the border or are large."""
    plane, origin = _plane(colours), _plane(centre)
    reach = min(_REGION, 0.6 * float(np.hypot(*origin)))
    same = (_apart(plane, origin) < reach**2) & (cv2.transform(light, _SUM) > 0.006)
    _, labels = cv2.connectedComponents(same.view(np.uint8), connectivity=4)
    area = np.bincount(labels.ravel())
    kept = area > 0.01 * same.size
    for rim in (labels[0], labels[-1], labels[:, 0], labels[:, -1]):
        kept[rim] |= area[rim] > 8
    kept[0] = False
    return np.asarray(kept[labels], np.bool_)


def _judged(light: Floats, colours: Floats, rough: Floats, region: Mask) -> Screen:
    coverage = float(region.mean())
    inner = cv2.erode(region.astype(np.uint8), np.ones((5, 5), np.uint8), borderValue=1) > 0
    if coverage < 0.1 or not inner.any():
        raise Rejection(
            "no-screen", f"the largest area of one strong colour covers {100 * coverage:.0f} % of the frame"
        )
    rim = np.concatenate([region[0], region[:, 0], region[:, -1]])
    some = np.flatnonzero(inner)[:: 1 + int(inner.sum()) // _ENOUGH]
    saturation = float(np.median(saturation_of(colours.reshape(-1, 3)[some])))
    unrest = float(np.percentile(rough.ravel()[some], 75))
    evenness = float(np.exp(-((unrest / 0.06) ** 2)))
    solidity = float(inner.sum() / region.sum())
    if saturation < 0.25:
        raise Rejection("no-screen", f"the likeliest screen is almost grey (saturation {saturation:.2f})")
    if evenness < 0.3 or solidity < 0.55:
        raise Rejection(
            "no-screen", f"the likeliest screen is not one even surface (roughness {unrest:.2f}, {solidity:.0%} solid)"
        )
    if rim.mean() < 0.25:
        raise Rejection("no-screen", f"the likeliest screen reaches only {rim.mean():.0%} of the frame's border")
    colour = np.median(light.reshape(-1, 3)[some], axis=0).astype(np.float32)
    return Screen(colour, region, evenness, saturation, coverage)
