"""What a row says: one frozen model per kind.

    Source ─ Clip ─┬─ Frame ─ Frame (deblurred) ─ Foreground ─┐
                   ├─ Trimap ─ Foreground ────────────────────┼─ Combination
                   └─ Background ─────────────────────────────┘
    Verdict and RejectionRow point at any of them, Rekey at a Frame.

Ids are made from content and safe as file names. Paths are relative to the workspace, with "/" between folders. Times
are exact: an integer `pts` in units of `time_base` seconds. A row knows the ids it was made from, so `bgrsr explain`
can walk back to the source. Nothing in a row tells when or how fast it was made: equal inputs give equal rows.
"""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Any, Literal

from pydantic import Field

from bgrsr_data.record import Record, content_hash, make_id

__all__ = [
    "KINDS", "Background", "Clip", "Combination", "Foreground", "Frame", "ManifestRow", "Record", "RejectionRow",
    "Rekey", "ReportRow", "Role", "Source", "Split", "Trimap", "Verdict", "content_hash", "make_id", "reject_part",
]  # fmt: skip

Role = Literal["talking-head", "greenscreen", "background", "coco"]
Split = Literal["train", "val", "test"]


class Source(Record):
    """Where footage comes from, as a person wrote it down, with the right to use it."""

    kind = "source"

    name: str = Field(description="Short name, unique in the workspace.")
    role: Role = Field(description="What the footage is used for.")
    url: str | None = Field(default=None, description="What yt-dlp fetches: a page, a playlist, a direct file.")
    path: str | None = Field(default=None, description="A local file or folder, absolute.")
    annotations: str | None = Field(default=None, description="COCO instances JSON; then `path` is its image folder.")
    licence: str = Field(description="SPDX-like licence of the footage, or 'unknown'.")
    creator: str = Field(description="Whom to credit.")
    person: str | None = Field(default=None, description="Who is seen: rows of one person stay in one split.")
    split: Split | None = Field(default=None, description="Forces the split of everything made from it.")
    attribution: str | None = Field(default=None, description="The credit line the licence asks for.")
    max_samples: int | None = Field(default=None, ge=1, description="At most so many files, playlist items or images.")
    sections: list[str] = Field(default_factory=list, description="Parts of a video to use, as 00:20-01:35.")
    categories: list[str] = Field(default_factory=list, description="COCO categories that an image must show too.")
    yt_dlp: dict[str, object] = Field(default_factory=dict, description="yt-dlp options: format, cookiefile, …")


class Clip(Record):
    """One file of footage in the workspace, decoded to its end before it counts."""

    kind = "clip"

    source: str
    role: Role
    person: str
    split: Split | None = None
    licence: str
    creator: str
    title: str
    url: str | None = None
    channel: str | None = Field(default=None, description="Where it was published, as the site names it.")
    published: str | None = Field(default=None, description="The day it was published, ISO 8601.")
    attribution: str | None = Field(default=None, description="The credit line the licence asks for.")
    path: str
    sha256: str
    media: Literal["video", "still"]
    width: int
    height: int
    frames: int
    duration: Fraction = Field(description="Seconds from the first to the end of the last frame; 0 for a still.")
    codec: str
    broken: int = Field(default=0, description="Packets that could not be decoded.")
    sections: list[str] = Field(default_factory=list, description="Parts to take frames from; none: all of it.")
    annotations: str | None = Field(default=None, description="COCO JSON of this image alone.")


class Frame(Record):
    """One picture of a clip, upright, as RGB; the `deblur` stage gives a row of its own for each frame it lets pass."""

    kind = "frame"

    clip: str
    original: str | None = Field(default=None, description="The extracted frame that this one was deblurred from.")
    role: Role
    person: str
    path: str
    sha256: str
    width: int
    height: int
    pts: int
    time_base: Fraction
    dhash: str = Field(description="64-bit difference hash, 16 hex digits: near-duplicates differ in few bits.")
    thumbnail: str = Field(default="", description="The picture as 8×8 grey levels, 128 hex digits.")
    sharpness: float = Field(description="Variance of the Laplacian of the 640-wide grey picture.")
    sharpness_ratio: float = Field(description="Sharpness over the 80th percentile of the ±3 decoded neighbours.")
    subject_ratio: float = Field(default=1.0, description="The same, of what moves: the subject.")
    shot: int = Field(default=0, description="Number of its shot in the clip.")
    brightness: float = Field(default=0.0, description="Mean luma, 0 to 1.")
    dark: float = Field(default=0.0, description="Share of pixels crushed to black.")
    bright: float = Field(default=0.0, description="Share of pixels clipped to white.")
    faces: int | None = Field(default=None, description="Faces found; None where nobody looked.")
    face_height: float | None = Field(default=None, description="Height of the largest face over the picture's.")
    decision: Literal["extracted", "kept", "replaced", "improved"] = "extracted"
    method: str = Field(default="", description="How it was improved: neighbour, fusion, burst, or a model's name.")
    gain: float = Field(default=0.0, description="Relative gain of sharpness by deblurring.")
    ringing: float = Field(default=0.0, description="Levels by which it overshoots what frame and neighbours show.")


class Background(Record):
    """A picture to put behind a person."""

    kind = "background"

    clip: str
    place: str = Field(description="Rows of one place stay in one split.")
    path: str
    sha256: str
    width: int
    height: int
    dhash: str = Field(default="", description="As of a frame.")
    thumbnail: str = Field(default="", description="As of a frame.")


