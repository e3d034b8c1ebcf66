from __future__ import annotations

from pathlib import Path

import av
import cv2
import numpy as np
import pytest
import skimage.data
from keying_scenes import GREY, SCREENS, Floats, compose, disc
from numpy.typing import NDArray

from bgrsr_data.errors import Rejection
from bgrsr_data.keying.core import Key, key_image
from bgrsr_data.keying.options import KeyOptions
from bgrsr_data.keying.screen import screen_name
from bgrsr_data.media.images import read_rgb

SKIN = (205, 166, 127)
OPTIONS = KeyOptions()


def key(rgb: NDArray[np.uint8]) -> Key:
    return key_image(rgb, OPTIONS)


def inside(alpha: Floats, px: int = 12) -> NDArray[np.bool_]:
    return cv2.erode((alpha > 0.99).astype(np.uint8), np.ones((2 * px + 1, 2 * px + 1), np.uint8)) > 0


def frames_of(path: Path, count: int) -> list[NDArray[np.uint8]]:
    with av.open(str(path)) as clip:
        decoded = [frame.to_ndarray(format="rgb24") for frame in clip.decode(video=0)]
    return [decoded[round(i)] for i in np.linspace(0, len(decoded) - 1, count)]


@pytest.mark.parametrize("name", SCREENS)
def test_a_linear_composite_over_a_flat_screen_of_any_hue_gives_its_alpha_back(name: str) -> None:
    scene = compose(SCREENS[name])
    found = key(scene.rgb).alpha
    assert np.abs(found - scene.alpha).mean() < 0.004
    assert np.abs(found - scene.alpha).max() < 0.15
    assert found[scene.alpha == 0].max() < 0.05


@pytest.mark.parametrize("name", SCREENS)
def test_a_grey_subject_is_opaque_and_keeps_its_colour_before_a_screen_of_any_hue(name: str) -> None:
    scene = compose(SCREENS[name])
    found = key(scene.rgb)
    assert found.alpha[inside(scene.alpha, 4)].min() == 1
    solid = found.alpha > 0.9
    assert np.abs(found.foreground[solid].astype(int) - GREY).max() <= 16
    assert np.abs(found.foreground[solid].astype(int) - GREY).mean() < 1


@pytest.mark.parametrize("name", ["green", "blue", "cyan", "teal", "yellow"])
@pytest.mark.parametrize("subject", [SKIN, (240, 240, 240), (20, 18, 17), (120, 60, 50)], ids=str)
def test_skin_white_black_and_brown_get_no_holes_and_no_tint(name: str, subject: tuple[int, int, int]) -> None:
    scene = compose(SCREENS[name], subject, noise=0.002)
    found = key(scene.rgb)
    core = inside(scene.alpha, 4)
    assert found.alpha[core].min() > 0.97
    assert np.abs(found.foreground[core].astype(float).mean(0) - subject).max() < 4


def test_an_unevenly_lit_and_noisy_screen_leaves_nothing_behind() -> None:
    x = np.linspace(0.4, 1.5, 320, dtype=np.float32)
    scene = compose(SCREENS["green"], SKIN, light=np.tile(x, (180, 1)), noise=0.004)
    found = key(scene.rgb).alpha
    assert found[disc(180, 320, 6) == 0].mean() < 0.002
    assert np.abs(found - scene.alpha).mean() < 0.01


def test_a_soft_shadow_on_the_screen_is_screen() -> None:
    shadow = 1 - 0.4 * cv2.GaussianBlur(np.roll(disc(180, 320), 40, 1), (0, 0), 14)
    scene = compose(SCREENS["green"], SKIN, light=np.asarray(shadow, np.float32), noise=0.002)
    assert np.abs(key(scene.rgb).alpha - scene.alpha).mean() < 0.012


def test_bytes_of_the_deep_core_are_untouched() -> None:
    scene = compose(SCREENS["green"], SKIN, noise=0.004)
    core = inside(scene.alpha, 30)
    assert core.any()
    assert np.array_equal(key(scene.rgb).foreground[core], scene.rgb[core])


