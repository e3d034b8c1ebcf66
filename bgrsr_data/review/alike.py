"""What is alike, by FiftyOne Brain on embeddings of our own: nothing is downloaded and no picture is read.

The embedding of a picture is what `frames` measured of it: its 8×8 grey levels, made to mean 0 and length 1, beside the
64 signs of its difference hash, each half of the length. It tells moments and poses apart, not persons. COCO persons
have none, and are left out.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bgrsr_data.records import content_hash
from bgrsr_data.review.groups import Group

NEAR = 0.35  # four of the 64 signs alone; frames of one second of a person at rest are nearer
FEWEST = 5  # uniqueness looks at three neighbours
KEY = "alike"


def embed(looks: Sequence[str]) -> NDArray[np.float32]:
    """Embed pictures.

    Args:
        looks: N times thumbnail and difference hash of a frame, 128 + 16 hex digits.

    Returns:
        (N, 128) float32, each of length 1.
    """
    grey = np.frombuffer(b"".join(bytes.fromhex(look[:128]) for look in looks), np.uint8).reshape(-1, 64)
    bits = np.unpackbits(
        np.frombuffer(b"".join(bytes.fromhex(look[128:]) for look in looks), np.uint8).reshape(-1, 8), axis=1
    )
    levels = grey - grey.mean(axis=1, keepdims=True, dtype=np.float64)
    levels /= np.maximum(np.linalg.norm(levels, axis=1, keepdims=True), 1e-9)
    return np.asarray(np.hstack([levels, (bits * 2.0 - 1) / 8]) / np.sqrt(2), np.float32)


def mark_alike(dataset: Any, default: str, groups: Sequence[Group], told: Callable[[str], None]) -> None:
    """Fill in `uniqueness` and `near_duplicate_of`, and draw the map of the App's Embeddings panel; once for a set.

    Args:
        dataset: Of a stage.
        default: The slice that carries the fields: the one that the grid shows.
        groups: What it shows.
        told: Called with a line where Brain is missing.
    """
    looks = {group.row: group.look for group in groups if group.look}
    seen = content_hash(NEAR, *sorted((group.row, group.look, group.shown) for group in groups if group.look))
    if len(looks) < FEWEST or dataset.info["bgrsr"].get(KEY) == seen:
        return
    try:
        brain = importlib.import_module("fiftyone.brain")
        importlib.import_module("sklearn.neighbors")
    except ImportError as missing:
        told(f"uniqueness and near-duplicates are left out: {missing}; pip install fiftyone-brain scikit-learn")
        return
    view = dataset.select_group_slices(default)
    view = view.select([i for i, row in zip(*view.values(["id", "row"]), strict=True) if row in looks])
    ids, rows = view.values(["id", "row"])
    embeddings = embed([looks[row] for row in rows])
    brain.compute_uniqueness(view, embeddings=embeddings, progress=False)
    index = brain.compute_near_duplicates(view, threshold=NEAR, embeddings=embeddings, progress=False)
    row_of = dict(zip(ids, rows, strict=True))
    twins = {twin: row_of[kept] for kept, found in index.neighbors_map.items() for twin, _ in found}
    view.set_values("near_duplicate_of", {one: twins.get(one) for one in ids}, key_field="id")
    if KEY in dataset.list_brain_runs():
        dataset.delete_brain_run(KEY)
    brain.compute_visualization(view, embeddings=embeddings, method="pca", brain_key=KEY, progress=False)
    dataset.info["bgrsr"] = {**dataset.info["bgrsr"], KEY: seen}
    dataset.save()
