"""Pictures within the page: as small as their use allows, in the file itself."""

from __future__ import annotations

import base64
from dataclasses import dataclass

import cv2
import numpy as np

from bgrsr_data.media.contact import Picture, fit

CELL = (480, 360)  # a picture of a sheet: as wide as a phone
PANEL = (1400, 2800)  # a panel of a training run: twelve pictures and their labels
QUALITY = 78


@dataclass(frozen=True)
class Inlined:
    """A picture as the page holds it: a data URI, and its size in pixels."""

    uri: str
    width: int
    height: int


def inline(pixels: Picture, box: tuple[int, int] = CELL) -> Inlined:
    """Put an RGB or grey picture, no larger than `box`, into a data URI (WebP)."""
    small = within(pixels, box)
    options = [cv2.IMWRITE_WEBP_QUALITY, QUALITY]
    encoded = cv2.imencode(".webp", np.ascontiguousarray(small[..., ::-1]), options)[1]
    text = base64.b64encode(encoded.tobytes()).decode()
    return Inlined(f"data:image/webp;base64,{text}", small.shape[1], small.shape[0])


def within(pixels: Picture, box: tuple[int, int] = CELL) -> Picture:
    """Make a picture smaller where it is larger than `box` (width, height): (h, w, 3) uint8, sRGB."""
    height, width = pixels.shape[:2]
    return fit(pixels, (min(box[0], width), min(box[1], height)))
