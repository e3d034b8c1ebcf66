"""Contact sheets: many small pictures on one, each with its caption below it."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from bgrsr_data.errors import InputError
from bgrsr_data.media.colour import to_linear, to_srgb8

PAPER = 250
INK = (40, 40, 40)
GAP_PX = 6
LINE_PX = 16
LETTER_PX = 7  # of the font, on average
MAX_LINES = 6
TRIMAP_TINT = {0: (40, 60, 160), 128: (240, 190, 30), 255: (40, 160, 70)}

Picture = NDArray[np.uint8]


def contact_sheet(
    rows: Sequence[Sequence[Picture]], captions: Sequence[Sequence[str]] = (), *, cell: tuple[int, int] = (240, 180)
) -> Picture:
    """Lay pictures out in rows.

    Args:
        rows: (H, W) or (H, W, 3) uint8 each, sRGB; rows may differ in length, and pictures in size.
        captions: One for each picture, broken into up to six lines; a row without any keeps no space for them.
        cell: (width, height) that each picture is fitted into, in pixels.

    Returns:
        (H, W, 3) uint8, sRGB.
    """
    width, height = cell
    texts = [[_lines(text, width) for text in row] for row in captions] + [[]] * (len(rows) - len(captions))
    heights = [height + LINE_PX * max(map(len, row), default=0) + GAP_PX for row in texts]
    columns = max((len(row) for row in rows), default=0)
    sheet = np.full((GAP_PX + sum(heights), GAP_PX + columns * (width + GAP_PX), 3), PAPER, np.uint8)
    for r, row in enumerate(rows):
        y = GAP_PX + sum(heights[:r])
        for c, picture in enumerate(row):
            x = GAP_PX + c * (width + GAP_PX)
            small = fit(picture, cell)
            top, left = y + (height - small.shape[0]) // 2, x + (width - small.shape[1]) // 2
            sheet[top : top + small.shape[0], left : left + small.shape[1]] = small
            for n, line in enumerate(texts[r][c] if c < len(texts[r]) else (), 1):
                _write(sheet, line, (x, y + height + n * LINE_PX - 4), width)
    return sheet


def sheet_path(out: Path | None, name: str) -> Path:
    """Where a sheet goes: where a person said, or NAME.png in the current folder, or NAME-2.png, and so on.

    Raises:
        InputError: There is something already, or the name is no PNG's.
    """
    if out is None:
        names = (f"{name}{'' if n == 1 else f'-{n}'}.png" for n in range(1, 1 << 16))
        return next(Path(one) for one in names if not Path(one).exists())
    if out.suffix.lower() != ".png":
        raise InputError(f"{out}: a preview is a PNG; name it so, as preview.png")
    if out.exists():
        raise InputError(f"{out}: is there already; give another name")
    return out


def fit(picture: Picture, cell: tuple[int, int]) -> Picture:
    """Scale a picture into a cell, its shape kept, averaging in linear light.

    Args:
        picture: (H, W) or (H, W, 3) uint8, sRGB.
        cell: (width, height) in pixels.

    Returns:
        (h, w, 3) uint8, sRGB, with h and w within the cell and one of them filling it.
    """
    colour = picture if picture.ndim == 3 else np.repeat(picture[..., None], 3, 2)
    factor = min(cell[0] / colour.shape[1], cell[1] / colour.shape[0])
    size = (max(1, round(colour.shape[1] * factor)), max(1, round(colour.shape[0] * factor)))
    if picture.ndim == 2:  # an alpha or a mask is no light
        return np.asarray(cv2.resize(colour, size, interpolation=cv2.INTER_AREA), np.uint8)
    how = cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR
    return to_srgb8(np.asarray(cv2.resize(to_linear(colour), size, interpolation=how), np.float32))


def over(foreground: Picture, alpha: Picture, background: Picture) -> Picture:
    """Blend in linear light.

    Args:
        foreground: (H, W, 3) uint8, sRGB, straight.
        alpha: (H, W) uint8.
        background: (H, W, 3) uint8, sRGB.

    Returns:
        (H, W, 3) uint8, sRGB.
    """
    share = (alpha.astype(np.float32) / 255)[..., None]
    return to_srgb8(np.asarray(to_linear(foreground) * share + to_linear(background) * (1 - share), np.float32))


def checkerboard(height: int, width: int, square_px: int = 16) -> Picture:
    """Grey squares, (height, width, 3) uint8: what is transparent shows them."""
    y, x = np.mgrid[0:height, 0:width] // square_px
    return np.repeat(np.where((x + y) % 2, 205, 245).astype(np.uint8)[..., None], 3, 2)


def cover(picture: Picture, height: int, width: int) -> Picture:
    """The middle of a picture, scaled to fill (height, width): (height, width, 3) uint8, sRGB."""
    factor = max(height / picture.shape[0], width / picture.shape[1])
    size = (max(width, round(picture.shape[1] * factor)), max(height, round(picture.shape[0] * factor)))
    how = cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR
    scaled = cv2.resize(picture, size, interpolation=how)
    top, left = (size[1] - height) // 2, (size[0] - width) // 2
    return np.asarray(scaled[top : top + height, left : left + width], np.uint8)


def tint_trimap(picture: Picture, trimap: Picture) -> Picture:
    """Lay a trimap over its picture: blue background, yellow unknown, green person.

    Args:
        picture: (H, W, 3) uint8, sRGB.
        trimap: (H, W) uint8, values 0, 128, 255.

    Returns:
        (H, W, 3) uint8, sRGB.
    """
    tint = np.zeros((*trimap.shape, 3), np.float32)
    for value, colour in TRIMAP_TINT.items():
        tint[trimap == value] = colour
    return np.asarray(0.55 * picture + 0.45 * tint, np.float32).round().astype(np.uint8)


def _lines(text: str, width: int) -> list[str]:
    """Break a caption into lines of ASCII (OpenCV's fonts know no more) for `width` pixels."""
    plain = text.replace("…", "...").encode("ascii", "replace").decode()
    return textwrap.wrap(plain, width // LETTER_PX, max_lines=MAX_LINES, placeholder=" ...")


def _write(sheet: Picture, line: str, at: tuple[int, int], width: int) -> None:
    """Write a line, shrunk where its letters are wide ones."""
    (length, _), _ = cv2.getTextSize(line, cv2.FONT_HERSHEY_SIMPLEX, 0.4, 1)
    size = 0.4 * min(1.0, width / max(length, 1))
    cv2.putText(sheet, line, at, cv2.FONT_HERSHEY_SIMPLEX, size, INK, 1, cv2.LINE_AA)
