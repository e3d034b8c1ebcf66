"""A sheet to look at before a clip is keyed: what the key does to some of its frames.

One row a frame: the frame, its alpha, and the subject over a checkerboard, white, black, and the colour across from
the screen's, before which what is left of the screen shows most. Below: when, the score, and the reasons for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain, islice
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from bgrsr_data.errors import Rejection
from bgrsr_data.keying.clip import AHEAD, key_clip
from bgrsr_data.keying.core import Key
from bgrsr_data.keying.options import KeyOptions
from bgrsr_data.keying.reasons import reasons
from bgrsr_data.keying.step import Keyable, in_levels, mattes_for
from bgrsr_data.media.colour import to_linear, to_srgb8
from bgrsr_data.media.contact import checkerboard, contact_sheet, fit, sheet_path
from bgrsr_data.media.images import read_rgb
from bgrsr_data.media.picture import Picture as Decoded
from bgrsr_data.media.video import VideoReader

Picture = NDArray[np.uint8]
ROWS = 6  # of one clip
CELL_PX = 384
MOST_ROWS = 24
_COLUMNS = 6


@dataclass(frozen=True, slots=True)
class Sample:
    """A frame to show.

    Attributes:
        rgb: (H, W, 3) uint8, sRGB.
        title: For the person, as "day1/anna.mp4 12.00 s".
        key: What became of it.
    """

    rgb: Picture
    title: str
    key: Key | Rejection


def draw_preview(items: Sequence[Keyable], options: KeyOptions) -> Picture:
    """Key some frames of each item and show them.

    Args:
        items: Images and clips; several share the sheet's rows.
        options: Of the stage.

    Returns:
        (H, W, 3) uint8, sRGB.

    Raises:
        InputError: A file cannot be read, or a mark does not fit it.
        Rejection: A file is no clip that can be decoded.
        ToolError: The hint's network failed.
    """
    return draw_samples(_samples(items, options), options.min_score)


def draw_samples(samples: Iterable[Sample], min_score: float) -> Picture:
    """Show frames and what became of them.

    Args:
        samples: At least one.
        min_score: Frames whose key scores below this are called rejected.

    Returns:
        (H, W, 3) uint8, sRGB.
    """
    rows, captions = [], []
    for sample in samples:
        pictures, lines = _row(sample, min_score)
        rows.append(pictures)
        captions.append(lines)
    tallest = max(row[0].shape[0] for row in rows)
    return contact_sheet(rows, captions, cell=(CELL_PX, tallest))


def preview_path(items: Sequence[Keyable], out: Path | None) -> Path:
    """Where the sheet goes: where a person said, or NAME-key.png in the current folder, or NAME-key-2.png, and so on.

    Raises:
        InputError: There is something already, or the name is no PNG's.
    """
    return sheet_path(out, f"{Path(items[0].path).stem}-key")


def _samples(items: Sequence[Keyable], options: KeyOptions) -> Iterator[Sample]:
    clips = sum(item.video for item in items)
    stills = len(items) - clips
    each = ROWS if clips == 1 and not stills else max(1, min(ROWS // 2, (MOST_ROWS - stills) // max(clips, 1)))
    for item in items[:MOST_ROWS]:
        if item.video:
            yield from _of_clip(item, each, options)
        else:
            rgb = read_rgb(Path(item.path))
            yield Sample(rgb, item.title, next(_keyed([rgb], item, options)))


def _of_clip(item: Keyable, count: int, options: KeyOptions) -> Iterator[Sample]:
    """Frames spread evenly over a clip, each from the middle of its share, keyed with what those after it tell."""
    name = item.title
    with VideoReader(Path(item.path)) as reader:
        first = next(iter(reader), None)
        if first is None:
            raise Rejection("no-frames", f"{name} has no picture that can be decoded")
        length_s, last = reader.report.declared_s or Fraction(0), None
        for number in range(count):
            at_s, until_s = (first.time_s + length_s * Fraction(2 * n + 1, 2 * count) for n in (number, number + 1))
            pictures = reader.skip_to(at_s)
            picture = next(pictures, first if last is None else None)
            if picture is not None and (last is None or picture.pts > last):
                rgb, last = picture.rgb(), picture.pts
                ahead = _until(islice(pictures, AHEAD), until_s)
                key = next(_keyed(chain([rgb], ahead), item, options))
                yield Sample(rgb, f"{name} {float(picture.time_s):.2f} s", key)


def _until(pictures: Iterable[Decoded], end_s: Fraction) -> Iterator[Picture]:
    for picture in pictures:
        if picture.time_s >= end_s:
            return
        yield picture.rgb()


def _keyed(pictures: Iterable[Picture], item: Keyable, options: KeyOptions) -> Iterator[Key | Rejection]:
    return key_clip(pictures, options, lambda rgb: mattes_for(rgb, item.marks, options))


def _row(sample: Sample, min_score: float) -> tuple[list[Picture], list[str]]:
    """The pictures of one frame, at the sheet's size, and a line below each."""
    key = sample.key
    if isinstance(key, Rejection):
        return [_small(sample.rgb)], [f"{sample.title}: {key}"]
    score = key.scores["score"]
    verdict = f"score {score:.2f}" + ("" if score >= min_score else f", below {min_score:g}: rejected")
    return [_small(sample.rgb), *_shown(key)], [sample.title, verdict, *reasons(key.scores)[: _COLUMNS - 2]]


def _small(rgb: Picture) -> Picture:
    return fit(rgb, (CELL_PX, CELL_PX))


def _shown(key: Key) -> Iterator[Picture]:
    """Alpha, and the subject over what shows mistakes; all blending in linear light, after scaling."""
    levels = fit(in_levels(key.alpha), (CELL_PX, CELL_PX))
    height, width = levels.shape[:2]
    yield levels
    size = (width, height)
    light = to_linear(key.foreground) * key.alpha[..., None]
    light = np.asarray(cv2.resize(light, size, interpolation=cv2.INTER_AREA), np.float32)
    alpha = np.asarray(cv2.resize(key.alpha, size, interpolation=cv2.INTER_AREA), np.float32)[..., None]
    plain = np.ones((height, width, 3), np.uint8)
    for behind in (checkerboard(height, width), 255 * plain, 0 * plain, (255 - key.screen) * plain):
        yield to_srgb8(light + to_linear(behind) * (1 - alpha))
