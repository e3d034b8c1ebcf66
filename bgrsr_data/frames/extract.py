"""From one clip to files and rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bgrsr_data.errors import Rejection
from bgrsr_data.frames.duplicates import draw_thumbnail, hash_picture, nearest
from bgrsr_data.frames.exposure import measure_exposure
from bgrsr_data.frames.faces import find_faces
from bgrsr_data.frames.footage import Footage
from bgrsr_data.frames.options import FrameOptions
from bgrsr_data.frames.sections import Cutter, Section, exact, sections_of
from bgrsr_data.frames.select import Measured, measure, pick_sharpest, relate, thin
from bgrsr_data.frames.sharpness import measure_sharpness, shrink
from bgrsr_data.frames.shots import ShotCounter
from bgrsr_data.media.colour import luma
from bgrsr_data.media.images import read_rgb, write_image
from bgrsr_data.media.picture import Picture
from bgrsr_data.media.video import VideoReader
from bgrsr_data.records import Background, Frame, Record, Role, make_id, reject_part
from bgrsr_data.stage import Room, Tell, room_for_all, tell_nobody

# A key is taken from a green-screen frame, and lossy chroma would be keyed with it; the others come from lossy video
# already. docs/formats.md has what was measured.
_SUFFIX: dict[Role, str] = {"greenscreen": ".png", "talking-head": ".jpg", "background": ".jpg"}
_BYTES_A_PIXEL = {".png": 1.5, ".jpg": 0.5}  # of a busy picture
_TOLD_EVERY = 50


@dataclass(slots=True)
class Extraction:
    """One clip on its way to frames.

    Args:
        footage: The clip.
        options: What to take.
        root: What its paths are relative to.
        telling: Is told how far it is.
        room: Is asked before a file is written.
        kept: A row and a shot for each file.
        dropped: (part, reason, detail) of what was left out.
    """

    footage: Footage
    options: FrameOptions
    root: Path
    telling: Tell = tell_nobody
    room: Room = room_for_all
    kept: list[tuple[Frame | Background, int]] = field(default_factory=list)
    dropped: list[tuple[object, str, str]] = field(default_factory=list)
    _hashes: list[int] = field(default_factory=list)

    def rows(self, stage: str) -> list[Record]:
        """The rows for the ledger: what was kept, and a rejection for each part that was not."""
        rejections = [reject_part(stage, self.footage.clip, *dropped) for dropped in self.dropped]
        return [*(row for row, _ in self.kept), *rejections]

    def run(self) -> None:
        """Write what is worth it.

        Raises:
            InputError: The file is missing or cannot be read, or a section is written wrong.
            Rejection: It is no video, "hdr", "colour", "section-beyond-end", or "no-frames".
        """
        if self.footage.media == "still":
            self._take_still()
        else:
            with VideoReader(self.root / self.footage.path, tone_map=self.options.hdr == "tonemap") as reader:
                self._take_video(reader)
            self._thin()

    def _take_still(self) -> None:
        rgb = read_rgb(self.root / self.footage.path)
        grey = shrink(luma(rgb))
        figures = {"sharpness": round(measure_sharpness(grey), 4), "sharpness_ratio": 1.0}
        self._keep(rgb, hash_picture(grey), 0, pts=0, time_base=Fraction(1), **figures)

    def _take_video(self, reader: VideoReader) -> None:
        sections = sections_of(self.footage.sections, self.options)
        window_s, shots = self._window_s(sections, reader.report.declared_s), ShotCounter()
        cutter, taken = Cutter(reader), _Counter(self, reader)
        for section in sections:
            seen = taken.pictures
            shots.cut()
            self._take_best(pick_sharpest(relate(measure(taken.count(cutter.cut(section)), shots)), window_s))
            if missing := cutter.missing(section):
                self.dropped.append((section.text, "section-beyond-end", missing))
            elif taken.pictures == seen and section.text:
                self.dropped.append(
                    (section.text, "section-empty", f"section {section.text} holds no picture of its own")
                )
        if not taken.pictures:
            raise self._nothing(reader)
        self._note_damage(reader, to_the_end=cutter.ended)

    def _take_best(self, best: Iterable[Measured]) -> None:
        for one in best:
            picture, dhash = one.picture, hash_picture(one.grey)
            bits = nearest(dhash, self._hashes)
            if bits < self.options.near_duplicate_bits:
                detail = f"pts {picture.pts}: differs from a kept frame in {bits} of 64 bits"
                self.dropped.append((picture.pts, "near-duplicate", detail))
                continue
            self._hashes.append(dhash)
            figures = {
                "sharpness": round(one.sharpness, 4),
                "sharpness_ratio": round(one.ratio, 6),
                "subject_ratio": round(one.subject_ratio, 6),
            }
            self._keep(picture.rgb(), dhash, one.shot, pts=picture.pts, time_base=picture.time_base, **figures)

    def _keep(
        self, rgb: NDArray[np.uint8], dhash: int, shot: int, *, pts: int, time_base: Fraction, **figures: float
    ) -> None:
        footage, suffix = self.footage, _SUFFIX[self.footage.role]
        path, (height, width, _) = f"{footage.folder}/{pts:08d}{suffix}", rgb.shape
        self.room(int(width * height * _BYTES_A_PIXEL[suffix]))
        sha256 = write_image(self.root / path, rgb)
        looks = {"dhash": f"{dhash:016x}", "thumbnail": draw_thumbnail(luma(rgb))}
        row: Frame | Background
        if footage.role == "background":
            row = Background(
                id=make_id("background", footage.clip, pts), clip=footage.clip, place=footage.person, path=path,
                sha256=sha256, width=width, height=height, **looks,
            )  # fmt: skip
        else:
            exposure = measure_exposure(rgb)
            faces = find_faces(rgb) if self.options.faces else None
            row = Frame(
                id=make_id("frame", footage.clip, pts), clip=footage.clip, role=footage.role, person=footage.person,
                path=path, sha256=sha256, width=width, height=height, pts=pts, time_base=time_base,
                shot=shot, brightness=round(exposure.brightness, 6), dark=round(exposure.dark, 6),
                bright=round(exposure.bright, 6), faces=faces.count if faces else None,
                face_height=round(faces.height, 6) if faces else None, **looks, **figures,
            )  # fmt: skip
        self.kept.append((row, shot))

    def _thin(self) -> None:
        shots = [shot for _, shot in self.kept]
        chosen = set(thin(shots, self.options.max_per_shot, self.options.max_per_clip))
        for place, (row, _) in enumerate(self.kept):
            if place not in chosen:
                (self.root / row.path).unlink()
                pts = int(Path(row.path).stem)
                detail = f"pts {pts}: enough frames of its shot or clip are kept"
                self.dropped.append((pts, "over-limit", detail))
        self.kept = [self.kept[place] for place in sorted(chosen)]

    def _window_s(self, sections: list[Section], length_s: Fraction | None) -> Fraction:
        """The window asked for, or a longer one where so many would only be thinned out again."""
        window_s = 1 / exact(self.options.per_second)
        if self.options.max_per_clip is None or length_s is None:
            return window_s
        return max(window_s, sum((one.length_s(length_s) for one in sections), Fraction(0)) / self.options.max_per_clip)

    def _nothing(self, reader: VideoReader) -> Rejection:
        """Why there is no frame at all."""
        for _, reason, detail in self.dropped:
            return Rejection(reason, detail)
        report = reader.report
        if report.frames:
            return Rejection("no-frames", f"nothing lies between start_s and end_s in {float(report.end_s):.2f} s")
        return Rejection("no-frames", f"nothing could be decoded; broken parts: {report.skipped}")

    def _note_damage(self, reader: VideoReader, *, to_the_end: bool) -> None:
        report = reader.report
        if report.skipped:
            detail = f"parts that could not be decoded and were left out: {report.skipped}"
            self.dropped.append(("damage", "corrupt-part", detail))
        if to_the_end and report.truncated:
            detail = (
                f"ends after {float(report.end_s):.2f} s of {float(report.declared_s or 0):.2f} s: the rest is missing"
            )
            self.dropped.append(("end", "truncated", detail))


class _Counter:
    """Counts pictures as they pass, and tells how far it is."""

    def __init__(self, extraction: Extraction, reader: VideoReader) -> None:
        self.pictures = 0
        self._name, self._tell = Path(extraction.footage.path).name, extraction.telling
        self._total = None if reader.report.declared_s is None else round(reader.report.declared_s * reader.rate)

    def count(self, pictures: Iterable[Picture]) -> Iterator[Picture]:
        for picture in pictures:
            self.pictures += 1
            if self.pictures % _TOLD_EVERY == 0:
                self._tell(self._name, self.pictures, self._total)
            yield picture
