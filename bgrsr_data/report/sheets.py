"""The contact sheets of a set: frames, keys, trimaps and combinations, each drawn from rows by a seed."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from bgrsr_data.combine.render import Renderer
from bgrsr_data.media.contact import Picture, checkerboard, contact_sheet, cover, over, tint_trimap
from bgrsr_data.media.images import read_grey, read_rgb
from bgrsr_data.records import Foreground, Frame, Record
from bgrsr_data.report.deblurred import draw_deblurred
from bgrsr_data.report.facts import Dataset

R = TypeVar("R", bound=Record)
SMALL = (200, 150)


@dataclass(frozen=True)
class Sheet:
    """A contact sheet.

    Args:
        name: Of its file, as "keys-worst".
        title: For the person.
        about: What the columns show.
        pixels: (H, W, 3) uint8, sRGB.
    """

    name: str
    title: str
    about: str
    pixels: NDArray[np.uint8]


def draw_sheets(data: Dataset, root: Path, *, rows: int, seed: int) -> Iterator[Sheet]:
    """Draw every sheet that the set has pictures for.

    Args:
        data: The rows.
        root: The workspace.
        rows: How many rows a sheet has.
        seed: Decides which rows are drawn "at random".

    Raises:
        InputError: A file that a row names is gone.
    """
    if data.frames:
        yield _frames(data, root, rows, seed)
    if changed := [f for f in data.frames if f.decision in ("replaced", "improved") and f.original in data.extracted]:
        yield _deblurred(data, root, pick(changed, rows, seed))
    keyed = sorted((f for f in data.foregrounds if f.screen is not None), key=lambda f: (f.score, f.id))
    if keyed:
        middle = pick(keyed, rows, seed)
        for word, some in (("worst", keyed[:rows]), ("random", middle), ("best", keyed[::-1][:rows])):
            yield _keys(data, root, word, some)
    if data.trimaps:
        yield _trimaps(data, root, rows, seed)
    if data.combinations:
        yield _combinations(data, root, rows, seed)


def pick(rows: Sequence[R], count: int, seed: int) -> list[R]:
    """Draw at most `count` rows, the same ones for the same rows and seed."""
    return random.Random(seed).sample(list(rows), min(count, len(rows)))  # noqa: S311 - no secret


def _frames(data: Dataset, root: Path, rows: int, seed: int) -> Sheet:
    titles = {clip.id: clip.title for clip in data.clips}
    some = sorted(pick(data.frames, 5 * rows, seed), key=lambda f: (titles.get(f.clip, ""), f.pts))
    pictures = [read_rgb(root / f.path) for f in some]
    lines = [f"{titles.get(f.clip, f.clip)[:24]} {float(f.pts * f.time_base):.2f} s, {f.decision}" for f in some]
    about = "Drawn at random among the frames that passed; below each: clip, time, and what deblurring did."
    return Sheet("frames", "Frames", about, contact_sheet(_rows_of(pictures, 5), _rows_of(lines, 5), cell=SMALL))


def _deblurred(data: Dataset, root: Path, some: Sequence[Frame]) -> Sheet:
    pairs = [(data.extracted[frame.original or ""], frame) for frame in sorted(some, key=lambda f: (f.clip, f.pts))]
    about = "The frame as it was taken, what stands for it now, and the part that changed most, of both."
    return Sheet("deblurred", "Deblurred", about, draw_deblurred(pairs, root))


def _keys(data: Dataset, root: Path, word: str, some: Sequence[Foreground]) -> Sheet:
    frames = {frame.id: frame for frame in data.frames}
    behind = [
        read_rgb(root / background.path) for background in data.backgrounds[:: max(1, len(data.backgrounds) // 4)]
    ]
    pictures: list[list[Picture]] = []
    lines = []
    for number, row in enumerate(some):
        colour, alpha = read_rgb(root / row.foreground_path), read_grey(root / row.alpha_path)
        height, width = alpha.shape
        before = read_rgb(root / frames[row.original].path) if row.original in frames else colour
        shown = [before, alpha, over(colour, alpha, checkerboard(height, width))]
        if behind:
            shown.append(over(colour, alpha, cover(behind[number % len(behind)], height, width)))
        pictures.append(shown)
        lines.append(
            [f"{row.id}", f"score {row.score:.3f}", f"screen {row.screen_name or row.screen}", "new background"]
        )
    about = "Frame, alpha, the person over a checkerboard, the person before a background of the set."
    return Sheet(f"keys-{word}", f"Keys, {word}", about, contact_sheet(pictures, lines))


def _trimaps(data: Dataset, root: Path, rows: int, seed: int) -> Sheet:
    clips = {clip.id: clip for clip in data.clips}
    cut_from = {foreground.original: foreground for foreground in data.foregrounds}
    known = [row for row in data.trimaps if row.clip in clips and row.id in cut_from]
    pictures, lines = [], []
    for row in pick(known, rows, seed):
        cut = cut_from[row.id]
        colour, alpha = read_rgb(root / cut.foreground_path), read_grey(root / cut.alpha_path)
        tinted = tint_trimap(colour, read_grey(root / row.path))
        shown = over(colour, alpha, checkerboard(alpha.shape[0], alpha.shape[1], 8))
        pictures.append([read_rgb(root / clips[row.clip].path), tinted, alpha, shown])
        title = f"{clips[row.clip].title[:16]} #{row.annotation}"
        lines.append([title, f"band {row.band_px} px", f"score {cut.score:.3f}", f"{row.width} x {row.height}"])
    about = "Photograph, trimap over the person (green person, yellow uncertain, blue background), alpha, cut out."
    return Sheet("trimaps", "Trimaps", about, contact_sheet(pictures, lines))


def _combinations(data: Dataset, root: Path, rows: int, seed: int) -> Sheet:
    renderer = Renderer(root)
    pictures, lines = [], []
    for row in pick(data.combinations, rows + 2, seed):
        pair = renderer.render(row)
        pictures.append([pair.lr_frame, pair.lr_target_background, pair.hr_target])
        lines.append([f"{row.id}", row.split, ""])
    about = "What a network sees (a small noisy frame, and the background that is wanted) and what it should answer."
    return Sheet("combinations", "Combinations", about, contact_sheet(pictures, lines, cell=(320, 240)))


T = TypeVar("T")


def _rows_of(things: Sequence[T], columns: int) -> list[list[T]]:
    return [list(things[start : start + columns]) for start in range(0, len(things), columns)]
