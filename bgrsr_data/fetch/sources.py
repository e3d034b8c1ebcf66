"""Source lists: what footage to fetch, written down by a person in YAML.

A mistake is told with the file and the line that it is on (`bgrsr sources check` tells all of them at once).

An id is made of the role and of where the footage is *as the list has it*: a list that is moved together with its
footage, as a checkout on another machine, gives the same ids, hence the same rows. Licence, name or sections may be
corrected without a new id. What is given on the command line has no list: its id holds the absolute path. In a
workspace that knows a place already, it keeps the id that it has there (`bgrsr_data.sources`).
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from yaml.nodes import MappingNode, Node, SequenceNode

from bgrsr_data.errors import InputError
from bgrsr_data.fetch.each import names_each, parts_of
from bgrsr_data.fetch.entries import SourceEntry, say, where
from bgrsr_data.marked import Marked, did_you_mean, read_marked
from bgrsr_data.records import Source, make_id
from bgrsr_data.sources import place_of

PLACES = ("path", "annotations")  # keys that may hold a local path


@dataclass(frozen=True, order=True)
class Mistake:
    """Something wrong in a list.

    Args:
        line: Where it is, from 1.
        what: What is wrong, and what to do.
    """

    line: int
    what: str


def read_sources(path: Path) -> list[Source]:
    """Read a source list.

    Args:
        path: The YAML file; relative paths in it start at its folder.

    Returns:
        One row for each entry, in the order of the list.

    Raises:
        InputError: The file is missing or wrong; the message names the line.
    """
    sources, mistakes = check_sources(path)
    if mistakes:
        raise InputError(f"{path}, line {mistakes[0].line}: {mistakes[0].what}")
    return sources


def check_sources(path: Path) -> tuple[list[Source], list[Mistake]]:
    """Read a source list, and find everything that is wrong with its entries.

    Returns:
        The rows of the entries that are right, and the mistakes, sorted by line.

    Raises:
        InputError: The file is missing, no YAML, or no list of sources at all.
    """
    marked = read_marked(path)
    mistakes = _repeats(marked.node)
    sources: list[Source] = []
    for index, entry in enumerate(_entries(marked)):
        wrong = _mistakes(marked, index, entry)
        mistakes += wrong
        if not wrong:
            for source in _rows(SourceEntry.model_validate(entry), marked.path.resolve().parent):
                mistakes += _twins(marked, index, source, sources)
                sources.append(source)
    return sources, sorted(mistakes)


def sources_from_argument(target: str, **given: Any) -> list[Source]:
    """The sources that `bgrsr fetch URL|FILE|FOLDER` adds: one, or one for each person that a folder holds.

    Args:
        target: A URL, or a file or folder relative to the working directory; for role coco the folder of the images,
            or the URL or file of the annotations themselves.
        **given: Keys of an entry: role, licence, creator, person, ….

    Raises:
        InputError: The target does not exist, or what is given does not go together.
    """
    remote = is_url(target)
    name = target.split("://", 1)[-1] if remote else _absolute(target, Path.cwd()).name
    place = "url" if remote else "path"
    if given.get("role") == "coco" and not given.get("annotations"):
        if not remote and Path(target).expanduser().is_dir():
            raise InputError(f"{target}: is a folder; say where the JSON of its images is with --annotations")
        place = "annotations"
    told = {"name": name, **given, place: target}
    told |= {key: str(_absolute(told[key], Path.cwd())) for key in PLACES if told.get(key) and not is_url(told[key])}
    try:
        entry = SourceEntry.model_validate(told)
    except ValidationError as error:
        raise InputError(f"{target}: {say(error.errors()[0])}") from error
    for key in PLACES:
        if (local := told.get(key)) and not is_url(local) and not Path(local).exists():
            raise InputError(f"{local}: does not exist (a URL begins with https://)")
    return _rows(entry, Path.cwd())


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


def _repeats(node: Node | None) -> list[Mistake]:
    """YAML forbids a key twice in one mapping; PyYAML would take the last without a word."""
    if isinstance(node, SequenceNode):
        return [mistake for entry in node.value for mistake in _repeats(entry)]
    mistakes: list[Mistake] = []
    if isinstance(node, MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if str(key.value) in seen:
                mistakes.append(Mistake(key.start_mark.line + 1, f"'{key.value}' is given twice in one entry"))
            seen.add(str(key.value))
            mistakes += _repeats(value)
    return mistakes


def _mistakes(marked: Marked, index: int, entry: Any) -> list[Mistake]:
    """What is wrong with one entry, looked at alone."""
    at: list[str | int] = ["sources", index]
    if not isinstance(entry, dict):
        return [Mistake(marked.line(at), "an entry must be keys with values, as '- name: office'")]
    try:
        checked = SourceEntry.model_validate(entry)
    except ValidationError as error:
        return [Mistake(marked.line([*at, *where(one)]), say(one)) for one in error.errors()]
    folder = marked.path.resolve().parent
    gone = [
        Mistake(marked.line([*at, key]), f"{key} does not exist: {_absolute(place, folder)}")
        for key in PLACES
        if (place := getattr(checked, key)) and not is_url(place) and not _absolute(place, folder).exists()
    ]
    if not gone:
        try:
            _rows(checked, folder)
        except InputError as error:
            return [Mistake(marked.line([*at, "person"]), str(error))]
    return gone


def _twins(marked: Marked, index: int, source: Source, earlier: list[Source]) -> list[Mistake]:
    """An earlier source of the same name, or of the same footage for the same role."""
    for other in earlier:
        if other.name == source.name:
            line = marked.line(["sources", index, "name"])
            return [Mistake(line, f"the name '{source.name}' is given to two sources")]
        if place_of(other) == place_of(source):
            key = "url" if source.url else "path" if source.path else "annotations"
            both = "; put all sections into one entry" if source.sections or other.sections else ""
            what = f"is the same footage as '{other.name}', for the same role{both}"
            return [Mistake(marked.line(["sources", index, key]), what)]
    return []


def _absolute(place: str, folder: Path) -> Path:
    return Path(os.path.realpath(folder / Path(place).expanduser()))  # resolve() raises at a link to itself


def _rows(entry: SourceEntry, folder: Path) -> list[Source]:
    """The ledger's row, or one for each person where `person` says so."""
    if not names_each(entry.person, local=bool(entry.path) and entry.role != "coco"):
        return [_row(entry, folder)]
    place = _absolute(str(entry.path), folder)
    several = []
    for part in parts_of(place, str(entry.person)):
        path = os.path.normpath(Path(str(entry.path)) / part.path.relative_to(place))
        several.append(entry.model_copy(update={"name": part.name, "person": part.person, "path": path}))
    return [_row(one, folder) for one in several]


def _row(entry: SourceEntry, folder: Path) -> Source:
    """The ledger's row: absolute paths, and an id of what the list says."""
    located: dict[str, Any] = {}
    written = [entry.url] if entry.url else []
    for key in PLACES:
        place = getattr(entry, key)
        remote = place is None or is_url(place)
        located[key] = place if remote else str(_absolute(place, folder))
        written += [place if remote else os.path.normpath(place)] if place else []
    options = dict(entry.yt_dlp)
    if isinstance(options.get("cookiefile"), str):
        options["cookiefile"] = str(_absolute(options["cookiefile"], folder))
    identifier = make_id("source", entry.role, *written)
    return Source(id=identifier, **{**entry.model_dump(), **located, "yt_dlp": options})
