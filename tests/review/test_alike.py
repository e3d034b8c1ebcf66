"""Embeddings of our own, and what FiftyOne Brain makes of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest
from review.conftest import SmallSet
from skimage import data

from bgrsr_data.frames.duplicates import draw_thumbnail, hash_picture
from bgrsr_data.review.alike import NEAR, embed

if TYPE_CHECKING:
    from pathlib import Path

    from review.conftest import FiftyOne

PHOTOGRAPHS = (data.astronaut, data.coffee, data.chelsea, data.rocket, data.camera)


def looks() -> list[str]:
    """Five photographs, and the first once more, small and noisy."""
    grey = [np.asarray(one() if one is data.camera else cv2.cvtColor(one(), cv2.COLOR_RGB2GRAY)) for one in PHOTOGRAPHS]
    small = cv2.resize(grey[0], (160, 160), interpolation=cv2.INTER_AREA)
    noise = np.random.default_rng(0).normal(0, 4, small.shape)
    grey.append(np.clip(small + noise, 0, 255).astype(np.uint8))
    return [draw_thumbnail(one) + f"{hash_picture(one):016x}" for one in grey]


def test_a_copy_is_near_and_another_photograph_is_not() -> None:
    embeddings = embed(looks())
    assert np.linalg.norm(embeddings, axis=1) == pytest.approx(1, abs=1e-6)
    apart = np.linalg.norm(embeddings[:, None] - embeddings, axis=-1)
    assert apart[0, 5] < NEAR / 2
    assert apart[np.triu_indices(5, 1)].min() > 2 * NEAR


def test_a_picture_of_one_level_is_no_nan() -> None:
    assert np.isfinite(embed(["80" * 64 + "0" * 16])).all()


def test_brain_marks_what_is_alike_once_for_a_set(fiftyone: FiftyOne, tmp_path: Path) -> None:
    alike = SmallSet(tmp_path / "alike", 6)
    alike.frames = [
        frame.model_copy(update={"thumbnail": look[:128], "dhash": look[128:]})
        for frame, look in zip(alike.frames, looks(), strict=True)
    ]
    alike.publish()
    fiftyone("sync", alike)
    views = fiftyone("views", alike)
    (twin,) = views["near-duplicates"]
    assert twin in {"foreground-0", "foreground-5"}
    assert sorted(views["least unique"]) == [f"foreground-{number}" for number in range(6)]
    before = fiftyone("show", alike)
    fiftyone("sync", alike)
    assert fiftyone("show", alike) == before

    alike.change(0)
    alike.change(5)
    fiftyone("sync", alike)
    assert len(fiftyone("views", alike)["near-duplicates"]) == 1, "what was made anew is marked anew"
    alike.workspace.close()
