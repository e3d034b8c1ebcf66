"""Forget a source on request of its owner: all that was made of it goes, and it is never fetched again.

What shows it goes too: manifests are published anew; the manifests of versions that tell of it, the report, review
previews, the panels of training runs, and what evaluations and comparisons of them show and name are deleted. The rows
go in one transaction that also lists the files to delete, so after a kill the same command (or any run) finishes. A
trained network cannot be untaught: which runs may have seen the source is told.
"""

from __future__ import annotations

import glob
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bgrsr_data.errors import InputError
from bgrsr_data.export.versions import holding
from bgrsr_data.fetch.kept import SUFFIX, Kept
from bgrsr_data.ledger import Ledger
from bgrsr_data.marked import did_you_mean
from bgrsr_data.records import Clip, Source, content_hash, make_id, reject_part
from bgrsr_data.review.journal import forget_said
from bgrsr_data.review.masks import masks_of
from bgrsr_data.runner import run_stage
from bgrsr_data.sources import STAGE as SOURCES
from bgrsr_data.stages import stage_as_it_ran
from bgrsr_data.tombstones import Grave, Tombstone, same_place
from bgrsr_data.workspace import Workspace
from bgrsr_data.written import delete_doomed

SHOWING = ("report", "evaluate")  # stages whose pictures are drawn from the whole set; a report names every source
PICTURES = (".png", ".jpg", ".jpeg", ".webp")
CURVES = "curves.png"  # of a training run: figures alone
TELLING = frozenset({"evaluation.json", "compare.json", "validate.json"})  # figures by person and picture


@dataclass(frozen=True)
class Doomed:
    """What would go.

    Args:
        source: What is forgotten.
        grave: What goes from the ledger, and which files.
        counts: Rows by kind.
        files: How many files.
        bytes: Their size.
        runs: Training runs that may have learned from it.
        elsewhere: How many clips of other sources are the same footage; they go too.
    """

    source: Source
    grave: Grave
    counts: dict[str, int]
    files: int
    bytes: int
    runs: list[str]
    elsewhere: int

    def as_dict(self) -> dict[str, Any]:
        """For programs."""
        return {
            "source": self.source.id,
            "name": self.source.name,
            "rows": self.counts,
            "files": self.files,
            "bytes": self.bytes,
            "elsewhere": self.elsewhere,
            "runs": self.runs,
        }


def find_source(ledger: Ledger, named: str) -> Source | Tombstone:
    """The source that a person means by its id (or the beginning), name, address or path, also when it is forgotten.

    Raises:
        InputError: There is none, or several.
    """
    sources = ledger.rows(Source, SOURCES)
    place = str(Path(named).expanduser().resolve())
    exact = [s for s in sources if named in (s.id, s.name) or s.path == place or _is_at(s.url, named)]
    found = exact or [s for s in sources if s.id.startswith(named)]
    if len(found) > 1:
        raise InputError(f"{named}: means {len(found)} sources ({', '.join(s.id for s in found[:3])}); give one's id")
    if found:
        return found[0]
    for stone in ledger.tombstones():
        known = stone.id.startswith(named) or stone.name == content_hash(named) or place in stone.places
        if known or any(_is_at(p, named) for p in stone.places):
            return stone
    hint = did_you_mean(named, [s.name for s in sources])
    raise InputError(f"{named}: there is no source with this id, name, address or path{hint}")


def plan_forget(workspace: Workspace, source: Source, reason: str) -> Doomed:
    """Find all that was made of a source; nothing is touched."""
    ledger, root = workspace.ledger, workspace.root
    clips = [row for row in ledger.rows(Clip) if row.source == source.id]
    footage = {clip.sha256 for clip in clips} | {kept.sha256 for _, kept in _notes(root / "clips" / source.id)}
    same = [row for row in ledger.rows(Clip) if row.sha256 in footage and row.source != source.id]
    rows = _descendants(ledger, {source.id, *(clip.id for clip in (*clips, *same))})
    ids = {row for _, _, _, row, _ in rows}
    counts = Counter(kind for kind, _ in {(kind, row) for _, _, kind, row, _ in rows})  # some are of two stages
    shown = bool(counts.keys() - {Source.kind, Clip.kind, "rejection"})
    told = (path.as_posix() for path in holding(root, ids | {source.id}))
    shows = _shows(root) if shown else ()
    files = sorted({*_files_of(root, source, footage, rows), *_masks(ledger, ids), "report", *shows, *told})
    whole = {(stage, item) for stage in ledger.stages() for item in ledger.items(stage) if item in ids}
    whole |= {(stage, item) for stage in SHOWING if shown or stage == "report" for item in ledger.items(stage)}
    places = {source.url, source.path or source.annotations, *(clip.url for clip in clips)} - {None}
    stone = Tombstone(
        id=source.id, name=content_hash(source.name), places=sorted(map(str, places)), footage=sorted(footage),
        at=datetime.now(UTC).date().isoformat(), reason=reason,
    )  # fmt: skip
    same_as = f"{stone}; the same footage as a clip of {source.id}"
    grave = Grave(
        stone,
        [(stage, kind, row) for stage, _, kind, row, _ in rows],
        sorted(whole | {("fetch", source.id), (SOURCES, source.id)}),
        files,
        [("fetch", c.source, reject_part("fetch", c.source, c.id, "forgotten", same_as)) for c in same],
    )
    inside = [path for file in files for path in _all_in(root / file)]
    runs = sorted(path.name for path in (root / "runs").glob("*") if path.is_dir()) if shown else []
    return Doomed(
        source,
        grave,
        dict(sorted(counts.items())),
        len(inside),
        sum(p.lstat().st_size for p in inside),
        runs,
        len(same),
    )


