"""The person's light, matched to the room that it was filmed in."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Light = tuple[float, float, float]
TRUST = 0.5  # in a mean: it tells of the light and of the colours of things in equal parts
EXPOSURE = (0.7, 1.4)
TINT = (0.92, 1.09)


def match_light(person: Light, room: Light, strength: float) -> NDArray[np.float32]:
    """Gains that give a person the exposure and white balance of a room.

    The mean of a picture tells the light's strength and colour (Buchsbaum, "A spatial processor model for object
    colour perception", 1980), and as much of what things are made of: half of its logarithm is believed, within bounds.
    A keyed person is taken for evenly white-balanced: clothes would mislead.

    Args:
        person: Mean linear R, G and B of the person.
        room: The same, of the background.
        strength: 0 (none) to 1 (as far as the mean is believed).

    Returns:
        (3,) float32, the gain of each channel in linear light.
    """
    bright, dark = _luminance(room), _luminance(person)
    if strength <= 0 or min(bright, dark) <= 0:
        return np.ones(3, np.float32)
    exposure = _within((bright / dark) ** TRUST, EXPOSURE) ** strength
    tint = [_within((channel / bright) ** TRUST, TINT) ** strength for channel in room]
    even = _luminance((tint[0], tint[1], tint[2]))
    return np.array([round(exposure * gain / even, 4) for gain in tint], np.float32)


def _luminance(light: Light) -> float:
    return 0.2126 * light[0] + 0.7152 * light[1] + 0.0722 * light[2]  # BT.709


def _within(value: float, bounds: tuple[float, float]) -> float:
    return min(max(value, bounds[0]), bounds[1])
