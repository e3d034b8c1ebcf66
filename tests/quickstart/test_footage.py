"""The footage is plausible, exact in what it claims to know, and the same every time."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from bgrsr_data.errors import InputError
from bgrsr_data.fetch.sources import read_sources
from bgrsr_data.media.images import read_grey, read_rgb, sha256_of
from bgrsr_data.quickstart.footage import SHOTS, make_footage, render, truth_path
from bgrsr_data.quickstart.photographs import BACKGROUNDS, Photograph
from bgrsr_data.quickstart.studio import FPS, HEIGHT, WIDTH, Pose, add_noise, expose, hang_screen, light_frame

FRAMES = 8


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made")
    make_footage(folder, frames=FRAMES)
    return folder


def decode(path: Path) -> list[NDArray[np.uint8]]:
    with av.open(path) as container:
        return [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]


def test_the_source_list_is_one_that_fetch_reads(made: Path) -> None:
    sources = read_sources(made / "sources.yaml")
    assert [source.name for source in sources if source.role == "greenscreen"] == [s.name for s in SHOTS[:3]]
    assert all(source.licence in ("CC0-1.0", "public-domain") for source in sources)
    assert len([source for source in sources if source.role == "background"]) >= 6


def test_no_person_and_no_place_is_in_two_splits_and_every_split_has_both(made: Path) -> None:
    sources = read_sources(made / "sources.yaml")
    screens = {(s.person, s.split) for s in sources if s.role in ("greenscreen", "talking-head")}
    places = {(s.name, s.split) for s in sources if s.role == "background"}
    for pairs in (screens, places):
        assert len({name for name, _ in pairs}) == len(pairs)
        assert {split for _, split in pairs} == {"train", "test"}


def test_a_clip_is_h264_420_tagged_bt709_with_a_true_alpha_for_each_frame(made: Path) -> None:
    path = made / "clips" / "astronaut-green.mp4"
    with av.open(path) as container:
        stream = container.streams.video[0]
        context = stream.codec_context
        assert (context.name, context.pix_fmt) == ("h264", "yuv420p")
        assert (context.colorspace, context.color_primaries, context.color_trc) == (1, 1, 1)
        times = [frame.pts * stream.time_base * FPS for frame in container.decode(stream)]
    assert times == list(range(FRAMES))
    assert all(truth_path(made, "astronaut-green", index).is_file() for index in range(FRAMES))


def test_where_the_truth_is_zero_the_decoded_frame_shows_the_screen(made: Path) -> None:
    frame = decode(made / "clips" / "astronaut-green.mp4")[3].astype(int)
    truth = read_grey(truth_path(made, "astronaut-green", 3))
    greenness = frame[..., 1] - np.maximum(frame[..., 0], frame[..., 2])
    assert np.quantile(greenness[truth == 0], 0.01) > 25
    assert np.quantile(greenness[truth == 255], 0.99) < 25


def test_hair_is_soft_and_the_person_fills_the_bottom_of_the_frame(made: Path) -> None:
    for shot in SHOTS:
        truth = read_grey(truth_path(made, shot.name, 0))
        soft = ((truth > 25) & (truth < 230)).mean()
        assert 0.002 < soft < 0.03
        assert truth[-1].max() == 255  # cut off by the frame, not floating in it
        assert truth[0].max() == 0  # nobody loses the top of the head


def test_the_same_seed_gives_the_same_bytes_and_another_seed_another_screen(made: Path, tmp_path: Path) -> None:
    for name, seed in (("same", 0), ("other", 1)):
        make_footage(tmp_path / name, seed=seed, frames=FRAMES, shots=SHOTS[:1])
    digests = [sha256_of(p / "clips" / "astronaut-green.mp4") for p in (made, tmp_path / "same", tmp_path / "other")]
    assert digests[0] == digests[1] != digests[2]


def test_fast_movement_smears_the_alpha() -> None:
    pose = Pose((50, 90), (320, 300), 1.0, lunges=((1.0, 2.0, 90),), sway_px=0)
    square = np.zeros((100, 100, 4), np.float32)
    square[20:80, 20:80] = 1
    slow, fast = (expose(square, pose, time)[..., 3] for time in (0.5, 1.1))
    soft = [((a > 0.02) & (a < 0.98)).sum() for a in (slow, fast)]
    assert soft[1] > 2 * soft[0]
    assert fast.sum() == pytest.approx(slow.sum(), rel=0.05)


def test_a_composite_without_spill_and_shadow_is_the_linear_blend() -> None:
    plate = np.full((HEIGHT, WIDTH, 3), 0.4, np.float32)
    person = np.zeros((HEIGHT, WIDTH, 4), np.float32)
    person[:, :320] = (0.1, 0.2, 0.3, 0.5)
    lit = light_frame(person, plate, spill=0, shadow=0)
    assert lit[100, 100] == pytest.approx([0.3, 0.4, 0.5], abs=1e-6)
    assert lit[100, 600] == pytest.approx([0.4, 0.4, 0.4], abs=1e-6)


def test_spill_colours_the_rim_more_than_the_middle() -> None:
    plate = np.zeros((HEIGHT, WIDTH, 3), np.float32)
    plate[..., 1] = 0.5
    person = np.zeros((HEIGHT, WIDTH, 4), np.float32)
    person[:, 160:480] = (0.3, 0.3, 0.3, 1)
    lit = light_frame(person, plate, spill=0.5, shadow=0)
    rim, middle = lit[240, 164] - person[240, 164, :3], lit[240, 320] - person[240, 320, :3]
    assert rim[1] > 3 * middle[1] > 0
    assert rim[0] == rim[2] == 0


def test_an_even_screen_is_even_and_an_uneven_one_is_not() -> None:
    green = np.array([0.02, 0.4, 0.06], np.float32)
    flat = hang_screen(green, np.random.default_rng(0), unevenness=0)
    cloth = hang_screen(green, np.random.default_rng(0))
    assert np.ptp(flat[..., 1]) < 1e-6
    assert cloth[..., 1].max() / cloth[..., 1].min() > 1.5


def test_noise_has_the_deviation_it_is_given() -> None:
    grey = np.full((HEIGHT, WIDTH, 3), 0.25, np.float32)
    noisy = add_noise(grey, np.random.default_rng(0), read=0.0, shot=0.02)
    assert noisy.std() == pytest.approx(0.01, rel=0.15)
    assert noisy.mean() == pytest.approx(0.25, abs=1e-3)


def test_a_missing_photograph_is_told_with_what_mends_it() -> None:
    gone = Photograph("nobody", "skimage", "nobody.png", "CC0-1.0", "nobody", "train")
    with pytest.raises(InputError, match=r"scikit-image lacks nobody.png; mend it with: pip install -U scikit-image"):
        gone.pictures()


def test_backgrounds_are_the_photographs_themselves(made: Path) -> None:
    for photograph in BACKGROUNDS:
        files = sorted((made / "backgrounds" / photograph.name).iterdir())
        for file, picture in zip(files, photograph.pictures(), strict=True):
            assert np.array_equal(read_rgb(file), picture)


def test_the_truth_gives_the_frame_back_from_its_parts() -> None:
    """With neither spill nor shadow nor wall, frame = truth × the person's light: dark exactly where it is zero."""
    dark = replace(SHOTS[0], behind=(0, 0, 0), spill=0.0)
    frame, truth = next(render(dark, np.random.default_rng(0), 1))
    assert frame[truth == 0].mean() < 8
    assert frame[truth == 255].mean() > 60
