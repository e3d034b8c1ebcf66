"""A clip keyed as a whole: what its frames tell each other, and what they must not."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice, pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest
from keying_scenes import SCREENS, Floats, compose
from numpy.typing import NDArray

from bgrsr_data.errors import Rejection
from bgrsr_data.keying.clip import AHEAD, Memory, Prior, is_cut, key_clip
from bgrsr_data.keying.core import Key, key_image, see_screen
from bgrsr_data.keying.options import KeyOptions
from bgrsr_data.keying.quality import flicker
from bgrsr_data.media.video import decode

OPTIONS = KeyOptions()
SKIN, BROWN = (205, 166, 127), (120, 74, 48)
SIZE = (180, 320)
Frame = NDArray[np.uint8]


def box(left: int, width: int = 80) -> Floats:
    """A soft-edged body, as high as most of the frame."""
    alpha = np.zeros(SIZE, np.float32)
    alpha[50:, left : left + width] = 1
    return np.asarray(cv2.GaussianBlur(alpha, (0, 0), 1.0), np.float32)


def folds() -> Floats:
    """Brightness of a folded cloth: upright waves 40 px long."""
    waves = 1 + 0.12 * np.sin(2 * np.pi * np.arange(SIZE[1]) / 40)
    return np.asarray(np.tile(waves, (SIZE[0], 1)), np.float32)


def shot(lefts: list[int], screen: str = "green", light: Floats | None = None, noise: float = 0.0) -> list[Frame]:
    return [compose(SCREENS[screen], SKIN, alpha=box(left), light=light, noise=noise).rgb for left in lefts]


def keys(frames: list[Frame]) -> list[Key]:
    return [key for key in key_clip(frames, OPTIONS) if not isinstance(key, Rejection)]


def plate_of(frame: Frame) -> Floats:
    return see_screen(frame, OPTIONS)[1].light


def prior_of(frames: list[Frame]) -> Prior:
    memory = Memory.of(see_screen(frames[0], OPTIONS)[1])
    for frame in frames[1:]:
        grown = memory.with_frame(see_screen(frame, OPTIONS)[1])
        assert grown is not None
        memory = grown
    return Prior(memory.light, memory.colour)


def test_a_scene_without_motion_or_noise_has_the_same_alpha_in_every_frame() -> None:
    found = keys(shot([120] * 6, light=folds()))
    assert len(found) == 6
    assert max(float(np.abs(key.alpha - found[1].alpha).max()) for key in found[2:]) < 1e-3
    assert all(key.scores["flicker"] < 0.01 for key in found[2:])


def test_nothing_trails_behind_a_body_that_jumps() -> None:
    lefts = [30, 200] * 4
    for left, key in zip(lefts, keys(shot(lefts)), strict=True):
        assert key.alpha[box(left) == 0].max() == 0
        assert key.alpha[80:170, left + 8 : left + 72].min() == 1


def test_the_folds_that_a_body_hides_are_told_by_the_frames_in_which_it_stood_elsewhere() -> None:
    hidden, others = shot([120], light=folds())[0], shot([20, 220], light=folds())
    empty = plate_of(shot([400], light=folds())[0])
    seen = see_screen(hidden, OPTIONS)[1]
    told = prior_of(others).on_plate(seen)
    inside = np.s_[20:40, 34:46]
    alone, together = (float(np.abs(plate.light[inside] - empty[inside])[..., 1].mean()) for plate in (seen, told))
    assert together < 0.4 * alone


def test_a_lamp_that_flickers_changes_the_clips_plate_by_as_much_as_it_changes_the_frame() -> None:
    dimmed = np.asarray(0.7 * folds(), np.float32)
    told = prior_of(shot([20, 220], light=folds())).on_plate(see_screen(shot([120], light=dimmed)[0], OPTIONS)[1])
    empty = plate_of(shot([400], light=dimmed)[0])
    inside = np.s_[20:40, 34:46]
    assert np.abs(told.light[inside][..., 1] / empty[inside][..., 1] - 1).max() < 0.1


def test_folds_that_the_camera_has_left_behind_are_not_believed() -> None:
    moved = np.roll(folds(), 20, axis=1)  # half a wave: bright where it was dark
    seen = see_screen(shot([120], light=moved)[0], OPTIONS)[1]
    told = prior_of(shot([20, 220], light=folds())).on_plate(seen)
    assert np.abs(told.light - seen.light).max() < 0.05 * seen.light.max()  # of folds that are 0.24 deep


def test_a_clip_of_one_size_is_told_nothing_by_one_of_another() -> None:
    seen = see_screen(np.ascontiguousarray(shot([120])[0][:160]), OPTIONS)[1]
    assert prior_of(shot([20])).on_plate(seen) is seen


def test_a_cut_to_another_screen_leaks_neither_forward_nor_back() -> None:
    green, blue = shot([60, 80, 100, 120, 140], noise=0.002), shot([60, 80, 100], "blue", noise=0.002)
    whole = keys(green + blue)
    apart = keys(green) + keys(blue)
    assert all(np.array_equal(a.alpha, b.alpha) for a, b in zip(whole, apart, strict=True))


def test_a_change_of_size_begins_a_new_shot() -> None:
    large, small = shot([60, 80]), [np.ascontiguousarray(frame[:160, :300]) for frame in shot([100])]
    assert [key.alpha.shape for key in keys(large + small)] == [SIZE, SIZE, (160, 300)]
    assert is_cut(large[0], small[0])


def test_a_body_that_crosses_the_frame_is_no_cut() -> None:
    before, after = shot([20, 200])
    assert not is_cut(before, after)
    assert is_cut(before, shot([20], "blue")[0])


def test_a_stream_gives_what_a_list_gives_and_holds_back_no_more_than_it_says() -> None:
    frames = shot([20 + 4 * i for i in range(AHEAD + 6)], noise=0.002)
    given = 0

    def stream() -> Iterator[Frame]:
        nonlocal given
        for frame in frames:
            given += 1
            yield frame

    streamed = []
    for key in key_clip(stream(), OPTIONS):
        streamed.append(key)
        assert given - len(streamed) <= AHEAD
    assert len(streamed) == len(frames)
    for one, other in zip(streamed, key_clip(frames, OPTIONS), strict=True):
        assert isinstance(one, Key)
        assert isinstance(other, Key)
        assert np.array_equal(one.alpha, other.alpha)
        assert np.array_equal(one.foreground, other.foreground)
        assert one.scores == other.scores


def test_frames_without_a_subject_are_rejected_each_by_itself_and_show_the_others_the_screen() -> None:
    empty = compose(SCREENS["green"], light=folds(), alpha=np.zeros(SIZE, np.float32)).rgb
    found = list(key_clip([empty, *shot([120], light=folds()), empty], OPTIONS))
    assert [isinstance(key, Rejection) for key in found] == [True, False, True]
    unfit = found[0]
    assert isinstance(unfit, Rejection)
    assert unfit.reason == "no-subject"


def test_a_clip_without_a_screen_gives_a_rejection_for_every_frame() -> None:
    grey = np.full((*SIZE, 3), 90, np.uint8)
    found = list(key_clip([grey] * 3, OPTIONS))
    assert [key.reason for key in found if isinstance(key, Rejection)] == ["no-screen"] * 3


def test_a_clip_of_one_frame_is_keyed_almost_as_that_frame_alone() -> None:
    frame = shot([120], noise=0.002)[0]
    assert np.abs(keys([frame])[0].alpha - key_image(frame, OPTIONS).alpha).max() < 0.05


@pytest.mark.footage
def test_the_talkers_together_flicker_less_as_clips_than_frame_by_frame_and_their_walls_stay_away(
    footage: Path,
) -> None:
    flickers = {"together": 0.0, "alone": 0.0}
    for name in ("bbaf2n", "brbk7n", "lbax4n", "lrwp9a"):
        frames = [p.rgb() for p in islice(decode(footage / "greenscreen" / f"grid_{name}.mpg"), 12)]
        together, alone = keys(frames), [key_image(frame, OPTIONS) for frame in frames]
        for how, found in (("together", together), ("alone", alone)):
            seen = zip(found, frames, strict=True)
            flickers[how] += sum(flicker(b.alpha, y, a.alpha, x) for (a, x), (b, y) in pairwise(seen))
        assert max(float(key.alpha[:180, :60].max()) for key in together) < 0.1
    assert flickers["together"] < 0.97 * flickers["alone"]
