"""Panels: what went in, what came out and what should have, side by side, for a person to look at.

Below the pictures of an example, scaled to fit, a close-up shows the part where the output is most wrong, pixel for
pixel: what a network does to hair and edges is lost in a picture made smaller.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from bgrsr_data.media.images import write_image
from bgrsrgan.data.examples import as_float
from bgrsrgan.light import upscale
from bgrsrgan.metrics import psnr, ssim
from bgrsrgan.networks import Network
from bgrsrgan.tasks import Task

CELL_WIDTH_PX, TITLE_PX, CAPTION_PX, GAP_PX = 400, 34, 30, 6
SEARCH_PX = 16  # from one place that is looked at to the next
WORTH = 1.25  # of a cell's width: pictures that are hardly larger need no close-up
PAPER, INK = 245, 30
_FONT = cv2.FONT_HERSHEY_SIMPLEX

Pixels = NDArray[np.uint8]
Place = tuple[int, int]


def write_panels(
    path: Path,
    task: Task[Any],
    generator: Network,
    batch: Any,
    device: torch.device,
    *,
    captions: Sequence[str] | None = None,
    close_up: bool = False,
) -> None:
    """Run a generator on a batch and draw each of its examples as a row.

    Args:
        path: A PNG.
        task: What is done.
        generator: Evaluated as it is.
        batch: uint8 tensors.
        device: Where it is computed.
        captions: A line for each example; PSNR and SSIM when None.
        close_up: Below each row, show where the output is most wrong.

    Raises:
        DiskFullError: Nothing more can be written.
    """
    with torch.inference_mode():
        true = as_float(batch, device)
        output = task.generate(generator, true)
        truth = task.truth(true)
        scores = zip(psnr(output.image, truth), ssim(output.image, truth), strict=True)
        usual = [f"{float(decibel):.1f} dB, SSIM {float(likeness):.3f}" for decibel, likeness in scores]
        columns = columns_of(task.pictures(output, true))
        places = worst_places((output.image - truth).square()) if close_up else None
    write_image(path, draw_panels(columns, captions or usual, places=places))


def columns_of(pictures: Mapping[str, Tensor]) -> dict[str, list[Pixels]]:
    """Tensors as pictures, all at the largest one's size (a smaller one by the bicubic upscale)."""
    tallest = max(picture.shape[-2] for picture in pictures.values())
    return {
        title: [_pixels(image) for image in (picture if picture.shape[-2] == tallest else upscale(picture))]
        for title, picture in pictures.items()
    }


def worst_places(wrong: Tensor) -> list[Place] | None:
    """Where a part of the size of a cell is most wrong.

    Args:
        wrong: (N, C, H, W), how wrong each pixel is.

    Returns:
        Left and top of that part of each picture; None where the pictures are hardly larger than a cell.
    """
    height, width = wrong.shape[-2:]
    if width < WORTH * CELL_WIDTH_PX:
        return None
    part = (_cell_height(height, width), CELL_WIDTH_PX)
    sums = functional.avg_pool2d(wrong.mean(1, keepdim=True), part, stride=SEARCH_PX)
    found = [divmod(int(place), sums.shape[-1]) for place in sums.flatten(1).argmax(1)]
    return [(column * SEARCH_PX, row * SEARCH_PX) for row, column in found]


def draw_panels(
    columns: Mapping[str, Sequence[Pixels]], captions: Sequence[str], *, places: Sequence[Place] | None = None
) -> Pixels:
    """Lay pictures out in rows under the titles of the columns.

    Args:
        columns: For each title a picture for each row, (H, W, 3) uint8, sRGB, all of one size.
        captions: A line under each row.
        places: Left and top of the part of each row's pictures that is shown below them as it is; None shows none.

    Returns:
        (height, width, 3) uint8, sRGB; every picture CELL_WIDTH_PX wide.
    """
    rows = []
    for row in range(len(captions)):
        pictures = [column[row] for column in columns.values()]
        strips = [_strip([_fitted(picture) for picture in pictures])]
        strips += [_strip([_part(picture, places[row]) for picture in pictures])] if places else []
        rows.append(np.concatenate([*strips, _line({GAP_PX: captions[row]}, CAPTION_PX, strips[0].shape[1])]))
    titles = {GAP_PX + index * (CELL_WIDTH_PX + GAP_PX): title for index, title in enumerate(columns)}
    return np.concatenate([_line(titles, TITLE_PX, rows[0].shape[1]), *rows])


def _strip(pictures: Sequence[Pixels]) -> Pixels:
    """Pictures of one size side by side, with paper around and below them."""
    height, width = pictures[0].shape[:2]
    strip = np.full((height + GAP_PX, GAP_PX + len(pictures) * (width + GAP_PX), 3), PAPER, np.uint8)
    for index, picture in enumerate(pictures):
        left = GAP_PX + index * (width + GAP_PX)
        strip[:height, left : left + width] = picture
    return strip


def _line(texts: Mapping[int, str], height: int, width: int) -> Pixels:
    """Lines of text, by where they begin, on a strip of paper."""
    strip = np.full((height, width, 3), PAPER, np.uint8)
    for left, text in texts.items():
        cv2.putText(strip, text, (left, height - 11), _FONT, 0.6, (INK, INK, INK), 1, cv2.LINE_AA)
    return strip


def _fitted(picture: Pixels) -> Pixels:
    size = (CELL_WIDTH_PX, _cell_height(*picture.shape[:2]))
    smaller = picture.shape[1] > CELL_WIDTH_PX
    scaled = cv2.resize(picture, size, interpolation=cv2.INTER_AREA if smaller else cv2.INTER_LINEAR)
    return np.asarray(scaled, np.uint8)


def _part(picture: Pixels, place: Place) -> Pixels:
    left, top = place
    return picture[top : top + _cell_height(*picture.shape[:2]), left : left + CELL_WIDTH_PX]


def _cell_height(height: int, width: int) -> int:
    return round(height * CELL_WIDTH_PX / width)


def _pixels(image: Tensor) -> Pixels:
    """(3, H, W) float32 [0, 1] → (H, W, 3) uint8."""
    return np.asarray((image.clamp(0, 1) * 255).round().byte().permute(1, 2, 0).cpu().numpy(), np.uint8)
