"""Edges that the shutter smeared: where they are, and the clean plate beneath what they smear.

While the shutter is open a moved edge crosses several pixels, and each of them gathers screen and subject in
proportion to the time: in linear light the edge is a ramp, as long as the way moved. Three things that tell screen
from subject at a sharp edge fail on it: a block in the ramp is as even as cloth, its faint end passes for screen, and
its steep end for subject. So a soft edge is found first, by how little of the whole step a single block holds; the
plate, the division and the levels then ask for more where it is.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from bgrsr_data.compiled import compiled
from bgrsr_data.keying.blocks import Blocks
from bgrsr_data.keying.fill import push_pull, resize, tiled
from bgrsr_data.keying.plate import Plate

_REACH = 1 / 80  # of the frame's width: how far around a block the whole step of its edge is looked for
_LEAST_STEP = 0.5  # of screen less grey: what changes by less is no edge of the subject
_SOFT, _SHARP = 0.45, 0.7  # greatest spread of a block as a share of the step; hair and fur in focus reach 0.55
_CELL, _SIGMA_CELLS = 6, 3.0
_RANGE_OF_16 = 3.53  # of noise alone, in standard deviations

_SMEARED = 0.1  # softness that a frame has somewhere before anything of it is called soft
_NEAR = 1 / 16  # of the frame's width: how far from the subject screen may be smeared over
_SUBJECT = 0.25  # key value below which a block shows enough subject to tell its colour
_CHROMA_TILE, _COLOUR_TILE = 8, 4
_WANDER = 0.05  # squared: how far the screen's own hue wanders, over how much subject is expected on it
_LEAST, _MOST = 0.003, 0.1  # shares of subject: below, nothing is taken off; above, a block says nothing of the screen
Floats = NDArray[np.float32]
Mask = NDArray[np.bool_]


def edge_softness(blocks: Blocks, plate: Plate) -> Floats:
    """How soft the subject's edge is nearby.

    Args:
        blocks: The frame in blocks.
        plate: The clean plate.

    Returns:
        (h, w) float32 [0, 1], as large as the blocks: 0 where the nearest edges step within a block or two, or are
        made of hairs that do, 1 where they are ramps of about 20 px at 1280 and more.
    """
    h, w = blocks.low.shape
    grain = np.float32(_RANGE_OF_16 * blocks.noise)
    key, spread = _steps(blocks.mean, blocks.low, blocks.high, blocks.axis, plate.light, grain)
    around = np.ones((2 * max(2, round(w * _REACH)) + 1,) * 2, np.uint8)
    step = np.asarray(cv2.subtract(cv2.dilate(key, around), cv2.erode(key, around)), np.float32)
    edge = (step > _LEAST_STEP) & (key > 0.05) & (key < 0.95)
    if not edge.any():
        return np.zeros((h, w), np.float32)
    share = cv2.dilate(spread, around)[edge] / step[edge]
    soft = np.zeros((h, w), np.float32)
    soft[edge] = np.clip((_SHARP - share) / (_SHARP - _SOFT), 0, 1)
    size = (-(-w // _CELL), -(-h // _CELL))
    known, total = (_softened(part, size) for part in (edge.astype(np.float32), soft))
    mean = (total / np.maximum(known, 1e-6))[..., None].astype(np.float32)
    spread_out = push_pull(mean, np.asarray(np.clip(known / 0.02, 0, 1), np.float32))
    softness = np.clip(resize(spread_out, (w, h))[..., 0], 0, 1)
    return softness if softness.max() >= _SMEARED else np.zeros_like(softness)


@compiled
def _steps(
    mean: Floats, low: Floats, high: Floats, axis: Floats, plate: Floats, grain: np.float32
) -> tuple[Floats, Floats]:
    """Key value of each block, and by how much it differs within the block beyond the noise; both with screen at 1."""
    h, w = low.shape
    key, spread = np.empty_like(low), np.empty_like(low)
    none, one = np.float32(0), np.float32(1)
    for y in range(h):
        for x in range(w):
            level = axis[0] * plate[y, x, 0] + axis[1] * plate[y, x, 1] + axis[2] * plate[y, x, 2]
            share = one / max(level, np.float32(0.05))
            own = axis[0] * mean[y, x, 0] + axis[1] * mean[y, x, 1] + axis[2] * mean[y, x, 2]
            key[y, x] = min(max(own * share, none), one)
            spread[y, x] = min(max((high[y, x] - low[y, x]) * share - grain, none), one)
    return key, spread


def without_smear(blocks: Blocks, plate: Plate, softness: Floats) -> Plate:
    """Take the faint end of smeared edges off the plate.

    A shadow changes the screen's brightness, a smeared subject its hue too. How far a block's hue is from that of the
    screen farther off, toward the subject's, tells how much of it is subject, and that much is taken out. A subject
    without any hue or light of its own (black hair) cannot be told from a shadow and is left in.

    Args:
        blocks: The frame in blocks.
        plate: The clean plate as it was estimated.
        softness: (h, w) float32 [0, 1].

    Returns:
        The plate; the very same where nothing is soft.
    """
    if not softness.any():
        return plate
    other = cv2.morphologyEx((~plate.alike).view(np.uint8), cv2.MORPH_OPEN, np.ones((2, 2), np.uint8))
    reach = 2 * max(1, round(other.shape[1] * _NEAR)) + 1
    near = cv2.dilate(other, np.ones((reach, reach), np.uint8)) > 0
    far, inner = plate.known & ~near, cv2.erode(other, np.ones((3, 3), np.uint8)) > 0
    inner &= _subject_shows(blocks.high, blocks.axis, plate.light)
    if not (far.any() and inner.any()):
        return plate
    screen, subject = tiled(blocks.mean, far, _CHROMA_TILE), tiled(blocks.mean, inner, _COLOUR_TILE)
    most = np.asarray(np.clip(2 * softness, 0, 1) * (near & plate.known), np.float32)
    cleaned, share = _cleaned(blocks.mean, screen, subject, most)
    known = plate.known & (share < _MOST)
    return Plate(tiled(cleaned, known, 2), known, plate.alike)


@compiled
def _subject_shows(high: Floats, axis: Floats, plate: Floats) -> Mask:
    """The blocks that show enough subject to tell its colour."""
    h, w = high.shape
    shows = np.empty((h, w), np.bool_)
    for y in range(h):
        for x in range(w):
            level = axis[0] * plate[y, x, 0] + axis[1] * plate[y, x, 1] + axis[2] * plate[y, x, 2]
            shows[y, x] = high[y, x] < np.float32(_SUBJECT) * max(level, np.float32(0.05))
    return shows


@compiled
def _cleaned(seen: Floats, screen: Floats, subject: Floats, most: Floats) -> tuple[Floats, Floats]:
    """Take the subject out of what is seen.

    How much of it explains what is seen beside the screen's own hue is the most likely share, drawn toward 0.
    """
    h, w = most.shape
    cleaned, shares = seen.copy(), np.zeros((h, w), np.float32)
    wander, none, one = np.float32(_WANDER), np.float32(0), np.float32(1)
    for y in range(h):
        for x in range(w):
            if most[y, x] > 0:
                p, q, s = screen[y, x, 0], screen[y, x, 1], screen[y, x, 2]
                f, g, b = subject[y, x, 0], subject[y, x, 1], subject[y, x, 2]
                i, j, k = seen[y, x, 0], seen[y, x, 1], seen[y, x, 2]
                length = max(p * p + q * q + s * s, np.float32(1e-8))
                own, part = (f * p + g * q + b * s) * (one / length), (i * p + j * q + k * s) * (one / length)
                f, g, b = f - own * p, g - own * q, b - own * s
                i, j, k = i - part * p, j - part * q, k - part * s
                share = (i * f + j * g + k * b) / (f * f + g * g + b * b + wander * length) - np.float32(_LEAST)
                share = min(max(share, none), np.float32(0.5)) * most[y, x]
                shares[y, x] = share
                left = one / (one - share)
                for c in range(3):
                    cleaned[y, x, c] = (seen[y, x, c] - share * subject[y, x, c]) * left
    return cleaned, shares


def _softened(grid: Floats, size: tuple[int, int]) -> Floats:
    small = cv2.resize(grid, size, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.GaussianBlur(small, (0, 0), _SIGMA_CELLS), np.float32)
