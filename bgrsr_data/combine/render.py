"""Render a combination: the same pixels wherever they are asked for.

The foreground is scaled as premultiplied linear light, laid over each background in linear light, and only then
encoded. The low-resolution input is the area average of the full-resolution picture, with the camera's noise on top:
what a webcam would have given. Nothing is stored; foregrounds and backgrounds are cached, because a set uses each of
them many times.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bgrsr_data.errors import InputError
from bgrsr_data.manifests import manifest_path, read_rows
from bgrsr_data.media.colour import to_linear, to_srgb8
from bgrsr_data.media.images import read_grey, read_rgb
from bgrsr_data.media.scaling import resize
from bgrsr_data.records import Background, Combination, Foreground

LR_SIZE = (320, 240)
HR_SIZE = (640, 480)
CACHED = 256

Size = tuple[int, int]  # width, height


@dataclass(frozen=True, slots=True)
class Pair:
    """What a network sees and what it should answer; h, w and H, W are the low and high resolution.

    Args:
        lr_frame: (h, w, 3) uint8 sRGB, the person before the original background, with camera noise.
        lr_target_background: (h, w, 3) uint8 sRGB.
        hr_target_background: (H, W, 3) uint8 sRGB.
        hr_target: (H, W, 3) uint8 sRGB, the person before the target background.
        hr_alpha: (H, W) uint8, the person's share of each pixel.
    """

    lr_frame: NDArray[np.uint8]
    lr_target_background: NDArray[np.uint8]
    hr_target_background: NDArray[np.uint8]
    hr_target: NDArray[np.uint8]
    hr_alpha: NDArray[np.uint8]


class Renderer:
    """Renders the combinations of a published set.

    Args:
        root: The workspace.
        lr_size: (width, height) of the input.
        hr_size: (width, height) of the target.

    Raises:
        InputError: A manifest is missing, or files that it names are gone.
    """

    def __init__(self, root: Path, *, lr_size: Size = LR_SIZE, hr_size: Size = HR_SIZE) -> None:
        self.root, self.lr_size, self.hr_size = root, lr_size, hr_size
        self._combinations = read_rows(manifest_path(root, Combination), Combination)
        self._foregrounds = {row.id: row for row in read_rows(manifest_path(root, Foreground), Foreground)}
        self._backgrounds = {row.id: row for row in read_rows(manifest_path(root, Background), Background)}
        self._check_files()
        self._cutout = lru_cache(CACHED)(self._read_cutout)
        self._scene = lru_cache(CACHED)(self._read_scene)

    def combinations(self, split: str | None = None) -> list[Combination]:
        """The combinations of one split, or all, sorted by id."""
        return [row for row in self._combinations if split in (None, row.split)]

    def render(self, row: Combination) -> Pair:
        """Draw one combination."""
        premultiplied, alpha = place(self._cutout(row.foreground), row, self.hr_size)
        light = (1 - alpha)[..., None]
        target = crop(self._scene(row.target_background), self.hr_size, np.random.default_rng([row.seed, 2]))
        original = crop(self._scene(row.original_background), self.hr_size, np.random.default_rng([row.seed, 3]))
        frame = resize(premultiplied + light * original, self.lr_size)
        return Pair(
            lr_frame=_with_noise(to_srgb8(frame), row),
            lr_target_background=to_srgb8(resize(target, self.lr_size)),
            hr_target_background=to_srgb8(target),
            hr_target=to_srgb8(premultiplied + light * target),
            hr_alpha=np.rint(alpha * 255).astype(np.uint8),
        )

    def _read_cutout(self, identifier: str) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        row = self._foregrounds[identifier]
        return read_rgb(self.root / row.foreground_path), read_grey(self.root / row.alpha_path)

    def _read_scene(self, identifier: str) -> NDArray[np.uint8]:
        return shrink(read_rgb(self.root / self._backgrounds[identifier].path), self.hr_size)

    def _check_files(self) -> None:
        used = {row.foreground for row in self._combinations}
        behind = {b for row in self._combinations for b in (row.original_background, row.target_background)}
        try:
            paths = [self._foregrounds[i].alpha_path for i in used] + [
                self._foregrounds[i].foreground_path for i in used
            ]
            paths += [self._backgrounds[i].path for i in behind]
        except KeyError as error:
            raise InputError(
                f"{self.root}: the manifests do not belong together ({error}); run: bgrsr publish"
            ) from error
        gone = sorted(path for path in paths if not (self.root / path).is_file())
        if gone:
            raise InputError(
                f"{self.root}: {len(gone)} files of the manifests are gone, as {gone[0]}; "
                "make them again by running the recipe once more"
            )


def place(
    cutout: tuple[NDArray[np.uint8], NDArray[np.uint8]], row: Combination, size: Size
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Scale and move a foreground into an empty picture.

    Args:
        cutout: (h, w, 3) uint8 sRGB straight colour and (h, w) uint8 alpha.
        row: Its zoom, place and flip.
        size: (width, height) of the picture.

    Returns:
        (H, W, 3) float32 linear light, premultiplied, and (H, W) float32 alpha in [0, 1].
    """
    colour, alpha = (np.ascontiguousarray(a[:, ::-1]) for a in cutout) if row.flip else cutout
    width, height = size
    placed_height = max(1, round(row.zoom * height))
    placed = (max(1, round(placed_height * alpha.shape[1] / alpha.shape[0])), placed_height)
    left = round(row.left * height)
    left = width - left - placed[0] if row.flip else left
    cover = alpha.astype(np.float32) / np.float32(255)
    top = round(row.top * height)
    premultiplied = _paste(resize(to_linear(colour) * cover[..., None], placed), size, left, top)
    return np.maximum(premultiplied, 0), np.clip(_paste(resize(cover, placed), size, left, top), 0, 1)


