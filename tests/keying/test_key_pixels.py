"""What happens to single pixels, against values computed by hand."""

from __future__ import annotations

import numpy as np
import pytest
from keying_scenes import SCREENS, compose, disc
from numpy.typing import NDArray

from bgrsr_data.keying import blocks as blocks_module
from bgrsr_data.keying.band import PIXELS, Band, gather
from bgrsr_data.keying.blocks import Blocks, by_block, key_axis, key_value, summarise
from bgrsr_data.keying.core import key_image
from bgrsr_data.keying.despill import Spill, paint_band, paint_rim
from bgrsr_data.keying.light import Light
from bgrsr_data.keying.options import KeyOptions
from bgrsr_data.keying.outward import continue_outward
from bgrsr_data.keying.unmix import lay_out, unmix
from bgrsr_data.media.colour import to_linear

LINEAR, SRGB = Light.of("linear"), Light.of("srgb")
OPTIONS = KeyOptions()
GREEN = to_linear(np.array(SCREENS["green"], np.uint8))
ONE_BLOCK = np.ones((1, 1), np.bool_)


def one_block(pixel: NDArray[np.float32], behind: NDArray[np.float32] = GREEN) -> Band:
    """A band of one block whose 16 pixels are alike."""
    place = np.zeros(1, np.int64)
    seen, plate = (np.repeat(colour.astype(np.float32)[None, :, None], PIXELS, axis=2) for colour in (pixel, behind))
    return Band(place, place.copy(), np.ascontiguousarray(seen), np.ascontiguousarray(plate), (1, 1))


def subject(colour: NDArray[np.float32], variance: float = 0.0) -> NDArray[np.float32]:
    return np.array([[*colour, variance, 0, 0, variance, 0, variance]], np.float32)


def blocks_with(noise: float) -> Blocks:
    axis = key_axis(GREEN)
    flat = np.zeros((1, 1), np.float32)
    return Blocks(np.zeros((1, 1, 3), np.float32), flat, flat, axis, noise, noise / float(np.linalg.norm(axis)))


@pytest.mark.parametrize("light", [LINEAR, SRGB], ids=["linear", "srgb"])
def test_every_byte_comes_back_from_its_light(light: Light) -> None:
    every = np.arange(256, dtype=np.uint8)
    assert np.array_equal(light.encode(light.decode(every)), every)


def test_linear_light_is_encoded_to_the_nearest_byte_of_the_srgb_formula() -> None:
    light = np.linspace(0, 1, 200_001, dtype=np.float32)
    exact = light.astype(np.float64)
    srgb = 255 * np.where(exact <= 0.0031308, 12.92 * exact, 1.055 * exact ** (1 / 2.4) - 0.055)
    assert np.abs(LINEAR.encode(light) - srgb).max() <= 0.5 + 1e-4


def test_light_outside_what_a_byte_holds_is_clipped() -> None:
    assert LINEAR.encode(np.array([-1, -1e-9, 1.0001, 7], np.float32)).tolist() == [0, 0, 255, 255]


def test_a_block_holds_its_mean_light_and_its_least_and_greatest_key_value() -> None:
    rgb = np.random.default_rng(2).integers(0, 256, (8, 12, 3), np.uint8)
    axis = np.array([-0.5, 1.25, -0.75], np.float32)
    found = summarise(rgb, LINEAR, np.ones((2, 2), np.bool_), axis)
    light = by_block(to_linear(rgb))
    key = light @ axis
    assert np.allclose(found.mean, light.mean((2, 3)), atol=1e-6)
    assert np.allclose(found.low, key.min((2, 3)), atol=1e-6)
    assert np.allclose(found.high, key.max((2, 3)), atol=1e-6)


def test_the_screen_has_the_key_value_1_and_grey_0() -> None:
    colours = np.array([[GREEN, [0.3, 0.3, 0.3]]], np.float32)
    assert np.allclose(key_value(colours, key_axis(GREEN)), [[1, 0]], atol=1e-6)


