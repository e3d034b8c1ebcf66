"""A small published set in a real workspace: real photographs, real manifests, the real renderer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

import skimage.data
from photo_renderer import _person

from bgrsr_data.ledger import Done
from bgrsr_data.media.images import write_image
from bgrsr_data.records import Background, Combination, Foreground, Record, make_id
from bgrsr_data.runner import run_stage
from bgrsr_data.stages import make_stage
from bgrsr_data.workspace import Workspace

PHOTOS = {"train": ("coffee", "rocket"), "val": ("chelsea", "coffee"), "test": ("chelsea", "rocket")}
COLOURS = {"train": [0, 1, 2], "val": [1, 2, 0], "test": [2, 0, 1]}  # a split shares no file with another: it may not


def publish_set(root: Path, *, per_split: int = 3) -> Workspace:
    """Make a workspace with combinations of all three splits, and publish it."""
    workspace = Workspace.create(root)
    fill_set(workspace, per_split=per_split)
    return workspace


def fill_set(workspace: Workspace, *, per_split: int = 3, people: Mapping[str, str] = MappingProxyType({})) -> None:
    """Fill and publish it; `people` tells by split who is seen, where it is not the astronaut in other colours."""
    root = workspace.root
    foregrounds, backgrounds, combinations = [], [], []
    for split, names in PHOTOS.items():
        foregrounds.append(_foreground(root, split, people.get(split, f"astronaut-{split}")))
        behind, target = (_background(root, name, split) for name in names)
        backgrounds += [behind, target]
        combinations += [_combination(foregrounds[-1], behind, target, split, seed) for seed in range(per_split)]
    commit(workspace, "key", foregrounds)
    commit(workspace, "frames", backgrounds)
    commit(workspace, "combine", combinations)
    publish(workspace)


def publish(workspace: Workspace) -> None:
    """Publish what the ledger holds."""
    run_stage(make_stage("publish"), workspace)


def commit(workspace: Workspace, stage: str, rows: Sequence[Record], *, item: str = "all") -> None:
    """Write down that a stage made these rows of one item."""
    workspace.ledger.commit(Done(stage, item, "fingerprint", "done"), rows)


def _foreground(root: Path, split: str, person: str) -> Foreground:
    rgb, alpha = _person(False)
    folder = f"foregrounds/{split}"
    sha256 = write_image(root / folder / "fg.png", rgb[..., COLOURS[split]])
    write_image(root / folder / "alpha.png", alpha)
    return Foreground(
        id=f"foreground-{split}", clip=f"clip-{split}", original=f"frame-{split}", person=person,
        alpha_path=f"{folder}/alpha.png", foreground_path=f"{folder}/fg.png", sha256=sha256,
        width=512, height=512, box_left=90, box_top=10, box_right=420, box_bottom=512, score=1.0, scores={},
    )  # fmt: skip


def _background(root: Path, name: str, split: str) -> Background:
    photo = getattr(skimage.data, name)()
    path = root / "backgrounds" / f"{name}-{split}.png"
    sha256 = write_image(path, photo[..., COLOURS[split]])
    return Background(
        id=f"background-{name}-{split}", clip=f"clip-{name}-{split}", place=f"{name}-{split}",
        path=path.relative_to(root).as_posix(), sha256=sha256, width=photo.shape[1], height=photo.shape[0],
    )  # fmt: skip


def _combination(foreground: Foreground, behind: Background, target: Background, split: str, seed: int) -> Combination:
    return Combination(
        id=make_id("combination", split, seed), foreground=foreground.id, original_background=behind.id,
        target_background=target.id, split=split, zoom=1.0, left=0.1, top=0.05, flip=bool(seed % 2), noise=0.01,
        seed=seed,
    )  # fmt: skip
