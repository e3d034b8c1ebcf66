"""What is kept in memory: bounded, and the same whoever asked first."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from combine.conftest import foreground
from combine.painted import SIZE, combination, set_of

from bgrsr_data.combine.cutouts import PERSON_SPARE, Cache, cut_out
from bgrsr_data.errors import InputError
from bgrsr_data.media.images import write_image


def test_a_cache_drops_what_was_used_longest_ago() -> None:
    made: list[str] = []

    def make(name: str) -> np.ndarray:
        made.append(name)
        return np.zeros(40, np.uint8)

    cache = Cache(100, make)
    for name in ("a", "b", "a", "c", "a", "b"):
        assert cache(name).nbytes == 40
    assert made == ["a", "b", "c", "b"]


def test_what_alone_is_larger_than_the_cache_is_kept_until_the_next() -> None:
    made: list[int] = []
    cache = Cache(10, lambda number: made.append(number) or np.zeros(40, np.uint8))
    for number in (1, 1, 2, 1):
        cache(number)
    assert made == [1, 2, 1]


def test_only_the_box_of_the_person_is_kept_and_no_more_of_it_than_pictures_need() -> None:
    alpha = np.zeros((960, 1280), np.uint8)
    alpha[320:960, 640:960] = 255
    person = cut_out(np.full((960, 1280, 3), 200, np.uint8), alpha, SIZE)
    assert person.shrunk == pytest.approx(PERSON_SPARE * SIZE[1] / 960)
    assert person.planes.shape == (4, 48, 24)
    assert (person.left, person.top) == (640, 320)
    assert person.planes[3].min() == 65535
    assert person.light == pytest.approx((0.5776,) * 3, abs=1e-3)


def test_a_foreground_that_is_not_as_large_as_its_alpha_is_named(tmp_path: Path) -> None:
    renderer = set_of(
        tmp_path, np.zeros((48, 64, 3), np.uint8), np.zeros((48, 64), np.uint8), {"a": (0, 0, 0), "b": (0, 0, 0)}
    )
    write_image(tmp_path / foreground(0).foreground_path, np.zeros((40, 64, 3), np.uint8))
    with pytest.raises(InputError, match=r"alpha\.png: is of another size than .*fg\.png; key it again"):
        renderer.render(combination())
