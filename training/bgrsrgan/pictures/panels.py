"""Panels: what went in, what came out and what should have, side by side, for a person to look at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from bgrsr_data.media.images import write_image
from bgrsrgan.data.examples import as_float
from bgrsrgan.light import upscale
from bgrsrgan.metrics import psnr, ssim
from bgrsrgan.networks import Network
from bgrsrgan.tasks import Task

CELL_WIDTH_PX, TITLE_PX, CAPTION_PX, GAP_PX = 400, 34, 30, 6
PAPER, INK = 245, 30
_FONT = cv2.FONT_HERSHEY_SIMPLEX

Pixels = NDArray[np.uint8]


def write_panels(path: Path, task: Task[Any], generator: Network, batch: Any, device: torch.device) -> None:
    """Run a generator on a batch and draw each of its examples as a row.

    Args:
        path: A PNG.
        task: What is done.
        generator: Evaluated as it is.
        batch: uint8 tensors.
        device: Where it is computed.

    Raises:
        DiskFullError: Nothing more can be written.
    """
    with torch.inference_mode():
        true = as_float(batch, device)
        output = task.generate(generator, true)
        scores = zip(psnr(output.image, task.truth(true)), ssim(output.image, task.truth(true)), strict=True)
        captions = [f"{float(decibel):.1f} dB, SSIM {float(likeness):.3f}" for decibel, likeness in scores]
        columns = _columns(task.pictures(output, true))
    write_image(path, draw_panels(columns, captions))


def draw_panels(columns: Mapping[str, Sequence[Pixels]], captions: Sequence[str]) -> Pixels:
    """Lay pictures out in rows under the titles of the columns.

    Args:
        columns: For each title a picture for each row, (H, W, 3) uint8, sRGB, all of one size.
        captions: A line under each row.

    Returns:
        (height, width, 3) uint8, sRGB; every picture CELL_WIDTH_PX wide.
    """
    height, width = next(iter(columns.values()))[0].shape[:2]
    cell = (CELL_WIDTH_PX, round(height * CELL_WIDTH_PX / width))
    row_px = cell[1] + CAPTION_PX + GAP_PX
    sheet_size = (TITLE_PX + len(captions) * row_px, len(columns) * (cell[0] + GAP_PX) + GAP_PX, 3)
    sheet = np.full(sheet_size, PAPER, np.uint8)
    for column, (title, pictures) in enumerate(columns.items()):
        left = GAP_PX + column * (cell[0] + GAP_PX)
        _write(sheet, title, left, TITLE_PX - 11)
        for row, picture in enumerate(pictures):
            top = TITLE_PX + row * row_px
            sheet[top : top + cell[1], left : left + cell[0]] = _resized(picture, cell)
    for row, caption in enumerate(captions):
        _write(sheet, caption, GAP_PX, TITLE_PX + row * row_px + cell[1] + CAPTION_PX - 9)
    return sheet


def _columns(pictures: Mapping[str, Tensor]) -> dict[str, list[Pixels]]:
    """Tensors as pictures, all at the largest one's size (a smaller one by the bicubic upscale)."""
    tallest = max(picture.shape[-2] for picture in pictures.values())
    return {
        title: [_pixels(image) for image in (picture if picture.shape[-2] == tallest else upscale(picture))]
        for title, picture in pictures.items()
    }


def _pixels(image: Tensor) -> Pixels:
    """(3, H, W) float32 [0, 1] → (H, W, 3) uint8."""
    return np.asarray((image.clamp(0, 1) * 255).round().byte().permute(1, 2, 0).cpu().numpy(), np.uint8)


def _resized(picture: Pixels, size: tuple[int, int]) -> Pixels:
    smaller = picture.shape[1] > size[0]
    return np.asarray(
        cv2.resize(picture, size, interpolation=cv2.INTER_AREA if smaller else cv2.INTER_LINEAR), np.uint8
    )


def _write(sheet: Pixels, text: str, left: int, baseline: int) -> None:
    cv2.putText(sheet, text, (left, baseline), _FONT, 0.6, (INK, INK, INK), 1, cv2.LINE_AA)
