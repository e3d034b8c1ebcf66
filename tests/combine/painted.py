"""A published set of one foreground and painted backgrounds, and its rows."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from combine.conftest import background, foreground

from bgrsr_data.combine.render import Renderer
from bgrsr_data.manifests import manifest_path, write_rows
from bgrsr_data.media.images import write_image
from bgrsr_data.records import Background, Combination, Foreground

SIZE = (64, 48)
Colour = tuple[int, int, int]


def combination(**changed: object) -> Combination:
    """The foreground as high as the picture, from its left upper corner, before "a" and then "b", with no effect."""
    told = {
        "id": "combination-1", "foreground": foreground(0).id, "original_background": "background-a",
        "target_background": "background-b", "split": "train", "zoom": 1.0, "left": 0.0, "top": 0.0, "flip": False,
        "noise": 0.0, "seed": 5,
    }  # fmt: skip
    return Combination.model_validate(told | changed)


def set_of(
    root: Path,
    rgb: np.ndarray,
    alpha: np.ndarray,
    rooms: dict[str, Colour | np.ndarray],
    *rows: Combination,
    size: tuple[int, int] = SIZE,
) -> Renderer:
    """A foreground, and backgrounds of one colour or painted, for pictures of `size` and inputs half as large."""
    height, width = alpha.shape
    person = foreground(0, size=(width, height), box=(0, 0, width, height))
    write_image(root / person.foreground_path, rgb)
    write_image(root / person.alpha_path, alpha)
    behind = [background(name) for name in rooms]
    for room, look in zip(behind, rooms.values(), strict=True):
        flat = np.full((60, 80, 3), look, np.uint8) if isinstance(look, tuple) else look
        write_image(root / room.path, flat)
    write_rows(manifest_path(root, Foreground), Foreground, [person])
    write_rows(manifest_path(root, Background), Background, behind)
    write_rows(manifest_path(root, Combination), Combination, rows or [combination()])
    return Renderer(root, lr_size=(size[0] // 2, size[1] // 2), hr_size=size)
