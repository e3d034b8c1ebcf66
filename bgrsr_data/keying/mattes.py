"""What a person, or a segmenter, says of a frame before it is keyed.

    garbage   surely no subject: a tracking marker, a stand, what is beside the screen (a garbage matte)
    subject   surely subject, whatever its colour: green clothes, a glossy badge (a hold-out mask)
    inside    deep in a person: a hole that lies wholly there and shows no screen is closed; a segmenter's hint
    near      near a person: a piece that lies wholly outside is no subject; a segmenter's hint

Each acts where something is decided, and not on the result alone: garbage and subject are left out of the screen's
estimate, and the colours of the subject matte tell the edge beside it what clothes are there. So a matte may be drawn
roughly: the edge is still the camera's. Where garbage and subject overlap, garbage wins, as in compositing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from bgrsr_data.errors import Rejection
from bgrsr_data.keying.blocks import BLOCK, Blocks
from bgrsr_data.keying.fill import tiled
from bgrsr_data.keying.plate import Plate
from bgrsr_data.keying.regions import Regions
from bgrsr_data.keying.screen import Screen, find_screen
from bgrsr_data.media.masks import box_of

Floats = NDArray[np.float32]
Mask = NDArray[np.bool_]
_FAINT = 0.01
_WHOLE = 240  # a level for each of a block's 16 pixels, exact in a mean
# Of the longer side: subject is marked a little inside of its edge, so what is near it may be subject too.
_MARGIN = 0.02


@dataclass(frozen=True, slots=True, eq=False)
class Mattes:
    """Masks over one frame, each (H, W) bool or None: nothing is known.

    Attributes:
        garbage: Surely no subject.
        subject: Surely subject; its bytes are copied.
        inside: Deep in a person.
        near: Not far from a person.
    """

    garbage: Mask | None = None
    subject: Mask | None = None
    inside: Mask | None = None
    near: Mask | None = None

    def find_screen(self, rgb: NDArray[np.uint8], wanted: str) -> Screen:
        """Find the screen in what is no garbage: it may be a small part of the frame.

        Args:
            rgb: (H, W, 3) uint8, sRGB.
            wanted: "auto", or the screen's colour as #RRGGBB.

        Returns:
            The screen, less both mattes; its region is (H, W).

        Raises:
            Rejection: "no-screen", "too-small".
        """
        height, width = rgb.shape[:2]
        left, top, right, bottom = (0, 0, width, height) if self.garbage is None else box_of(~self.garbage)
        if left == right:
            raise Rejection("no-screen", "the garbage matte covers the whole frame")
        found = find_screen(rgb[top:bottom, left:right], wanted)
        region = np.zeros((height, width), np.bool_)
        size = (right - left, bottom - top)
        inner = cv2.resize(found.region.view(np.uint8), size, interpolation=cv2.INTER_NEAREST)
        region[top:bottom, left:right] = inner > 0
        for matte in (self.garbage, self.subject):
            if matte is not None:
                region[matte] = False
        if not region.any():
            raise Rejection("no-screen", "the mattes cover all of the screen; draw them smaller")
        return replace(found, region=region, coverage=float(region.mean()))

    def on_plate(self, plate: Plate, blocks: Blocks) -> Plate:
        """Estimate the plate again from blocks that no matte touches, where some of those that it rests on are touched.

        Args:
            plate: The clean plate.
            blocks: The frame in blocks.
        """
        shape = plate.known.shape
        touched = np.zeros(shape, np.bool_)
        for matte, margin in ((self.garbage, 0.0), (self.subject, _MARGIN), (self.inside, 0.0)):
            if matte is not None:
                touched |= _grown(_covered(matte, shape) > 0, margin)
        known = plate.known & ~touched
        if not known.any() or not (plate.known & touched).any():
            return plate
        return replace(plate, light=tiled(blocks.mean, known, 2), known=known, alike=plate.alike & ~touched)

    def on_regions(self, regions: Regions) -> Regions:
        """Decide the 4×4 blocks that lie wholly inside a matte.

        Args:
            regions: What each block is.

        Returns:
            Garbage is screen; subject is core, whose colours are its own and whose light is not taken away.
        """
        if self.inside is not None:
            regions = _as_core(regions, _holes(regions, _blocks(self.inside, regions.core.shape)))
        if self.subject is not None:
            subject = _blocks(self.subject, regions.core.shape)
            regions = _as_core(regions, subject)
            regions = replace(regions, rim=regions.rim & ~subject)
        if self.garbage is not None:
            garbage = _blocks(self.garbage, regions.core.shape)
            kept = {name: getattr(regions, name) & ~garbage for name in ("core", "band", "rim", "pure")}
            regions = replace(regions, screen=regions.screen | garbage, **kept)
        return regions

    def on_pixels(self, alpha: Floats, foreground: NDArray[np.uint8], rgb: NDArray[np.uint8]) -> None:
        """Decide the pixels inside of the mattes, and take away what is near no subject.

        Args:
            alpha: (h, w) float32 [0, 1], the frame padded to whole blocks; changed.
            foreground: (h, w, 3) uint8 sRGB; changed.
            rgb: (h, w, 3) uint8 sRGB, the frame itself.
        """
        if self.near is not None:
            alpha[_lost(alpha, _blocks(self.near, _block_shape(alpha)))] = 0
        if self.subject is not None:
            height, width = self.subject.shape
            np.copyto(alpha[:height, :width], 1, where=self.subject)
            np.copyto(foreground[:height, :width], rgb[:height, :width], where=self.subject[..., None])
        if self.garbage is not None:
            height, width = self.garbage.shape
            np.copyto(alpha[:height, :width], 0, where=self.garbage)


def _as_core(regions: Regions, blocks: Mask) -> Regions:
    """Call blocks sure subject."""
    screen, band = regions.screen & ~blocks, regions.band & ~blocks
    return replace(regions, screen=screen, band=band, core=regions.core | blocks, pure=regions.pure | blocks)


def _holes(regions: Regions, inside: Mask) -> Mask:
    """(h, w) bool: the pieces that are no core, lie wholly inside, and show no screen."""
    count, labels = cv2.connectedComponents((~regions.core).astype(np.uint8), connectivity=8)
    closed = np.ones(count, np.bool_)
    closed[labels[~inside | regions.screen]] = False
    closed[0] = False
    return np.asarray(closed[labels], np.bool_)


def _grown(blocks: Mask, margin: float) -> Mask:
    """Blocks, and those nearer than a share of the frame's longer side."""
    if not margin or not blocks.any():
        return blocks
    distance = cv2.distanceTransform((~blocks).astype(np.uint8), cv2.DIST_L2, 3)
    return np.asarray(distance <= margin * max(blocks.shape), np.bool_)