def test_gathered_pixels_are_those_of_the_frame_and_the_plate_runs_straight_between_block_centres() -> None:
    rgb = np.random.default_rng(3).integers(0, 256, (12, 16, 3), np.uint8)
    ramp = np.arange(4, dtype=np.float32)[None, :, None] * np.ones((3, 1, 3), np.float32)
    where = np.zeros((3, 4), np.bool_)
    where[1, 2] = where[2, 0] = True
    band = gather(rgb, LINEAR, ramp, where)
    assert np.allclose(band.seen[0], to_linear(rgb[4:8, 8:12]).reshape(16, 3).T)
    assert np.allclose(band.behind[0, 1].reshape(4, 4), [2 - 0.375, 2 - 0.125, 2 + 0.125, 2 + 0.375])
    assert np.allclose(band.behind[1, 1].reshape(4, 4), [0, 0, 0.125, 0.375])  # the border has nothing beyond it


def test_a_coarser_grid_is_sampled_at_the_middle_of_a_block() -> None:
    where = np.zeros((2, 4), np.bool_)
    where[0] = True
    band = gather(np.zeros((8, 16, 3), np.uint8), LINEAR, np.zeros((2, 4, 3), np.float32), where)
    assert np.allclose(band.sample(np.array([[[0.0], [1.0]]], np.float32))[:, 0], [0, 0.25, 0.75, 1])


@pytest.mark.parametrize("alpha", [0.25, 0.5, 0.75])
def test_a_mixture_of_a_known_subject_and_screen_has_the_alpha_it_was_mixed_with(alpha: float) -> None:
    own = np.array([0.3, 0.2, 0.15], np.float32)
    band = one_block(alpha * own + (1 - alpha) * GREEN)
    found, doubt = unmix(band, subject(own), np.zeros(1, np.float32), blocks_with(0.003))
    low, high = 0.02 + 2.5 * 0.003, 1 - 0.023  # what noise alone explains is pulled to 0 and 1
    assert np.allclose(found, (alpha - low) / (high - low), atol=0.012)
    assert 0 < doubt < 16 * 0.01


def test_a_pixel_that_lacks_the_screens_light_is_opaque_whatever_the_core_looks_like() -> None:
    black = one_block(np.zeros(3, np.float32))
    found, _ = unmix(black, subject(np.array([0.9, 0.9, 0.9]), 0.05), np.zeros(1, np.float32), blocks_with(0.003))
    assert found.min() > 0.98


def test_the_screen_itself_has_alpha_0() -> None:
    found, _ = unmix(
        one_block(GREEN), subject(np.array([0.3, 0.2, 0.1]), 0.01), np.zeros(1, np.float32), blocks_with(0.01)
    )
    assert found.max() == 0


def test_alpha_is_laid_out_where_its_blocks_are() -> None:
    where, core = np.zeros((2, 3), np.bool_), np.zeros((2, 3), np.bool_)
    where[1, 1] = core[0, 2] = True
    band = gather(np.zeros((8, 12, 3), np.uint8), LINEAR, np.zeros((2, 3, 3), np.float32), where)
    whole = lay_out(np.arange(16, dtype=np.float32)[None] / 16, band, core)
    assert np.array_equal(whole[4:, 4:8], np.arange(16).reshape(4, 4) / 16)
    assert whole[:4, 8:].min() == 1
    assert whole.sum() == 16 + 7.5


def painted(pixel: NDArray[np.float32], alpha: float, own: NDArray[np.float32], strength: float = 1.0) -> list[int]:
    foreground = np.zeros((4, 4, 3), np.uint8)
    spill = Spill(key_axis(GREEN), 0.001, strength)
    whole, allowed = np.full((4, 4), alpha, np.float32), np.zeros((1, 1), np.float32)
    paint_band(foreground, whole, one_block(pixel), subject(own, 0.01), allowed, LINEAR, spill)
    assert (foreground == foreground[0, 0]).all()
    return foreground[0, 0].tolist()