def forget(workspace: Workspace, doomed: Doomed) -> bool:
    """Do it. The caller holds the workspace's lock.

    Returns:
        As `finish`.
    """
    forget_said(workspace.root, {doomed.source.id, *(row for _, _, row in doomed.grave.rows)})
    workspace.ledger.bury(doomed.grave)
    return finish(workspace)


def finish(workspace: Workspace) -> bool:
    """Delete the files, publish anew and overwrite the ledger; also after a kill.

    Returns:
        False where the ledger's journal still has deleted rows, since another process is reading.
    """
    delete_doomed(workspace.root, workspace.ledger)
    options = workspace.ledger.options("publish")
    if options is not None:
        run_stage(stage_as_it_ran("publish", options), workspace)
    return workspace.ledger.scrub()


_Row = tuple[str, str, str, str, frozenset[str]]  # (stage, item, kind, id, everything that it names)


def _descendants(ledger: Ledger, doomed: set[str]) -> list[_Row]:
    """The rows with these ids and all that were made from them, or say something of them."""
    rows = [(stage, item, kind, row, frozenset(_words(body))) for stage, item, kind, row, body in ledger.bodies()]
    while True:
        found = [row for row in rows if row[3] in doomed or row[1] in doomed or not doomed.isdisjoint(row[4])]
        ids = {row for _, _, _, row, _ in found}
        if ids <= doomed:
            return found
        doomed |= ids


def _words(body: str) -> Iterator[str]:
    """Every text that a row holds, however deep."""
    waiting = [json.loads(body)]
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value


def _files_of(root: Path, source: Source, footage: set[str], rows: list[_Row]) -> Iterator[str]:
    """Files and folders that hold its pixels, whether a row names them or a killed run left them."""
    yield f"clips/{source.id}"
    for note, kept in _notes(root / "clips"):
        if kept.sha256 in footage:
            file = note.with_name(note.name.removesuffix(SUFFIX))
            beside = file.parent.glob(f"{glob.escape(file.name)}.*")
            yield from (path.relative_to(root).as_posix() for path in (file, *beside))
    ids = {row for _, _, _, row, _ in rows}
    ids |= {make_id("foreground", row) for row in ids}
    for folder in (path for path in root.iterdir() if path.is_dir() and not path.name.startswith(".")):
        yield from (path.relative_to(root).as_posix() for path in folder.iterdir() if path.stem in ids)
    for _, _, _, _, words in rows:
        yield from (word for word in words if "/" in word and _is_ours(root, word))


def _masks(ledger: Ledger, frames: set[str]) -> set[str]:
    """The masks that were painted for these frames alone: they show outlines of what was filmed."""
    rekeys = [rekey for of_frame in ledger.rekeys().values() for rekey in of_frame]
    return masks_of(r for r in rekeys if r.frame in frames) - masks_of(r for r in rekeys if r.frame not in frames)


def _shows(root: Path) -> Iterator[str]:
    """Pictures drawn from the whole set, which may show it, and figures and tables that may name it."""
    yield ".review"
    for folder in ("runs", "comparisons"):
        for path in (root / folder).rglob("*"):
            if path.name in TELLING or (path.suffix.lower() in PICTURES and path.name != CURVES):
                yield path.relative_to(root).as_posix()
    for path in (root / "runs").glob("*/sets/*/manifests/*"):  # parts of the set that were compared
        yield path.relative_to(root).as_posix()


def _is_ours(root: Path, path: str) -> bool:
    """Whether it is the path of a file in the workspace."""
    return not path.startswith("/") and ".." not in path.split("/") and (root / path).is_file()


def _notes(folder: Path) -> Iterator[tuple[Path, Kept]]:
    for note in sorted(folder.rglob(f"*{SUFFIX}")):
        try:
            yield note, Kept.model_validate_json(note.read_bytes())
        except ValueError:  # no note of ours
            continue


def _all_in(path: Path) -> Iterable[Path]:
    if path.is_dir():
        return [inside for inside in path.rglob("*") if inside.is_file()]
    return [path] if path.is_file() else []


def _is_at(place: str | None, named: str) -> bool:
    return place is not None and same_place(place) == same_place(named)
