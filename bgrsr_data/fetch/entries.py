"""What one entry of a source list may say.

A list is where the right to use footage is recorded, so licence and creator have to be written, even if what is written
is `unknown`.
"""

from __future__ import annotations

import re
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, field_validator, model_validator
from pydantic_core import PydanticCustomError

from bgrsr_data.errors import InputError
from bgrsr_data.marked import did_you_mean
from bgrsr_data.media.times import first_out_of_order, parse_section
from bgrsr_data.records import Role, Split

# yt-dlp options that decide where files land, how much of a video comes and how we hear of it: no source may set them.
OWN_OPTIONS = frozenset(
    (
        "download_archive", "download_ranges", "extract_flat", "ffmpeg_location", "force_keyframes_at_cuts",
        "ignoreerrors", "js_runtimes", "logger", "outtmpl", "paths", "playlistend", "progress_hooks", "quiet",
        "simulate", "skip_download", "skip_unavailable_fragments",
    )
)  # fmt: skip
_STILL = re.compile(r".*\.(jpe?g|png|webp|bmp|tiff?)", re.IGNORECASE)


def _check_section(text: str) -> str:
    try:
        parse_section(text)
    except InputError as error:
        raise PydanticCustomError("section", "{why}", {"why": str(error)}) from error
    return text


Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Section = Annotated[Text, AfterValidator(_check_section)]


class SourceEntry(BaseModel):
    """One source, as it stands in the list."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, title="Source")

    name: Text = Field(description="Short name, unique in the list.")
    role: Role = Field(description="What the footage is used for.")
    url: Text | None = Field(default=None, description="What yt-dlp fetches: a page, a playlist, a direct file.")
    path: Text | None = Field(default=None, description="A file or folder, relative to this list. Not beside url.")
    annotations: Text | None = Field(
        default=None,
        description="COCO instances JSON: a file relative to this list, or the URL of one, or of a zip#member. Beside "
        "it, path is the folder of its images; without path they are downloaded.",
    )
    licence: Text = Field(description="SPDX-like licence of the footage as CC-BY-4.0, or 'unknown'.")
    creator: Text = Field(description="Whom to credit, or 'unknown'.")
    person: Text | None = Field(
        default=None,
        description="Who is seen: footage of one person stays in one split. '{folder}': each sub-folder of path is a "
        "person of its own, named after it; '{file}': each file.",
    )
    split: Split | None = Field(default=None, description="Forces the split of everything made from it.")
    attribution: Text | None = Field(default=None, description="The credit line that the licence asks for.")
    max_samples: int | None = Field(default=None, ge=1, description="At most so many files, playlist items or images.")
    sections: list[Section] = Field(
        default_factory=list, description="Parts of each video to take frames from, in order, as 00:20-01:35."
    )
    categories: list[Text] = Field(
        default_factory=list, description="COCO categories that an image must show, all of them, beside a person."
    )
    yt_dlp: dict[str, Any] = Field(default_factory=dict, description="Options of yt-dlp: format, cookiefile, ….")

    @field_validator("sections")
    @classmethod
    def _in_order(cls, sections: list[str]) -> list[str]:
        late = first_out_of_order([parse_section(text) for text in sections])
        if late is not None:
            why = f"section '{sections[late]}' begins before '{sections[late - 1]}' ends; sections go in order, apart"
            raise PydanticCustomError("section", "{why}", {"why": why, "index": late})
        return sections

    @model_validator(mode="after")
    def _goes_together(self) -> SourceEntry:
        self._check_place()
        if self.sections and (self.role == "coco" or _STILL.fullmatch(self.path or urlsplit(self.url or "").path)):
            raise PydanticCustomError("together", "sections are for videos, not for pictures")
        if self.categories and self.role != "coco":
            raise PydanticCustomError("together", "categories are those of COCO; leave them out for another role")
        if owned := sorted(OWN_OPTIONS & self.yt_dlp.keys()):
            raise PydanticCustomError("yt_dlp", "yt_dlp: {key} is set by bgrsr; leave it out", {"key": owned[0]})
        return self

    def _check_place(self) -> None:
        if self.role == "coco" or self.annotations is not None:
            if self.role != "coco" or self.annotations is None or self.url is not None:
                how = "role coco goes with annotations (a JSON file) and path (its images; without it they come by URL)"
                raise PydanticCustomError("coco", "{how}", {"how": how})
        elif (self.url is None) == (self.path is None):
            how = "needs a url or a path" if self.url is None else "has both a url and a path; keep one"
            raise PydanticCustomError("locator", "{how}", {"how": how})


class SourceList(BaseModel):
    """A list of sources."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, title="bgrsr source list")

    sources: list[SourceEntry] = Field(description="What to fetch.")


def schema() -> dict[str, Any]:
    """The JSON schema of a source list, for editors."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **SourceList.model_json_schema()}


def where(error: Any) -> list[str | int]:
    """The keys and indices that lead to what one of pydantic's errors is about."""
    index = error.get("ctx", {}).get("index")
    return [*error["loc"], *([] if index is None else [index])]


def say(error: Any) -> str:
    """One error of pydantic in our words."""
    key = ".".join(str(part) for part in error["loc"])
    if error["type"] == "section":
        return str(error["msg"])
    if error["type"] == "extra_forbidden":
        return f"unknown key '{key}'{did_you_mean(key, SourceEntry.model_fields)}"
    if error["type"] == "missing":
        hint = "; write 'unknown' if you do not know it" if key in ("licence", "creator") else ""
        return f"'{key}' is missing{hint}"
    if error["type"] == "string_type":
        return f"'{key}' must be text, not {error['input']!r}; put it in quotes"
    message = error["msg"][:1].lower() + error["msg"][1:]
    return f"'{key}': {message}, not {error['input']!r}" if key else message