def test_spill_at_the_edge_is_taken_away_and_despill_0_leaves_it() -> None:
    scene = compose(SCREENS["green"], (150, 190, 155), noise=0.001)  # a grey face that the screen lights
    inner = disc(180, 320, 2)
    cv2.circle(inner, (160, 90), 40, 2.0, -1)
    rgb = scene.rgb.copy()
    rgb[inner == 2] = 150
    edge = (scene.alpha == 1) & (inner < 2)
    cleaned, left = key(rgb).foreground[edge], key_image(rgb, KeyOptions(despill=0)).foreground[edge]
    assert np.median(cleaned[:, 1].astype(int) - cleaned[:, 0]) < 10
    assert np.median(left[:, 1].astype(int) - left[:, 0]) > 18


def test_green_clothes_before_a_teal_screen_stay_and_stay_green() -> None:
    scene = compose(SCREENS["teal"], (115, 205, 80), noise=0.002)
    found = key(scene.rgb)
    core = inside(scene.alpha, 6)
    assert found.alpha[core].min() > 0.9
    assert np.abs(found.foreground[core].astype(float).mean(0) - (115, 205, 80)).max() < 16


def test_under_alpha_0_the_subjects_colour_goes_on() -> None:
    scene = compose(SCREENS["green"], SKIN)
    found = key(scene.rgb)
    outside = found.alpha == 0
    assert np.abs(found.foreground[outside].astype(float).mean(0) - SKIN).max() < 12


def test_a_picture_blended_in_srgb_is_exact_in_the_srgb_domain() -> None:
    alpha = disc(180, 320, 4)[..., None]
    rgb = np.rint(alpha * 60 + (1 - alpha) * np.array(SCREENS["green"])).astype(np.uint8)
    srgb, linear = (key_image(rgb, KeyOptions(domain=domain)).alpha for domain in ("srgb", "linear"))
    assert np.abs(srgb - alpha[..., 0]).mean() < 0.004
    assert np.abs(srgb - alpha[..., 0]).mean() < 0.7 * np.abs(linear - alpha[..., 0]).mean()


def test_the_screens_colour_may_be_told() -> None:
    rgb = compose(SCREENS["green"], SKIN).rgb
    assert np.array_equal(key_image(rgb, KeyOptions(screen="#00B140")).alpha, key(rgb).alpha)
    with pytest.raises(Rejection) as told:
        key_image(rgb, KeyOptions(screen="#0000FF"))
    assert told.value.reason == "no-screen"


def test_a_studio_beside_the_screen_and_a_marker_on_it_are_taken_away() -> None:
    scene = compose(SCREENS["green"], SKIN, noise=0.002)
    rgb = scene.rgb.copy()
    rgb[:, :24] = 60
    cv2.drawMarker(rgb, (280, 40), (90, 220, 120), cv2.MARKER_CROSS, 8, 2)
    found = key(rgb).alpha
    assert found[:, :20].max() == 0
    assert found[30:50, 270:290].max() == 0
    assert found[inside(scene.alpha)].min() == 1


@pytest.mark.parametrize("size", [(181, 323), (97, 131), (64, 48), (33, 200)])
def test_shapes_are_kept_at_odd_sizes_and_values_are_in_range(size: tuple[int, int]) -> None:
    found = key(compose(SCREENS["blue"], SKIN, size=size, alpha=disc(*size, 1.0)).rgb)
    assert found.alpha.shape == size
    assert found.alpha.dtype == np.float32
    assert found.foreground.shape == (*size, 3)
    assert found.foreground.dtype == np.uint8
    assert 0 <= found.alpha.min() <= found.alpha.max() == 1


@pytest.mark.parametrize("size", [(1, 1), (8, 8), (31, 200)])
def test_a_tiny_frame_is_rejected(size: tuple[int, int]) -> None:
    with pytest.raises(Rejection) as told:
        key(np.full((*size, 3), SCREENS["green"], np.uint8))
    assert told.value.reason == "too-small"


@pytest.mark.parametrize("name", SCREENS)
def test_a_frame_of_only_screen_is_rejected_for_having_no_subject(name: str) -> None:
    empty = np.zeros((180, 320), np.float32)
    with pytest.raises(Rejection) as told:
        key(compose(SCREENS[name], alpha=empty, noise=0.003).rgb)
    assert told.value.reason == "no-subject"


@pytest.mark.parametrize("picture", ["astronaut", "coffee", "chelsea"])
def test_a_natural_picture_is_rejected_for_having_no_screen(picture: str) -> None:
    with pytest.raises(Rejection) as told:
        key(getattr(skimage.data, picture)())
    assert told.value.reason == "no-screen"


