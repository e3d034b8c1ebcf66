"""What others do about a blurred frame: measured beside ours, never shipped."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray
from skimage.restoration import richardson_lucy, wiener

from bgrsr_data.deblur.flow import find_flow, move
from bgrsr_data.media.colour import luma, to_linear, to_srgb8

Rgb = NDArray[np.uint8]


def keep(frame: Rgb, neighbours: Sequence[Rgb]) -> Rgb:
    return frame


def sharpest_neighbour(frame: Rgb, neighbours: Sequence[Rgb]) -> Rgb:
    """Another moment: what it costs here is its motion, which a set of stills does not mind."""
    return max(neighbours, key=lambda rgb: cv2.Laplacian(luma(rgb), cv2.CV_64F).var())


def unsharp(frame: Rgb, neighbours: Sequence[Rgb]) -> Rgb:
    return np.asarray(cv2.addWeighted(frame, 1.8, cv2.GaussianBlur(frame, (0, 0), 2), -0.8, 0), np.uint8)


def _gaussian(sigma_px: float = 1.5) -> NDArray[np.float64]:
    row = cv2.getGaussianKernel(11, sigma_px)
    return np.asarray(row @ row.T)


def wiener_filter(frame: Rgb, neighbours: Sequence[Rgb]) -> Rgb:
    light = to_linear(frame)
    planes = [wiener(light[..., channel], _gaussian(), balance=0.03, clip=False) for channel in range(3)]
    return to_srgb8(np.stack(planes, axis=-1).astype(np.float32))


def richardson_lucy_ten(frame: Rgb, neighbours: Sequence[Rgb]) -> Rgb:
    light = np.maximum(to_linear(frame), 1e-4)
    planes = [richardson_lucy(light[..., channel], _gaussian().astype(np.float32), num_iter=10) for channel in range(3)]
    return to_srgb8(np.stack(planes, axis=-1).astype(np.float32))


def _aligned(frame: Rgb, neighbour: Rgb) -> tuple[Rgb, NDArray[np.float32]]:
    """A neighbour moved onto the frame, and how far each pixel of it is to be believed (0 to 1)."""
    there, back = find_flow(luma(frame), luma(neighbour)), find_flow(luma(neighbour), luma(frame))
    rgb = np.rint(np.clip(move(neighbour, there), 0, 255)).astype(np.uint8)
    miss = cv2.GaussianBlur(np.linalg.norm(there + move(back, there, cv2.INTER_LINEAR), axis=-1), (0, 0), 2)
    low = [cv2.GaussianBlur(one.astype(np.float32), (0, 0), 3) for one in (frame, rgb)]
    colour = np.abs(low[1] - low[0]).max(axis=-1)
    return rgb, np.exp(-((colour / 6) ** 2) - (miss / 2) ** 2).astype(np.float32)


def lucky(frame: Rgb, neighbours: Sequence[Rgb]) -> Rgb:
    """Pixels of aligned neighbours where they are clearly sharper (after Cho et al., SIGGRAPH 2012)."""

    def local(rgb: Rgb) -> NDArray[np.float32]:
        detail = cv2.Laplacian(cv2.GaussianBlur(luma(rgb).astype(np.float32), (0, 0), 0.7), cv2.CV_32F)
        return np.asarray(cv2.GaussianBlur(detail * detail, (0, 0), 6) + 8, np.float32)

    own, sharp = to_linear(frame), local(frame)
    total, weights = np.zeros_like(own), np.full(sharp.shape, 1e-9, np.float32)
    share = np.zeros_like(sharp)
    for neighbour in neighbours:
        rgb, trust = _aligned(frame, neighbour)
        ratio = local(rgb) / sharp
        better = np.clip(np.log(ratio / 1.6) / np.log(3.5 / 1.6), 0, 1) * trust
        weight = np.where(better > 0, np.minimum(ratio, 100) * trust, 0)
        total += to_linear(rgb) * weight[..., None]
        weights += weight
        share = np.maximum(share, better)
    share = cv2.GaussianBlur(share, (0, 0), 1.5)
    fused = own + (total / weights[..., None] - own) * np.where(weights > 1e-6, share, 0)[..., None]
    return np.where((share > 0)[..., None], to_srgb8(fused), frame)


def burst(frame: Rgb, neighbours: Sequence[Rgb], power: float = 11, tile: int = 64) -> Rgb:
    """Local Fourier burst accumulation (Delbracio and Sapiro, "Hand-held video deblurring via efficient Fourier
    aggregation", IEEE TCI 2015): of aligned frames, each frequency mostly from where it is strongest."""
    own = to_linear(frame)
    stack = [own]
    for neighbour in neighbours:
        rgb, trust = _aligned(frame, neighbour)
        stack.append(own + (to_linear(rgb) - own) * trust[..., None])
    height, width = own.shape[:2]
    reach = ((tile, tile + (-height) % tile), (tile, tile + (-width) % tile), (0, 0))
    padded = np.stack(
        [np.pad(one, reach, mode="reflect" if min(height, width) > 2 * tile else "edge") for one in stack]
    )
    window = np.outer(np.hanning(tile + 1)[:-1], np.hanning(tile + 1)[:-1]).astype(np.float32)
    total, weights = np.zeros(padded.shape[1:], np.float32), np.full((*padded.shape[1:3], 1), 1e-6, np.float32)
    for top in range(0, padded.shape[1] - tile + 1, tile // 2):
        for left in range(0, padded.shape[2] - tile + 1, tile // 2):
            here = np.s_[top : top + tile, left : left + tile]
            spectra = np.fft.rfft2(padded[(slice(None), *here)], axes=(1, 2))
            strength = np.abs(spectra).mean(axis=-1)
            strength = np.stack([cv2.GaussianBlur(one, (0, 0), tile / 50) for one in strength]) + 1e-9
            share = (strength / strength.max(axis=0)) ** power
            merged = (spectra * (share / share.sum(axis=0))[..., None]).sum(axis=0)
            total[here] += np.fft.irfft2(merged, s=(tile, tile), axes=(0, 1)) * window[..., None]
            weights[here] += window[..., None]
    return to_srgb8((total / weights)[tile : tile + height, tile : tile + width])
