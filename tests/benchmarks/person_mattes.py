"""Persons whose alpha is known, before photographs, with masks as COCO's annotators draw them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from bgrsr_data.media.colour import to_linear, to_srgb8
from bgrsr_data.media.images import read_grey, read_rgb
from bgrsr_data.trimaps.foreground import estimate_foreground

PEOPLE = ("p_22fc0130", "p_514ca06a", "p_bc5cfad1", "p_d684dae3")
SIDES_PX = (640, 320, 160)  # COCO's images, and persons farther away in them


@dataclass(frozen=True, slots=True)
class Case:
    """One person before one photograph; h and w are the picture's size.

    Attributes:
        name: As p_22fc0130@320.
        rgb: (h, w, 3) uint8, sRGB, mixed in linear light, through a JPEG.
        alpha: (h, w) float32 [0, 1], the truth.
        mask: (h, w) bool, a polygon of few points, up to 3 px larger or smaller than the person.
    """

    name: str
    rgb: np.ndarray
    alpha: np.ndarray
    mask: np.ndarray

    @property
    def is_person(self) -> bool:
        return self.name.startswith(PEOPLE)


def cases(footage: Path) -> Iterator[Case]:
    """Four people, a lemur and drawn hair, at three sizes each."""
    rooms = [read_rgb(path) for path in sorted((footage / "backgrounds").glob("*.jpg"))]
    number = 0
    for name, foreground, alpha in _subjects(footage):
        for side in SIDES_PX:
            colour, small = _scaled(foreground, alpha, side)
            rng = np.random.default_rng(number)
            mixed = colour * small[..., None] + _behind(rooms[number % len(rooms)], small.shape) * (
                1 - small[..., None]
            )
            yield Case(f"{name}@{side}", _through_jpeg(to_srgb8(mixed)), small, as_annotated(small, rng))
            number += 1


def as_annotated(alpha: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The mask that an annotator draws: too large or too small by up to 3 px (1 px of a small picture), few points."""
    most = 3 if max(alpha.shape) >= 400 else 2 if max(alpha.shape) >= 200 else 1
    wrong = int(rng.integers(-most, most + 1))
    mask = (alpha > 0.5).astype(np.uint8)
    disk = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * abs(wrong) + 1, 2 * abs(wrong) + 1))
    mask = cv2.dilate(mask, disk) if wrong > 0 else cv2.erode(mask, disk)
    outlines, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    drawn = np.zeros_like(mask)
    for outline in outlines:
        if cv2.contourArea(outline) > 0.01 * mask.sum():
            points = cv2.approxPolyDP(outline, max(1.0, 0.004 * cv2.arcLength(outline, True)), True)
            cv2.fillPoly(drawn, [(points + rng.integers(-1, 2, points.shape)).astype(np.int32)], 1)
    return drawn.astype(bool)


def _subjects(footage: Path) -> Iterator[tuple[str, np.ndarray, np.ndarray]]:
    """(name, (h, w, 3) uint8 foreground, (h, w) float32 alpha) of each."""
    for name in PEOPLE:
        rgb = read_rgb(footage / "alpha_gt" / f"{name}.jpg")
        alpha = _levels(read_grey(footage / "alpha_gt" / f"{name}_alphapred.png"))
        yield name, to_srgb8(estimate_foreground(to_linear(rgb), alpha)), alpha
    lemur = footage / "alpha_gt"
    yield "lemur", read_rgb(lemur / "lemur_foreground.png"), _levels(read_grey(lemur / "lemur_alpha.png"))
    drawn = footage.parent / "bench" / "keying" / "sources" / "synth_hair"
    yield "hair", read_rgb(drawn / "fg.png"), read_grey(drawn / "alpha.png") / np.float32(255)


def _levels(alpha: np.ndarray) -> np.ndarray:
    """A network's alpha is never quite 0 or 1."""
    return np.clip((alpha / np.float32(255) - 6 / 255) / (243 / 255), 0, 1).astype(np.float32)


def _scaled(foreground: np.ndarray, alpha: np.ndarray, side: int) -> tuple[np.ndarray, np.ndarray]:
    """(h, w, 3) float32 linear and (h, w) float32, the longer side `side` px."""
    factor = side / max(alpha.shape)
    size = (round(alpha.shape[1] * factor), round(alpha.shape[0] * factor))
    small = cv2.resize(alpha, size, interpolation=cv2.INTER_AREA)
    linear = to_linear(foreground)
    weighted = cv2.resize(linear * alpha[..., None], size, interpolation=cv2.INTER_AREA)
    plain = cv2.resize(linear, size, interpolation=cv2.INTER_AREA)
    colour = np.where(small[..., None] > 1e-3, weighted / np.maximum(small[..., None], 1e-3), plain)
    return np.clip(colour, 0, 1).astype(np.float32), small


def _behind(room: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    height, width = shape
    factor = max(height / room.shape[0], width / room.shape[1])
    size = (max(width, round(room.shape[1] * factor)), max(height, round(room.shape[0] * factor)))
    return to_linear(np.ascontiguousarray(cv2.resize(room, size, interpolation=cv2.INTER_AREA)[:height, :width]))


def _through_jpeg(rgb: np.ndarray) -> np.ndarray:
    encoded = cv2.imencode(".jpg", rgb[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 92])[1]
    return np.ascontiguousarray(cv2.imdecode(encoded, cv2.IMREAD_COLOR)[..., ::-1])
