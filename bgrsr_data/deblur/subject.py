"""How sharp the subject of a frame is beside that of its neighbours, when all of them lie in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bgrsr_data.deblur.neighbours import Neighbour
from bgrsr_data.frames.sharpness import calm, measure_motion, measure_tiles, relate_sharpness, shrink, weigh_subject
from bgrsr_data.media.colour import luma


@dataclass(frozen=True, slots=True, eq=False)
class Subject:
    """What moves in a frame, and how sharp it is there and in the neighbours.

    Args:
        moves: How far each tile changed between the frame and those next to it.
        sharpness: Of the frame's subject, at least 0; comparable with `others` only.
        others: The same of each neighbour, in their order.
    """

    moves: NDArray[np.float32]
    sharpness: float
    others: tuple[float, ...]

    @property
    def ratio(self) -> float:
        """Sharpness over the 80th percentile of the neighbours'."""
        return relate_sharpness([self.sharpness, *self.others], [0] * (1 + len(self.others)), 0, len(self.others))

    def gain(self, result: NDArray[np.uint8]) -> float:
        """By which share the subject of a result, (H, W, 3) uint8, is sharper than the frame's."""
        (sharpness,) = weigh_subject([measure_tiles(_calmed(result))], self.moves)
        return sharpness / self.sharpness - 1


def measure_subject(frame: NDArray[np.uint8], neighbours: Sequence[Neighbour]) -> Subject:
    """Find what moves, and measure it in all frames.

    Args:
        frame: (H, W, 3) uint8.
        neighbours: In order of time.
    """
    own = _calmed(frame)
    others = [_calmed(neighbour.rgb) for neighbour in neighbours]
    first_after = sum(neighbour.away < 0 for neighbour in neighbours)
    nearest = others[max(0, first_after - 1) : first_after + 1]
    tiles = [measure_tiles(calmed) for calmed in (own, *others)]
    moves = np.maximum.reduce([measure_motion(own, calmed) for calmed in (own, *nearest)])
    sharpness, *rest = weigh_subject(tiles, moves)
    return Subject(moves, sharpness, tuple(rest))


def _calmed(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return calm(shrink(luma(rgb)))
