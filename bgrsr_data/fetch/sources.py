"""Source lists: what footage to fetch, written down by a person in YAML.

A list is where the right to use footage is recorded, so licence and creator have to be written, even if what is written
is `unknown`. A mistake is told with the file and the line that it is on.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator
from pydantic_core import PydanticCustomError
from yaml.nodes import MappingNode, Node, SequenceNode

from bgrsr_data.errors import InputError
from bgrsr_data.marked import Marked, did_you_mean, read_marked
from bgrsr_data.records import Role, Source, Split, make_id

# yt-dlp options that decide where files land and how we hear of it: a source may not change them.
OWN_OPTIONS = frozenset(
    (
        "extract_flat", "ffmpeg_location", "ignoreerrors", "js_runtimes", "logger", "outtmpl", "paths", "playlistend",
        "progress_hooks", "quiet", "simulate", "skip_download", "skip_unavailable_fragments",
    )
)  # fmt: skip


Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class SourceEntry(BaseModel):
    """One source, as it stands in the list."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, title="Source")

    name: Text = Field(description="Short name, unique in the list.")
    role: Role = Field(description="What the footage is used for.")
    url: Text | None = Field(default=None, description="What yt-dlp fetches: a page, a playlist, a direct file.")
    path: Text | None = Field(default=None, description="A file or folder, relative to this list. Not beside url.")
    annotations: Text | None = Field(
        default=None, description="COCO instances JSON, relative to this list; then path is the folder of its images."
    )
    licence: Text = Field(description="SPDX-like licence of the footage as CC-BY-4.0, or 'unknown'.")
    creator: Text = Field(description="Whom to credit, or 'unknown'.")
    person: Text | None = Field(default=None, description="Who is seen: footage of one person stays in one split.")
    split: Split | None = Field(default=None, description="Forces the split of everything made from it.")
    attribution: Text | None = Field(default=None, description="The credit line that the licence asks for.")
    max_samples: int | None = Field(default=None, ge=1, description="At most so many files, playlist items or images.")
    yt_dlp: dict[str, Any] = Field(default_factory=dict, description="Options of yt-dlp: format, cookiefile, ….")

    @model_validator(mode="after")
    def _one_locator(self) -> SourceEntry:
        if (self.url is None) == (self.path is None):
            how = "needs a url or a path" if self.url is None else "has both a url and a path; keep one"
            raise PydanticCustomError("locator", "{how}", {"how": how})
        if (self.role == "coco") != (self.annotations is not None) or (self.annotations and not self.path):
            raise PydanticCustomError("coco", "role coco goes with annotations (a JSON file) and path (its images)")
        if owned := sorted(OWN_OPTIONS & self.yt_dlp.keys()):
            raise PydanticCustomError("yt_dlp", "yt_dlp: {key} is set by bgrsr; leave it out", {"key": owned[0]})
        return self


class SourceList(BaseModel):
    """A list of sources."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, title="bgrsr source list")

    sources: list[SourceEntry] = Field(description="What to fetch.")


def schema() -> dict[str, Any]:
    """The JSON schema of a source list, for editors."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **SourceList.model_json_schema()}


def read_sources(path: Path) -> list[Source]:
    """Read a source list.

    Args:
        path: The YAML file; relative paths in it start at its folder.

    Returns:
        One row for each entry, in the order of the list.

    Raises:
        InputError: The file is missing or wrong; the message names the line.
    """
    marked = read_marked(path)
    _refuse_repeats(marked, marked.node)
    sources: list[Source] = []
    for index, entry in enumerate(_entries(marked)):
        source = _source(marked, index, entry)
        _refuse_twins(marked, index, source, sources)
        sources.append(source)
    return sources


def source_from_argument(
    target: str,
    *,
    role: Role,
    licence: str,
    creator: str,
    person: str | None = None,
    annotations: str | None = None,
) -> Source:
    """The source that `bgrsr fetch URL|FILE|FOLDER` adds.

    Args:
        target: A URL, or a file or folder relative to the working directory.
        role: What it is used for.
        licence: Its licence, or 'unknown'.
        creator: Whom to credit, or 'unknown'.
        person: Who is seen.
        annotations: COCO instances JSON, for role coco.

    Raises:
        InputError: The target does not exist, or the options do not go together.
    """
    remote = is_url(target)
    name = target.split("://", 1)[1] if remote else Path(target).expanduser().resolve().name
    locator = {"url" if remote else "path": target}
    given = {"name": name, "role": role, "licence": licence, "creator": creator, "person": person}
    try:
        entry = SourceEntry.model_validate({**given, **locator, "annotations": annotations})
    except ValidationError as error:
        raise InputError(f"{target}: {_say(error.errors()[0])}") from error
    for place in filter(None, (entry.path, entry.annotations)):
        if not _absolute(place, Path.cwd()).exists():
            raise InputError(f"{place}: does not exist (a URL begins with https://)")
    return _row(entry, Path.cwd())


