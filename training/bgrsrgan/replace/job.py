"""What `replace` is told, and what it tells."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from bgrsr_data.errors import InputError
from bgrsrgan.replace.framing import Size
from bgrsrgan.replace.mp4 import is_ours
from bgrsrgan.replace.preview import is_our_sheet
from bgrsrgan.replace.sources import Source


@dataclass(frozen=True, slots=True)
class Job:
    """What is to be done beside the source and the model.

    Args:
        background: As `open_backdrop` takes it.
        out: The MP4; None where there is only a window.
        size: (width, height): see `seen_size`; None: as the model was trained.
        keep_size: The video has the source's size and pixels; of the network only the alpha is taken.
        side_by_side: The video shows before and after.
        preview: Write a sheet of a few moments beside it, OUT.jpg.
        show: Open a window.
        force: Write over files that are not ours.
        seconds: End after so much of the source.
    """

    background: str
    out: Path | None = None
    size: Size | None = None
    keep_size: bool = False
    side_by_side: bool = False
    preview: bool = False
    show: bool = False
    force: bool = False
    seconds: Fraction | None = None

    @property
    def sheet(self) -> Path | None:
        """Where the preview is."""
        return self.out.with_suffix(".jpg") if self.out and self.preview else None


class Summary(BaseModel):
    """What came of it.

    Attributes:
        source: What was replaced.
        out: The video; None where there is only a window.
        preview: The sheet.
        network: Its name.
        backend: What ran it.
        seen: (width, height) of what the network sees, in pixels.
        size: (width, height) of the video.
        frames: Pictures replaced.
        dropped: Pictures of a camera for which there was no time.
        seconds: Length of the video.
        source_fps: Pictures a second of the source.
        model_fps: Pictures a second that the network alone can do.
        fps: Pictures a second in all, decoded, replaced and coded.
        sound: What became of it; None where there is none.
        complaints: What was wrong with the source.
        stopped: Ctrl-C ended it.
    """

    model_config = ConfigDict(frozen=True)

    source: str
    out: str | None
    preview: str | None
    network: str
    backend: str
    seen: Size
    size: Size
    frames: int
    dropped: int
    seconds: float
    source_fps: float
    model_fps: float
    fps: float
    sound: str | None
    complaints: list[str]
    stopped: bool


def check_job(job: Job, source: Source, model_path: Path) -> None:
    """Refuse to write over what must not be lost.

    Raises:
        InputError: A file to write is one that is read, or is there and was not made here.
    """
    if job.out is None:
        if not job.show:
            raise InputError("nothing would be seen: name a file with --out, or open a window with --show")
        if job.preview:
            raise InputError("--preview is written beside the video: name it with --out")
        return
    if job.out.suffix.lower() != ".mp4":
        raise InputError(f"{job.out}: the video is an MP4; name it so, as --out replaced.mp4")
    read = [path.resolve() for path in (source.path, model_path, Path(job.background)) if path and path.exists()]
    for path, ours in ((job.out, is_ours), (job.sheet, is_our_sheet)):
        if path is None or not path.exists():
            continue
        if path.resolve() in read:
            raise InputError(f"{path}: is read here, so it cannot be written; give another --out")
        if path.is_dir():
            raise InputError(f"{path}: is a folder; give another --out")
        if not job.force and not ours(path):
            raise InputError(f"{path}: is there, and was not made by bgrsr replace; give another --out, or --force")
