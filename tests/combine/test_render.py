"""Rendering: by hand in linear light, mirrored as a whole, and the same everywhere."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from combine.painted import SIZE, combination, set_of

from bgrsr_data.combine.cutouts import CLOSER, alpha_of, cut_out, look, make_scene, place
from bgrsr_data.combine.digest import digest
from bgrsr_data.combine.files import combine_files
from bgrsr_data.combine.linear import decode, encode
from bgrsr_data.combine.options import CombineOptions
from bgrsr_data.combine.render import Pair, Renderer
from bgrsr_data.combine.resample import shrink_to
from bgrsr_data.errors import InputError
from bgrsr_data.manifests import manifest_path, read_rows, write_rows
from bgrsr_data.media.images import write_image
from bgrsr_data.records import Combination, Foreground


def test_a_half_covered_pixel_is_the_mean_of_the_light_not_of_the_bytes(tmp_path: Path) -> None:
    """Alpha 128/255 of white before black: linear 0.50196, in sRGB 188; a blend of bytes would give 128."""
    white, half = np.full((48, 64, 3), 255, np.uint8), np.full((48, 64), 128, np.uint8)
    renderer = set_of(tmp_path, white, half, {"a": (0, 0, 0), "b": (0, 0, 0)})
    pair = renderer.render(combination())
    light = 128 / 255
    by_hand = round(255 * (1.055 * light ** (1 / 2.4) - 0.055))
    assert by_hand == 188
    assert (pair.hr_target == by_hand).all()
    assert (pair.hr_alpha == 128).all()


def test_a_coloured_pixel_by_hand(tmp_path: Path) -> None:
    """Foreground (200, 100, 50) at alpha 51/255 = 0.2 before (10, 120, 240)."""
    rgb = np.full((48, 64, 3), (200, 100, 50), np.uint8)
    renderer = set_of(tmp_path, rgb, np.full((48, 64), 51, np.uint8), {"a": (0, 0, 0), "b": (10, 120, 240)})
    expected = []
    for over, under in zip((200, 100, 50), (10, 120, 240), strict=True):
        light = 0.2 * ((over / 255 + 0.055) / 1.055) ** 2.4
        low = under / 255 / 12.92 if under <= 10 else ((under / 255 + 0.055) / 1.055) ** 2.4
        light += 0.8 * low
        expected.append(round(255 * (1.055 * light ** (1 / 2.4) - 0.055)))
    assert np.abs(renderer.render(combination()).hr_target.astype(int) - expected).max() <= 1


def test_the_input_shows_the_original_background_and_the_target_the_other(tmp_path: Path) -> None:
    nothing = np.zeros((48, 64), np.uint8)
    renderer = set_of(tmp_path, np.zeros((48, 64, 3), np.uint8), nothing, {"a": (250, 0, 0), "b": (0, 0, 250)})
    pair = renderer.render(combination())
    assert (pair.lr_frame == (250, 0, 0)).all()
    for picture in (pair.lr_target_background, pair.hr_target_background, pair.hr_target):
        assert (picture == (0, 0, 250)).all()
    assert pair.lr_frame.shape == (24, 32, 3)
    assert pair.hr_target.shape == (48, 64, 3)


def test_the_input_is_the_area_mean_of_light(tmp_path: Path) -> None:
    """Columns of white and black: each input pixel averages a white and a black column."""
    rgb = np.zeros((48, 64, 3), np.uint8)
    rgb[:, ::2] = 255
    renderer = set_of(tmp_path, rgb, np.full((48, 64), 255, np.uint8), {"a": (0, 0, 0), "b": (0, 0, 0)})
    assert (renderer.render(combination()).lr_frame == 188).all()


def test_flip_mirrors_the_person_and_the_place() -> None:
    draw = np.random.default_rng(0)
    person = cut_out(draw.integers(0, 256, (40, 50, 3), np.uint8), draw.integers(0, 256, (40, 50), np.uint8), SIZE)
    for left, top, zoom in ((0.1, 0.2, 0.5), (-0.25, 0.0, 1.3), (0.8, 0.4, 0.75)):
        row = combination(left=left, top=top, zoom=zoom)
        plain, mirrored = (place(person, row.model_copy(update={"flip": flip}), SIZE) for flip in (False, True))
        np.testing.assert_array_equal(plain.planes[..., ::-1], mirrored.planes)
        np.testing.assert_array_equal(alpha_of(plain, SIZE)[:, ::-1], alpha_of(mirrored, SIZE))


@pytest.mark.parametrize(
    ("left", "top", "seen"), [(0.0, 0.0, 48 * 48), (-0.5, 0.25, 24 * 36), (1.0, 0.5, 16 * 24), (1.5, 0.0, 0)]
)
def test_a_person_half_outside_is_cut_and_nothing_wraps(left: float, top: float, seen: int) -> None:
    """A solid square as high as the picture of 64×48."""
    person = cut_out(np.full((48, 48, 3), 255, np.uint8), np.full((48, 48), 255, np.uint8), SIZE)
    alpha = alpha_of(place(person, combination(left=left, top=top), SIZE), SIZE)
    assert (alpha == 255).sum() == seen
    assert set(np.unique(alpha)) <= {0, 255}


@pytest.mark.parametrize("height", [30, 48, 90, 300])
@pytest.mark.parametrize("zoom", [0.5, 0.9, 1.3])
def test_a_person_is_placed_alike_whatever_the_size_of_its_file(height: int, zoom: float) -> None:
    """A disc a quarter of the file wide and high from the middle: the same place and area in the picture."""
    yy, xx = (np.mgrid[:height, :height] + 0.5) / height
    alpha = np.rint(255 * np.clip((0.25 - np.hypot(yy - 0.5, xx - 0.5)) * height + 0.5, 0, 1)).astype(np.uint8)
    person = cut_out(np.zeros((height, height, 3), np.uint8), alpha, SIZE)
    shown = alpha_of(place(person, combination(zoom=zoom, left=0.2, top=-0.05), SIZE), SIZE) / 255
    radius = 0.25 * zoom * 48
    middle_y, middle_x = ((shown * (axis + 0.5)).sum() / shown.sum() for axis in np.mgrid[:48, :64])
    assert shown.sum() == pytest.approx(np.pi * radius**2, rel=0.03)
    assert middle_y == pytest.approx((zoom / 2 - 0.05) * 48, abs=0.1)
    assert middle_x == pytest.approx((zoom / 2 + 0.2) * 48, abs=0.1)


def test_noise_is_only_on_the_input_and_as_strong_as_the_row_says(tmp_path: Path) -> None:
    grey = np.full((48, 64, 3), 128, np.uint8)
    renderer = set_of(tmp_path, grey, np.full((48, 64), 255, np.uint8), {"a": (0, 0, 0), "b": (0, 0, 0)})
    pair = renderer.render(combination(noise=0.02))
    assert pair.lr_frame.astype(float).std() == pytest.approx(0.02 * 255, rel=0.1)
    assert pair.lr_frame.mean() == pytest.approx(128, abs=0.5)
    assert (pair.hr_target == 128).all()


@pytest.mark.parametrize(("lr_size", "hr_size"), [((48, 36), (64, 48)), ((21, 17), (63, 51)), ((64, 48), (64, 48))])
def test_any_two_sizes_can_be_asked_for(
    every_effect: Renderer, lr_size: tuple[int, int], hr_size: tuple[int, int]
) -> None:
    renderer = Renderer(every_effect.root, lr_size=lr_size, hr_size=hr_size)
    for row in renderer.combinations():
        pair = renderer.render(row)
        assert pair.lr_frame.shape == pair.lr_target_background.shape == (*lr_size[::-1], 3)
        assert pair.hr_target.shape == pair.hr_target_background.shape == (*hr_size[::-1], 3)
        small = encode(shrink_to(decode(pair.hr_target_background), lr_size))
        np.testing.assert_array_equal(small, pair.lr_target_background)


def test_the_small_background_is_the_area_average_of_the_large_one(every_effect: Renderer) -> None:
    for row in every_effect.combinations():
        pair = every_effect.render(row)
        small = encode(shrink_to(decode(pair.hr_target_background), every_effect.lr_size)).astype(int)
        assert np.abs(small - pair.lr_target_background).max() <= 1


@pytest.mark.parametrize("shape", [(48, 64), (60, 200), (300, 70), (1, 1), (2, 500), (480, 640)])
def test_any_background_fills_the_picture(shape: tuple[int, int]) -> None:
    rgb = np.full((*shape, 3), 90, np.uint8)
    for seed in range(20):
        view = look(lambda closer: make_scene(rgb, SIZE, closer), SIZE, seed, "target")
        height, width = view.scene.srgb.shape[:2]
        assert 0 <= view.top <= height - 48
        assert 0 <= view.left <= width - 64
        assert (view.scene.srgb == 90).all()


def test_every_part_of_a_background_is_seen_from_every_distance() -> None:
    scenes = {closer: make_scene(np.zeros((90, 160, 3), np.uint8), SIZE, closer) for closer in CLOSER}
    views = [look(scenes.__getitem__, SIZE, seed, "target") for seed in range(400)]
    assert {view.scene.srgb.shape for view in views} == {scene.srgb.shape for scene in scenes.values()}
    assert min(view.left for view in views) == 0
    assert max(view.left + 64 - view.scene.srgb.shape[1] for view in views) == 0
    assert {view.mirrored for view in views} == {True, False}
    others = [look(scenes.__getitem__, SIZE, seed, "original") for seed in range(400)]
    assert [(view.left, view.top) for view in views] != [(view.left, view.top) for view in others]


@pytest.fixture(scope="module")
def drawn_set(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Combinations of noisy files, made by the plain command's own call."""
    folder = tmp_path_factory.mktemp("drawn")
    draw = np.random.default_rng(3)
    for person in ("Ada", "Ben"):
        write_image(folder / "keyed" / person / "fg.png", draw.integers(0, 256, (90, 120, 3), np.uint8))
        alpha = np.zeros((90, 120), np.uint8)
        alpha[20:, 40:90] = draw.integers(0, 256, (70, 50), np.uint8)
        write_image(folder / "keyed" / person / "alpha.png", alpha)
    for room in range(4):
        write_image(folder / "rooms" / f"{room}.png", draw.integers(0, 256, (70, 90, 3), np.uint8))
    combine_files(folder / "keyed", folder / "rooms", folder / "out", CombineOptions(per_foreground=3), render=0)
    return folder / "out"


