"""Panels: what went in, what came out and what should have, side by side, for a person to look at."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from bgrsr_data.media.images import write_image
from bgrsrgan.data import Batch
from bgrsrgan.light import upscale
from bgrsrgan.measure import generate
from bgrsrgan.metrics import psnr, ssim
from bgrsrgan.networks import Generator, Output

COLUMNS = ("input (bicubic x2)", "target background", "output", "target", "alpha", "true alpha")
CELL_WIDTH_PX, TITLE_PX, CAPTION_PX, GAP_PX = 400, 34, 30, 6
PAPER, INK = 245, 30
_FONT = cv2.FONT_HERSHEY_SIMPLEX

Pixels = NDArray[np.uint8]


def write_panels(path: Path, generator: Generator, batch: Batch, device: torch.device) -> None:
    """Run a generator on a batch and draw each of its pairs as a row.

    Args:
        path: A PNG.
        generator: Evaluated as it is.
        batch: uint8 tensors.
        device: Where it is computed.

    Raises:
        DiskFullError: Nothing more can be written.
    """
    with torch.inference_mode():
        true = batch.as_float(device)
        output = generate(generator, true)
        scores = zip(psnr(output.composite, true.hr_target), ssim(output.composite, true.hr_target), strict=True)
        captions = [f"{float(decibel):.1f} dB, SSIM {float(likeness):.3f}" for decibel, likeness in scores]
    write_image(path, draw_panels(_rows(true, output), captions))


def draw_panels(rows: Sequence[Sequence[Pixels]], captions: Sequence[str]) -> Pixels:
    """Lay pictures out in rows under the titles of the columns.

    Args:
        rows: For each row the pictures of COLUMNS, (H, W, 3) uint8, sRGB, all of one size.
        captions: A line under each row.

    Returns:
        (height, width, 3) uint8, sRGB; every picture CELL_WIDTH_PX wide.
    """
    height, width = rows[0][0].shape[:2]
    cell = (CELL_WIDTH_PX, round(height * CELL_WIDTH_PX / width))
    row_px = cell[1] + CAPTION_PX + GAP_PX
    sheet = np.full((TITLE_PX + len(rows) * row_px, len(COLUMNS) * (cell[0] + GAP_PX) + GAP_PX, 3), PAPER, np.uint8)
    for column, title in enumerate(COLUMNS):
        _write(sheet, title, GAP_PX + column * (cell[0] + GAP_PX), TITLE_PX - 11)
    for index, (pictures, caption) in enumerate(zip(rows, captions, strict=True)):
        top = TITLE_PX + index * row_px
        for column, picture in enumerate(pictures):
            left = GAP_PX + column * (cell[0] + GAP_PX)
            sheet[top : top + cell[1], left : left + cell[0]] = _resized(picture, cell)
        _write(sheet, caption, GAP_PX, top + cell[1] + CAPTION_PX - 9)
    return sheet


def _rows(true: Batch, output: Output) -> list[list[Pixels]]:
    alpha = torch.zeros_like(true.hr_alpha) if output.alpha is None else output.alpha
    columns = (
        upscale(true.lr_frame),
        true.hr_background,
        output.composite,
        true.hr_target,
        alpha.expand(-1, 3, -1, -1),
        true.hr_alpha.expand(-1, 3, -1, -1),
    )
    return [[_pixels(column[index]) for column in columns] for index in range(len(alpha))]


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
