"""A renderer over real photographs that needs no workspace: scikit-image's astronaut, cut out, in real rooms.

It serves the tests of the loop; the renderer of bgrsr_data is tested where it lives, and with the loop in
test_train_stage.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

import cv2
import numpy as np
import skimage.data
from numpy.typing import NDArray

from bgrsr_data.media.colour import to_linear, to_srgb8
from bgrsrgan.config import TrainConfig
from bgrsrgan.data.combinations import Combinations

Pixels = NDArray[np.uint8]

# Six steps of both phases on frames of 48×36, kept every second step, measured after the third and the last.
TINY = TrainConfig(
    lr_size=(48, 36),
    batch=2,
    pixel_steps=4,
    adversarial_steps=2,
    eval_every=3,
    checkpoint_every=2,
    log_every=1,
    threads=1,
    device="cpu",
)


@dataclass(frozen=True)
class PhotoCombination:
    id: str
    split: str
    seed: int
    foreground: str = "portrait"
    target_background: str = "room"

    def model_copy(self, *, update: dict[str, str]) -> PhotoCombination:
        return type(self)(**vars(self) | update)


class PhotoForeground(NamedTuple):
    person: str
    clip: str


@dataclass(frozen=True)
class PhotoPair:
    lr_frame: Pixels
    lr_target_background: Pixels
    hr_target_background: Pixels
    hr_target: Pixels
    hr_alpha: Pixels


class PhotoRenderer:
    """Seeded combinations; those of "val" and "test" show the cat, "train" the astronaut."""

    def __init__(self, *, lr_size: tuple[int, int], counts: dict[str, int] | None = None) -> None:
        self.width, self.height = lr_size[0] * 2, lr_size[1] * 2
        self.counts = counts or {"train": 8, "val": 3, "test": 3}
        self.rendered: list[str] = []

    def combinations(self, split: str) -> list[PhotoCombination]:
        offset = {"train": 0, "val": 1_000_000, "test": 2_000_000}[split]
        return [PhotoCombination(f"{split}-{i}", split, offset + i) for i in range(self.counts.get(split, 0))]

    def render(self, combination: PhotoCombination) -> PhotoPair:
        self.rendered.append(combination.id)
        random = np.random.default_rng(combination.seed)
        rgb, alpha = _person(combination.split != "train")
        rgb, alpha = self._placed(rgb, alpha, random)
        names = ["coffee", "rocket"] if combination.split == "train" else ["chelsea", "astronaut"]
        behind, target = (self._crop(_photo(names[i]), random) for i in random.permutation(2))
        frame, truth = (_over(rgb, alpha, background) for background in (behind, target))
        low = (self.width // 2, self.height // 2)
        return PhotoPair(
            cv2.resize(frame, low, interpolation=cv2.INTER_AREA),
            cv2.resize(target, low, interpolation=cv2.INTER_AREA),
            target,
            truth,
            alpha,
        )

    def target_background(self, combination: PhotoCombination) -> Pixels:
        return self.render(combination).hr_target_background

    def foreground(self, combination: PhotoCombination) -> PhotoForeground:
        return PhotoForeground(f"person-{combination.split}", f"clip-{combination.split}")

    def time_s(self, combination: PhotoCombination) -> float:
        return float(combination.seed)

    def examples(self, split: str) -> Combinations:
        return Combinations(self, self.combinations(split), cache_bytes=2**30)

    def _placed(self, rgb: Pixels, alpha: Pixels, random: np.random.Generator) -> tuple[Pixels, Pixels]:
        scale = self.height / 512 * random.uniform(0.75, 1.1)
        x = random.uniform(0.3, 0.7) * self.width - 224 * scale
        move = np.array([[scale, 0, x], [0, scale, self.height - 512 * scale]])
        size = (self.width, self.height)
        return tuple(cv2.warpAffine(a, move, size, flags=cv2.INTER_AREA) for a in (rgb, alpha))  # type: ignore[return-value]

    def _crop(self, photo: Pixels, random: np.random.Generator) -> Pixels:
        height = int(min(photo.shape[0], photo.shape[1] * self.height / self.width) * random.uniform(0.6, 1.0))
        width = int(height * self.width / self.height)
        top, left = random.integers(photo.shape[0] - height + 1), random.integers(photo.shape[1] - width + 1)
        part = photo[top : top + height, left : left + width]
        part = part[:, ::-1] if random.random() < 0.5 else part
        return np.ascontiguousarray(cv2.resize(part, (self.width, self.height), interpolation=cv2.INTER_AREA))


def _over(rgb: Pixels, alpha: Pixels, background: Pixels) -> Pixels:
    share = (alpha.astype(np.float32) / 255)[..., None]
    return to_srgb8(to_linear(background) + share * (to_linear(rgb) - to_linear(background)))


@cache
def _photo(name: str) -> Pixels:
    return np.ascontiguousarray(getattr(skimage.data, name)())


@cache
def _person(held_out: bool) -> tuple[Pixels, Pixels]:
    """The portrait; held out, mirrored and with its upper half alone, so that the two splits differ."""
    rgb = _photo("astronaut")
    marks = np.full(rgb.shape[:2], cv2.GC_BGD, np.uint8)
    marks[10:, 60:420] = cv2.GC_PR_BGD
    cv2.ellipse(marks, (222, 120), (75, 115), 0, 0, 360, cv2.GC_PR_FGD, -1)
    marks[230:, 90:400] = cv2.GC_PR_FGD
    marks[300:, 130:340] = cv2.GC_FGD
    cv2.ellipse(marks, (222, 115), (35, 60), 0, 0, 360, cv2.GC_FGD, -1)
    cv2.setRNGSeed(0)
    cv2.grabCut(rgb[..., ::-1].copy(), marks, None, np.zeros((1, 65)), np.zeros((1, 65)), 3, cv2.GC_INIT_WITH_MASK)
    alpha = cv2.GaussianBlur(np.where(marks & 1, 255, 0).astype(np.uint8), (0, 0), 1.5)
    return (rgb[:, ::-1].copy(), alpha[:, ::-1].copy()) if held_out else (rgb, alpha)
