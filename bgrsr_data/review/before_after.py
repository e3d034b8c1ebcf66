"""How frames would look keyed with options of their own: each as it is keyed now, and below it as it would be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bgrsr_data.errors import Rejection
from bgrsr_data.keying.core import Key, key_image
from bgrsr_data.keying.options import KeyOptions
from bgrsr_data.keying.preview import Sample, draw_samples
from bgrsr_data.keying.step import Keyable, mattes_for
from bgrsr_data.media.images import read_rgb
from bgrsr_data.review.rekey import KeySome, frames_of, plan_rekeys, stage_of
from bgrsr_data.workspace import Workspace

MOST = 12


def draw_before_after(
    workspace: Workspace, foregrounds: Sequence[str], options: Mapping[str, object]
) -> NDArray[np.uint8]:
    """Key frames as they are keyed now and with other options; nothing is written.

    Args:
        workspace: The workspace.
        foregrounds: Ids of foregrounds, or of their frames; the first 12 are shown.
        options: As of `rekey`.

    Returns:
        (H, W, 3) uint8, sRGB: two rows for each frame.

    Raises:
        InputError: As of `rekey`, or a shape does not fit a frame.
    """
    stage = stage_of(workspace, frames_of(workspace.ledger, foregrounds)[:MOST])
    rekeys = {rekey.frame: rekey for rekey in plan_rekeys(workspace.ledger, stage, options, "", "")}
    changed = KeySome(stage.options, stage.frames, rekeys.values())
    samples = []
    for now, then in zip(stage.items(workspace.ledger), changed.items(workspace.ledger), strict=True):
        rgb = read_rgb(workspace.root / now.payload.path)
        samples.append(Sample(rgb, f"{now.payload.title} now", _key(rgb, now.payload, stage.options, workspace.root)))
        words = rekeys[then.id].words or "the options of the stage"
        samples.append(Sample(rgb, words, _key(rgb, then.payload, stage.options, workspace.root)))
    return draw_samples(samples, stage.options.min_score)


def _key(rgb: NDArray[np.uint8], item: Keyable, options: KeyOptions, root: Path) -> Key | Rejection:
    try:
        own = item.options or options
        return key_image(rgb, own, mattes=mattes_for(rgb, item.marks.beside(root), own))
    except Rejection as unfit:
        return unfit
