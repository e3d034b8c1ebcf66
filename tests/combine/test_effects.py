"""Effects: each does what its row says, where it says, and nothing else."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from combine.painted import Colour, combination, set_of

from bgrsr_data.combine.light import EXPOSURE, TINT, match_light
from bgrsr_data.combine.render import Pair, Renderer

SIZE = (192, 144)
HR = ("hr_target_background", "hr_target", "hr_alpha")
BACKGROUNDS = ("lr_target_background", "hr_target_background")


def light(srgb: object) -> np.ndarray:
    """Linear light of 8-bit sRGB."""
    value = np.asarray(srgb, float) / 255
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def srgb(light: float) -> int:
    return round(255 * (light * 12.92 if light <= 0.0031308 else 1.055 * light ** (1 / 2.4) - 0.055))


def square(root: Path, person: Colour, original: Colour, target: Colour) -> Renderer:
    """An opaque square in the middle, x from 64 to 128 and y from 48 to 96, which the frame does not cut."""
    rgb, alpha = np.full((144, 192, 3), person, np.uint8), np.zeros((144, 192), np.uint8)
    alpha[48:96, 64:128] = 255
    return set_of(root, rgb, alpha, {"a": original, "b": target}, size=SIZE)


INSIDE = np.s_[48:96, 64:128]
DEEP = np.s_[62:82, 78:114]
FAR = np.s_[:, :8]


def changed(one: Pair, other: Pair) -> set[str]:
    return {name for name in Pair.__slots__ if not np.array_equal(getattr(one, name), getattr(other, name))}


@pytest.mark.parametrize(
    "idle",
    [
        {"blur_angle": 70.0}, {"quality": 3}, {"match": 0.0, "light": [1.0, 1.0, 1.0]}, {"wrap": 0.0, "spill": 0.0},
        {"shadow": 0.0}, {"blur_px": 0.0}, {"noise": 0.0}, {"codec": "none"}, {"kernel": "area"},
    ],
)  # fmt: skip
def test_an_effect_of_no_strength_is_the_plain_composite_to_the_byte(tmp_path: Path, idle: dict[str, object]) -> None:
    renderer = square(tmp_path, (200, 90, 30), (20, 60, 200), (240, 240, 210))
    assert not changed(renderer.render(combination()), renderer.render(combination(**idle)))


def test_light_is_a_gain_on_the_person_alone_in_input_and_target(tmp_path: Path) -> None:
    renderer = square(tmp_path, (128, 128, 128), (60, 60, 60), (90, 90, 90))
    plain, lit = renderer.render(combination()), renderer.render(combination(light=[1.5, 1.0, 0.5]))
    by_hand = [srgb(gain * float(light(128))) for gain in (1.5, 1.0, 0.5)]
    assert (lit.hr_target[INSIDE] == by_hand).all()
    assert (lit.lr_frame[24:48, 32:64] == by_hand).all()
    np.testing.assert_array_equal(plain.hr_target[:48], lit.hr_target[:48])
    np.testing.assert_array_equal(plain.lr_frame[:24], lit.lr_frame[:24])
    assert changed(plain, lit) == {"lr_frame", "hr_target"}


def test_too_much_light_saturates_as_a_camera_does(tmp_path: Path) -> None:
    renderer = square(tmp_path, (230, 128, 0), (0, 0, 0), (0, 0, 0))
    lit = renderer.render(combination(light=[1.6, 1.0, 1.6])).hr_target
    assert (lit[INSIDE] == (255, 128, 0)).all()
    assert lit[:48].max() == 0


def test_the_person_is_matched_to_the_room_of_the_input_and_looks_alike_in_both(tmp_path: Path) -> None:
    renderer = square(tmp_path, (150, 150, 150), (60, 50, 40), (250, 250, 250))
    plain, matched = renderer.render(combination()), renderer.render(combination(match=1.0))
    assert changed(plain, matched) == {"lr_frame", "hr_target"}
    shown = matched.hr_target[72, 96].astype(int)
    assert (matched.lr_frame[36, 48] == shown).all()
    assert (shown < 150).all(), "a darker room"
    assert shown[0] > shown[2], "and a warm one"
    half = renderer.render(combination(match=0.5)).hr_target[72, 96].astype(int)
    assert (shown < half).all()
    assert (half < 150).all()


def test_matching_light_knows_bounds_and_leaves_what_matches() -> None:
    grey = (0.2, 0.2, 0.2)
    np.testing.assert_allclose(match_light(grey, grey, 1.0), 1, atol=1e-4)
    np.testing.assert_array_equal(match_light(grey, (0.9, 0.1, 0.1), 0.0), 1)
    np.testing.assert_array_equal(match_light((0, 0, 0), grey, 1.0), 1)
    np.testing.assert_array_equal(match_light(grey, (0, 0, 0), 1.0), 1)
    np.testing.assert_allclose(match_light((0.01,) * 3, (1.0,) * 3, 1.0), EXPOSURE[1], atol=1e-3)
    np.testing.assert_allclose(match_light((1.0,) * 3, (0.01,) * 3, 1.0), EXPOSURE[0], atol=1e-3)
    np.testing.assert_allclose(match_light((0.2,) * 3, (0.4,) * 3, 1.0), min(np.sqrt(2), EXPOSURE[1]), atol=1e-3)
    red, _, blue = match_light(grey, (0.9, 0.2, 0.01), 1.0)
    assert red / blue <= TINT[1] / TINT[0] + 1e-3


def test_a_shadow_darkens_what_is_around_the_person_by_its_share_at_most(tmp_path: Path) -> None:
    renderer = square(tmp_path, (30, 200, 90), (180, 180, 180), (200, 170, 140))
    plain, shaded = renderer.render(combination()), renderer.render(combination(shadow=0.5))
    assert changed(plain, shaded) == {"lr_frame", "hr_target"}
    np.testing.assert_array_equal(plain.hr_target[INSIDE], shaded.hr_target[INSIDE])
    np.testing.assert_array_equal(plain.hr_target[FAR], shaded.hr_target[FAR])
    left = light(shaded.hr_target) / light(plain.hr_target)
    assert left.max() <= 1.001
    assert 0.5 <= left.min() + 0.01 < 0.75  # a level of the darkened 8 bits is worth a hundredth
    assert left[96:106].mean() < left[38:48].mean(), "it falls downwards"
    gradient = np.abs(np.diff(left[100, :, 0]))
    assert gradient.max() < 0.03, "softly"


def test_the_seed_decides_to_which_side_the_shadow_falls(tmp_path: Path) -> None:
    renderer = square(tmp_path, (0, 0, 0), (180, 180, 180), (200, 200, 200))
    sides = set()
    for seed in range(8):
        shown = renderer.render(combination(shadow=0.5, seed=seed)).hr_target.astype(int)
        sides.add(bool(shown[72, 140, 0] < shown[72, 51, 0]))
    assert sides == {True, False}


def test_bright_light_wraps_around_the_edge_and_never_glows(tmp_path: Path) -> None:
    renderer = square(tmp_path, (40, 40, 40), (200, 60, 60), (220, 220, 120))
    plain, wrapped = renderer.render(combination()), renderer.render(combination(wrap=0.5))
    assert changed(plain, wrapped) == {"lr_frame", "hr_target"}
    np.testing.assert_array_equal(plain.hr_target[DEEP], wrapped.hr_target[DEEP])
    np.testing.assert_array_equal(plain.hr_target[:48], wrapped.hr_target[:48])
    along = wrapped.hr_target[72, 64:96, 0].astype(int)
    assert along[0] > 60
    assert (np.diff(along) <= 0).all(), "less and less towards the inside"
    share = (light(along[0]) - light(40)) / (light(220) - light(40))
    assert 0.2 < share <= 0.5
    assert (wrapped.lr_frame[36, 32] > plain.lr_frame[36, 32])[0], "in the input the other room's"


def test_a_darker_room_wraps_no_light(tmp_path: Path) -> None:
    renderer = square(tmp_path, (180, 180, 180), (20, 20, 20), (90, 90, 90))
    assert not changed(renderer.render(combination()), renderer.render(combination(wrap=1.0)))


@pytest.mark.parametrize("person", [(20, 20, 20), (230, 230, 230)])
def test_spill_mixes_the_original_room_into_the_edge_of_the_input_alone(tmp_path: Path, person: Colour) -> None:
    renderer = square(tmp_path, person, (60, 180, 90), (10, 10, 200))
    plain, spilled = renderer.render(combination()), renderer.render(combination(spill=0.4))
    assert changed(plain, spilled) == {"lr_frame"}
    before, after, room = (light(level) for level in (plain.lr_frame[36, 32], spilled.lr_frame[36, 32], (60, 180, 90)))
    assert (np.abs(after - room) < np.abs(before - room)).all()
    np.testing.assert_array_equal(plain.lr_frame[32:40, 40:56], spilled.lr_frame[32:40, 40:56])
    np.testing.assert_array_equal(plain.lr_frame[:24], spilled.lr_frame[:24])


def test_noise_is_of_the_sensor(tmp_path: Path) -> None:
    """Its variance grows with light, its mean is none, and it is neither repeated nor shared among samples."""
    steps = np.repeat(np.array([60, 128, 200], np.uint8), 64)[None, :, None]
    room = np.tile(steps, (144, 1, 3))
    renderer = set_of(tmp_path, room, np.full((144, 192), 255, np.uint8), {"a": (0, 0, 0), "b": (0, 0, 0)}, size=SIZE)
    shown = light(renderer.render(combination(noise=0.04)).lr_frame)
    parts = [shown[:, start : start + 32] for start in (0, 32, 64)]
    for part, level in zip(parts, (60, 128, 200), strict=True):
        assert part.mean() == pytest.approx(float(light(level)), rel=0.02)
    spread = [part.std() for part in parts]
    expected = np.sqrt((light([60, 128, 200]) + 0.005) / (light(128) + 0.005))
    np.testing.assert_allclose(np.array(spread) / spread[1], expected, rtol=0.07)
    middle = parts[1] - parts[1].mean()
    assert abs(np.corrcoef(middle[..., 0].ravel(), middle[..., 1].ravel())[0, 1]) < 0.08
    assert abs(np.corrcoef(middle[:, :-1].ravel(), middle[:, 1:].ravel())[0, 1]) < 0.05
    assert (middle**4).mean() / middle.var() ** 2 == pytest.approx(2.7, abs=0.25), "nearly a bell, with short tails"
    other = renderer.render(combination(noise=0.04, seed=6))
    assert not np.array_equal(light(other.lr_frame), shown)
