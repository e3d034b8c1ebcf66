"""Keep, improve or reject one frame."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from bgrsr_data.deblur.fusion import fuse
from bgrsr_data.deblur.gate import Judgement, judge
from bgrsr_data.deblur.neighbours import neighbours_in_clip, neighbours_in_files, same_shot
from bgrsr_data.deblur.options import DeblurOptions
from bgrsr_data.errors import Rejection
from bgrsr_data.frames.duplicates import hash_picture
from bgrsr_data.frames.sharpness import measure_sharpness, relate_sharpness, shrink
from bgrsr_data.media.colour import luma
from bgrsr_data.media.files import sha256_of
from bgrsr_data.media.images import read_rgb, write_image
from bgrsr_data.records import Frame, make_id

if TYPE_CHECKING:
    from bgrsr_data.deblur.step import Doubtful


def decide(doubtful: Doubtful, options: DeblurOptions, root: Path) -> Frame:
    """Judge a frame and write what was made of it.

    Returns:
        The row of the frame that passes: kept or improved.

    Raises:
        InputError: The frame or its clip is missing or cannot be decoded.
        Rejection: "blurred": it is too blurred to use and cannot be improved; "no-detail": nothing in it is sharp.
    """
    frame = doubtful.frame or _measured(doubtful, options, root)
    if frame.sharpness < options.reject_sharpness:
        detail = f"sharpness {frame.sharpness:.2f}, needs {options.reject_sharpness:g}: empty, or blurred all over"
        raise Rejection("no-detail", detail)
    if frame.sharpness_ratio >= options.keep_ratio:
        return _kept(frame, doubtful, root)
    rgb = read_rgb(root / doubtful.path)
    neighbours = _neighbours(doubtful, rgb, options, root)
    result = fuse(rgb, neighbours)
    judgement = judge(result, rgb, neighbours)
    if judgement.accepted(options):
        return _improved(frame, doubtful, result, judgement, root)
    if frame.sharpness_ratio < options.reject_ratio:
        share = f"{frame.sharpness_ratio:.2f} of its neighbours' sharpness"
        raise Rejection("blurred", f"has {share}; fusing {len(neighbours)} of them came to {judgement}")
    return _kept(frame, doubtful, root)


def _neighbours(
    doubtful: Doubtful, rgb: NDArray[np.uint8], options: DeblurOptions, root: Path
) -> list[NDArray[np.uint8]]:
    if doubtful.clip and doubtful.frame:
        return same_shot(rgb, neighbours_in_clip(root / doubtful.clip, doubtful.frame.pts, options.neighbours))
    before, after = doubtful.before[-options.neighbours :], doubtful.after[: options.neighbours]
    return neighbours_in_files([root / path for path in (*before, *after)], rgb)


def _measured(doubtful: Doubtful, options: DeblurOptions, root: Path) -> Frame:
    """The row of a plain file."""
    rgb = read_rgb(root / doubtful.path)
    grey = luma(rgb)
    own = measure_sharpness(shrink(grey))
    others = [measure_sharpness(shrink(luma(other))) for other in _neighbours(doubtful, rgb, options, root)]
    ratio = relate_sharpness([own, *others], [0] * (1 + len(others)), 0, reach=len(others))
    return Frame(
        id=make_id("frame", doubtful.path), clip=doubtful.path, role="talking-head", person=doubtful.path,
        path=doubtful.path, sha256=sha256_of(root / doubtful.path), width=rgb.shape[1], height=rgb.shape[0],
        pts=0, time_base=Fraction(1), dhash=f"{hash_picture(grey):016x}", sharpness=own, sharpness_ratio=ratio,
    )  # fmt: skip


def _kept(frame: Frame, doubtful: Doubtful, root: Path) -> Frame:
    row = {"id": make_id("sharp", frame.id), "original": frame.id, "decision": "kept"}
    if doubtful.frame is None:
        path = f"{doubtful.out}.png"
        row |= {"path": path, "sha256": write_image(root / path, read_rgb(root / doubtful.path))}
    return frame.model_copy(update=row)


def _improved(frame: Frame, doubtful: Doubtful, result: NDArray[np.uint8], judgement: Judgement, root: Path) -> Frame:
    suffix = ".png" if doubtful.frame is None else Path(frame.path).suffix
    path, grey = f"{doubtful.out}{suffix}", luma(result)
    return frame.model_copy(
        update={
            "id": make_id("sharp", frame.id),
            "original": frame.id,
            "decision": "improved",
            "path": path,
            "sha256": write_image(root / path, result),
            "dhash": f"{hash_picture(grey):016x}",
            "sharpness": round(frame.sharpness * (1 + judgement.gain), 4),
            "sharpness_ratio": round(frame.sharpness_ratio * (1 + judgement.gain), 6),
            "gain": round(judgement.gain, 6),
        }
    )
