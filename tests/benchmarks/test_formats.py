"""Image formats for frames: size, time to write, time to read in the trainer (docs/formats.md has the table)."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import cv2
import numpy as np
import pytest
from cpu_time import cpu_ms
from skimage import data

from bgrsr_data.media.images import JPEG_444, read_rgb
from bgrsr_data.media.png import encode_png
from bgrsr_data.media.video import decode

pytestmark = pytest.mark.benchmark
LEVEL, FILTER, STRATEGY = cv2.IMWRITE_PNG_COMPRESSION, cv2.IMWRITE_PNG_FILTER, cv2.IMWRITE_PNG_STRATEGY
FULL_HD = 1920 * 1080
JPEG = (cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444, cv2.IMWRITE_JPEG_QUALITY)
OURS = "PNG as we write it (up, runs)"
FORMATS: dict[str, tuple[str, list[int]]] = {
    OURS: (".png", []),
    "PNG, OpenCV's default": (".png", []),
    "PNG level 0 (stored), up": (".png", [LEVEL, 0, FILTER, cv2.IMWRITE_PNG_FILTER_UP]),
    "PNG level 1, all filters": (".png", [LEVEL, 1]),
    "PNG level 1, up": (".png", [LEVEL, 1, FILTER, cv2.IMWRITE_PNG_FILTER_UP]),
    "PNG level 1, sub": (".png", [LEVEL, 1, FILTER, cv2.IMWRITE_PNG_FILTER_SUB]),
    "PNG level 1, average": (".png", [LEVEL, 1, FILTER, cv2.IMWRITE_PNG_FILTER_AVG]),
    "PNG level 1, Paeth": (".png", [LEVEL, 1, FILTER, cv2.IMWRITE_PNG_FILTER_PAETH]),
    "PNG level 1, Paeth, RLE": (
        ".png", [LEVEL, 1, FILTER, cv2.IMWRITE_PNG_FILTER_PAETH, STRATEGY, cv2.IMWRITE_PNG_STRATEGY_RLE]
    ),
    "PNG level 3, up": (".png", [LEVEL, 3, FILTER, cv2.IMWRITE_PNG_FILTER_UP]),
    "PNG level 6, up": (".png", [LEVEL, 6, FILTER, cv2.IMWRITE_PNG_FILTER_UP]),
    "WebP lossless": (".webp", [cv2.IMWRITE_WEBP_QUALITY, 101]),
    "AVIF 100, fastest": (".avif", [cv2.IMWRITE_AVIF_QUALITY, 100, cv2.IMWRITE_AVIF_SPEED, 10]),
    "JPEG 2000 lossless": (".jp2", [cv2.IMWRITE_JPEG2000_COMPRESSION_X1000, 1000]),
    "TIFF LZW": (".tiff", []),
    "JPEG as we write it (95, 4:4:4)": (".jpg", JPEG_444),
    "JPEG 90, 4:4:4": (".jpg", [*JPEG, 90]),
    "JPEG 98, 4:4:4": (".jpg", [*JPEG, 98]),
    "JPEG 95, 4:2:0": (".jpg", [cv2.IMWRITE_JPEG_QUALITY, 95]),
    "WebP 95": (".webp", [cv2.IMWRITE_WEBP_QUALITY, 95]),
    "AVIF 95, fastest": (".avif", [cv2.IMWRITE_AVIF_QUALITY, 95, cv2.IMWRITE_AVIF_SPEED, 10]),
}  # fmt: skip


def pictures() -> list[np.ndarray]:
    """BGR: real frames and photographs where there is footage, else those of scikit-image."""
    folder = Path(__file__).parents[3] / "shared" / "data"
    if not folder.is_dir():
        return [
            cv2.resize(np.asarray(picture)[..., ::-1], (1920, 1080)) for picture in (data.astronaut(), data.coffee())
        ]
    talking = next(iter(decode(folder / "talking_heads" / "liveportrait_s18.mp4"))).rgb()
    screen = next(iter(decode(folder / "greenscreen" / "aframe_man_axe.mp4"))).rgb()
    photograph = read_rgb(folder / "alpha_gt" / "p_d684dae3.jpg")
    return [np.ascontiguousarray(one[..., ::-1]) for one in (talking, screen, photograph)]


def _ours(bgr: np.ndarray) -> np.ndarray:
    return np.frombuffer(encode_png(bgr[..., ::-1]), np.uint8)


def _opencv(suffix: str, options: list[int], bgr: np.ndarray) -> np.ndarray:
    return cv2.imencode(suffix, bgr, options)[1]


def test_formats() -> None:
    cv2.setNumThreads(1)
    shown = pictures()
    share = FULL_HD / sum(one.shape[0] * one.shape[1] for one in shown)
    print("\n| format | MB | write ms | read ms | PSNR dB |\n|---|---:|---:|---:|---:|")
    for name, (suffix, options) in FORMATS.items():
        encode = _ours if name == OURS else partial(_opencv, suffix, options)
        coded = [encode(one) for one in shown]
        write = sum(cpu_ms(partial(encode, one)) for one in shown)
        read = sum(cpu_ms(partial(cv2.imdecode, file, cv2.IMREAD_COLOR)) for file in coded)
        psnr = min(cv2.PSNR(one, cv2.imdecode(file, cv2.IMREAD_COLOR)) for one, file in zip(shown, coded, strict=True))
        told = "lossless" if psnr > 99 else f"{psnr:.1f}"
        size = sum(file.size for file in coded) / 1e6
        print(f"| {name} | {size * share:.2f} | {write * share:.0f} | {read * share:.0f} | {told} |")
