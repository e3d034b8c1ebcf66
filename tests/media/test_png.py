from __future__ import annotations

import cv2
import numpy as np
import pytest
from skimage import data

from bgrsr_data.media.png import encode_png


@pytest.mark.parametrize("shape", [(1, 1, 3), (1, 7, 3), (9, 1, 3), (48, 64, 3), (37, 53), (1, 1)])
def test_every_pixel_comes_back_through_another_reader(shape: tuple[int, ...]) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, shape, np.uint8)
    read = cv2.imdecode(np.frombuffer(encode_png(pixels), np.uint8), cv2.IMREAD_UNCHANGED)
    assert np.array_equal(read if pixels.ndim == 2 else read[..., ::-1], pixels)


def test_a_view_with_gaps_is_written_as_it_is_seen() -> None:
    pixels = data.astronaut()[10:200:2, 300:40:-1]
    read = cv2.imdecode(np.frombuffer(encode_png(pixels), np.uint8), cv2.IMREAD_COLOR)
    assert np.array_equal(read[..., ::-1], pixels)


def test_a_photograph_takes_no_more_room_than_opencv_needs() -> None:
    pixels = data.astronaut()
    theirs = cv2.imencode(".png", pixels, [cv2.IMWRITE_PNG_COMPRESSION, 1])[1]
    assert len(encode_png(pixels)) < 1.05 * len(theirs)
