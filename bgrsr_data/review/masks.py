"""Masks that people painted for single frames, kept in the workspace.

A mask may lie anywhere, and may be painted anew or deleted once it was used. So what a frame is keyed with is a copy in
`review/masks/`, named after its bytes: the workspace may be moved, and a rerun gives the same key.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from bgrsr_data.keying.shapes import is_path
from bgrsr_data.keying.single import SHAPES
from bgrsr_data.ledger import Ledger
from bgrsr_data.media.files import sha256_of, write_bytes
from bgrsr_data.records import Rekey

FOLDER = "review/masks"


def masks_in_full(root: Path, options: Mapping[str, object]) -> dict[str, object]:
    """Options as a person gave them, the paths of masks that were kept before made absolute: a form shows them so."""

    def in_full(shapes: object) -> object:
        if isinstance(shapes, str):
            return str(root / shapes) if shapes.startswith(f"{FOLDER}/") else shapes
        return [in_full(shape) for shape in shapes] if isinstance(shapes, Iterable) else shapes

    return {name: in_full(value) if name in SHAPES else value for name, value in options.items()}


def keep_masks(root: Path, ledger: Ledger) -> None:
    """Copy the masks that changes name into the workspace, and name the copies, relative to it. The caller writes.

    Changes of an earlier bgrsr, which named masks where they lay, are brought along; a mask that is gone stays named.

    Raises:
        DiskFullError: Nothing more can be written; the changes name the masks where they lie.
    """
    changes = [rekey for of_frame in ledger.rekeys().values() for rekey in of_frame]
    kept = [_with_kept(root, rekey) for rekey in changes]
    if kept != changes:
        ledger.add_rekeys(kept)


def masks_of(rekeys: Iterable[Rekey]) -> set[str]:
    """The masks in the workspace that changes name, relative to it."""
    shapes = {shape for rekey in rekeys for name in SHAPES for shape in rekey.told.get(name, ())}
    return {shape for shape in shapes if shape.startswith(f"{FOLDER}/")}


def sweep_masks(root: Path, ledger: Ledger) -> None:
    """Delete the masks that no change names any more. The caller is the one writer."""
    named = masks_of(rekey for of_frame in ledger.rekeys().values() for rekey in of_frame)
    for path in (root / FOLDER).glob("*"):
        if path.relative_to(root).as_posix() not in named:
            path.unlink()


def _with_kept(root: Path, rekey: Rekey) -> Rekey:
    told = rekey.told
    kept = {name: [_kept(root, shape) for shape in value] for name, value in told.items() if name in SHAPES}
    return rekey.model_copy(update={"options": json.dumps(told | kept)})


def _kept(root: Path, shape: str) -> str:
    path = Path(shape)
    if not is_path(shape) or not path.is_absolute() or not path.is_file():
        return shape
    kept = f"{FOLDER}/{sha256_of(path)[:16]}{path.suffix.lower()}"
    if not (root / kept).is_file():
        write_bytes(root / kept, path.read_bytes())
    return kept
