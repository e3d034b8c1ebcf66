"""A sheet of a few combinations, to look at before a network is trained on thousands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

from bgrsr_data.combine.render import Pair, Renderer
from bgrsr_data.combine.step import Material
from bgrsr_data.manifests import manifest_path, write_rows
from bgrsr_data.media.contact import Picture, contact_sheet
from bgrsr_data.records import Background, Combination, Foreground

T = TypeVar("T")
CELL = (240, 180)
SIDE_BY_SIDE = 6  # so many combinations are one below the other; more are in two columns


def draw_preview(rows: Sequence[Combination], material: Material, root: Path, count: int) -> Picture:
    """Draw some combinations, spread over splits, people and backgrounds.

    Args:
        rows: All that were planned.
        material: What they show.
        root: What the paths of the material are relative to.
        count: How many to draw; fewer where there are fewer.

    Returns:
        (H, W, 3) uint8, sRGB: of each combination the input, the background that is wanted, the target and its alpha,
        with what was drawn for it below.

    Raises:
        InputError: A file that a row names is gone.
    """
    person_of = {f.id: f.person for f in material.foregrounds}
    some = spread(rows, person_of, count)
    titles = {clip.id: clip.title for clip in material.clips}
    title_of = {b.id: titles.get(b.clip, Path(b.path).stem) for b in material.backgrounds}
    pictures: list[list[Picture]] = []
    lines: list[list[str]] = []
    for row, pair in zip(some, _render(some, material, root), strict=True):
        pictures.append([pair.lr_frame, pair.hr_target_background, pair.hr_target, pair.hr_alpha])
        lines.append(_captions(row, person_of, title_of))
    if len(some) > SIDE_BY_SIDE:
        pictures, lines = _in_two(pictures), _in_two(lines)
    return contact_sheet(pictures, lines, cell=CELL)


def spread(rows: Sequence[Combination], person_of: dict[str, str], count: int) -> list[Combination]:
    """Some of the rows: each the one whose split, person and backgrounds were shown least so far."""
    shown: Counter[tuple[str, str]] = Counter()
    left = list(rows)
    some: list[Combination] = []
    while left and len(some) < count:
        row = min(left, key=lambda row: (*(shown[fact] for fact in _facts(row, person_of)), row.id))
        shown.update(_facts(row, person_of))
        left.remove(row)
        some.append(row)
    return sorted(some, key=lambda row: (["train", "val", "test"].index(row.split), person_of[row.foreground], row.id))


def _facts(row: Combination, person_of: dict[str, str]) -> list[tuple[str, str]]:
    return [
        ("split", row.split),
        ("person", person_of[row.foreground]),
        ("target", row.target_background),
        ("original", row.original_background),
        ("foreground", row.foreground),
    ]


def _render(rows: Sequence[Combination], material: Material, root: Path) -> list[Pair]:
    """Draw them as they would be drawn once published."""
    used = {name for row in rows for name in (row.foreground, row.original_background, row.target_background)}
    foregrounds = [
        f.model_copy(update={"alpha_path": str(root / f.alpha_path), "foreground_path": str(root / f.foreground_path)})
        for f in material.foregrounds
        if f.id in used
    ]
    backgrounds = [b.model_copy(update={"path": str(root / b.path)}) for b in material.backgrounds if b.id in used]
    with TemporaryDirectory() as elsewhere:
        set_of = Path(elsewhere)
        write_rows(manifest_path(set_of, Foreground), Foreground, foregrounds)
        write_rows(manifest_path(set_of, Background), Background, backgrounds)
        write_rows(manifest_path(set_of, Combination), Combination, rows)
        renderer = Renderer(set_of)
        return [renderer.render(row) for row in rows]


def _captions(row: Combination, person_of: dict[str, str], title_of: dict[str, str]) -> list[str]:
    """What is said below the four pictures: who and where, what the camera did, how the person sits in the light."""
    coded = "" if row.codec == "none" else f", {row.codec} {row.quality}"
    blur = f", blur {row.blur_px:.1f} px" if row.blur_px else ""
    return [
        f"{row.split}: {person_of[row.foreground]}, {title_of[row.original_background]}",
        f"{title_of[row.target_background]}; {row.kernel}, noise {row.noise:.3f}{blur}{coded}",
        f"match {row.match:.2f}, cast {row.light[0] - 1:+.2f}, wrap {row.wrap:.2f}",
        f"shadow {row.shadow:.2f}, spill {row.spill:.2f}, zoom {row.zoom:.2f}{', mirrored' if row.flip else ''}",
    ]


def _in_two(rows: Sequence[list[T]]) -> list[list[T]]:
    half = (len(rows) + 1) // 2
    return [[*rows[n], *(rows[half + n] if half + n < len(rows) else [])] for n in range(half)]
