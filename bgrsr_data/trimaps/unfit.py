"""Why a person gets no trimap: every reason by one word, so that persons without one can be counted."""

from __future__ import annotations

from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from bgrsr_data.errors import Rejection
from bgrsr_data.media.masks import box_of

_SLIVER = 0.15  # mean depth over the length that the border cuts; half a standing person has more


class Reason(StrEnum):
    """The reasons, in the order in which they are looked for."""

    CROWD = "crowd"  # one region for many people
    LICENCE = "licence"  # the image is under another licence than asked for
    EMPTY = "empty"  # not one pixel is marked
    TOO_SMALL = "too-small"
    SLIVER = "sliver"  # the picture's border leaves a slice of the person
    TOO_THIN = "too-thin"  # nothing of the person is deeper than the band
    COVERED = "covered"  # other persons or a crowd claim all that would be sure


def unfit(reason: Reason, detail: str) -> Rejection:
    """The rejection for a reason."""
    return Rejection(reason.value, detail)


def refuse_unfit(mask: NDArray[np.bool_], min_side_px: int) -> None:
    """Refuse a person who cannot have a trimap, by the mask's shape alone.

    Args:
        mask: (H, W) bool, of the whole picture.
        min_side_px: The least height and width.

    Raises:
        Rejection: "empty", "too-small" or "sliver".
    """
    left, top, right, bottom = box_of(mask)
    if not right:
        raise unfit(Reason.EMPTY, "no pixel is marked")
    if min(right - left, bottom - top) < min_side_px:
        raise unfit(Reason.TOO_SMALL, f"{right - left}×{bottom - top} px; needs {min_side_px} px a side")
    cut = {"left": mask[:, 0], "right": mask[:, -1], "upper": mask[0], "lower": mask[-1]}
    side, length = max(((name, int(line.sum())) for name, line in cut.items()), key=lambda one: one[1])
    depth = int(mask.sum()) / max(length, 1)
    if length and depth < _SLIVER * length:
        raise unfit(Reason.SLIVER, f"the {side} border cuts {length} px off and leaves {depth:.0f} px on the average")