def is_url(target: str) -> bool:
    """Whether yt-dlp is to fetch it: `https://…`, or one of its searches as `ytsearch3:…`."""
    head, colon, _ = target.partition(":")
    return bool(colon) and ("://" in target or "search" in head) and "/" not in head


def _entries(marked: Marked) -> list[Any]:
    """The entries as plain values; what encloses them is checked here."""
    top = marked.value
    if not isinstance(top, dict):
        raise marked.error([], "the list must begin with 'sources:'")
    for key in top:
        if key != "sources":
            raise marked.error([key], f"unknown key '{key}'{did_you_mean(str(key), ['sources'])}")
    entries = top.get("sources")
    if not isinstance(entries, list):
        raise marked.error(["sources"], "'sources' must be a list: each entry begins with '- name:'")
    return entries


def _refuse_repeats(marked: Marked, node: Node | None) -> None:
    """YAML forbids a key twice in one mapping; PyYAML would take the last without a word."""
    if isinstance(node, MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if str(key.value) in seen:
                line = key.start_mark.line + 1
                raise InputError(f"{marked.path}, line {line}: '{key.value}' is given twice in one entry")
            seen.add(str(key.value))
            _refuse_repeats(marked, value)
    elif isinstance(node, SequenceNode):
        for entry in node.value:
            _refuse_repeats(marked, entry)


def _source(marked: Marked, index: int, entry: Any) -> Source:
    at: list[str | int] = ["sources", index]
    if not isinstance(entry, dict):
        raise marked.error(at, "an entry must be keys with values, as '- name: office'")
    try:
        checked = SourceEntry.model_validate(entry)
    except ValidationError as error:
        first = min(error.errors(), key=lambda one: marked.line([*at, *one["loc"]]))
        raise marked.error([*at, *first["loc"]], _say(first)) from error
    folder = marked.path.resolve().parent
    for key in ("path", "annotations"):
        place = getattr(checked, key)
        if place and not _absolute(place, folder).exists():
            raise marked.error([*at, key], f"{key} does not exist: {_absolute(place, folder)}")
    return _row(checked, folder)


def _say(error: Any) -> str:
    """One error of pydantic in our words."""
    key = ".".join(str(part) for part in error["loc"])
    if error["type"] == "extra_forbidden":
        return f"unknown key '{key}'{did_you_mean(key, SourceEntry.model_fields)}"
    if error["type"] == "missing":
        hint = "; write 'unknown' if you do not know it" if key in ("licence", "creator") else ""
        return f"'{key}' is missing{hint}"
    if error["type"] == "string_type":
        return f"'{key}' must be text, not {error['input']!r}; put it in quotes"
    message = error["msg"][:1].lower() + error["msg"][1:]
    return f"'{key}': {message}, not {error['input']!r}" if key else message


def _absolute(place: str, folder: Path) -> Path:
    return (folder / Path(place).expanduser()).resolve()


def _row(entry: SourceEntry, folder: Path) -> Source:
    """The ledger's row: absolute paths, and an id that stays when a licence or a credit is corrected."""
    path = str(_absolute(entry.path, folder)) if entry.path else None
    annotations = str(_absolute(entry.annotations, folder)) if entry.annotations else None
    options = dict(entry.yt_dlp)
    if isinstance(options.get("cookiefile"), str):
        options["cookiefile"] = str(_absolute(options["cookiefile"], folder))
    located = {"path": path, "annotations": annotations, "yt_dlp": options}
    identifier = make_id("source", entry.role, entry.url or path, *([annotations] if annotations else []))
    return Source(id=identifier, **{**entry.model_dump(), **located})


def _refuse_twins(marked: Marked, index: int, source: Source, earlier: list[Source]) -> None:
    for other in earlier:
        if other.name == source.name:
            raise marked.error(["sources", index, "name"], f"the name '{source.name}' is given to two sources")
        if other.id == source.id:
            where = "url" if source.url else "path"
            raise marked.error(["sources", index, where], f"is the same footage as '{other.name}', for the same role")
