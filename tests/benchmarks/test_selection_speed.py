"""How the choice of a set grows: near-duplicates and a budget on up to a million frames (`make bench`)."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable

import numpy as np
import pytest

from bgrsr_data.frames.near import find_near
from bgrsr_data.records import Frame
from bgrsr_data.selection.balance import deal
from bgrsr_data.selection.options import SelectOptions

pytestmark = pytest.mark.benchmark
OPTIONS = SelectOptions()


def cost(work: Callable[[], object]) -> tuple[float, float]:
    """Processor seconds, and megabytes by which the process grew beyond its peak so far."""
    start, peak = time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    work()
    return time.process_time() - start, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - peak) / 1024


@pytest.mark.parametrize("count", [100_000, 300_000, 1_000_000])
def test_near_duplicates_among_different_pictures(count: int) -> None:
    """Each picture another one, but for 2 % that are copies with a bit or two flipped."""
    draw = np.random.default_rng(0)
    hashes, thumbnails = draw.integers(0, 2**64, count, np.uint64), draw.integers(0, 256, (count, 64), np.uint8)
    copies = np.arange(count - count // 50, count)
    hashes[copies] = hashes[: len(copies)] ^ (np.uint64(1) << draw.integers(0, 64, len(copies), np.uint64))
    thumbnails[copies] = thumbnails[: len(copies)]
    _told("different pictures", hashes, thumbnails, [f"clip-{n // 60}" for n in range(count)], len(copies))


@pytest.mark.parametrize("people", [20, 100])
def test_near_duplicates_among_people_who_talk_before_a_locked_camera(people: int) -> None:
    """Each is in 50 clips of 20 frames that differ in a bit or two and by some levels where the head moves."""
    draw = np.random.default_rng(0)
    count = people * 1000
    who = np.arange(count) // 1000
    hashes = draw.integers(0, 2**64, people, np.uint64)[who]
    for _ in range(2):
        hashes ^= np.where(
            draw.random(count) < 0.5, np.uint64(1) << draw.integers(0, 64, count, np.uint64), np.uint64(0)
        )
    levels = draw.integers(30, 220, (people, 64))[who]
    levels[:, 20:36] += draw.integers(-12, 13, (count, 16))
    clips = [f"clip-{n // 20}" for n in range(count)]
    _told("one camera a person", hashes, levels.astype(np.uint8), clips, None)


def _told(what: str, hashes: np.ndarray, thumbnails: np.ndarray, clips: list[str], expected: int | None) -> None:
    found: list[tuple[int, int]] = []

    def search() -> None:
        bits, levels = OPTIONS.near_duplicate_bits, OPTIONS.near_duplicate_levels
        found.extend(find_near(hashes, thumbnails, clips, bits=bits, levels=levels))

    seconds, megabytes = cost(search)
    each = 1e6 * seconds / len(hashes)
    print(
        f"\n{what}, {len(hashes):,}: {seconds:.1f} CPU-s ({each:.0f} µs each), {megabytes:.0f} MB, {len(found):,} found"
    )
    assert expected is None or len(found) == expected


def test_dealing_three_hundred_thousand_frames() -> None:
    draw = np.random.default_rng(0)
    rows = [
        Frame.model_construct(
            id=f"frame-{n}", person=f"person-{n % 997}", clip=f"clip-{n % 9973}", shot=n % 7, pts=n, subject_ratio=1.0,
            sharpness=float(draw.uniform(10, 200)),
        )
        for n in range(300_000)
    ]  # fmt: skip
    seconds, megabytes = cost(lambda: deal(rows))
    print(f"\ndeal {len(rows):,} frames: {seconds:.1f} CPU-s, {megabytes:.0f} MB")
