"""The light in which colours are unmixed, and the way there and back.

A camera adds light before it encodes, so edges mix in linear light; an editor that blends encoded pixels mixes in
sRGB.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from bgrsr_data.media.colour import to_linear

CELLS = 4096  # of the way back: narrower than the narrowest step between two bytes, 1 / (255 × 12.92)
_ALL = np.arange(256, dtype=np.uint8)
_HALVES = (np.arange(255) + 0.5) / 255
Floats = NDArray[np.float32]


class Light(NamedTuple):
    """A working light, as tables: what compiled loops take.

    Attributes:
        of_byte: (256,) float32 [0, 1], the light of each byte.
        steps: (256,) float32, the least light of the next byte; the last is above all light.
        byte_at: (CELLS + 1,) uint8, the byte at the lower end of each cell of light.
    """

    of_byte: Floats
    steps: Floats
    byte_at: NDArray[np.uint8]

    @classmethod
    def of(cls, domain: Literal["linear", "srgb"]) -> Light:
        """Linear light, or sRGB values taken for light."""
        return _LIGHTS[domain]

    def decode(self, rgb: NDArray[np.uint8]) -> Floats:
        """Any shape, uint8 sRGB, to float32 [0, 1] in the working light."""
        return self.of_byte[rgb]

    def encode(self, values: Floats) -> NDArray[np.uint8]:
        """Working light, any shape, to the nearest uint8 sRGB; values outside [0, 1] are clipped."""
        clipped = np.clip(values, 0, 1)
        byte = self.byte_at[(clipped * np.float32(CELLS)).astype(np.intp)]
        return np.asarray(byte + (clipped >= self.steps[byte]), np.uint8)


def _tables(of_byte: Floats, of_half: NDArray[np.float64]) -> Light:
    steps = np.append(of_half, 2).astype(np.float32)
    cells = np.arange(CELLS + 1, dtype=np.float32) / np.float32(CELLS)
    return Light(of_byte, steps, np.searchsorted(steps, cells, side="right").astype(np.uint8))


_LIGHTS = {
    "linear": _tables(
        to_linear(_ALL), np.where(_HALVES <= 0.04045, _HALVES / 12.92, ((_HALVES + 0.055) / 1.055) ** 2.4)
    ),
    "srgb": _tables((_ALL / np.float32(255)).astype(np.float32), _HALVES),
}
