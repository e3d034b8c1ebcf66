"""Lucky fusion: where a neighbouring frame is clearly sharper, its pixels are taken, aligned.

A shutter blurs what moves while it is open, but hands and heads stop and turn: of seven frames, one often shows a part
sharply (Cho et al., "Video deblurring for hand-held cameras using patch-based synthesis", SIGGRAPH 2012; "lucky"
regions after Fried, JOSA 1978). No detail is invented: sharpening and deconvolution of the one frame lost PSNR in every
case that was tried. Alignment is by dense inverse search (Kroeger et al., ECCV 2016). Where the flow there and back
disagrees, or the aligned neighbour is another colour than the frame, the frame's own pixel stays.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from bgrsr_data.media.colour import luma, to_linear, to_srgb8

_CLEARLY, _FULLY = 1.6, 3.5  # times as sharp: from here a neighbour counts, from there it replaces
_NOISE = 8.0  # squared Laplacian that grain alone reaches; below it nothing is called sharp
_SHARP_SIGMA_PX, _COLOUR_SIGMA_PX, _EDGE_SIGMA_PX = 6.0, 3.0, 1.5
_COLOUR_LEVELS, _FLOW_PX = 6.0, 2.0
_MOST = 100.0


@dataclass(frozen=True, slots=True)
class _Aligned:
    """A neighbour moved onto the frame, and how far each pixel of it is to be believed."""

    rgb: NDArray[np.uint8]
    trust: NDArray[np.float32]
    ratio: NDArray[np.float32]


def fuse(frame: NDArray[np.uint8], neighbours: Sequence[NDArray[np.uint8]]) -> NDArray[np.uint8]:
    """Replace blurred parts of a frame by sharper views of them.

    Args:
        frame: (H, W, 3) uint8, sRGB.
        neighbours: Frames just before and after it, same shape, in any order.

    Returns:
        (H, W, 3) uint8, sRGB; equal to `frame` wherever no neighbour is clearly sharper and consistent.
    """
    sharp, low = _local_sharpness(luma(frame)), _low_pass(frame)
    total = np.zeros(frame.shape, np.float32)
    weights = np.full(frame.shape[:2], 1e-9, np.float32)
    share = np.zeros(frame.shape[:2], np.float32)
    for neighbour in neighbours:
        aligned = _align(frame, neighbour, sharp, low)
        better = np.clip(np.log(aligned.ratio / _CLEARLY) / np.log(_FULLY / _CLEARLY), 0, 1) * aligned.trust
        weight = np.where(better > 0, np.minimum(aligned.ratio, _MOST) * aligned.trust, 0).astype(np.float32)
        total += to_linear(aligned.rgb) * weight[..., None]
        weights += weight
        share = np.maximum(share, better).astype(np.float32)
    share = cv2.GaussianBlur(share, (0, 0), _EDGE_SIGMA_PX).astype(np.float32)
    own = to_linear(frame)
    fused = own + (total / weights[..., None] - own) * np.where(weights > 1e-6, share, 0)[..., None]
    return np.where((share > 0)[..., None], to_srgb8(fused), frame)


def _align(
    frame: NDArray[np.uint8], neighbour: NDArray[np.uint8], sharp: NDArray[np.float32], low: NDArray[np.float32]
) -> _Aligned:
    flow, disagreement = _flow(luma(frame), luma(neighbour))
    rgb = _move(neighbour, flow, cv2.INTER_CUBIC).astype(np.uint8)
    colour = np.abs(_low_pass(rgb) - low).max(axis=-1)
    trust = np.exp(-((colour / _COLOUR_LEVELS) ** 2) - (disagreement / _FLOW_PX) ** 2).astype(np.float32)
    return _Aligned(rgb, trust, (_local_sharpness(luma(rgb)) / sharp).astype(np.float32))


def _flow(frame: NDArray[np.uint8], neighbour: NDArray[np.uint8]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Where each pixel of the frame lies in the neighbour, and by how many pixels the way back misses it."""
    search = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    none = np.zeros((*frame.shape, 2), np.float32)
    there = np.asarray(search.calc(frame, neighbour, none.copy()), np.float32)
    back = np.asarray(search.calc(neighbour, frame, none.copy()), np.float32)
    miss = np.linalg.norm(there + _move(back, there, cv2.INTER_LINEAR), axis=-1).astype(np.float32)
    return there, np.asarray(cv2.GaussianBlur(miss, (0, 0), 2), np.float32)


def _move(
    values: NDArray[np.uint8] | NDArray[np.float32], flow: NDArray[np.float32], interpolation: int
) -> NDArray[np.float32]:
    rows, columns = np.mgrid[: flow.shape[0], : flow.shape[1]].astype(np.float32)
    x, y = columns + flow[..., 0], rows + flow[..., 1]
    moved = cv2.remap(values, x, y, interpolation, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(moved, np.float32)


def _local_sharpness(grey: NDArray[np.uint8]) -> NDArray[np.float32]:
    calm = cv2.GaussianBlur(grey.astype(np.float32), (0, 0), 0.7)
    detail = cv2.Laplacian(calm, cv2.CV_32F)
    return np.asarray(cv2.GaussianBlur(detail * detail, (0, 0), _SHARP_SIGMA_PX) + _NOISE, np.float32)


def _low_pass(rgb: NDArray[np.uint8]) -> NDArray[np.float32]:
    return np.asarray(cv2.GaussianBlur(rgb.astype(np.float32), (0, 0), _COLOUR_SIGMA_PX), np.float32)
