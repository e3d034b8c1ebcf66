"""A sheet of a few moments, before and after: what a person wants to see before the video."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np

from bgrsr_data.media.contact import contact_sheet, fit
from bgrsr_data.media.files import write_bytes
from bgrsrgan.replace.framing import Pixels
from bgrsrgan.replace.mp4 import MADE_BY

MOMENTS, COLUMNS = 8, 4
_WIDTH_PX = 400  # of a picture
_JPEG_START, _JPEG_COMMENT = b"\xff\xd8", b"\xff\xfe"


class Moment(NamedTuple):
    """A picture before and after.

    Attributes:
        time_s: Seconds.
        before: (h, w, 3) uint8, sRGB.
        after: (H, W, 3) uint8, sRGB.
    """

    time_s: Fraction
    before: Pixels
    after: Pixels


class Preview:
    """Keeps a few moments, evenly spread over a video of unknown length."""

    def __init__(self) -> None:
        self._kept: list[Moment] = []
        self._seen, self._every = 0, 1

    def look(self, time_s: Fraction, before: Pixels, after: Pixels) -> None:
        """Take note of a moment: of every one at first, then of every second, every fourth and so on."""
        if self._seen % self._every == 0:
            cell = (_WIDTH_PX, _WIDTH_PX)
            self._kept.append(Moment(time_s, fit(before, cell), fit(after, cell)))
            if len(self._kept) == 2 * MOMENTS:
                self._kept, self._every = self._kept[::2], 2 * self._every
        self._seen += 1

    def moments(self) -> list[Moment]:
        """At most MOMENTS of them, the first and the last that was kept among them."""
        places = np.linspace(0, len(self._kept) - 1, min(MOMENTS, len(self._kept)))
        return [self._kept[round(place)] for place in places]

    def write(self, path: Path) -> None:
        """Write the sheet, a JPEG: each moment as it came, above as it became."""
        moments = self.moments()
        rows, captions = [], []
        for first in range(0, len(moments), COLUMNS):
            some = moments[first : first + COLUMNS]
            rows += [[one.before for one in some], [one.after for one in some]]
            captions += [[f"{float(one.time_s):.2f} s" for one in some], [""] * len(some)]
        height = max(picture.shape[0] for row in rows for picture in row)
        sheet = contact_sheet(rows, captions, cell=(_WIDTH_PX, height))
        write_bytes(path, _jpeg(sheet))


def is_our_sheet(path: Path) -> bool:
    """Whether a file was written here."""
    with path.open("rb") as file:
        return file.read(64).startswith(_JPEG_START + _comment())


def _jpeg(sheet: Pixels) -> bytes:
    coded = cv2.imencode(".jpg", cv2.cvtColor(sheet, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, 90])[1].tobytes()
    return _JPEG_START + _comment() + coded.removeprefix(_JPEG_START)


def _comment() -> bytes:
    text = MADE_BY.encode()
    return _JPEG_COMMENT + (len(text) + 2).to_bytes(2) + text
