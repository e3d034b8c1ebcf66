"""Keep a frame, put a sharper neighbour in its place, deblur it, or reject it."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bgrsr_data.deblur.attempts import Attempt, Restore, attempts
from bgrsr_data.deblur.doubtful import Doubtful
from bgrsr_data.deblur.neighbours import Neighbour, neighbours_in_clip, neighbours_in_files, read_held, same_shot
from bgrsr_data.deblur.options import DeblurOptions
from bgrsr_data.deblur.subject import Subject, measure_subject
from bgrsr_data.errors import Rejection
from bgrsr_data.frames.duplicates import draw_thumbnail, hash_picture
from bgrsr_data.frames.exposure import measure_exposure
from bgrsr_data.frames.sharpness import measure_sharpness, relate_sharpness, shrink
from bgrsr_data.media.colour import luma
from bgrsr_data.media.files import sha256_of
from bgrsr_data.media.images import read_rgb, write_image
from bgrsr_data.records import Frame, make_id


def decide(doubtful: Doubtful, options: DeblurOptions, root: Path, restore: Restore | None = None) -> Frame:
    """Judge a frame and write what was made of it.

    Args:
        doubtful: The frame.
        options: Bounds.
        root: What paths are relative to.
        restore: A learned restoration, tried where fusing the neighbours did not help: (the frame, the frames before
            and after it as far as there are) → the frame restored. A function with a `name` is credited by it.

    Returns:
        The row of the frame that passes: kept, replaced or improved.

    Raises:
        InputError: The frame or its clip is missing or cannot be decoded.
        Rejection: "blurred": it is too blurred to use and cannot be improved; "no-detail": nothing in it is sharp.
    """
    frame = doubtful.frame or _measured(doubtful, options, root)
    if frame.sharpness < options.reject_sharpness:
        detail = f"sharpness {frame.sharpness:.2f}, needs {options.reject_sharpness:g}: empty, or blurred all over"
        raise Rejection("no-detail", detail)
    if frame.subject_ratio >= options.keep_ratio:
        return _kept(frame, doubtful, root)
    rgb = _read(doubtful, root)
    neighbours = _neighbours(doubtful, rgb, options, root)
    subject = measure_subject(rgb, neighbours)
    if (best := _replacement(doubtful, neighbours, subject, options)) is not None:
        return _replaced(frame, doubtful, neighbours[best], subject.others[best] / subject.sharpness - 1, root)
    tried: list[Attempt] = []
    for attempt in attempts(rgb, neighbours, subject, restore):
        sharp = frame.subject_ratio * (1 + attempt.judgement.gain) >= options.reject_ratio
        if sharp and attempt.judgement.accepted(options):
            return _improved(frame, doubtful, attempt, root)
        tried.append(attempt)
    if frame.subject_ratio < options.reject_ratio:
        share = f"its subject has {frame.subject_ratio:.2f} of its neighbours' sharpness"
        came_to = "; ".join(f"{attempt.method} came to {attempt.judgement}" for attempt in tried)
        raise Rejection("blurred", f"{share}; {came_to or 'no frame before and after it to fuse'}")
    return _kept(frame, doubtful, root)


def _replacement(
    doubtful: Doubtful, neighbours: Sequence[Neighbour], subject: Subject, options: DeblurOptions
) -> int | None:
    """The place of the sharpest neighbour that may stand for the frame: near in time, free, and clearly sharper.

    Every decoded frame belongs to the frame of the set that is nearest in time, so no two frames of a set are replaced
    by the same one, however many processes work.
    """
    if doubtful.frame is None or not options.replace:
        return None
    within = Fraction(str(options.replace_within_s)) / doubtful.frame.time_base
    others = [*subject.others, subject.sharpness]
    best = None
    for place, one in enumerate(neighbours):
        ratio = relate_sharpness(
            [subject.others[place], *others[:place], *others[place + 1 :]], [0] * len(others), 0, 9
        )
        sharp = subject.others[place] >= (1 + options.min_gain) * subject.sharpness and ratio >= options.keep_ratio
        if sharp and abs(one.away) <= within and _is_free(one, doubtful):
            best = place if best is None or subject.others[place] > subject.others[best] else best
    return best


def _is_free(neighbour: Neighbour, doubtful: Doubtful) -> bool:
    """Whether it is nearer to this frame than to any other of the set, and is no copy of those beside it."""
    dhash = f"{hash_picture(shrink(luma(neighbour.rgb))):016x}"
    return all(
        abs(neighbour.away) < abs(neighbour.pts - other.pts) and dhash != other.dhash for other in doubtful.beside
    )


def _read(doubtful: Doubtful, root: Path) -> NDArray[np.uint8]:
    return read_rgb(root / doubtful.path) if doubtful.frame else read_held(root / doubtful.path)


def _neighbours(doubtful: Doubtful, rgb: NDArray[np.uint8], options: DeblurOptions, root: Path) -> list[Neighbour]:
    if doubtful.frame is not None:
        clip, pts = doubtful.clip, doubtful.frame.pts
        return same_shot(rgb, neighbours_in_clip(root / clip, pts, options.neighbours)) if clip else []
    before, after = doubtful.before[-options.neighbours :], doubtful.after[: options.neighbours]
    return same_shot(rgb, neighbours_in_files([root / path for path in before], [root / path for path in after]))


def _measured(doubtful: Doubtful, options: DeblurOptions, root: Path) -> Frame:
    """The row of a plain file."""
    rgb = _read(doubtful, root)
    neighbours = _neighbours(doubtful, rgb, options, root)
    sharpness = [measure_sharpness(shrink(luma(one))) for one in (rgb, *(other.rgb for other in neighbours))]
    row = Frame(
        id=make_id("frame", doubtful.path), clip=doubtful.path, role="talking-head", person=doubtful.path,
        path=doubtful.path, sha256=sha256_of(root / doubtful.path), width=rgb.shape[1], height=rgb.shape[0],
        pts=0, time_base=Fraction(1), dhash="", sharpness=sharpness[0],
        sharpness_ratio=relate_sharpness(sharpness, [0] * len(sharpness), 0, reach=len(neighbours)),
        subject_ratio=measure_subject(rgb, neighbours).ratio,
    )  # fmt: skip
    return row.model_copy(update=_looks(rgb))


def _kept(frame: Frame, doubtful: Doubtful, root: Path) -> Frame:
    row = {"id": make_id("sharp", frame.id), "original": frame.id, "decision": "kept"}
    if doubtful.frame is None:
        path = f"{doubtful.out}.png"
        row |= {"path": path, "sha256": write_image(root / path, _read(doubtful, root))}
    return frame.model_copy(update=row)


def _replaced(frame: Frame, doubtful: Doubtful, neighbour: Neighbour, gain: float, root: Path) -> Frame:
    path = str(Path(doubtful.out).with_name(f"{neighbour.pts:08d}"))
    made = {"decision": "replaced", "method": "neighbour", "pts": neighbour.pts, "gain": round(gain, 6)}
    return _written(frame, doubtful, path, neighbour.rgb, root).model_copy(
        update=made | {"subject_ratio": round(frame.subject_ratio * (1 + gain), 6)}
    )


def _improved(frame: Frame, doubtful: Doubtful, attempt: Attempt, root: Path) -> Frame:
    gain, ringing = attempt.judgement.gain, attempt.judgement.overshoot
    made = {"decision": "improved", "method": attempt.method, "gain": round(gain, 6), "ringing": round(ringing, 4)}
    return _written(frame, doubtful, doubtful.out, attempt.rgb, root).model_copy(
        update=made | {"subject_ratio": round(frame.subject_ratio * (1 + gain), 6)}
    )


def _written(frame: Frame, doubtful: Doubtful, out: str, rgb: NDArray[np.uint8], root: Path) -> Frame:
    """The frame's row for other pixels, which are written: losslessly where the frame's were."""
    path = out + (".png" if doubtful.frame is None else Path(frame.path).suffix)
    sharpness = measure_sharpness(shrink(luma(rgb)))
    ratio = frame.sharpness_ratio * sharpness / frame.sharpness if frame.sharpness > 0 else 1.0
    made = {
        "id": make_id("sharp", frame.id),
        "original": frame.id,
        "path": path,
        "sha256": write_image(root / path, rgb),
        "sharpness": round(sharpness, 4),
        "sharpness_ratio": round(ratio, 6),
    }
    return frame.model_copy(update=made | _looks(rgb))


def _looks(rgb: NDArray[np.uint8]) -> dict[str, object]:
    """What a row tells of a picture's looks."""
    grey, exposure = luma(rgb), measure_exposure(rgb)
    return {
        "dhash": f"{hash_picture(shrink(grey)):016x}",
        "thumbnail": draw_thumbnail(grey),
        "brightness": round(exposure.brightness, 6),
        "dark": round(exposure.dark, 6),
        "bright": round(exposure.bright, 6),
    }
