"""From one clip to files and rows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from bgrsr_data.errors import Rejection
from bgrsr_data.frames.duplicates import draw_thumbnail, hash_picture, nearest
from bgrsr_data.frames.exposure import Exposure, measure_exposure
from bgrsr_data.frames.faces import Faces, find_faces
from bgrsr_data.frames.options import FrameOptions
from bgrsr_data.frames.select import Curve, Measured, between, measure, pick_sharpest, thin
from bgrsr_data.frames.sharpness import measure_sharpness, relate_sharpness, shrink
from bgrsr_data.media.colour import luma
from bgrsr_data.media.images import read_rgb, write_image
from bgrsr_data.media.video import VideoReader
from bgrsr_data.records import Background, Frame, Record, Role, make_id, reject_part

if TYPE_CHECKING:
    from bgrsr_data.frames.step import Footage

# A key is taken from a green-screen frame, and lossy chroma would be keyed with it. The others come from lossy video
# already: at 1080p JPEG q95 4:4:4 is 50 dB from the decoded frame, a quarter of the PNG's size, four times as fast to
# read and eight times as fast to write (330 against 1330 KB, 13 against 47 ms, 13 against 103 ms).
_SUFFIX: dict[Role, str] = {"greenscreen": ".png", "talking-head": ".jpg", "background": ".jpg"}


@dataclass(slots=True)
class Extraction:
    """What one clip gave.

    Args:
        footage: The clip.
        rows_kept: A row for each file.
        dropped: (part, reason, detail) of what was left out.
    """

    footage: Footage
    rows_kept: list[Record] = field(default_factory=list)
    dropped: list[tuple[object, str, str]] = field(default_factory=list)

    def rows(self, stage: str) -> list[Record]:
        """The rows for the ledger: what was kept, and a rejection for each part that was not."""
        rejections = [reject_part(stage, self.footage.clip, *dropped) for dropped in self.dropped]
        return [*self.rows_kept, *rejections]


@dataclass(frozen=True, slots=True)
class _Kept:
    """A picture that has a file."""

    index: int
    shot: int
    pts: int
    time_base: Fraction
    path: str
    sha256: str
    width: int
    height: int
    dhash: int
    thumbnail: str
    exposure: Exposure
    faces: Faces | None
    sharpness: float


def extract_still(footage: Footage, options: FrameOptions, root: Path) -> Extraction:  # noqa: ARG001 - as extract_video
    """Copy a photograph, decoded and upright, under a frame's name.

    Raises:
        InputError: The file is missing or no image.
    """
    rgb = read_rgb(root / footage.path)
    grey = luma(rgb)
    written = _write(footage, root, 0, rgb)
    sharpness = measure_sharpness(shrink(grey))
    kept = _Kept(0, 0, 0, Fraction(1), *written, hash_picture(grey), *_seen(footage, rgb), sharpness)
    return Extraction(footage, [_row(footage, kept, sharpness_ratio=1.0)])


def extract_video(footage: Footage, options: FrameOptions, root: Path) -> Extraction:
    """Decode a video once and write the frames that are worth it.

    Raises:
        InputError: The file is missing or cannot be decoded.
        Rejection: "hdr", or "no-frames" where nothing was decoded between start_s and end_s.
    """
    extraction, curve = Extraction(footage), Curve()
    with VideoReader(root / footage.path) as reader:
        window_s = _window_s(options, reader.report.declared_s)
        pictures = between(reader, _exact(options.start_s), _exact(options.end_s) if options.end_s else None)
        best = pick_sharpest(measure(pictures, curve), window_s)
        kept = _write_distinct(best, options, root, extraction)
        if not curve.sharpness:
            raise Rejection("no-frames", f"nothing could be decoded; {reader.report.skipped} parts are broken")
        _note_damage(reader, extraction, whole=options.end_s is None)
    chosen = set(thin([one.shot for one in kept], options.max_per_shot, options.max_per_clip))
    for place, one in enumerate(kept):
        if place in chosen:
            ratio = relate_sharpness(curve.sharpness, curve.shots, one.index)
            extraction.rows_kept.append(_row(footage, one, sharpness_ratio=ratio))
        else:
            (root / one.path).unlink()
            extraction.dropped.append(
                (one.pts, "over-limit", f"pts {one.pts}: enough frames of its shot or clip are kept")
            )
    return extraction


def _window_s(options: FrameOptions, length_s: Fraction | None) -> Fraction:
    """The window asked for, or a longer one where so many would only be thinned out again."""
    window_s = 1 / _exact(options.per_second)
    if options.max_per_clip is None or length_s is None:
        return window_s
    end_s = min(length_s, _exact(options.end_s)) if options.end_s else length_s
    return max(window_s, (end_s - _exact(options.start_s)) / options.max_per_clip)


def _exact(value: float) -> Fraction:
    """The number that a person wrote: 0.1 is a tenth, not the float next to it, or windows would drift by a frame."""
    return Fraction(str(value))


def _write_distinct(best: Iterable[Measured], options: FrameOptions, root: Path, extraction: Extraction) -> list[_Kept]:
    kept: list[_Kept] = []
    for one in best:
        picture, dhash = one.picture, hash_picture(np.ascontiguousarray(one.picture.luma()))
        bits = nearest(dhash, (other.dhash for other in kept))
        if bits < options.near_duplicate_bits:
            detail = f"pts {picture.pts}: differs from a kept frame in {bits} of 64 bits"
            extraction.dropped.append((picture.pts, "near-duplicate", detail))
            continue
        rgb = picture.rgb()
        written = _write(extraction.footage, root, picture.pts, rgb)
        kept.append(
            _Kept(
                one.index, one.shot, picture.pts, picture.time_base, *written, dhash,
                *_seen(extraction.footage, rgb), one.sharpness,
            )
        )  # fmt: skip
    return kept


def _write(footage: Footage, root: Path, pts: int, rgb: NDArray[np.uint8]) -> tuple[str, str, int, int]:
    path = f"{footage.folder}/{pts:08d}{_SUFFIX[footage.role]}"
    return path, write_image(root / path, rgb), rgb.shape[1], rgb.shape[0]


def _seen(footage: Footage, rgb: NDArray[np.uint8]) -> tuple[str, Exposure, Faces | None]:
    """What is measured on a picture that has a file; faces are looked for where a person is meant to be."""
    faces = None if footage.role == "background" else find_faces(rgb)
    return draw_thumbnail(luma(rgb)), measure_exposure(rgb), faces


def _row(footage: Footage, kept: _Kept, sharpness_ratio: float) -> Frame | Background:
    if footage.role == "background":
        return Background(
            id=make_id("background", footage.clip, kept.pts), clip=footage.clip, place=footage.person,
            path=kept.path, sha256=kept.sha256, width=kept.width, height=kept.height,
            dhash=f"{kept.dhash:016x}", thumbnail=kept.thumbnail,
        )  # fmt: skip
    return Frame(
        id=make_id("frame", footage.clip, kept.pts), clip=footage.clip, role=footage.role, person=footage.person,
        path=kept.path, sha256=kept.sha256, width=kept.width, height=kept.height, pts=kept.pts,
        time_base=kept.time_base, dhash=f"{kept.dhash:016x}", thumbnail=kept.thumbnail,
        sharpness=round(kept.sharpness, 4), sharpness_ratio=round(sharpness_ratio, 6), shot=kept.shot,
        brightness=round(kept.exposure.brightness, 6), dark=round(kept.exposure.dark, 6),
        bright=round(kept.exposure.bright, 6), faces=kept.faces and kept.faces.count,
        face_height=kept.faces and round(kept.faces.height, 6),
    )  # fmt: skip


def _note_damage(reader: VideoReader, extraction: Extraction, *, whole: bool) -> None:
    report = reader.report
    if report.skipped:
        detail = f"{report.skipped} parts could not be decoded and were left out"
        extraction.dropped.append(("damage", "corrupt-part", detail))
    if whole and report.truncated and report.declared_s is not None:
        detail = f"ends after {float(report.end_s):.2f} s of {float(report.declared_s):.2f} s: the rest is missing"
        extraction.dropped.append(("end", "truncated", detail))
