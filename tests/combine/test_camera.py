"""The camera's path: shutter, sensor and codec, by hand where that can be done."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from combine.painted import SIZE, combination, set_of

from bgrsr_data.combine.camera import line_kernel, smear
from bgrsr_data.combine.codec import Codec, code, code_h264, code_jpeg
from bgrsr_data.combine.cutouts import draw
from bgrsr_data.combine.render import Pair, Renderer


def step(length: int = 24) -> np.ndarray:
    """(3, 9, length) light: 0 in the left half, 1 in the right."""
    edge = np.zeros((3, 9, length), np.float32)
    edge[..., length // 2 :] = 1
    return edge


def test_a_step_moved_across_becomes_a_ramp_as_long_as_the_movement() -> None:
    """Four pixels to the right: a pixel sees light for the share of the time that the step has passed it."""
    blurred = smear(step(), 4.0, 0.0)[0, 4]
    np.testing.assert_allclose(blurred[10:14], [0.125, 0.375, 0.625, 0.875], atol=1e-6)
    assert blurred[:9].max() < 1e-6
    assert blurred[15:].min() > 1 - 1e-6


def test_a_step_moved_along_itself_stays() -> None:
    np.testing.assert_allclose(smear(step(), 5.0, 90.0), step(), atol=1e-6)


@pytest.mark.parametrize("length", [0.1, 0.5, 1.0, 2.7, 9.0])
@pytest.mark.parametrize("angle", [0.0, 30.0, 90.0, 135.0, 179.9])
def test_a_blurred_point_keeps_its_light_and_its_place(length: float, angle: float) -> None:
    kernel = line_kernel(length, angle)
    assert kernel.sum() == pytest.approx(1, abs=1e-5)
    np.testing.assert_allclose(kernel, kernel[::-1, ::-1], atol=1e-5)
    yy, xx = np.mgrid[: len(kernel), : len(kernel)] - len(kernel) // 2
    along = np.deg2rad(angle)
    assert (kernel * (xx * np.sin(along) - yy * np.cos(along)) ** 2).sum() < 0.3, "it is a line"
    long = (kernel * (xx * np.cos(along) + yy * np.sin(along)) ** 2).sum()
    assert long == pytest.approx(length**2 / 12, abs=0.3)


def test_only_the_input_is_blurred(tmp_path: Path) -> None:
    renderer = textured(tmp_path)
    plain, moved = renderer.render(combination()), renderer.render(combination(blur_px=3.0, blur_angle=20.0))
    assert differing(plain, moved) == {"lr_frame"}
    assert (
        np.abs(np.diff(moved.lr_frame.astype(int), axis=1)).mean()
        < np.abs(np.diff(plain.lr_frame.astype(int), axis=1)).mean()
    )


@pytest.mark.parametrize("kernel", ["bilinear", "bicubic", "lanczos"])
def test_only_the_input_is_scaled_by_the_rows_kernel(tmp_path: Path, kernel: str) -> None:
    renderer = textured(tmp_path)
    assert differing(renderer.render(combination()), renderer.render(combination(kernel=kernel))) == {"lr_frame"}


@pytest.mark.parametrize("codec", ["jpeg", "h264"])
def test_only_the_input_is_coded(tmp_path: Path, codec: Codec) -> None:
    renderer = textured(tmp_path)
    coded = renderer.render(combination(codec=codec, quality=30))
    assert differing(renderer.render(combination()), coded) == {"lr_frame"}


@pytest.mark.parametrize(("coder", "finest", "coarser"), [(code_jpeg, 100, (80, 40, 10)), (code_h264, 0, (20, 32, 48))])
def test_less_quality_is_farther_from_the_picture(coder: object, finest: int, coarser: tuple[int, ...]) -> None:
    smooth = soft_picture(48, 64)
    errors = [np.abs(coder(smooth, q).astype(int) - smooth).mean() for q in (finest, *coarser)]  # type: ignore[operator]
    assert errors[0] < 2.5
    assert errors == sorted(errors)
    assert errors[-1] > errors[0] + 1


@pytest.mark.parametrize("codec", ["none", "jpeg", "h264"])
@pytest.mark.parametrize("shape", [(48, 64), (33, 47), (1, 1), (16, 15)])
def test_any_size_is_coded_and_comes_back_as_large(codec: Codec, shape: tuple[int, int]) -> None:
    picture = soft_picture(*shape)
    kept = picture.copy()
    coded = code(picture, codec, 40)
    assert coded.shape == picture.shape
    assert coded.dtype == np.uint8
    np.testing.assert_array_equal(picture, kept)
    np.testing.assert_array_equal(coded, code(picture, codec, 40))


@pytest.mark.parametrize("colour", [(0, 0, 0), (255, 255, 255), (128, 128, 128), (200, 30, 40), (20, 60, 220)])
def test_a_flat_colour_passes_h264(colour: tuple[int, int, int]) -> None:
    """BT.601 there and back: two levels off at most."""
    flat = np.full((32, 48, 3), colour, np.uint8)
    assert np.abs(code_h264(flat, 4).astype(int) - flat).max() <= 2


def test_draws_are_the_same_for_ever() -> None:
    """Another number here gives every set other pixels."""
    first = draw(7, "target")
    assert first == (0.5402251545139592, 0.9719136171257601, 0.4424091528889602, 0.9663005695016303)
    assert len({*first, *draw(7, "original"), *draw(8, "target")}) == 12
    many = np.array([draw(seed, "noise") for seed in range(2000)])
    np.testing.assert_allclose(many.mean(axis=0), 0.5, atol=0.03)
    assert many.min() >= 0
    assert many.max() < 1


def soft_picture(height: int, width: int) -> np.ndarray:
    yy, xx = np.mgrid[:height, :width]
    waves = [np.sin(xx / (5 + c)) + np.cos(yy / (7 - c)) for c in range(3)]
    return np.rint(128 + 45 * np.stack(waves, axis=-1)).astype(np.uint8)


def textured(root: Path) -> Renderer:
    room = np.random.default_rng(4).integers(0, 256, (96, 128, 3)).astype(np.uint8)
    return set_of(root, soft_picture(48, 64), soft_picture(48, 64)[..., 0], {"a": room, "b": room}, size=SIZE)


def differing(one: Pair, other: Pair) -> set[str]:
    return {name for name in Pair.__slots__ if not np.array_equal(getattr(one, name), getattr(other, name))}
