"""A small published set in a real workspace: real photographs, real manifests, the real renderer."""

from __future__ import annotations

from pathlib import Path

import skimage.data
from photo_renderer import _person

from bgrsr_data.ledger import Done
from bgrsr_data.media.images import write_image
from bgrsr_data.records import Background, Combination, Foreground, Record, make_id
from bgrsr_data.runner import run_stage
from bgrsr_data.stages import make_stage
from bgrsr_data.workspace import Workspace

PHOTOS = {"train": ("coffee", "rocket"), "val": ("chelsea", "coffee"), "test": ("chelsea", "rocket")}


def publish_set(root: Path, *, per_split: int = 3) -> Workspace:
    """Make a workspace with combinations of all three splits, and publish it."""
    workspace = Workspace.create(root)
    foreground = _foreground(root)
    backgrounds = {name: _background(root, name) for name in ("coffee", "rocket", "chelsea")}
    combinations = [
        _combination(foreground, *(backgrounds[name] for name in names), split, seed)
        for split, names in PHOTOS.items()
        for seed in range(per_split)
    ]
    _commit(workspace, "key", [foreground])
    _commit(workspace, "frames", list(backgrounds.values()))
    _commit(workspace, "combine", combinations)
    publish(workspace)
    return workspace


def publish(workspace: Workspace) -> None:
    """Publish what the ledger holds."""
    run_stage(make_stage("publish"), workspace)


def _commit(workspace: Workspace, stage: str, rows: list[Record]) -> None:
    workspace.ledger.commit(Done(stage, "all", "fingerprint", "done"), rows)


def _foreground(root: Path) -> Foreground:
    rgb, alpha = _person(False)
    write_image(root / "foregrounds" / "fg.png", rgb)
    sha256 = write_image(root / "foregrounds" / "alpha.png", alpha)
    return Foreground(
        id="foreground-astronaut", clip="clip-a", original="frame-a", person="astronaut",
        alpha_path="foregrounds/alpha.png", foreground_path="foregrounds/fg.png", sha256=sha256,
        width=512, height=512, box_left=90, box_top=10, box_right=420, box_bottom=512, score=1.0, scores={},
    )  # fmt: skip


def _background(root: Path, name: str) -> Background:
    photo = getattr(skimage.data, name)()
    path = root / "backgrounds" / f"{name}.png"
    sha256 = write_image(path, photo)
    return Background(
        id=f"background-{name}", clip="clip-b", place=name, path=path.relative_to(root).as_posix(), sha256=sha256,
        width=photo.shape[1], height=photo.shape[0],
    )  # fmt: skip


def _combination(foreground: Foreground, behind: Background, target: Background, split: str, seed: int) -> Combination:
    return Combination(
        id=make_id("combination", split, seed), foreground=foreground.id, original_background=behind.id,
        target_background=target.id, split=split, zoom=1.0, left=0.1, top=0.05, flip=bool(seed % 2), noise=0.01,
        seed=seed,
    )  # fmt: skip