class Trimap(Record):
    """A COCO person: its mask, and the trimap that marks the uncertain band around it."""

    kind = "trimap"

    clip: str
    annotation: int
    person: str
    path: str
    mask: str
    sha256: str
    width: int
    height: int
    left: int = Field(default=0, description="Left edge of the files in the picture, in pixels.")
    top: int = Field(default=0, description="Their top edge.")
    area_px: int = Field(description="Pixels of the mask.")
    band_px: int = Field(description="Width of the unknown band along the body, in pixels.")


class Foreground(Record):
    """A person cut out: straight RGB, and alpha."""

    kind = "foreground"

    clip: str
    original: str = Field(description="The frame or trimap it was cut from.")
    person: str
    alpha_path: str
    foreground_path: str
    sha256: str = Field(description="Over the bytes of both files.")
    width: int
    height: int
    box_left: int = Field(description="Bounding box of alpha > ½, in pixels, right and bottom exclusive.")
    box_top: int
    box_right: int
    box_bottom: int
    screen: str | None = Field(default=None, description="Mean screen colour, #RRGGBB; None for a COCO person.")
    screen_name: str | None = None
    score: float = Field(description="0 (spoiled) to 1 (clean), judged without ground truth.")
    scores: dict[str, float]


class Combination(Record):
    """A training pair, as everything that decides its pixels; `bgrsr_data.combine.render` draws it."""

    kind = "combination"

    foreground: str
    original_background: str
    target_background: str
    split: Split
    zoom: float = Field(description="Height of the placed foreground file over the height of the picture.")
    left: float = Field(description="Left edge of the placed file, in heights of the picture.")
    top: float = Field(description="Top edge of the placed file, in heights of the picture.")
    flip: bool = Field(description="Mirror the person where they are placed: `left` counts from the right border then.")
    match: float = Field(
        default=0.0,
        description="How far exposure and white balance of the person are moved to those of the original background, "
        "0 to 1, in input and target alike; measured when it is rendered.",
    )
    light: list[float] = Field(
        default_factory=lambda: [1.0, 1.0, 1.0],
        description="Gain of R, G and B on the person's linear light, in input and target alike, on top of `match`.",
    )
    wrap: float = Field(
        default=0.0,
        description="Share of the brighter light of whatever is behind that wraps around the person's edge, 0 to 1.",
    )
    shadow: float = Field(
        default=0.0,
        description="Share of its light that the person's soft shadow takes from what is behind, at its darkest; "
        "`seed` decides to which side it falls.",
    )
    spill: float = Field(
        default=0.0, description="Share of the original background's light on the person's edge, in the input only."
    )
    blur_px: float = Field(default=0.0, description="Length of the input's motion blur, in pixels of the input.")
    blur_angle: float = Field(default=0.0, description="Its direction, degrees from the right, clockwise.")
    kernel: Literal["area", "bilinear", "bicubic", "lanczos"] = Field(
        default="area", description="How the input was made smaller, in linear light."
    )
    noise: float = Field(
        description="Standard deviation of the input's sensor noise at middle grey, sRGB [0, 1]; it grows with light."
    )
    codec: Literal["none", "jpeg", "h264"] = Field(default="none", description="What coded the input.")
    quality: int = Field(default=100, description="Of JPEG 1 to 100; of H.264 its quantiser (QP), 0 to 51.")
    seed: int = Field(
        description="Decides which part of each background is seen and where the shadow falls, and draws the noise."
    )


class ManifestRow(Record):
    """A published Parquet file."""

    kind = "manifest"

    path: str
    sha256: str
    rows: int


class ReportRow(Record):
    """A file made for a person to look at, or a training run."""

    kind = "report"

    path: str
    sha256: str
    figures: dict[str, float] = Field(default_factory=dict)


class Verdict(Record):
    """What a person said of a row, valid as long as the row's content is what it was."""

    kind = "verdict"

    row: str
    row_content: str = Field(description="What the content of the row was when it was judged.")
    verdict: Literal["accept", "reject"]
    reason: str = Field(default="", description="Why, in a word, as halo; what `bgrsr review` offers, or one's own.")
    reviewer: str
    note: str = ""
    at: str = Field(description="UTC, ISO 8601.")


class Rekey(Record):
    """What a person changed about the keying of one frame, valid as long as the frame's content is what it was."""

    kind = "rekey"

    frame: str
    frame_content: str = Field(description="What the content of the frame was.")
    step: int = Field(ge=1, description="1 for the first of a frame; each holds all that those before it say.")
    options: str = Field(description="JSON object: the options that differ from the stage's, for this frame alone.")
    reviewer: str
    note: str = ""
    at: str = Field(description="UTC, ISO 8601.")

    @property
    def words(self) -> str:
        """The options as a person reads them: despill=0.5, garbage=0,0,0.1,1."""
        told = ((name, [value] if not isinstance(value, list) else value) for name, value in self.told.items())
        return ", ".join(f"{name}={' and '.join(map(str, values))}" for name, values in told)

    @property
    def told(self) -> dict[str, Any]:
        """The options by name."""
        return dict(json.loads(self.options))


class RejectionRow(Record):
    """An item, or a part of one, that is unfit, and why."""

    kind = "rejection"

    stage: str
    item: str
    reason: str
    detail: str


KINDS: dict[str, type[Record]] = {model.kind: model for model in Record.__subclasses__()}


def reject_part(stage: str, item: str, part: object, reason: str, detail: str) -> RejectionRow:
    """The rejection of one part of an item, as one frame of a clip."""
    return RejectionRow(
        id=make_id("rejection", stage, item, part, reason), stage=stage, item=item, reason=reason, detail=detail
    )
