"""What is measured of a person and a background, on drawn shapes whose figures are known and on real photographs."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from skimage import data

from bgrsr_data.report.diversity_looks import (
    BODY_PX,
    SHAPE_PX,
    look_of,
    room_of,
    shape_of,
    silhouette_of,
    skin_band,
    small,
    typology_angle,
)

Picture = NDArray[np.uint8]


def blank(height: int = 240, width: int = 320) -> Picture:
    return np.zeros((height, width), np.uint8)


def bust(height: int = 240, width: int = 320) -> Picture:
    alpha = blank(height, width)
    cv2.ellipse(alpha, (width // 2, 90), (45, 60), 0, 0, 360, 255, -1)
    cv2.ellipse(alpha, (width // 2, height), (110, 95), 0, 0, 360, 255, -1)
    return alpha


def standing(lean: int = 0) -> Picture:
    alpha = blank()
    cv2.circle(alpha, (160 + lean, 30), 13, 255, -1)
    outline = np.array([[140 + lean, 45], [180 + lean, 45], [176, 225], [144, 225]])
    cv2.fillPoly(alpha, [outline], 255)
    return alpha


def waving() -> Picture:
    alpha = standing()
    for x, side in ((100, 140), (220, 180)):
        cv2.line(alpha, (side, 60), (x, 20), 255, 9)
    cv2.line(alpha, (150, 200), (90, 230), 255, 9)
    return alpha


@pytest.mark.parametrize(
    ("alpha", "pose"),
    [
        (bust(), "head and shoulders"),
        (standing(), "full length"),
        (standing(lean=60), "leaning"),
        (waving(), "limbs away"),
        (np.roll(standing(), 150, axis=1)[:, :305], "cut at the side"),
    ],
)
def test_a_silhouette_is_called_by_what_it_shows(alpha: Picture, pose: str) -> None:
    found = silhouette_of(alpha)
    assert found
    assert found.pose == pose


def test_a_rectangle_has_the_figures_of_a_rectangle() -> None:
    alpha = blank()
    alpha[60:240, 100:160] = 255
    found = silhouette_of(alpha)
    assert found
    assert (found.height, found.share) == (0.75, 180 * 60 / (240 * 320))
    assert (found.head, found.shoulders, found.breadth) == pytest.approx((1 / 3, 1 / 3, 1 / 3))
    assert (found.lean, found.at_side) == (0, 0)
    assert found.solid == pytest.approx(1, abs=0.02)


def test_mirroring_turns_the_lean_and_nothing_else() -> None:
    one, other = silhouette_of(standing(lean=40)), silhouette_of(standing(lean=40)[:, ::-1])
    assert one
    assert other
    assert other.lean == pytest.approx(-one.lean)
    assert one.lean > 5
    assert other._replace(lean=0) == pytest.approx(one._replace(lean=0))


def test_nobody_has_no_silhouette_and_no_skin() -> None:
    assert silhouette_of(blank()) is None
    assert typology_angle(np.full((240, 320, 3), 180, np.uint8), blank()) is None


def test_a_shape_stands_at_the_bottom_with_the_head_in_the_middle_wherever_the_person_is() -> None:
    shape = shape_of(standing())
    assert shape.shape == (SHAPE_PX, SHAPE_PX)
    assert not shape[: SHAPE_PX - BODY_PX - 1].any()
    assert shape[-2, SHAPE_PX // 2] > 0.9
    moved = shape_of(np.roll(standing(), 70, axis=1))
    assert np.abs(moved - shape).max() < 0.02


def skin_of(angle: float) -> tuple[int, int, int]:
    """An sRGB colour of skin with this ITA°, at L* = 60 or 40."""
    light = 65.0 if angle > 0 else 35.0
    b = (light - 50) / np.tan(np.radians(angle))
    a = b * 0.7
    lab = np.array([[[light, a, b]]], np.float32)
    red, green, blue = (cv2.cvtColor(lab, cv2.COLOR_Lab2RGB)[0, 0] * 255).round()
    return int(red), int(green), int(blue)


@pytest.mark.parametrize(("angle", "band"), [(48, "light"), (35, "intermediate"), (-38, "dark"), (-60, "dark")])
def test_the_typology_angle_is_that_of_the_skin_whatever_hair_shirt_and_highlights_are(angle: float, band: str) -> None:
    alpha = bust()
    picture = np.zeros((240, 320, 3), np.uint8)
    picture[:] = (30, 60, 200)  # a blue shirt
    picture[30:150] = skin_of(angle)
    picture[30:55] = (20, 20, 22)  # black hair
    picture[100:104, 150:158] = 255  # a highlight
    found = typology_angle(picture, alpha)
    assert found == pytest.approx(angle, abs=2)
    assert skin_band(found or 0) == band


@pytest.mark.parametrize(
    ("angle", "band"),
    [(80, "very light"), (55, "light"), (41, "intermediate"), (28, "tan"), (10, "brown"), (-30, "dark"), (-90, "dark")],
)
def test_the_bounds_of_the_classes_are_those_of_the_paper(angle: float, band: str) -> None:
    assert skin_band(angle) == band
    assert skin_band(angle + 0.01) in (band, "very light", "light", "intermediate", "tan", "brown")


def test_the_same_face_in_less_light_looks_darker_so_the_figure_is_of_the_picture_not_of_the_person() -> None:
    face = small(data.astronaut())
    alpha = np.zeros(face.shape[:2], np.uint8)
    alpha[10:230, 60:170] = 255
    dim = (face * 0.6).astype(np.uint8)
    bright, dark = typology_angle(face, alpha), typology_angle(dim, alpha)
    assert bright is not None
    assert dark is not None
    assert 10 < bright < 90
    assert dark < bright - 15


def test_light_is_measured_where_the_person_is_alone() -> None:
    picture = np.zeros((100, 100, 3), np.uint8)
    picture[:50] = 255
    where = np.zeros((100, 100), bool)
    where[:50] = True
    look = look_of(picture, where)
    assert look
    assert (look.brightness, look.contrast) == (pytest.approx(1), pytest.approx(0, abs=1e-6))
    assert look.kelvin == pytest.approx(6504, abs=30)  # the white of sRGB is D65
    assert look_of(picture, ~where) == (0, 0, None)
    assert look_of(picture, np.zeros_like(where)) is None


def test_a_room_under_a_bulb_is_warmer_than_under_the_sky() -> None:
    grey = np.full((60, 80, 3), 150, np.uint8)
    bulb, sky = grey * np.array([1.3, 1.0, 0.6]), grey * np.array([0.8, 1.0, 1.3])
    warm, cold = (room_of(picture.clip(0, 255).astype(np.uint8)) for picture in (bulb, sky))
    assert warm.look.kelvin
    assert cold.look.kelvin
    assert warm.look.kelvin < 4200 < 7000 < cold.look.kelvin
    assert room_of(grey).hue is None
    assert warm.hue == pytest.approx(75, abs=20)
    assert cold.hue == pytest.approx(270, abs=25)


def test_photographs_are_told_apart_by_detail_and_colour() -> None:
    chelsea, gravel, coffee = (
        room_of(small(picture)) for picture in (data.chelsea(), _grey(data.gravel()), data.coffee())
    )
    assert gravel.detail > 2 * chelsea.detail
    assert gravel.colourful < 0.01 < chelsea.colourful < coffee.colourful
    assert coffee.hue == pytest.approx(50, abs=25)
    assert coffee.look.kelvin
    assert coffee.look.kelvin < 4500


def _grey(picture: Picture) -> Picture:
    return np.repeat(picture[..., None], 3, 2)
