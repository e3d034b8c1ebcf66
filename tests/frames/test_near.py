"""Near-duplicates: the fast search finds what comparing all with all finds, and what an eye would call the same."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations, islice
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from bgrsr_data.frames.duplicates import draw_thumbnail, hash_picture
from bgrsr_data.frames.near import find_near, pair_near
from bgrsr_data.media.colour import luma
from bgrsr_data.media.video import decode
from bgrsr_data.selection.options import SelectOptions

DEFAULT = SelectOptions()
Looks = tuple[NDArray[np.uint64], NDArray[np.uint8]]


def brute_force(
    hashes: NDArray[np.uint64], thumbnails: NDArray[np.uint8], clips: list[str], bits: int, levels: int
) -> list[tuple[int, int]]:
    kept: list[int] = []
    found = []
    for one in range(len(hashes)):
        near = [
            (int(hashes[one] ^ hashes[other]).bit_count(), other)
            for other in kept
            if clips[one] != clips[other]
            and int(hashes[one] ^ hashes[other]).bit_count() < bits
            and np.abs(thumbnails[one].astype(int) - thumbnails[other]).max() <= levels
        ]
        if near:
            found.append((one, min(near)[1]))
        else:
            kept.append(one)
    return found


def crowd(seed: int, count: int = 300) -> tuple[NDArray[np.uint64], NDArray[np.uint8], list[str]]:
    """Pictures around 12 motifs, up to 9 bits and 8 levels off, of 7 clips."""
    draw = np.random.default_rng(seed)
    motif = draw.integers(0, 12, count)
    hashes = draw.integers(0, 2**64, 12, np.uint64)[motif]
    for _ in range(9):
        flips = np.uint64(1) << draw.integers(0, 64, count, np.uint64)
        hashes ^= np.where(draw.random(count) < 0.4, flips, np.uint64(0))
    levels = draw.integers(20, 230, (12, 64))[motif] + draw.integers(-2, 3, (count, 64)) * draw.integers(
        1, 3, (count, 1)
    )
    return hashes, levels.astype(np.uint8), [f"clip-{number}" for number in draw.integers(0, 7, count)]


@pytest.mark.parametrize(("bits", "levels"), [(1, 8), (2, 3), (4, 4), (6, 4), (7, 255), (11, 6), (33, 8), (64, 255)])
def test_it_finds_exactly_what_comparing_all_with_all_finds(bits: int, levels: int) -> None:
    for seed in range(3):
        hashes, thumbnails, clips = crowd(seed)
        found = find_near(hashes, thumbnails, clips, bits=bits, levels=levels)
        assert found == brute_force(hashes, thumbnails, clips, bits, levels)
        assert found or bits < 3


def test_none_are_near_in_fewer_than_0_bits_and_an_empty_set_has_none() -> None:
    hashes, thumbnails = np.zeros(5, np.uint64), np.zeros((5, 64), np.uint8)
    assert find_near(hashes, thumbnails, list("abcde"), bits=0, levels=255) == []
    assert find_near(hashes[:0], thumbnails[:0], [], bits=6, levels=4) == []


def test_pictures_of_one_clip_are_not_compared() -> None:
    hashes, thumbnails = np.zeros(4, np.uint64), np.zeros((4, 64), np.uint8)
    assert find_near(hashes, thumbnails, list("aaab"), bits=6, levels=4) == [(3, 0)]


def test_one_that_moved_in_a_single_part_of_the_picture_is_another_picture() -> None:
    hashes, thumbnails = np.zeros(2, np.uint64), np.full((2, 64), 128, np.uint8)
    thumbnails[1, 27] = 133
    assert find_near(hashes, thumbnails, ["a", "b"], bits=6, levels=4) == []
    assert find_near(hashes, thumbnails, ["a", "b"], bits=6, levels=5) == [(1, 0)]


CLIPS = (
    "talking_heads/hdtf_WDA_KatieHill_000.mp4", "talking_heads/liveportrait_s18.mp4", "greenscreen/aframe_man_axe.mp4",
    "greenscreen/grid_bbaf2n.mpg", "greenscreen/grid_brbk7n.mpg", "greenscreen/grid_lbax4n.mpg",
    "greenscreen/grid_lrwp9a.mpg",
)  # fmt: skip


def looks(clip: Path, every: int) -> Looks:
    greys = [luma(picture.rgb()) for picture in islice(decode(clip), 0, 75, every)]
    thumbnails = [np.frombuffer(bytes.fromhex(draw_thumbnail(grey)), np.uint8) for grey in greys]
    return np.array([hash_picture(grey) for grey in greys], np.uint64), np.stack(thumbnails)


def test_a_clip_that_was_encoded_again_is_known_again_and_nobody_else(
    footage: Path, make_clip: Callable[..., Path]
) -> None:
    """At half the size and a tenth of the rate; the copies come last, so each is compared with all originals."""
    half = ("-vf", "scale=iw/2:-2:flags=area", "-an", "-fps_mode", "passthrough", "-pix_fmt", "yuv420p", "-crf", "30")
    copies = [make_clip(f"{Path(name).stem}.mp4", "-i", str(footage / name), *half) for name in CLIPS]
    every = [looks(path, 15) for path in (*(footage / name for name in CLIPS), *copies)]
    clips = [str(number) for number, (hashes, _) in enumerate(every) for _ in hashes]
    hashes, thumbnails = np.concatenate([h for h, _ in every]), np.concatenate([t for _, t in every])
    found = find_near(hashes, thumbnails, clips, bits=DEFAULT.near_duplicate_bits, levels=DEFAULT.near_duplicate_levels)
    assert {(int(clips[one]) - len(CLIPS), int(clips[other])) for one, other in found} == {
        (number, number) for number in range(len(CLIPS))
    }
    of_all = sum(len(hashes) for hashes, _ in every[len(CLIPS) :])
    assert len(found) >= 0.95 * of_all


def test_people_before_one_screen_are_far_apart(footage: Path) -> None:
    of_clip = [looks(footage / name, 5)[0] for name in CLIPS]
    nearest = min(int(a ^ b).bit_count() for one, other in combinations(of_clip, 2) for a in one for b in other)
    assert nearest >= 10 > DEFAULT.near_duplicate_bits


@pytest.mark.parametrize(("bits", "levels"), [(1, 8), (4, 4), (6, 4), (11, 6), (33, 8)])
def test_two_groups_are_paired_where_comparing_all_with_all_finds_a_near_pair(bits: int, levels: int) -> None:
    for seed in range(3):
        hashes, thumbnails, groups = crowd(seed, 120)
        near = {
            (one, other)
            for other, one in combinations(range(len(hashes)), 2)
            if int(hashes[one] ^ hashes[other]).bit_count() < bits
            and np.abs(thumbnails[one].astype(int) - thumbnails[other]).max() <= levels
            and groups[one] != groups[other]
        }
        pairs = pair_near(hashes, thumbnails, groups, bits=bits, levels=levels)
        assert set(pairs) <= near
        assert {(one, groups[other]) for one, other in pairs} == {(one, groups[other]) for one, other in near}
        assert pairs == sorted(pairs)
        assert near or bits < 4


def test_where_nothing_is_near_or_nothing_is_asked_for_there_are_no_pairs() -> None:
    hashes, thumbnails = np.zeros(3, np.uint64), np.zeros((3, 64), np.uint8)
    assert pair_near(hashes, thumbnails, list("abc"), bits=0, levels=255) == []
    assert pair_near(hashes, thumbnails, list("aaa"), bits=6, levels=4) == []
    assert pair_near(hashes[:0], thumbnails[:0], [], bits=6, levels=4) == []
    assert pair_near(hashes, thumbnails, list("aba"), bits=6, levels=4) == [(1, 0), (2, 1)]
