"""Segmentations of COCO, and what is none."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from pycocotools import mask as run_lengths

from bgrsr_data.media.coco import decode_segmentation

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")


def blots(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).random((31, 47)) > 0.7


@pytest.mark.parametrize("seed", range(5))
def test_compressed_run_lengths_are_read_as_pycocotools_reads_them(seed: int) -> None:
    mask = blots(seed)
    runs = run_lengths.encode(np.asfortranarray(mask.astype(np.uint8)))
    for counts in (runs["counts"], runs["counts"].decode()):
        assert (decode_segmentation({"size": runs["size"], "counts": counts}, 1, 1) == mask).all()


def test_plain_run_lengths_go_down_the_columns_and_begin_with_background() -> None:
    mask = decode_segmentation({"size": [2, 3], "counts": [1, 2, 3]}, 1, 1)
    assert mask.astype(int).tolist() == [[0, 1, 0], [1, 0, 0]]


def test_polygons_are_filled_together() -> None:
    squares = [[2, 2, 8, 2, 8, 8, 2, 8], [12, 2, 18, 2, 18, 8, 12, 8]]
    mask = decode_segmentation(squares, 10, 20)
    assert mask.shape == (10, 20)
    assert mask[5, 5]
    assert mask[5, 15]
    assert not mask[5, 10]
    assert mask.sum() == 72


@pytest.mark.parametrize(
    "broken",
    [
        {"size": [10, 10], "counts": [50, 40]},  # pycocotools gives memory that nobody wrote
        {"size": [10, 10], "counts": [50, 500]},
        {"size": [10, 10], "counts": [150, -50]},
        {"size": [10, 10], "counts": "garbage!!"},
        {"size": [10, 10], "counts": "PP"},
        {"size": [10, 10]},
        {"size": [10], "counts": [100]},
        [],
        [[1, 1, 5, 5]],  # pycocotools takes it for a box
        [[1, 1, 5, 5, 3]],
        [[1, 1, 5, float("nan"), 3, 3]],
        [["a", "b", "c", "d", "e", "f"]],
        None,
        7,
    ],
)
def test_what_is_no_segmentation_is_refused(broken: Any) -> None:
    with pytest.raises((ValueError, KeyError, TypeError)):
        decode_segmentation(broken, 10, 10)