def test_one_and_two_processes_and_this_one_draw_the_same_pixels(drawn_set: Path) -> None:
    renderer = Renderer(drawn_set)
    rows = renderer.combinations()
    here = digest(renderer, rows)
    assert here == digest(Renderer(drawn_set), rows, workers=2) == digest(renderer, rows, workers=1)
    assert here != digest(renderer, rows[1:]) != digest(renderer, rows[:1])


def test_threads_that_share_a_renderer_draw_the_same_pixels(drawn_set: Path) -> None:
    """As the trainer does, with a cache that holds one picture."""
    alone, shared = Renderer(drawn_set), Renderer(drawn_set, cache_bytes=1)
    rows = alone.combinations()
    with ThreadPoolExecutor(4) as pool:
        for one, other in zip(map(alone.render, rows), pool.map(shared.render, rows), strict=True):
            for name in Pair.__slots__:
                np.testing.assert_array_equal(getattr(one, name), getattr(other, name))


def test_the_trainers_threads_draw_the_same_batches(drawn_set: Path) -> None:
    from bgrsrgan.data import Combinations, Schedule
    from bgrsrgan.data.loader import batches

    def drawn(workers: int) -> list[bytes]:
        renderer = Renderer(drawn_set)
        dataset = Combinations(renderer, renderer.combinations())
        schedule = Schedule(count=len(dataset), batch=3, seed=1, start=0, stop=4)
        return [each.numpy().tobytes() for batch in batches(dataset, schedule, workers=workers) for each in batch]

    assert drawn(0) == drawn(3)


