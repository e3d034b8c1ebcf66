"""What a person's cut-out and a background look like, in a few figures each; arrays in, figures out.

Poses are read off the silhouette alone: no landmarks, no network, nothing that could tell who it is.

Skin tone is the individual typology angle, ITA° = atan((L* − 50) / b*) in CIELAB (Chardon, Cretois & Hourseau, "Skin
colour typology and suntanning pathways", International Journal of Cosmetic Science 13, 1991; classes as in Del Bino &
Bernerd, "Variations in skin colour and the biological consequences of ultraviolet radiation exposure", British Journal
of Dermatology 169, 2013). It is defined for a colorimeter on the skin. In a picture the light, the exposure and the
white balance decide as much as the skin does: it says how a set's faces look, not how its people look.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from bgrsr_data.media.colour import to_linear

Picture = NDArray[np.uint8]
SIDE_PX = 240  # pictures are measured at this height
SHAPE_PX, BODY_PX = 48, 36  # side of the canvas that shapes are averaged on, and the height of a body on it
SOLID = 243  # alpha (of 255) from which a pixel is the person's alone
LEAST_SKIN_PX = 60
LEAST_PERSON_PX = 40
_TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])  # IEC 61966-2-1
_LUMA = np.array([0.2126, 0.7152, 0.0722])

POSES = ("head and shoulders", "half length", "full length", "leaning", "limbs away", "cut at the side")
SKIN = (("very light", 55.0), ("light", 41.0), ("intermediate", 28.0), ("tan", 10.0), ("brown", -30.0), ("dark", -90.0))


class Silhouette(NamedTuple):
    """The shape of a person.

    Attributes:
        height: Of the box around the person, over the picture's.
        share: Of the picture that the person covers.
        head: Width of the head over the height of the box.
        shoulders: Greatest width in the upper half, over the height of the box.
        lean: Degrees from the foot of the shape to the head; positive to the right.
        solid: Area over that of the convex hull: limbs away from the body make it small.
        breadth: Width of the box over its height.
        at_side: Longest run of the person along the left or right border, over the height of the box.
    """

    height: float
    share: float
    head: float
    shoulders: float
    lean: float
    solid: float
    breadth: float
    at_side: float

    @property
    def pose(self) -> str:
        """One of POSES: whether it is whole, then how close it is, then what its limbs and its axis do.

        The bounds were set by looking at people: of one who is whole the head is an eighth of the height, of one who
        is cut at the hip a fifth, of a bust a third or more; the gaps beside a neck make every bust less than solid.
        """
        if self.at_side > 0.25:
            return "cut at the side"
        if self.head >= 0.27:
            return "head and shoulders"
        if self.solid < 0.72:
            return "limbs away"
        if abs(self.lean) > 12:
            return "leaning"
        return "half length" if self.head >= 0.165 else "full length"


class Look(NamedTuple):
    """Light and colour of pixels.

    Attributes:
        brightness: Mean luma of sRGB values, 0 to 1.
        contrast: Their standard deviation.
        kelvin: Colour temperature of what is seen, if its mean were grey (McCamy, Color Research & Application 17,
            1992), 1,800 to 15,000; None where it is too dark to tell.
    """

    brightness: float
    contrast: float
    kelvin: float | None


class Room(NamedTuple):
    """A background.

    Attributes:
        look: Its light.
        detail: Mean step of luma from pixel to pixel at SIDE_PX, in levels of 255: a wall has few, a shelf many.
        colourful: Hasler & Süsstrunk's measure ("Measuring colourfulness in natural images", SPIE 5007, 2003) over 100.
        hue: Degrees of the mean colour in CIELAB: 0 red, 90 yellow, 180 green, 270 blue; None where it is grey.
    """

    look: Look
    detail: float
    colourful: float
    hue: float | None


def small(picture: Picture) -> Picture:
    """A picture at SIDE_PX height where it is higher: what it is of is measured, not its pixels."""
    factor = SIDE_PX / picture.shape[0]
    if factor >= 1:
        return picture
    size = (max(1, round(picture.shape[1] * factor)), SIDE_PX)
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)


def silhouette_of(alpha: Picture) -> Silhouette | None:
    """Measure the shape of a person.

    Args:
        alpha: (H, W) uint8.

    Returns:
        None where there are fewer than LEAST_PERSON_PX pixels of a person.
    """
    mask = alpha >= 128
    if mask.sum() < LEAST_PERSON_PX:
        return None
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    body = mask[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    height, width = body.shape
    widths = body.sum(1)
    head = _rows(body, 0.04, 0.14)
    outline, _ = cv2.findContours(body.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    hull = cv2.contourArea(cv2.convexHull(np.concatenate(outline)))
    lean = _middle(head) - _middle(_rows(body, 0.8, 1.0))
    at_side = max(mask[:, 0].sum(), mask[:, -1].sum()) / height
    return Silhouette(
        height=height / len(mask),
        share=float(mask.mean()),
        head=float(np.median(head.sum(1))) / height,
        shoulders=float(widths[: max(1, height // 2)].max()) / height,
        lean=math.degrees(math.atan2(lean, 0.8 * height)),
        solid=min(1.0, float(body.sum()) / max(hull, 1.0)),
        breadth=width / height,
        at_side=float(at_side),
    )


def shape_of(alpha: Picture) -> NDArray[np.float32]:
    """A person's shape, (SHAPE_PX,) * 2 in [0, 1]: BODY_PX high, standing at the bottom, the head in the middle.

    Args:
        alpha: (H, W) uint8, with a person in it.
    """
    mask = alpha >= 128
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    body = alpha[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    factor = BODY_PX / body.shape[0]
    middle = _middle(_rows(body >= 128, 0.04, 0.14)) * factor
    place = np.array([[factor, 0, SHAPE_PX / 2 - middle], [0, factor, SHAPE_PX - BODY_PX]])
    side = max(1, round(1 / factor))
    soft = cv2.blur(body, (side, side)) if side > 1 else body  # warping alone would skip pixels
    drawn = cv2.warpAffine(soft, place, (SHAPE_PX, SHAPE_PX), flags=cv2.INTER_LINEAR)
    return (drawn.astype(np.float32) / 255).astype(np.float32)


def look_of(picture: Picture, where: NDArray[np.bool_]) -> Look | None:
    """Light and colour where `where` is true; None where it nowhere is.

    Args:
        picture: (H, W, 3) uint8, sRGB.
        where: (H, W) bool.
    """
    pixels = picture[where]
    if not len(pixels):
        return None
    luma = pixels @ _LUMA / 255
    return Look(float(luma.mean()), float(luma.std()), _kelvin(pixels))


def room_of(picture: Picture) -> Room:
    """Measure a background, (H, W, 3) uint8, sRGB."""
    look = look_of(picture, np.ones(picture.shape[:2], bool))
    luma = picture @ _LUMA
    detail = (np.abs(np.diff(luma, axis=0)).mean() + np.abs(np.diff(luma, axis=1)).mean()) / 2
    red, green, blue = (picture[..., channel].astype(np.float64) for channel in range(3))
    one, two = red - green, (red + green) / 2 - blue
    colourful = math.hypot(one.std(), two.std()) + 0.3 * math.hypot(one.mean(), two.mean())
    _, a, b = _lab(picture).reshape(-1, 3).mean(0)
    hue = math.degrees(math.atan2(b, a)) % 360 if math.hypot(a, b) > 4 else None
    return Room(look or Look(0.0, 0.0, None), float(detail), colourful / 100, hue)


def typology_angle(picture: Picture, alpha: Picture) -> float | None:
    """ITA° of the skin of a head, robustly: the median over the middle of its lightness.

    Skin is what lies in the upper part of the person, wholly theirs, and has the chroma of skin of any lightness: a
    wedge of hues in CIELAB around red-yellow, neither grey nor vivid.

    Args:
        picture: (H, W, 3) uint8, sRGB.
        alpha: (H, W) uint8.

    Returns:
        Degrees, −90 to 90; None where there is too little that looks like skin.
    """
    rows = np.flatnonzero((alpha >= 128).any(1))
    if not len(rows):
        return None
    end = rows[0] + max(8, round(0.4 * len(rows)))
    lab = _lab(picture[rows[0] : end])
    light, a, b = lab[..., 0], lab[..., 1], lab[..., 2]
    chroma, hue = np.hypot(a, b), np.degrees(np.arctan2(b, a))
    own = cv2.erode((alpha[rows[0] : end] >= SOLID).astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    skin = own & (hue > 20) & (hue < 85) & (chroma > 8) & (chroma < 48) & (light > 12) & (light < 95)
    if skin.sum() < max(LEAST_SKIN_PX, 0.05 * own.sum()):
        return None
    low, high = np.quantile(light[skin], (0.25, 0.9))  # shadows and highlights say little of skin
    kept = skin & (light >= low) & (light <= high)
    return float(np.median(np.degrees(np.arctan2(light[kept] - 50, b[kept]))))


def skin_band(angle: float) -> str:
    """The class of an ITA°, by Del Bino & Bernerd."""
    return next(name for name, least in SKIN if angle > least or least == SKIN[-1][1])


def _rows(body: NDArray[np.bool_], begin: float, end: float) -> NDArray[np.bool_]:
    height = len(body)
    first = min(int(begin * height), height - 1)
    return body[first : max(first + 1, math.ceil(end * height))]


def _middle(rows: NDArray[np.bool_]) -> float:
    columns = np.nonzero(rows)[1]
    return float(columns.mean()) if len(columns) else rows.shape[1] / 2


def _lab(picture: Picture) -> NDArray[np.float32]:
    """CIELAB under D65."""
    return np.asarray(cv2.cvtColor(picture.astype(np.float32) / 255, cv2.COLOR_RGB2Lab), np.float32)


def _kelvin(pixels: Picture) -> float | None:
    x, y, z = _TO_XYZ @ to_linear(np.ascontiguousarray(pixels)).reshape(-1, 3).mean(0).astype(np.float64)
    if x + y + z < 0.005:
        return None
    n = (x / (x + y + z) - 0.3320) / (0.1858 - y / (x + y + z))
    return float(np.clip(449 * n**3 + 3525 * n**2 + 6823.3 * n + 5520.33, 1800, 15000))
