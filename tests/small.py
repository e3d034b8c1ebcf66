"""A small set of everything, made on the spot: two clips before screens, three places, four COCO persons."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from pycocotools import mask as run_lengths

from bgrsr_data.media.images import read_rgb, write_image
from bgrsr_data.quickstart.footage import SHOTS, make_footage
from bgrsr_data.quickstart.photographs import BACKGROUNDS, COLLINS

PLACES = ("coffee", "chelsea", "rocket", "brick")
STAGES = ("fetch", "frames", "select", "deblur", "key", "trimap", "combine", "publish")
STEPS: tuple[Any, ...] = (
    "fetch",
    {"frames": {"per_second": 13, "near_duplicate_bits": 0}},
    "select",
    "deblur",
    "key",
    {"trimap": {"min_side_px": 16}},
    {"combine": {"per_foreground": 4}},
    "publish",
)


def make_small_set(folder: Path) -> Path:
    """Write footage, COCO pictures, a source list, and recipe.yaml; give the recipe."""
    sources = make_footage(folder / "footage", frames=8, shots=SHOTS[:2])
    entries = [
        {**entry, "path": f"footage/{entry['path']}"}
        for entry in yaml.safe_load(sources.read_text())["sources"]
        if entry["role"] != "background" or entry["name"] in PLACES
    ]
    make_coco(folder / "coco")
    entries.append(
        {"name": "coco", "role": "coco", "path": "coco/images", "annotations": "coco/instances.json",
         "licence": "CC0-1.0", "creator": "several"}
    )  # fmt: skip
    (folder / "sources.yaml").write_text(yaml.safe_dump({"sources": entries}, sort_keys=False))
    return write_recipe(folder / "recipe.yaml")


def write_recipe(path: Path, **changed: dict[str, Any]) -> Path:
    """The recipe over the small set, with other options for the stages named."""
    steps = [_with(step, changed) for step in STEPS]
    path.write_text(yaml.safe_dump({"about": "a small set", "sources": ["sources.yaml"], "steps": steps}))
    return path


def _with(step: str | dict[str, Any], changed: dict[str, dict[str, Any]]) -> str | dict[str, Any]:
    name, options = (step, {}) if isinstance(step, str) else next(iter(step.items()))
    return {name: {**options, **changed[name]}} if name in changed else step


def make_coco(folder: Path) -> Path:
    """Three pictures: a person as polygon; two persons as run lengths; a person and a crowd. A cat besides."""
    portrait = read_rgb(COLLINS.photograph.path)[:320, 100:340]
    cat = read_rgb(next(p for p in BACKGROUNDS if p.name == "chelsea").path)[:300, :400]
    for name, picture in (("1.png", portrait), ("2.png", portrait[:, ::-1]), ("3.png", cat)):
        write_image(folder / "images" / name, picture)
    annotations = [
        _annotation(11, 1, [[60, 40, 180, 40, 200, 319, 30, 319]]),
        _annotation(21, 2, _compressed(320, 240, (40, 300, 20, 120))),
        _annotation(22, 2, _plain_runs(320, 240, (60, 320, 135, 235))),
        _annotation(31, 3, [[100, 60, 220, 60, 220, 280, 100, 280]]),
        _annotation(32, 3, _plain_runs(300, 400, (0, 90, 240, 400)), iscrowd=1),
        _annotation(33, 3, [[5, 5, 50, 5, 50, 50, 5, 50]], category_id=17),
    ]
    sizes = {1: (240, 320), 2: (240, 320), 3: (400, 300)}
    images = [{"id": n, "file_name": f"{n}.png", "width": w, "height": h} for n, (w, h) in sizes.items()]
    categories = [{"id": 1, "name": "person"}, {"id": 17, "name": "cat"}]
    path = folder / "instances.json"
    path.write_text(json.dumps({"images": images, "annotations": annotations, "categories": categories}))
    return path


def _annotation(number: int, image: int, segmentation: Any, **more: Any) -> dict[str, Any]:
    plain = {"id": number, "image_id": image, "category_id": 1, "iscrowd": 0, "area": 1, "bbox": [0, 0, 1, 1]}
    return {**plain, "segmentation": segmentation, **more}


def _box(height: int, width: int, box: tuple[int, int, int, int]) -> np.ndarray:
    mask = np.zeros((height, width), np.uint8, order="F")
    top, bottom, left, right = box
    mask[top:bottom, left:right] = 1
    return mask


def _compressed(height: int, width: int, box: tuple[int, int, int, int]) -> dict[str, Any]:
    runs = run_lengths.encode(_box(height, width, box))
    return {"size": runs["size"], "counts": runs["counts"].decode()}


def _plain_runs(height: int, width: int, box: tuple[int, int, int, int]) -> dict[str, Any]:
    """Uncompressed run lengths: zeros first, down the columns."""
    flat = _box(height, width, box).ravel(order="F")
    edges = np.flatnonzero(np.diff(flat)) + 1
    counts = np.diff([0, *edges, flat.size]).tolist()
    return {"size": [height, width], "counts": [0, *counts] if flat[0] else counts}


def bgrsr(*arguments: object, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run the command line in a process of its own."""
    return subprocess.run(
        command(*arguments), check=False, capture_output=True, text=True, timeout=300, **{"env": calm(), **options}
    )


def command(*arguments: object) -> list[str]:
    """The words of a call of the command line."""
    return [str(Path(sys.executable).with_name("bgrsr")), *map(str, arguments)]


def calm() -> dict[str, str]:
    """An environment without a terminal, and one thread a process."""
    return os.environ | {"NO_COLOR": "1", "TERM": "dumb", "COLUMNS": "200", "OMP_NUM_THREADS": "1"}