def crop(scene: NDArray[np.uint8], size: Size, rng: np.random.Generator) -> NDArray[np.float32]:
    """Cut a part of a background that has the picture's aspect, mirrored every other time.

    Args:
        scene: (h, w, 3) uint8 sRGB.
        size: (width, height) of the picture.
        rng: Draws zoom, place and mirroring.

    Returns:
        (H, W, 3) float32, linear light.
    """
    height, width = scene.shape[:2]
    cover = min(width / size[0], height / size[1]) / rng.uniform(1.0, 1.3)
    w, h = max(1, int(size[0] * cover)), max(1, int(size[1] * cover))
    x, y = int(rng.uniform(0, width - w + 1)), int(rng.uniform(0, height - h + 1))
    part = scene[y : y + h, x : x + w]
    part = part[:, ::-1] if rng.random() < 0.5 else part
    return resize(to_linear(part), size)


def shrink(scene: NDArray[np.uint8], size: Size) -> NDArray[np.uint8]:
    """Make a large background no larger than a picture needs, with room to crop."""
    scale = 1.5 * max(size[0] / scene.shape[1], size[1] / scene.shape[0])
    if scale >= 1:
        return scene
    small = (round(scene.shape[1] * scale), round(scene.shape[0] * scale))
    return to_srgb8(resize(to_linear(scene), small))


def _paste(patch: NDArray[np.float32], size: Size, left: int, top: int) -> NDArray[np.float32]:
    picture = np.zeros((size[1], size[0], *patch.shape[2:]), np.float32)
    x0, y0 = max(left, 0), max(top, 0)
    x1, y1 = min(left + patch.shape[1], size[0]), min(top + patch.shape[0], size[1])
    if x1 > x0 and y1 > y0:
        picture[y0:y1, x0:x1] = patch[y0 - top : y1 - top, x0 - left : x1 - left]
    return picture


def _with_noise(frame: NDArray[np.uint8], row: Combination) -> NDArray[np.uint8]:
    """Add the camera's noise (Gaussian, on sRGB values, as after a webcam's processing)."""
    rng = np.random.default_rng([row.seed, 4])
    noise = rng.standard_normal(frame.shape, np.float32) * np.float32(row.noise * 255)
    return np.clip(np.rint(frame + noise), 0, 255).astype(np.uint8)