def test_the_order_in_which_pairs_are_drawn_does_not_matter(drawn_set: Path) -> None:
    rows = Renderer(drawn_set).combinations()

    def targets(order: list[Combination]) -> dict[str, str]:
        renderer = Renderer(drawn_set)
        return {row.id: hashlib.sha256(renderer.render(row).lr_frame.tobytes()).hexdigest() for row in order}

    assert targets(rows) == targets(rows[::-1])


def test_another_combination_is_another_picture(drawn_set: Path) -> None:
    renderer = Renderer(drawn_set)
    pictures = {renderer.render(row).hr_target.tobytes() for row in renderer.combinations()}
    assert len(pictures) == len(renderer.combinations())


def test_splits_are_asked_for_by_name(drawn_set: Path) -> None:
    renderer = Renderer(drawn_set)
    parts = [renderer.combinations(split) for split in ("train", "val", "test")]
    assert sorted((row for part in parts for row in part), key=lambda r: r.id) == renderer.combinations()


def test_files_that_are_gone_are_named(tmp_path: Path) -> None:
    set_of(tmp_path, np.zeros((48, 64, 3), np.uint8), np.zeros((48, 64), np.uint8), {"a": (0, 0, 0), "b": (0, 0, 0)})
    (tmp_path / "b" / "a.png").unlink()
    with pytest.raises(InputError, match=r"1 files of the manifests are gone, as b/a\.png"):
        Renderer(tmp_path)


def test_manifests_that_do_not_belong_together_are_refused(tmp_path: Path) -> None:
    set_of(tmp_path, np.zeros((48, 64, 3), np.uint8), np.zeros((48, 64), np.uint8), {"a": (0, 0, 0), "b": (0, 0, 0)})
    write_rows(manifest_path(tmp_path, Foreground), Foreground, [])
    with pytest.raises(InputError, match="do not belong together"):
        Renderer(tmp_path)


