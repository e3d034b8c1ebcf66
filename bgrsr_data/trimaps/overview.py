"""A sheet of every person of a listing, to be looked at.

A person with a trimap: the picture under it, alpha, and the foreground on grey. One without: the person in the picture,
framed red, and the reason.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from bgrsr_data.errors import InputError
from bgrsr_data.media.contact import contact_sheet, fit, over, tint_trimap
from bgrsr_data.media.images import read_grey, read_rgb

Picture = NDArray[np.uint8]

MOST = 240  # persons on one sheet
CELL = (132, 160)
COLUMNS = 12
RED = (200, 30, 30)
GREY = 128
_AROUND = 0.25  # of its box, seen around a person without a trimap


def draw_overview(listing: Mapping[str, Any], root: Path, images: Path) -> Iterator[Picture]:
    """Draw all persons, those with a trimap first, on as many sheets as it takes.

    Args:
        listing: See listing.py.
        root: The folder of results.
        images: The folder of images.

    Returns:
        (H, W, 3) uint8 each, sRGB.

    Raises:
        InputError: A file of a result cannot be read.
    """
    names = {image["id"]: images / image["file_name"] for image in listing["images"]}
    persons = [*listing["annotations"], *listing["rejected"]]
    for start in range(0, len(persons), MOST):
        pictures: list[Picture] = []
        lines: list[str] = []
        for person in persons[start : start + MOST]:
            whole = names[person["image_id"]]
            some, told = _cut_out(person, root, whole) if "trimap" in person else _left_out(person, whole)
            pictures += some
            lines += told
        yield contact_sheet(_in_rows(pictures), _in_rows(lines), cell=CELL)


def _cut_out(person: Mapping[str, Any], root: Path, image: Path) -> tuple[list[Picture], list[str]]:
    left, top, width, height = person["crop"]
    around = read_rgb(image)[top : top + height, left : left + width]
    alpha, colour = read_grey(root / person["alpha"]), read_rgb(root / person["foreground"])
    pictures = [
        tint_trimap(around, read_grey(root / person["trimap"])),
        alpha,
        over(colour, alpha, np.full_like(colour, GREY)),
    ]
    return pictures, [f"{person['id']}", f"band {person['band_px']} px", f"score {person['score']:.2f}"]


def _left_out(person: Mapping[str, Any], image: Path) -> tuple[list[Picture], list[str]]:
    try:
        rgb = read_rgb(image)
    except InputError:  # which may be why
        rgb = np.full((CELL[1], CELL[0], 3), GREY, np.uint8)
    x, y, width, height = (float(value) for value in person["bbox"])
    left, top = max(0, int(x - _AROUND * width)), max(0, int(y - _AROUND * height))
    right, bottom = int(x + (1 + _AROUND) * width) + 1, int(y + (1 + _AROUND) * height) + 1
    around = rgb[top:bottom, left:right]
    shown = fit(around if around.size else rgb, CELL).copy()
    cv2.rectangle(shown, (0, 0), (shown.shape[1] - 1, shown.shape[0] - 1), RED, 3)
    framed = np.full((CELL[1], CELL[0], 3), 255, np.uint8)
    y0, x0 = (CELL[1] - shown.shape[0]) // 2, (CELL[0] - shown.shape[1]) // 2
    framed[y0 : y0 + shown.shape[0], x0 : x0 + shown.shape[1]] = shown
    cv2.rectangle(framed, (0, 0), (CELL[0], 16), (255, 255, 255), -1)
    cv2.putText(framed, person["reason"], (3, 12), cv2.FONT_HERSHEY_SIMPLEX, 0.42, RED, 1, cv2.LINE_AA)
    return [framed], [f"{person['id']}"]


def _in_rows(things: Sequence[Any]) -> list[list[Any]]:
    return [list(things[start : start + COLUMNS]) for start in range(0, len(things), COLUMNS)]
