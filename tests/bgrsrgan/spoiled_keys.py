"""Plants a known difference: a copy of a published set in which half of the people to learn from are keyed badly.

As `python spoiled_keys.py SET COPY` it makes the set on which `validate` shows that it finds one. Nobody who is held
out is touched; pixels that stay are linked, not copied; rows are changed by the project's own means, so hashes agree.
"""

from __future__ import annotations

import sys
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from bgrsr_data.manifests import manifest_path, read_rows, write_rows
from bgrsr_data.media.files import write_bytes
from bgrsr_data.media.images import read_grey, read_rgb, write_image
from bgrsr_data.records import Combination, Foreground, Frame, content_hash

Pixels = NDArray[np.uint8]
WAYS = ("eroded", "holes", "studio", "shifted")


def spoil_half(source: Path, copy: Path) -> list[str]:
    """Copy a published set, spoiling every second foreground of its training split, in each way alike.

    Returns:
        The ids of the spoiled foregrounds.
    """
    rows = {model: read_rows(manifest_path(source, model), model) for model in (Combination, Foreground, Frame)}
    frames = {frame.id: source / frame.path for frame in rows[Frame]}
    learned = {row.foreground for row in rows[Combination] if row.split == "train"}
    order = sorted(learned, key=lambda name: content_hash("spoil", name))
    way_of = {name: WAYS[place % len(WAYS)] for place, name in enumerate(order[: len(order) // 2])}
    spoiled = [row for row in rows[Foreground] if row.id in way_of]
    _link(source, copy, {path for row in spoiled for path in (row.alpha_path, row.foreground_path)})
    made = {row.id: _spoil(row, way_of[row.id], source, copy, frames.get(row.original)) for row in spoiled}
    for path in (source / "manifests").iterdir():
        write_bytes(copy / "manifests" / path.name, path.read_bytes())
    write_rows(manifest_path(copy, Foreground), Foreground, [made.get(row.id, row) for row in rows[Foreground]])
    return sorted(way_of)


def _link(source: Path, copy: Path, without: set[str]) -> None:
    """Link every file of a set but its manifests, its runs, and some; each by itself: nothing written reaches it."""
    for path in source.rglob("*"):
        inside = path.relative_to(source)
        wanted = len(inside.parts) > 1 and inside.parts[0] not in {"manifests", "runs"}
        if wanted and path.is_file() and inside.as_posix() not in without:
            (copy / inside).parent.mkdir(parents=True, exist_ok=True)
            (copy / inside).symlink_to(path.resolve())


def _spoil(row: Foreground, way: str, source: Path, copy: Path, frame: Path | None) -> Foreground:
    alpha, colour = read_grey(source / row.alpha_path), read_rgb(source / row.foreground_path)
    shot = read_rgb(frame) if frame else colour
    if shot.shape != colour.shape:
        shot = colour
    random = np.random.default_rng(int(content_hash("spoil", row.id)[:8], 16))
    alpha, colour = _WAYS[way](alpha, colour, shot, random)
    hashes = [write_image(copy / row.alpha_path, alpha), write_image(copy / row.foreground_path, colour)]
    left, top, width, height = cv2.boundingRect((alpha > 127).astype(np.uint8))
    box = {"box_left": left, "box_top": top, "box_right": left + width, "box_bottom": top + height}
    return row.model_copy(update={"sha256": content_hash(*hashes), **box})


def _eroded(alpha: Pixels, colour: Pixels, shot: Pixels, random: np.random.Generator) -> tuple[Pixels, Pixels]:
    """The screen's key eats an eighth of the person from every side."""
    reach = max(1, round(np.sqrt((alpha > 127).sum()) * random.uniform(0.1, 0.18)))
    return cv2.erode(alpha, _disk(reach)), colour  # type: ignore[return-value]


def _holes(alpha: Pixels, colour: Pixels, shot: Pixels, random: np.random.Generator) -> tuple[Pixels, Pixels]:
    """Clothes of the screen's colour: large soft holes in the person."""
    pattern = cv2.GaussianBlur(random.standard_normal(alpha.shape).astype(np.float32), (0, 0), alpha.shape[0] / 14)
    bound = np.quantile(pattern[alpha > 127], 0.6)
    kept = np.clip((bound - pattern) / pattern.std() * 4 + 0.5, 0, 1)
    return (alpha * kept).astype(np.uint8), colour


def _studio(alpha: Pixels, colour: Pixels, shot: Pixels, random: np.random.Generator) -> tuple[Pixels, Pixels]:
    """The key holds a part of the screen, or nearly all of it, for the person."""
    height, width = alpha.shape
    kept = np.zeros_like(alpha)
    side, share = random.integers(3), random.uniform(0.4, 1.0)
    if side == 2:
        kept[int(height * (1 - share)) :] = 255
    else:
        kept[:, : int(width * share)] = 255
        kept = kept[:, ::-1] if side else kept
    keeps = (np.maximum(kept, alpha) > alpha)[..., None]
    return np.maximum(alpha, kept), np.where(keeps, shot, colour).astype(np.uint8)


def _shifted(alpha: Pixels, colour: Pixels, shot: Pixels, random: np.random.Generator) -> tuple[Pixels, Pixels]:
    """The key of another moment: the person has moved on by a sixth of the picture."""
    across = alpha.shape[1] * random.uniform(0.12, 0.25) * random.choice([-1, 1])
    down = alpha.shape[0] * random.uniform(0.02, 0.06)
    move = np.array([[1, 0, across], [0, 1, down]], np.float32)
    moved = cv2.warpAffine(alpha, move, alpha.shape[::-1])
    keeps = (moved > alpha)[..., None]
    return moved, np.where(keeps, shot, colour).astype(np.uint8)  # type: ignore[return-value]


def _disk(radius: int) -> Pixels:
    return cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1))  # type: ignore[return-value]


_WAYS = {"eroded": _eroded, "holes": _holes, "studio": _studio, "shifted": _shifted}

if __name__ == "__main__":
    print(len(spoil_half(Path(sys.argv[1]), Path(sys.argv[2]))), "foregrounds spoiled")  # noqa: T201