def test_a_missing_manifest_is_told_with_the_command_that_makes_it(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no such manifest; publish one with: bgrsr publish"):
        read_rows(manifest_path(tmp_path, Combination), Combination)


GOLDEN = "4a7cdfe9d233a2b70b9e9ca685e3e8fcf545968a6769ac1596dfc85a6e49c5da"
PLAIN_PROCESSOR = {  # what compiles for this machine compiles for any; vector code of libraries is switched off
    "NUMBA_CPU_NAME": "generic", "NUMBA_CPU_FEATURES": "", "OPENCV_CPU_DISABLE": "AVX,AVX2,FMA3,AVX512_SKX",
    "JSIMD_FORCENONE": "1",
}  # fmt: skip
SCRIPT = """
import sys
from pathlib import Path
from bgrsr_data.combine.digest import digest
from bgrsr_data.combine.render import Renderer
renderer = Renderer(Path(sys.argv[1]), lr_size=(32, 24), hr_size=(64, 48))
print(digest(renderer, renderer.combinations()))
"""


@pytest.fixture
def every_effect(tmp_path: Path) -> Renderer:
    """Every effect at once, on pictures made of whole numbers."""
    yy, xx = np.mgrid[:60, :80]
    colour = np.stack([(3 * xx + yy) % 256, (5 * yy + 40) % 256, (xx * yy) % 256], axis=-1).astype(np.uint8)
    alpha = np.clip(6 * (40 - np.abs(xx - 40) - np.abs(yy - 40) // 2) - 20, 0, 255).astype(np.uint8)
    rooms = {"a": (colour[::-1] // 2 + 90).astype(np.uint8), "b": 255 - colour}
    every = {"match": 0.7, "light": [1.05, 1.0, 0.95], "wrap": 0.2, "shadow": 0.4, "spill": 0.2, "noise": 0.02}
    rows = [
        combination(id="1", **every, blur_px=2.5, blur_angle=33.0, kernel="lanczos", codec="jpeg", quality=60, seed=1),
        combination(id="2", **every, zoom=1.3, left=-0.2, flip=True, kernel="bicubic", seed=2),
        combination(id="3", **every, zoom=0.7, left=0.3, top=0.2, codec="h264", quality=24, seed=3),
    ]
    return set_of(tmp_path / "set", colour, alpha, rooms, *rows)


def test_the_pixels_are_those_of_every_other_machine(every_effect: Renderer) -> None:
    """A change of this hash changes every set that exists."""
    assert digest(every_effect, every_effect.combinations()) == GOLDEN


def test_a_processor_without_wide_vectors_draws_the_same_pixels(every_effect: Renderer, tmp_path: Path) -> None:
    environment = os.environ | PLAIN_PROCESSOR | {"NUMBA_CACHE_DIR": str(tmp_path / "compiled")}
    told = [sys.executable, "-c", SCRIPT, str(every_effect.root)]
    drawn = subprocess.run(told, env=environment, check=True, capture_output=True, text=True).stdout.strip()
    assert drawn == digest(every_effect, every_effect.combinations())


def test_a_target_knows_how_much_larger_than_its_files_it_is(tmp_path: Path) -> None:
    """The room of 800×600 px fills 64×48 at 0.08 (up to 1.3 times that); the person, 24 px high, is drawn 60 px."""
    rgb, alpha = np.zeros((24, 32, 3), np.uint8), np.full((24, 32), 255, np.uint8)
    near = combination(zoom=1.25)
    renderer = set_of(tmp_path, rgb, alpha, {"a": (9, 9, 9), "b": (99, 99, 99)}, near)
    assert renderer.growth(near) == pytest.approx(1.25 * 48 / 24)
    small = {renderer.growth(combination(zoom=0.01, seed=seed)) for seed in range(40)}
    assert sorted(small) == pytest.approx([0.08, 0.088, 0.096, 0.104])


def test_a_target_background_alone_is_that_of_the_pair(tmp_path: Path) -> None:
    room = np.random.default_rng(0).integers(0, 256, (60, 80, 3), np.uint8)
    rows = [combination(id=f"combination-{seed}", seed=seed) for seed in range(6)]
    rgb, alpha = np.zeros((24, 32, 3), np.uint8), np.full((24, 32), 255, np.uint8)
    renderer = set_of(tmp_path, rgb, alpha, {"a": (9, 9, 9), "b": room}, *rows)
    for row in rows:
        assert np.array_equal(renderer.target_background(row), renderer.render(row).hr_target_background)
