"""Screens as they are found in the field: of any hue, badly lit, with things beside and before them."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from keying_scenes import SCREENS, Floats, Scene, compose, disc
from numpy.typing import NDArray

from bgrsr_data.errors import Rejection
from bgrsr_data.keying.borders import find_bars, find_studio
from bgrsr_data.keying.core import key_image
from bgrsr_data.keying.fill import push_pull, tiled
from bgrsr_data.keying.mattes import Mattes
from bgrsr_data.keying.options import KeyOptions
from bgrsr_data.keying.screen import find_screen

OPTIONS = KeyOptions()
SKIN, WHITE, BLACK = (205, 166, 127), (240, 240, 240), (20, 18, 17)
SIZE = (360, 640)


def alpha_of(rgb: NDArray[np.uint8]) -> Floats:
    return key_image(rgb, OPTIONS).alpha


def inside(alpha: Floats, px: int = 6) -> NDArray[np.bool_]:
    return cv2.erode((alpha > 0.99).astype(np.uint8), np.ones((2 * px + 1, 2 * px + 1), np.uint8)) > 0


def vignette(strength: float) -> Floats:
    rows, columns = (np.linspace(-1, 1, side, dtype=np.float32) for side in SIZE)
    return np.asarray(1 - strength * (rows[:, None] ** 2 + columns[None] ** 2) / 2, np.float32)


def woven(scene: Scene, period_px: float, depth: float) -> NDArray[np.uint8]:
    """The scene with a weave of light and dark over its subject."""
    rows, columns = np.mgrid[: SIZE[0], : SIZE[1]].astype(np.float32) * (2 * np.pi / period_px)
    weave = 1 - depth * (0.5 + 0.5 * np.sin(rows) * np.sin(columns)) * scene.alpha
    return np.asarray(np.rint(scene.rgb * weave[..., None]), np.uint8)


@pytest.mark.parametrize("name", ["cyan", "teal", "yellow", "green", "magenta"])
def test_a_screen_whose_corners_get_a_quarter_of_the_light_goes_up_to_the_corners(name: str) -> None:
    scene = compose(SCREENS[name], SKIN, size=SIZE, alpha=disc(*SIZE, 1.0), light=vignette(0.75), noise=0.001)
    found = alpha_of(scene.rgb)
    assert found[scene.alpha == 0].mean() < 0.002
    assert found[inside(scene.alpha)].min() > 0.97


@pytest.mark.parametrize("screen", [(110, 170, 120), (95, 125, 170), (95, 150, 145), (130, 180, 200)], ids=str)
@pytest.mark.parametrize("subject", [SKIN, WHITE, BLACK], ids=["skin", "white", "black"])
def test_a_half_saturated_wall_goes_and_the_subject_stays_whole(
    screen: tuple[int, int, int], subject: tuple[int, int, int]
) -> None:
    scene = compose(screen, subject, size=SIZE, alpha=disc(*SIZE, 1.0), noise=0.001)
    found = alpha_of(scene.rgb)
    assert np.abs(found - scene.alpha).mean() < 0.006
    assert found[inside(scene.alpha)].min() > 0.95


@pytest.mark.parametrize("grey", [(45, 45, 45), (128, 128, 128), WHITE], ids=str)
def test_grey_clothes_get_no_holes_before_a_cloth_that_is_nearly_black(grey: tuple[int, int, int]) -> None:
    columns = np.linspace(0, 14 * np.pi, SIZE[1], dtype=np.float32)
    folds = np.tile(1 + 0.35 * np.sin(columns), (SIZE[0], 1)).astype(np.float32)
    scene = compose((10, 46, 20), grey, size=SIZE, alpha=disc(*SIZE, 1.0), light=folds, noise=0.0003)
    found = alpha_of(scene.rgb)
    assert found[inside(scene.alpha)].min() > 0.98
    assert found[scene.alpha == 0].mean() < 0.01


@pytest.mark.parametrize(
    ("screen", "clothes"),
    [("magenta", (214, 120, 160)), ("orange", (205, 166, 127)), ("green", (120, 160, 100)), ("teal", (115, 205, 80))],
)
def test_woven_clothes_of_nearly_the_screens_hue_are_kept(screen: str, clothes: tuple[int, int, int]) -> None:
    scene = compose({**SCREENS, "orange": (235, 120, 20)}[screen], clothes, size=SIZE, alpha=disc(*SIZE, 1.0))
    found = alpha_of(woven(scene, 9, 0.12))
    assert found[inside(scene.alpha)].mean() > 0.98


@pytest.mark.parametrize("tone", [0, 128, 235])
@pytest.mark.parametrize(("above", "beside"), [(44, 0), (0, 80), (30, 30)], ids=["letterbox", "pillarbox", "frame"])
def test_bars_around_the_picture_are_taken_away_and_the_picture_is_keyed(above: int, beside: int, tone: int) -> None:
    scene = compose(SCREENS["green"], SKIN, size=SIZE, alpha=disc(*SIZE, 1.0), noise=0.001)
    bars = np.ones(SIZE, np.bool_)
    bars[above : SIZE[0] - above, beside : SIZE[1] - beside] = False
    rgb = scene.rgb.copy()
    rgb[bars] = tone
    found = alpha_of(rgb)
    assert found[bars].max() == 0
    within = cv2.erode((~bars).astype(np.uint8), np.ones((9, 9), np.uint8), borderValue=1) > 0
    assert np.abs(found - scene.alpha)[within].mean() < 0.004


def test_a_picture_without_bars_has_none_even_when_a_black_shirt_fills_its_lowest_rows() -> None:
    rgb = compose(SCREENS["green"], SKIN, size=SIZE).rgb
    assert find_bars(rgb) is None
    rgb[-60:] = 0
    assert find_bars(rgb) is None
    assert find_bars(np.zeros((90, 160, 3), np.uint8)) is None


@pytest.mark.parametrize("side", ["left", "right", "both", "above"])
def test_a_studio_that_the_subject_touches_is_cut_off_at_the_screens_straight_edge(side: str) -> None:
    scene = compose(SCREENS["green"], SKIN, size=SIZE, alpha=disc(*SIZE, 1.0), noise=0.001)
    rgb, alpha = scene.rgb.copy(), scene.alpha.copy()
    alpha[-60:], rgb[-60:] = 1, SKIN  # shoulders, from one side of the frame to the other
    rows, columns = np.mgrid[: SIZE[0], : SIZE[1]]
    beyond = np.zeros(SIZE, np.bool_)
    if side in ("left", "both"):
        beyond |= columns < 60 + rows / 20
    if side in ("right", "both"):
        beyond |= columns > 570 - rows / 20
    if side == "above":
        beyond |= rows < 40 + columns / 40
    rgb[beyond] = (70, 66, 60)
    found = alpha_of(rgb)
    assert found[beyond].mean() < 0.01
    kept = inside(alpha) & ~(cv2.dilate(beyond.astype(np.uint8), np.ones((33, 33), np.uint8)) > 0)
    assert found[kept].min() > 0.97


@pytest.mark.parametrize("side", ["left", "right", "above"])
def test_a_person_who_touches_the_frame_is_not_taken_for_a_studio(side: str) -> None:
    shift = {"left": (0, -260), "right": (0, 260), "above": (-140, 0)}[side]
    alpha = np.asarray(
        cv2.warpAffine(disc(*SIZE, 1.0), np.array([[1, 0, shift[1]], [0, 1, shift[0]]], np.float32), SIZE[::-1])
    )
    scene = compose(SCREENS["blue"], SKIN, size=SIZE, alpha=alpha, noise=0.001)
    assert find_studio(find_screen(scene.rgb).region, SIZE) is None
    assert np.abs(alpha_of(scene.rgb) - alpha).mean() < 0.004


@pytest.mark.parametrize("colour", [(3, 3, 3), (230, 230, 230), (0, 95, 35), (220, 60, 130)], ids=str)
def test_markers_and_a_stand_are_taken_away(colour: tuple[int, int, int]) -> None:
    scene = compose(SCREENS["green"], SKIN, size=SIZE, alpha=disc(*SIZE, 1.0), noise=0.001)
    rgb = scene.rgb.copy()
    for x, y in ((60, 60), (150, 180), (520, 70), (480, 300)):
        cv2.drawMarker(rgb, (x, y), colour, cv2.MARKER_CROSS, 12, 3)
    cv2.line(rgb, (600, 359), (596, 90), colour, 4)
    cv2.rectangle(rgb, (575, 60), (618, 92), colour, -1)
    found = alpha_of(rgb)
    assert found[scene.alpha == 0].max() < 0.02
    assert found[scene.alpha == 0].mean() < 1e-6
    assert found[inside(scene.alpha)].min() == 1


def test_a_raised_hand_at_the_side_of_the_frame_is_kept() -> None:
    alpha = disc(*SIZE, 1.0)
    cv2.ellipse(alpha, (580, 330), (34, 90), 0, 0, 360, 1.0, -1)
    alpha = np.asarray(cv2.GaussianBlur(alpha, (0, 0), 1.0), np.float32)
    scene = compose(SCREENS["green"], SKIN, size=SIZE, alpha=alpha, noise=0.001)
    assert np.abs(alpha_of(scene.rgb) - alpha).mean() < 0.004


def test_what_a_person_calls_garbage_and_what_is_found_are_both_taken_away() -> None:
    scene = compose(SCREENS["green"], SKIN, size=SIZE, alpha=disc(*SIZE, 1.0), noise=0.001)
    rgb, garbage = scene.rgb.copy(), np.zeros(SIZE, np.bool_)
    rgb[:, :50] = 60
    garbage[:120, 250:400] = True
    found = key_image(rgb, OPTIONS, mattes=Mattes(garbage=garbage)).alpha
    assert found[garbage].max() == 0
    assert found[:, :50].max() == 0
    assert found[160:200, 300:340].min() == 1


@pytest.mark.parametrize("hue", range(0, 180, 15))
def test_a_screen_of_every_hue_is_found_and_an_empty_one_has_no_subject(hue: int) -> None:
    r, g, b = (int(v) for v in cv2.cvtColor(np.array([[[hue, 200, 190]]], np.uint8), cv2.COLOR_HSV2RGB)[0, 0])
    scene = compose((r, g, b), (128, 128, 128), alpha=disc(180, 320, 1.0), noise=0.001)
    assert np.abs(alpha_of(scene.rgb) - scene.alpha).mean() < 0.006
    with pytest.raises(Rejection) as told:
        alpha_of(compose((r, g, b), alpha=np.zeros((180, 320), np.float32), noise=0.001).rgb)
    assert told.value.reason == "no-subject"


@pytest.mark.parametrize("gap", [9, 17, 33])
def test_a_gap_is_filled_without_the_steps_that_push_pull_leaves(gap: int) -> None:
    values, weight = np.zeros((33, gap, 1), np.float32), np.zeros((33, gap), np.float32)
    values[:, -1], weight[:, 0], weight[:, -1] = 1, 1, 1
    filled = push_pull(values, weight)[..., 0]
    assert np.abs(filled - np.linspace(0, 1, gap)).max() < 0.2  # without settling .42
    assert np.abs(np.diff(filled, 2, axis=1)).max() < 0.05  # without settling .12 to .22


def test_tiles_average_what_is_masked_and_nothing_else() -> None:
    light = np.ones((40, 60, 3), np.float32)
    light[:, 30:] = 9
    mask = np.zeros((40, 60), np.bool_)
    mask[:, :28] = True
    assert np.allclose(tiled(light, mask, 4), 1)
