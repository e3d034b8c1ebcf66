"""A workspace of three frames before a green screen, keyed by the real key stage."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
from keying.keying_scenes import SCREENS, compose

from bgrsr_data.keying.options import KeyOptions
from bgrsr_data.keying.step import KeyFrames
from bgrsr_data.ledger import Done
from bgrsr_data.media.images import write_image
from bgrsr_data.records import Frame, make_id
from bgrsr_data.runner import run_stage
from bgrsr_data.workspace import Workspace

SKIN = (205, 166, 127)
STAGE = KeyFrames(KeyOptions())
FRAMES = range(3)


def key_frames(root: Path) -> Path:
    """Make the workspace; its frames differ in where the person stands."""
    place = Workspace.create(root)
    picture = compose(SCREENS["green"], SKIN, noise=0.002).rgb
    frames = [frame(n, write_image(place.root / f"frames/{n}.png", np.roll(picture, 7 * n, 1))) for n in FRAMES]
    place.ledger.commit(Done("frames", "clip-1", "", "done"), frames)
    place.ledger.set_options("frames", "{}")
    run_stage(STAGE, place, workers=1)
    place.close()
    return place.root


def frame(number: int, sha256: str) -> Frame:
    """The row of one frame."""
    return Frame(
        id=f"frame-{number}", clip="clip-1", role="greenscreen", person="p", path=f"frames/{number}.png", sha256=sha256,
        width=320, height=180, pts=number, time_base=Fraction(1, 25), dhash="0" * 16, sharpness=1, sharpness_ratio=1,
    )  # fmt: skip


def foreground_ids() -> list[str]:
    """The foregrounds' ids, by their frames'."""
    return [make_id("foreground", f"frame-{number}") for number in FRAMES]