@pytest.mark.parametrize("level", [0, 90, 255])
def test_a_grey_frame_is_rejected_for_having_no_screen(level: int) -> None:
    with pytest.raises(Rejection) as told:
        key(np.full((120, 160, 3), level, np.uint8))
    assert told.value.reason == "no-screen"


def test_the_same_frame_gives_the_same_key_and_is_not_changed() -> None:
    rgb = compose(SCREENS["cyan"], SKIN, noise=0.003).rgb
    before = rgb.copy()
    first, second = key(rgb), key(rgb)
    assert np.array_equal(first.alpha, second.alpha)
    assert np.array_equal(first.foreground, second.foreground)
    assert first.scores == second.scores
    assert np.array_equal(rgb, before)


@pytest.mark.parametrize("name", SCREENS)
def test_the_screens_colour_and_name_are_told(name: str) -> None:
    found = key(compose(SCREENS[name]).rgb)
    assert np.abs(found.screen.astype(int) - SCREENS[name]).max() <= 2
    assert screen_name(found.screen) == name


def test_the_score_falls_with_noise_and_every_figure_is_a_finite_float() -> None:
    scores = [key(compose(SCREENS["green"], SKIN, noise=noise).rgb).scores for noise in (0.0, 0.006, 0.015)]
    assert scores[0]["score"] > scores[1]["score"] > scores[2]["score"]
    assert 0 <= scores[2]["score"] <= scores[0]["score"] <= 1
    assert all(isinstance(value, float) and np.isfinite(value) for value in scores[1].values())


@pytest.mark.footage
@pytest.mark.parametrize(
    ("clip", "names"),
    [
        ("grid_bbaf2n.mpg", {"cyan", "blue", "teal"}),
        ("grid_brbk7n.mpg", {"cyan", "blue", "teal"}),
        ("grid_lbax4n.mpg", {"teal", "green"}),
        ("grid_lrwp9a.mpg", {"teal", "green"}),
    ],
)
def test_talkers_before_blue_and_teal_walls_are_kept_whole_and_their_wall_goes(
    footage: Path, clip: str, names: set[str]
) -> None:
    for rgb in frames_of(footage / "greenscreen" / clip, 2):
        found = key(rgb)
        assert screen_name(found.screen) in names
        assert found.alpha[:180, :60].max() < 0.1
        assert found.alpha[20:180, 300:].max() < 0.1
        assert found.alpha[110:280, 145:190].min() > 0.95
        assert found.scores["score"] >= OPTIONS.min_score


@pytest.mark.footage
def test_the_two_people_are_kept_whole_before_their_green_screen(footage: Path) -> None:
    found = key(read_rgb(footage / "greenscreen" / "skimage_two_people.jpg"))
    assert 0.5 < found.alpha.mean() < 0.62
    assert found.alpha[300:360, 50:180].min() > 0.97
    assert found.alpha[230:360, 330:480].min() > 0.97
    assert found.alpha[10:60, 20:120].max() == 0


@pytest.mark.footage
def test_the_man_before_yellow_keeps_his_face_and_an_aimless_shot_scores_too_low(footage: Path) -> None:
    with av.open(str(footage / "greenscreen" / "mdn_yellowscreen_man.mp4")) as clip:
        frames = [f.to_ndarray(format="rgb24") for i, f in enumerate(clip.decode(video=0)) if i in (0, 627, 780)]
    man = key(frames[0])
    assert man.alpha[40:180, 120:165].min() > 0.95
    assert np.abs(man.foreground[60:90, 130:155].astype(int) - frames[0][60:90, 130:155]).mean() < 12
    assert key(frames[1]).scores["score"] < OPTIONS.min_score
    assert key(frames[2]).scores["score"] < OPTIONS.min_score


@pytest.mark.footage
def test_ordinary_talking_heads_and_backgrounds_have_no_screen(footage: Path) -> None:
    heads = [frames_of(path, 1)[0] for path in sorted((footage / "talking_heads").glob("*.mp4"))]
    rooms = [read_rgb(path) for path in sorted((footage / "backgrounds").glob("*.jpg"))]
    for rgb in heads + rooms:
        with pytest.raises(Rejection) as told:
            key(rgb)
        assert told.value.reason == "no-screen"
