"""What is known of a file that was fetched, kept beside it as NAME.info.json.

It is the provenance (who made it, where it came from), and the proof that the file was whole: as long as the bytes are
those whose SHA-256 is written there, nothing is downloaded or decoded again, even where the ledger was lost.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bgrsr_data.fetch.verify import Probe
from bgrsr_data.licences import UNKNOWN, is_known
from bgrsr_data.media.files import sha256_of, write_bytes
from bgrsr_data.records import Clip, Source, make_id

SUFFIX = ".info.json"
ORIGIN = ".origin.json"  # beside it all that yt-dlp knew, see provenance.py
_SHOWN = ("media", "width", "height", "frames", "duration", "codec", "broken")  # by decoding it
_SAME = {"sha256", "title", "url", "channel", "published", *_SHOWN}  # as in the row


class Kept(BaseModel):
    """A file in a source's folder that was decoded to its end."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    file: str = Field(description="Relative to the source's folder, with '/' between folders.")
    asked: str = Field(description="What asked for it: a hash over URL and download options, or a local name.")
    sha256: str
    title: str
    url: str | None = None
    licence: str | None = Field(default=None, description="Its own: as the site, or COCO of an image, tells it.")
    creator: str | None = None
    channel: str | None = None
    published: str | None = Field(default=None, description="The day, ISO 8601.")
    person: str | None = None
    annotations: str | None = Field(default=None, description="COCO JSON of this image alone, relative as `file`.")
    media: Literal["video", "still"]
    width: int
    height: int
    frames: int
    duration: Fraction
    codec: str
    broken: int = 0
    origin: dict[str, str | int | float | None] = Field(default_factory=dict, description="What yt-dlp knew of it.")


def keep(folder: Path, file: str, probe: Probe | Kept, *, asked: str, title: str, **more: object) -> Kept:
    """Write down that `file` in `folder` is whole.

    Args:
        folder: The source's folder.
        file: The file's name in it.
        probe: What decoding it showed, here or where the same file lies.
        asked: What asked for it.
        title: Its title.
        **more: Other fields of `Kept`.

    Raises:
        DiskFullError: Nothing more can be written.
    """
    shown = {key: getattr(probe, key) for key in _SHOWN}
    told = {"file": file, "asked": asked, "title": title, "sha256": sha256_of(folder / file)}
    kept = Kept.model_validate({**told, **shown, **more})
    write_bytes(_beside(folder, file), (kept.model_dump_json(indent=1, exclude_defaults=True) + "\n").encode())
    return kept


def find_kept(folder: Path, file: str) -> Kept | None:
    """What was written down of `file`, if the file is there and still has those bytes."""
    try:
        kept = Kept.model_validate_json(_beside(folder, file).read_bytes())
        whole = sha256_of(folder / file) == kept.sha256
        named = kept.annotations is None or (folder / kept.annotations).is_file()
    except (OSError, ValidationError):
        return None
    return kept if whole and named else None


def list_kept(folder: Path) -> Iterator[Kept]:
    """Everything in `folder` that is whole, sorted by name."""
    for beside in sorted(folder.glob(f"*{SUFFIX}")):
        if found := find_kept(folder, beside.name.removesuffix(SUFFIX)):
            yield found


def drop_kept(folder: Path, kept: Kept) -> None:
    """Delete a file and all that is written down of it."""
    for suffix in ("", SUFFIX, ORIGIN):
        (folder / f"{kept.file}{suffix}").unlink(missing_ok=True)


def clip_row(source: Source, kept: Kept, folder: str) -> Clip:
    """The ledger's row of a kept file.

    What a person stated of the source counts; what the file's own page says counts where that is `unknown`. An image
    of COCO is the other way round: its annotation knows more than who wrote the list.

    Args:
        source: Where it came from.
        kept: What is known of it.
        folder: The source's folder, relative to the workspace.
    """
    told = kept.model_dump(include=_SAME)
    licence, creator = (kept.licence or source.licence, kept.creator or source.creator)
    if kept.annotations is None:
        licence, creator = licence_of(source.licence, kept.licence), creator_of(source.creator, kept.creator)
    return Clip(
        id=make_id("clip", source.id, kept.sha256),
        source=source.id,
        role=source.role,
        person=kept.person or source.person or make_id("person", source.id),
        split=source.split,
        licence=licence,
        creator=creator,
        attribution=source.attribution or credit_line(kept.title, creator, kept.url, licence),
        path=f"{folder}/{kept.file}",
        sections=source.sections,
        annotations=f"{folder}/{kept.annotations}" if kept.annotations else None,
        **told,
    )


def licence_of(stated: str, own: str | None) -> str:
    """The licence that counts: what the person stated of the source; the file's own where that is unknown."""
    return stated if is_known(stated) else own or stated


def creator_of(stated: str, own: str | None) -> str:
    """Whom to credit, by the same rule."""
    return own or stated if stated.strip().lower() in ("", UNKNOWN) else stated


def credit_line(title: str, creator: str, url: str | None, licence: str) -> str | None:
    """Title, author, source and licence, as Creative Commons asks for them; None for what has no address."""
    return f'"{title}" by {creator}, {url}, licence: {licence}' if url else None


def _beside(folder: Path, file: str) -> Path:
    return folder / f"{file}{SUFFIX}"