def test_a_mixed_pixel_gets_the_colour_that_was_mixed_in() -> None:
    own = to_linear(np.array([180, 180, 180], np.uint8))
    mixed = (0.6 * own + 0.4 * GREEN).astype(np.float32)
    assert np.abs(np.array(painted(mixed, 0.6, own)) - 180).max() <= 1


def test_where_hardly_anything_is_seen_of_the_subject_its_colour_is_the_cores() -> None:
    own = to_linear(np.array([180, 180, 180], np.uint8))
    assert np.abs(np.array(painted(GREEN, 0.001, own)) - 180).max() <= 1


def test_the_screens_light_on_grey_is_taken_off_by_hand_computed_shares() -> None:
    grey, share = np.float32(0.2), np.float32(0.1)
    lit = grey + share * GREEN  # no more than 0.8 × (0.2 + 0.08) of the screen's light
    foreground = np.tile(LINEAR.encode(lit), (4, 4, 1))
    none = np.zeros((1, 1), np.float32)
    for strength, left in ((1.0, 0.0), (0.5, 0.05), (0.0, 0.1)):
        copy = foreground.copy()
        paint_rim(copy, ONE_BLOCK, GREEN[None, None], none, LINEAR, Spill(key_axis(GREEN), 0.001, strength))
        wanted = LINEAR.encode(np.asarray(grey + np.float32(left) * GREEN, np.float32))
        assert np.abs(copy.astype(int) - wanted).max() <= 1


def test_what_alpha_shows_is_untouched_and_what_it_hides_gets_the_colour_beside_it() -> None:
    foreground = np.full((32, 48, 3), SCREENS["green"], np.uint8)
    alpha = np.zeros((32, 48), np.float32)
    alpha[:, :20], foreground[:, :20] = 1, (200, 10, 60)
    alpha[:, 20:22] = 0.06  # just not hidden
    before = foreground.copy()
    continue_outward(foreground, alpha)
    assert np.array_equal(foreground[:, :22], before[:, :22])
    assert np.abs(foreground[:, 22:].astype(int) - (200, 10, 60)).max() <= 2


@pytest.mark.parametrize(
    "arranged",
    [
        np.asfortranarray,
        lambda rgb: np.repeat(rgb, 2, axis=1)[:, ::2],
        lambda rgb: rgb[:, :, ::-1].copy()[:, :, ::-1],
        lambda rgb: np.frombuffer(rgb.tobytes(), np.uint8).reshape(rgb.shape),
    ],
    ids=["columns first", "every other pixel", "channels reversed", "read only"],
)
def test_the_key_does_not_depend_on_how_the_frame_lies_in_memory(arranged) -> None:
    rgb = compose(SCREENS["green"], (205, 166, 127), noise=0.003).rgb
    plain = key_image(rgb, OPTIONS)
    compiled_before = len(blocks_module._reduce.signatures)
    other = key_image(arranged(rgb), OPTIONS)
    assert np.array_equal(plain.alpha, other.alpha)
    assert np.array_equal(plain.foreground, other.foreground)
    assert plain.scores == other.scores
    assert len(blocks_module._reduce.signatures) == compiled_before  # and nothing is compiled for it


def test_a_frame_of_8_megapixels_is_keyed_like_a_small_one() -> None:
    alpha = disc(2160, 3840, 3.0)
    found = key_image(compose(SCREENS["blue"], (205, 166, 127), size=alpha.shape, alpha=alpha).rgb, OPTIONS).alpha
    assert np.abs(found - alpha).mean() < 0.002


def test_only_the_subject_and_its_edge_differ_from_nothing_when_the_frame_is_cropped_to_odd_sides() -> None:
    scene = compose(SCREENS["green"], (205, 166, 127), size=(184, 324), alpha=disc(184, 324), noise=0.002)
    whole, odd = key_image(scene.rgb, OPTIONS), key_image(scene.rgb[:181, :323], OPTIONS)
    assert np.abs(whole.alpha[:181, :323] - odd.alpha).mean() < 0.001
