"""Combinations as examples: only rows are stored; pixels are rendered when they are asked for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import cached_property
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from bgrsrgan.data.degrade import draw_degradation
from bgrsrgan.data.examples import Examples, Origin, Size, cropped, pixels, planes, varied
from bgrsrgan.data.recompose import recompose
from bgrsrgan.data.schedule import Draw

Pixels = NDArray[np.uint8]


class Pair(Protocol):
    """A rendered combination, all uint8 [0, 255], RGB, sRGB; sizes (h, w) low and (H, W) = (2h, 2w) high."""

    @property
    def lr_frame(self) -> Pixels:
        """(h, w, 3): what the camera saw."""

    @property
    def lr_target_background(self) -> Pixels:
        """(h, w, 3): the background to come."""

    @property
    def hr_target_background(self) -> Pixels:
        """(H, W, 3): the same, at the output's size."""

    @property
    def hr_target(self) -> Pixels:
        """(H, W, 3): the person on the background to come."""

    @property
    def hr_alpha(self) -> Pixels:
        """(H, W): straight alpha of the person."""


class Renderer(Protocol):
    """What renders a set's combinations (bgrsr_data.combine.render.Renderer)."""

    def combinations(self, split: str, /) -> Sequence[Any]:
        """The rows of one split ("train", "val" or "test"), always in the same order; each has an `id`."""

    def render(self, combination: Any, /) -> Pair:
        """The pixels of one row, always the same."""

    def target_background(self, combination: Any, /) -> Pixels:
        """The `hr_target_background` of one row alone."""

    def foreground(self, combination: Any, /) -> Any:
        """Who is seen in one row: `person` and `clip`."""

    def time_s(self, combination: Any, /) -> float:
        """When that was filmed, in seconds of the clip."""


class Batch(NamedTuple):
    """Tensors of some pairs: (N, 3, h or H, w or W), alpha (N, 1, H, W); uint8 as loaded, float32 [0, 1] in use."""

    lr_frame: Tensor
    lr_background: Tensor
    hr_background: Tensor
    hr_target: Tensor
    hr_alpha: Tensor


class Combinations(Examples[Batch]):
    """Combinations of one split, rendered when drawn.

    Args:
        renderer: Renders them.
        combinations: The split's rows.
        cache_bytes: Rendered pairs are kept until they take this much; the rest are rendered anew each time.
        crop: (width, height) of the part of the low pictures, and of all others, that a draw of a schedule sees.
        recompose: Share of such draws that are put together anew, before rooms of this split (`recompose.py`).
    """

    def __init__(
        self,
        renderer: Renderer,
        combinations: Sequence[Any],
        *,
        cache_bytes: int = 0,
        crop: Size | None = None,
        recompose: float = 0.0,
    ) -> None:
        super().__init__(cache_bytes=cache_bytes, crop=crop)
        self.renderer = renderer
        self.combinations = combinations
        self.recompose = recompose

    def __len__(self) -> int:
        return len(self.combinations)

    def load(self, row: int) -> Batch:
        """One pair."""
        pair = self.renderer.render(self.combinations[row])
        return Batch(
            planes(pair.lr_frame),
            planes(pair.lr_target_background),
            planes(pair.hr_target_background),
            planes(pair.hr_target),
            planes(pair.hr_alpha[..., None]),
        )

    def __getitem__(self, draw: Draw) -> Batch:
        """One pair, varied as drawn, or as often as told one that is put together anew."""
        # A crop is drawn from the seed itself: of one stream, where it lies would hang on whether it is recomposed.
        random = np.random.default_rng((draw.seed, 1) if self.crop else draw.seed)
        if not draw.seed or random.random() >= self.recompose:
            return super().__getitem__(draw)
        return varied(self.recomposed(draw.seed, random), draw)

    def recomposed(self, seed: int, random: np.random.Generator) -> Batch:
        """A person of the split, each as often as the root of their combinations, before new rooms."""
        row = int(random.choice(len(self), p=self.chances))
        before, behind, beside = (self.room(int(n)) for n in random.integers(len(self), size=3))
        whose = self.whole(row)
        if self.crop:
            whose = cropped(whose, self.crop, seed)
        scene = recompose(
            pixels(whose.hr_target),
            pixels(whose.hr_background),
            pixels(whose.hr_alpha)[..., 0],
            (before, behind, beside),
            draw_degradation(self.combinations[row].id, seed),
            random,
        )
        return Batch(*map(planes, (*scene[:-1], scene.hr_alpha[..., None])))

    def room(self, row: int) -> Pixels:
        """The target background of one pair, (H, W, 3), from memory where it is kept."""
        kept = self.kept(row)
        return pixels(kept.hr_background) if kept else self.renderer.target_background(self.combinations[row])

    @cached_property
    def chances(self) -> NDArray[np.float64]:
        """Of each row to be recomposed, so that somebody of whom there are few pictures is seen too."""
        people = [self.origin(row).person for row in range(len(self))]
        counts = Counter(people)
        weights = np.array([counts[person] ** -0.5 for person in people])
        chances: NDArray[np.float64] = weights / weights.sum()
        return chances

    def origin(self, row: int) -> Origin:
        """The combination, its person, target background and clip."""
        return origin_of(self.renderer, self.combinations[row])


def origin_of(renderer: Renderer, combination: Any) -> Origin:
    """Where the pictures of a combination come from."""
    foreground = renderer.foreground(combination)
    return Origin(
        combination.id,
        foreground.person,
        combination.target_background,
        foreground.clip,
        renderer.time_s(combination),
    )
