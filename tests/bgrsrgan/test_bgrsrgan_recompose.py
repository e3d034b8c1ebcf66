from __future__ import annotations

import numpy as np
import pytest
import torch

from bgrsr_data.combine.draw import Camera
from bgrsr_data.media.colour import to_linear
from bgrsrgan.data import Combinations, Draw
from bgrsrgan.data.degrade import CLEAN
from bgrsrgan.data.examples import Origin, pixels
from bgrsrgan.data.recompose import draw_tint, dress, lay, lift, move, recompose, see


@pytest.fixture
def pair(renderer):
    return renderer.render(renderer.combinations("train")[0])


def _lifted(pair):
    return lift(pair.hr_target, pair.hr_target_background, pair.hr_alpha)


def _scene(pair, seed: int, camera: Camera = CLEAN):
    rooms = (pair.hr_target_background,) * 3
    random = np.random.default_rng(seed)
    return recompose(pair.hr_target, pair.hr_target_background, pair.hr_alpha, rooms, camera, random)


def test_a_person_lifted_and_laid_back_is_the_target(pair) -> None:
    behind = np.ascontiguousarray(to_linear(pair.hr_target_background).transpose(2, 0, 1), np.float32)
    again = lay(_lifted(pair), behind)
    seen = to_linear(pair.hr_target).transpose(2, 0, 1)
    assert np.abs(again - seen).max() < 2 / 255


def test_nobody_is_lifted_where_alpha_is_0_whatever_the_shadow(pair) -> None:
    darker = (pair.hr_target // 2).astype(np.uint8)
    person = lift(darker, pair.hr_target_background, pair.hr_alpha)
    assert not person[:, pair.hr_alpha == 0].any()


def test_an_unmixed_colour_never_exceeds_its_alpha(pair) -> None:
    random = np.random.default_rng(0)
    for _ in range(8):
        person = dress(move(_lifted(pair), random), random)
        assert person.min() >= 0
        assert (person[:3] <= person[3]).all()


def test_a_border_that_cuts_a_person_off_never_moves_into_the_picture() -> None:
    random = np.random.default_rng(0)
    person = np.zeros((4, 60, 80), np.float32)
    person[:, 30:, 20:50] = 1  # cut off below
    sizes = set()
    for _ in range(40):
        moved = move(person, random)
        columns = moved[3].max(0) > 0.5
        sizes.add(int(columns.sum()))
        assert (moved[3, -1] > 0.5).sum() == columns.sum()
    assert min(sizes) < 25
    assert max(sizes) > 35


def test_a_target_differs_from_its_background_only_where_somebody_is(pair) -> None:
    scene = _scene(pair, 1)
    nobody = scene.hr_alpha == 0
    assert nobody.any()
    apart = np.abs(scene.hr_target.astype(int) - scene.hr_background)
    assert apart[nobody].max() <= 1  # an alpha below half a level
    assert apart[~nobody].max() > 50


def test_a_scene_has_the_sizes_of_the_pair_and_follows_from_the_seed_alone(pair) -> None:
    scene, again, other = _scene(pair, 1), _scene(pair, 1), _scene(pair, 2)
    assert scene.lr_frame.shape == pair.lr_frame.shape == scene.lr_background.shape
    assert scene.hr_target.shape == pair.hr_target.shape == scene.hr_background.shape
    assert all((one == two).all() for one, two in zip(scene, again, strict=True))
    assert (scene.hr_target != other.hr_target).any()


def test_the_frame_is_filmed_by_the_camera_that_is_given(pair) -> None:
    clean, noisy = _scene(pair, 1), _scene(pair, 1, Camera(noise=0.05, seed=3))
    assert (clean.hr_target == noisy.hr_target).all()
    assert (clean.lr_frame != noisy.lr_frame).mean() > 0.5


def test_a_view_of_a_room_is_its_own_even_light_in_another_tint() -> None:
    grey = np.full((40, 50, 3), 120, np.uint8)
    view = see(grey, (32, 24), np.random.default_rng(4))
    assert view.shape == (3, 24, 32)
    assert np.ptp(view, axis=(1, 2)) == pytest.approx(0, abs=1e-6)


def test_a_tint_without_strength_is_its_gain() -> None:
    assert draw_tint(np.random.default_rng(0), 0.0, 0.5) == pytest.approx(0.5 * np.eye(3), abs=1e-6)


def test_draws_without_a_seed_are_never_recomposed_and_others_as_often_as_asked(renderer) -> None:
    rows = renderer.combinations("train")
    plain = Combinations(renderer, rows)
    some = Combinations(renderer, rows, cache_bytes=10**8, recompose=0.5)
    assert torch.equal(some[Draw(0)].hr_target, plain[Draw(0)].hr_target)
    kept = sum(torch.equal(some[Draw(0, seed=n)].hr_target, plain[Draw(0)].hr_target) for n in range(1, 61))
    assert 18 < kept < 42


def test_a_recomposed_example_is_the_same_whenever_it_is_drawn(renderer) -> None:
    dataset = Combinations(renderer, renderer.combinations("train"), recompose=1.0)
    for one, two in zip(dataset[Draw(3, seed=5)], dataset[Draw(3, seed=5)], strict=True):
        assert one.dtype == torch.uint8
        assert torch.equal(one, two)


def test_a_crop_is_recomposed_at_its_own_size(renderer) -> None:
    dataset = Combinations(renderer, renderer.combinations("train"), crop=(24, 18), recompose=1.0)
    example = dataset[Draw(1, seed=9)]
    assert example.lr_frame.shape == (3, 18, 24)
    assert pixels(example.hr_alpha).shape == (36, 48, 1)


def test_somebody_with_few_combinations_is_drawn_more_often_than_their_share(renderer) -> None:
    class Uneven(Combinations):
        def origin(self, row: int) -> Origin:
            return Origin(str(row), "often" if row < 16 else "seldom")

    dataset = Uneven(renderer, (renderer.combinations("train") * 3)[:20])  # 16 and 4: roots 4 and 2
    assert sum(dataset.chances[:16]) == pytest.approx(2 / 3)
    assert sum(dataset.chances[16:]) == pytest.approx(1 / 3)


def test_where_a_crop_lies_does_not_hang_on_whether_it_is_recomposed(renderer, monkeypatch) -> None:
    dataset = Combinations(renderer, renderer.combinations("train"), crop=(16, 12), recompose=0.5)
    seeds: list[int] = []  # of those that are taken as they are

    def crop(example, size, seed: int):
        seeds.append(seed)
        return example

    monkeypatch.setattr(dataset, "recomposed", lambda seed, random: dataset.whole(0))
    monkeypatch.setattr("bgrsrgan.data.examples.cropped", crop)
    for seed in range(1, 200):
        dataset[Draw(0, seed=seed)]
    assert 60 < len(seeds) < 140
    draws = [np.random.default_rng(seed) for seed in seeds]
    lefts, tops = ([draw.integers(100) for draw in draws] for _ in range(2))  # in the order of `cropped`
    assert 40 < np.mean(lefts) < 60
    assert 40 < np.mean(tops) < 60