def _lost(alpha: Floats, near: Mask) -> Mask:
    """(h, w) bool: the pixels of the pieces that touch no block of `near`."""
    present = cv2.resize(alpha, near.shape[::-1], interpolation=cv2.INTER_AREA) > _FAINT
    count, labels = cv2.connectedComponents(present.astype(np.uint8), connectivity=8)
    found = np.zeros(count, np.bool_)
    found[labels[near]] = True
    found[0] = True
    return np.asarray(~found[labels].repeat(BLOCK, 0).repeat(BLOCK, 1), np.bool_)


def _block_shape(alpha: Floats) -> tuple[int, int]:
    return alpha.shape[0] // BLOCK, alpha.shape[1] // BLOCK


def _blocks(mask: Mask, shape: tuple[int, ...]) -> Mask:
    """The blocks that a mask covers wholly."""
    return np.asarray(_covered(mask, shape) == _WHOLE, np.bool_)


def _covered(mask: Mask, shape: tuple[int, ...]) -> NDArray[np.uint8]:
    """How much of each block a mask covers, 0 to _WHOLE; beyond the frame it goes on as at the border."""
    below, beside = shape[0] * BLOCK - mask.shape[0], shape[1] * BLOCK - mask.shape[1]
    levels = np.asarray(mask.view(np.uint8) * np.uint8(_WHOLE), np.uint8)
    if below or beside:
        levels = np.asarray(cv2.copyMakeBorder(levels, 0, below, 0, beside, cv2.BORDER_REPLICATE), np.uint8)
    return np.asarray(cv2.resize(levels, shape[1::-1], interpolation=cv2.INTER_AREA), np.uint8)
