"""Chroma that a codec halved, given back the detail that the luma kept."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from keying_scenes import SCREENS, Floats, compose
from numpy.typing import NDArray

from bgrsr_data.keying.chroma import lost_detail
from bgrsr_data.keying.core import key_image
from bgrsr_data.keying.options import KeyOptions

SIZE = (180, 320)
DARK = (60, 38, 26)


def hair() -> Floats:
    """A head with strands a pixel or two wide."""
    drawn = np.zeros((4 * SIZE[0], 4 * SIZE[1]), np.uint8)
    cv2.circle(drawn, (640, 420), 220, 255, -1)
    for turn in np.linspace(0, 2 * np.pi, 90):
        far = (int(640 + 330 * np.cos(turn)), int(420 + 330 * np.sin(turn + 0.2)))
        cv2.line(drawn, (640, 420), far, 255, 6)
    return np.asarray(cv2.resize(drawn, SIZE[::-1], interpolation=cv2.INTER_AREA) / np.float32(255), np.float32)


def as_jpeg(rgb: NDArray[np.uint8], sampling: int) -> NDArray[np.uint8]:
    how = [cv2.IMWRITE_JPEG_QUALITY, 92, cv2.IMWRITE_JPEG_SAMPLING_FACTOR, sampling]
    coded = cv2.imencode(".jpg", np.ascontiguousarray(rgb[..., ::-1]), how)[1]
    return np.ascontiguousarray(cv2.imdecode(coded, cv2.IMREAD_COLOR)[..., ::-1]).astype(np.uint8)


def error(rgb: NDArray[np.uint8], alpha: Floats) -> tuple[float, float]:
    key = key_image(rgb, KeyOptions(domain="linear"))
    return float(np.square(key.alpha - alpha).mean()), key.scores["chroma_lost"]


@pytest.mark.parametrize("screen", ["green", "blue"])
def test_halved_chroma_is_noticed_and_full_chroma_is_not(screen: str) -> None:
    alpha = hair()
    rgb = compose(SCREENS[screen], DARK if screen == "green" else (235, 205, 165), alpha=alpha, noise=0.001).rgb
    assert error(rgb, alpha)[1] == 0
    assert error(as_jpeg(rgb, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444), alpha)[1] == 0
    assert error(as_jpeg(rgb, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_420), alpha)[1] == 1


def test_strands_are_keyed_better_with_their_chroma_sharpened(monkeypatch: pytest.MonkeyPatch) -> None:
    alpha = hair()
    rgb = as_jpeg(compose(SCREENS["green"], DARK, alpha=alpha).rgb, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_420)
    sharpened = error(rgb, alpha)[0]
    monkeypatch.setattr("bgrsr_data.keying.core.sharpen_chroma", lambda *_: 0.0)
    assert sharpened < 0.9 * error(rgb, alpha)[0]


def test_how_much_is_lost_goes_from_nothing_at_half_the_lumas_detail_to_all() -> None:
    assert lost_detail(0.3, 0.5, 100) == 0
    assert lost_detail(0.1, 0.4, 100) == 1
    assert lost_detail(0.425, 1.0, 100) == pytest.approx(0.5)
    assert lost_detail(0.1, 0.4, 10) == 0
