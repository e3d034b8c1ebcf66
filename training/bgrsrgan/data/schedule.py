"""Which examples a step sees: it follows from the seed and the step alone.

So a run that is stopped and resumed, in the middle of an epoch too, sees exactly what an unbroken one sees.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

AS_IT_IS = (0, 1, 2)


class Draw(NamedTuple):
    """One place in a batch: which example, and how it is varied.

    Attributes:
        row: Index of the example in its split.
        mirrored: Whether every picture is mirrored.
        channels: From which channel each of red, green and blue is taken, in every picture. Light is blended channel
            by channel, so the target stays exactly the foreground over the background, but the person's clothes and
            the room have other colours, or none.
        seed: Of everything else that is drawn for this place: where it is cropped, how it is degraded. 0 where rows are
            taken as they are, whole, to measure.
    """

    row: int
    mirrored: bool = False
    channels: tuple[int, int, int] = AS_IT_IS
    seed: int = 0


@dataclass(frozen=True)
class Schedule:
    """Which draws each step sees: epoch after epoch in a new order, nothing left out, for the steps [start, stop).

    Attributes:
        count: Examples in the split.
        batch: Draws per step.
        seed: Of the order.
        start: First step.
        stop: Step before which it ends.
        vary: Whether draws are mirrored and recoloured at random.
    """

    count: int
    batch: int
    seed: int
    start: int
    stop: int
    vary: bool = True

    def __iter__(self) -> Iterator[list[Draw]]:
        order, of_epoch = self._order(0), 0
        for step in range(self.start, self.stop):
            draws = []
            for place in range(step * self.batch, (step + 1) * self.batch):
                epoch, within = divmod(place, self.count)
                if epoch != of_epoch:
                    order, of_epoch = self._order(epoch), epoch
                draws.append(order[within])
            yield draws

    def __len__(self) -> int:
        return self.stop - self.start

    def _order(self, epoch: int) -> list[Draw]:
        random = np.random.default_rng([self.seed, epoch])
        indices = random.permutation(self.count)
        mirrored, recoloured = random.random((2, self.count)) < 0.5
        channels = np.where(recoloured[:, None], random.integers(3, size=(self.count, 3)), AS_IT_IS)
        seeds = random.integers(1, 2**31, size=self.count)
        if not self.vary:
            return [Draw(int(row), seed=int(seed)) for row, seed in zip(indices, seeds, strict=True)]
        return [
            Draw(int(row), bool(flip), (int(red), int(green), int(blue)), int(seed))
            for row, flip, (red, green, blue), seed in zip(indices, mirrored, channels, seeds, strict=True)
        ]
