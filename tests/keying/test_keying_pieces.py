"""Pieces of a key and depths in it, measured only where they are asked for: the same as when measured everywhere."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from bgrsr_data.keying.regions import _key_beside
from bgrsr_data.keying.strays import _measured


@pytest.mark.parametrize("seed", range(3))
def test_pieces_are_measured_as_opencv_measures_them(seed: int) -> None:
    rng = np.random.default_rng(seed)
    present = cv2.GaussianBlur(rng.random((40, 70)).astype(np.float32), (0, 0), 1.2) > 0.52
    solid = rng.random(present.shape) > 0.5
    count, labels, stats, centres = cv2.connectedComponentsWithStats(present.astype(np.uint8), connectivity=8)
    assert count > 5
    mass, column, boxes = _measured(labels, solid, count)
    left, top, width, height = stats[1:, :4].T
    assert np.array_equal(boxes[1:], np.stack([left, top, left + width, top + height], 1))
    assert np.array_equal(mass[1:], np.bincount(labels[solid], minlength=count)[1:])
    assert np.array_equal(column[1:], centres[1:, 0])


def test_a_block_has_the_same_key_beside_the_subject_whichever_others_are_asked_about() -> None:
    rng = np.random.default_rng(0)
    mean, subject = (rng.random((12, 20, 3)).astype(np.float32) for _ in range(2))
    plate = np.broadcast_to(np.array([0.1, 0.6, 0.2], np.float32), mean.shape).copy()
    asked = rng.random(mean.shape[:2]) > 0.7
    whole = _key_beside(mean, plate, subject, np.ones_like(asked), np.float32(0.25))
    some = _key_beside(mean, plate, subject, asked, np.float32(0.25))
    assert np.array_equal(some[asked], whole[asked])
    assert (some[~asked] == 1).all()
    assert (whole[asked] != 1).any()
