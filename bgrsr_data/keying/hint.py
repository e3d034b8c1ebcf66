"""A person segmenter's hint: where about the person is, from a network given by path.

A segmenter knows what a person is and sees no colour key; its edges are a few pixels off and lose every hair, and it
takes the gap under an arm for person. So the hint never draws an edge: only what is deep inside or far outside of what
it sees is used, and deep inside the screen's own colour still wins (`Mattes.inside`, `Mattes.near`).

The network: one float input, RGB in [0, 1], sRGB, height and width fixed or not (the frame is scaled to them, not
cropped); one output of the same height and width, the person's probability, or two channels of which the second is
the person's. Values outside [0, 1] are taken for logits.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from bgrsr_data.errors import InputError
from bgrsr_data.keying.mattes import Mattes
from bgrsr_data.media.files import stamp_of
from bgrsr_data.media.onnx import Network

Floats = NDArray[np.float32]
Mask = NDArray[np.bool_]
OPEN_SIDE_PX = 512  # the longer side where the network leaves it open
MULTIPLE_PX = 32
DEEP, FAR = 0.03, 0.06  # of the frame's longer side: how far from the hint's edge it counts
_SURE, _POSSIBLE = 0.8, 0.2


class Segmenter:
    """A network that finds persons, ready to run.

    Args:
        path: The ONNX file.

    Raises:
        InputError: The file is missing, no ONNX network, or one that takes something else.
        ToolError: onnxruntime is not installed.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._network = Network(path, {3: "a frame"}, flag="--hint")

    def __call__(self, rgb: NDArray[np.uint8]) -> Floats:
        """Find persons.

        Args:
            rgb: (H, W, 3) uint8, sRGB.

        Returns:
            (h, w) float32 [0, 1], the probability of a person, as large as the network makes it.

        Raises:
            ToolError: The network failed.
            InputError: What it makes is no mask.
        """
        height, width = self._size(rgb.shape[:2])
        small = cv2.resize(rgb, (width, height), interpolation=cv2.INTER_AREA)
        made = self._network(np.divide(small, 255, dtype=np.float32))
        if made.shape[2] not in (1, 2):
            raise InputError(f"{self.path}: makes {made.shape[2]} channels; wanted is a mask of persons, 1 or 2")
        if made.shape[2] == 2 and _is_logit(made):
            return _sigmoid(made[..., 1] - made[..., 0])
        person = made[..., -1]
        return _sigmoid(person) if _is_logit(person) else person

    def _size(self, frame: tuple[int, ...]) -> tuple[int, int]:
        factor = min(1.0, OPEN_SIDE_PX / max(frame))
        height, width = (
            own or max(MULTIPLE_PX, round(factor * side / MULTIPLE_PX) * MULTIPLE_PX)
            for own, side in zip(self._network.size, frame[:2], strict=True)
        )
        return height, width


def load_segmenter(path: str) -> Segmenter:
    """A network, read once by each process, and again where its file is another.

    Raises:
        InputError: It is missing, or finds no persons.
        ToolError: onnxruntime is not installed.
    """
    return _loaded(path, stamp_of(Path(path)))


@lru_cache(2)
def _loaded(path: str, stamp: str) -> Segmenter:  # noqa: ARG001 - it tells one file from its successor
    return Segmenter(Path(path))


def with_hint(mattes: Mattes | None, person: Floats, size: tuple[int, int]) -> Mattes | None:
    """Add to the mattes what a segmenter saw.

    Args:
        mattes: What a person marked.
        person: (h, w) float32 [0, 1], the probability of a person, at any size.
        size: Height and width of the frame, in pixels.

    Returns:
        The mattes with `inside` and `near`; as they were where no person was seen.
    """
    if not (person > _SURE).any():
        return mattes
    height, width = size
    full = cv2.resize(person, (width, height), interpolation=cv2.INTER_LINEAR)
    inside = _away(full > _SURE, DEEP * max(size))
    near = ~_away(full < _POSSIBLE, FAR * max(size))
    return replace(mattes or Mattes(), inside=inside if inside.any() else None, near=near)


def _away(mask: Mask, distance_px: float) -> Mask:
    """The pixels of a mask that are farther than so much from what is outside of it; beyond the frame it goes on."""
    distance = cv2.distanceTransform(mask.astype(np.uint8), cv2.DIST_L2, 3)
    return np.asarray(distance > distance_px, np.bool_)


def _is_logit(values: Floats) -> bool:
    return bool(values.min() < -0.01 or values.max() > 1.01)


def _sigmoid(values: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-np.clip(values, -30, 30))), np.float32)
