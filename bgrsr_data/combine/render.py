"""Render a combination: the same pixels wherever they are asked for.

The person is scaled as premultiplied linear light, lit as the room is, laid over each background in linear light, and
only then encoded. The low-resolution input is what a webcam would have given of the person before the original
background; the target is the person before the other one, in the same light. Nothing is stored; foregrounds and
backgrounds are cached, because a set uses each of them many times.

No sum hangs on the processor: loops are compiled without fusing or reordering (resample, compose, camera), draws are
hashes, and codecs work in whole numbers. OpenCV reads files, turns planes, and codes JPEG: it adds up nothing here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bgrsr_data.combine.camera import film
from bgrsr_data.combine.compose import Shares, draw_input, draw_target, light_person
from bgrsr_data.combine.cutouts import Cache, Cutout, Scene, alpha_of, closeness, cut_out, look, make_scene, place
from bgrsr_data.combine.light import match_light
from bgrsr_data.combine.linear import encode
from bgrsr_data.combine.resample import Size
from bgrsr_data.combine.surround import surround
from bgrsr_data.errors import InputError
from bgrsr_data.manifests import manifest_path, read_rows
from bgrsr_data.media.images import read_grey, read_rgb
from bgrsr_data.records import Background, Combination, Foreground, Frame

LR_SIZE = (320, 240)
HR_SIZE = (640, 480)
CACHE_BYTES = 1 << 30


@dataclass(frozen=True, slots=True)
class Pair:
    """What a network sees and what it should answer; h, w and H, W are the low and high resolution.

    Args:
        lr_frame: (h, w, 3) uint8 sRGB, the person before the original background, as a webcam shows it.
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


@dataclass(frozen=True, slots=True)
class Rows:
    """What a renderer knows: the combinations, and by id who and what they show."""

    combinations: Sequence[Combination]
    foregrounds: Mapping[str, Foreground]
    backgrounds: Mapping[str, Background]

    @classmethod
    def published(cls, root: Path) -> Rows:
        """Everything in the manifests.

        Raises:
            InputError: A manifest is missing.
        """
        return cls(
            read_rows(manifest_path(root, Combination), Combination),
            {row.id: row for row in read_rows(manifest_path(root, Foreground), Foreground)},
            {row.id: row for row in read_rows(manifest_path(root, Background), Background)},
        )


class Renderer:
    """Renders the combinations of a published set; threads may share it.

    Args:
        root: The workspace.
        rows: What it can render; by default everything in the manifests.
        lr_size: (width, height) of the input.
        hr_size: (width, height) of the target.
        cache_bytes: Memory for decoded foregrounds, and as much for backgrounds.

    Raises:
        InputError: A manifest is missing, or files that it names are gone.
    """

    def __init__(
        self,
        root: Path,
        rows: Rows | None = None,
        *,
        lr_size: Size = LR_SIZE,
        hr_size: Size = HR_SIZE,
        cache_bytes: int = CACHE_BYTES,
    ) -> None:
        self.root, self.lr_size, self.hr_size = root, lr_size, hr_size
        rows = rows or Rows.published(root)
        self._combinations = rows.combinations
        self._foregrounds, self._backgrounds = rows.foregrounds, rows.backgrounds
        self._check_files()
        self._cutout = Cache(cache_bytes, self._read_cutout)
        self._scene = Cache(cache_bytes, self._read_scene)

    def combinations(self, split: str | None = None) -> list[Combination]:
        """The combinations of one split, or all, sorted by id."""
        return [row for row in self._combinations if split in (None, row.split)]

    def render(self, row: Combination) -> Pair:
        """Draw one combination."""
        size = self.hr_size
        cutout = self._cutout(row.foreground)
        original = look(self._scenes(row.original_background), size, row.seed, "original")
        target = look(self._scenes(row.target_background), size, row.seed, "target")
        person = place(cutout, row, size)
        gains = match_light(cutout.light, original.scene.light, row.match) * np.array(row.light, np.float32)
        light_person(person, gains)
        around = surround(person, row, size)
        shadow, wrap, spill = np.float32(row.shadow), np.float32(row.wrap), np.float32(row.spill)
        small, asked = self.lr_size, Shares(shadow, wrap, spill)
        light = draw_input(person, around, original, asked, size, small=small, kernel=row.kernel)
        asked = Shares(shadow, wrap, np.float32(0))
        background, picture, small_background = draw_target(person, around, target, asked, size, small=small)
        return Pair(
            lr_frame=film(light, row),
            lr_target_background=encode(small_background),
            hr_target_background=background,
            hr_target=picture,
            hr_alpha=alpha_of(person, size),
        )

    def target_background(self, row: Combination) -> NDArray[np.uint8]:
        """The `hr_target_background` of one combination alone, at a small part of the cost of all."""
        width, height = self.hr_size
        view = look(self._scenes(row.target_background), self.hr_size, row.seed, "target")
        seen = view.scene.srgb[view.top : view.top + height, view.left : view.left + width]
        return np.ascontiguousarray(seen[:, ::-1] if view.mirrored else seen)

    def foreground(self, row: Combination) -> Foreground:
        """Who is seen in one combination."""
        return self._foregrounds[row.foreground]

    def time_s(self, row: Combination) -> float:
        """When its person was filmed, in seconds of the clip; 0 where no frame tells."""
        return self._times.get(self.foreground(row).original, 0.0)

    def growth(self, row: Combination) -> float:
        """How many times larger than in their files person and target background are in the target, whichever is more.

        Above 1 what is seen has less detail than the target has room for.
        """
        background = self._backgrounds[row.target_background]
        width, height = self.hr_size
        filling = max(width / background.width, height / background.height)
        person = row.zoom * height / self.foreground(row).height
        return max(person, filling * closeness(row.seed, "target"))

    @cached_property
    def _times(self) -> dict[str, float]:
        path = manifest_path(self.root, Frame)
        return {row.id: float(row.pts * row.time_base) for row in read_rows(path, Frame)} if path.is_file() else {}

    def _scenes(self, background: str) -> Callable[[float], Scene]:
        return lambda closer: self._scene((background, closer))

    def _read_cutout(self, identifier: str) -> Cutout:
        row = self._foregrounds[identifier]
        colour, alpha = read_rgb(self.root / row.foreground_path), read_grey(self.root / row.alpha_path)
        if colour.shape[:2] != alpha.shape:
            raise InputError(
                f"{self.root / row.alpha_path}: is of another size than {row.foreground_path}; key it again"
            )
        return cut_out(colour, alpha, self.hr_size)

    def _read_scene(self, seen: tuple[str, float]) -> Scene:
        identifier, closer = seen
        return make_scene(read_rgb(self.root / self._backgrounds[identifier].path), self.hr_size, closer)

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
