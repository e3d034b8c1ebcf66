"""How many trimaps a second one core draws, on the crops of real COCO persons, beside morphology (`make bench`)."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from bgrsr_data.errors import Rejection
from bgrsr_data.trimaps.coco import images_with_persons, persons_of, read_coco
from bgrsr_data.trimaps.core import crop_around
from bgrsr_data.trimaps.draw import Band, band_for, draw_trimap
from bgrsr_data.trimaps.options import TrimapOptions

pytestmark = [
    pytest.mark.benchmark,
    pytest.mark.footage,
    # pycocotools' masks do not know numpy 2's copy keyword yet.
    pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning"),
]
Crop = tuple[np.ndarray, Band]


@pytest.fixture(scope="module")
def crops(footage: Path) -> list[Crop]:
    """The crop of every person of the real images, small and thin ones too, and the band around it."""
    coco = read_coco(next((footage / "coco").rglob("*instances*.json")))
    found = []
    for image in images_with_persons(coco):
        for person in persons_of(coco, int(image["id"])):
            if not person.crowd:
                band = band_for(int(person.mask.sum()), TrimapOptions())
                left, top, right, bottom = crop_around(person.mask, band)
                found.append((np.ascontiguousarray(person.mask[top:bottom, left:right]), band))
    return found


def drawn(mask: np.ndarray, band: Band) -> np.ndarray | None:
    try:
        return draw_trimap(mask, band)
    except Rejection:
        return None


def by_morphology(mask: np.ndarray, band: Band) -> np.ndarray:
    """What trimap generators do: dilate and erode by a disk."""

    def disk(radius: int) -> np.ndarray:
        return cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1))

    person = mask.astype(np.uint8)
    trimap = np.full(mask.shape, 128, np.uint8)
    trimap[cv2.dilate(person, disk(band.reach_px)) == 0] = 0
    trimap[cv2.erode(person, disk(band.inside_px), borderType=cv2.BORDER_REPLICATE) == 1] = 255
    return trimap


def per_second(work: Callable[[np.ndarray, Band], object], crops: list[Crop]) -> float:
    """Calls a CPU-second, the best of several rounds over all crops."""
    best = float("inf")
    for _ in range(7):
        start = time.process_time()
        for mask, band in crops:
            work(mask, band)
        best = min(best, time.process_time() - start)
    return len(crops) / best


def test_a_core_draws_a_thousand_trimaps_a_second(crops: list[Crop]) -> None:
    cv2.setNumThreads(1)
    large = [crop for crop in crops if drawn(*crop) is not None and min(crop[0].shape) >= 64]
    for name, some in (("all persons", crops), ("those that get one", large)):
        pixels = int(np.mean([mask.size for mask, _ in some]))
        ours, theirs = per_second(drawn, some), per_second(by_morphology, some)
        print(f"\n{name}: {len(some)} crops of {pixels:,} px: {ours:,.0f} trimaps/s; by morphology {theirs:,.0f}/s")
        assert ours >= 1000
