"""Give one fault to the stages `fetch` and `frames`, and look at what is left."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from faults.table import FOLDER, ITSELF, NOWHERE, PIPE, Fault
from fetch.server import FaultServer

from bgrsr_data.fetch.archive import stem_of
from bgrsr_data.fetch.options import FetchOptions
from bgrsr_data.fetch.step import Fetch
from bgrsr_data.frames.options import FrameOptions
from bgrsr_data.frames.step import Frames
from bgrsr_data.ledger import Done
from bgrsr_data.media.images import read_rgb
from bgrsr_data.records import Clip, Frame, RejectionRow, Source
from bgrsr_data.runner import Outcome, plan_stage, run_stage
from bgrsr_data.sources import STAGE as SOURCES
from bgrsr_data.workspace import Workspace


class FetchHere(Fetch):
    """`fetch` in this process: a worker costs a second to start."""

    pooled = False


class FramesHere(Frames):
    """`frames` in this process."""

    pooled = False


FETCH = FetchHere(FetchOptions(patience=0))
FRAMES = FramesHere(FrameOptions(per_second=5, near_duplicate_bits=0))


def source_of(fault: Fault, server: FaultServer, place: Path) -> Source:
    """What a person would write down for it; local files are made in `place`."""
    told = {"name": "odd", "role": "talking-head", "licence": "CC0-1.0", "creator": "nobody", "yt_dlp": fault.options}
    if fault.local is None:
        url = fault.web if "://" in fault.web else server.url(fault.web)
        return Source.model_validate({"id": "source-odd", "url": url, **told})
    for name, what in fault.local.items():
        place.mkdir(exist_ok=True)
        _put(place / name, what, server.folder)
    path = place / next(iter(fault.local)) if fault.single else place
    return Source.model_validate({"id": "source-odd", "path": str(path), **told})


def _put(path: Path, what: str, site: Path) -> None:
    links = {ITSELF: path, NOWHERE: path.with_name("gone"), FOLDER: path.parent}
    if what == PIPE:
        os.mkfifo(path)
    elif what in links:
        path.symlink_to(links[what])
    elif what.startswith("→ "):
        path.symlink_to(site / what.removeprefix("→ "))
    else:
        shutil.copy(site / what, path)


def lay_part(fault: Fault, workspace: Workspace, source: Source, site: Path) -> None:
    """Leave a `.part` of something else where the download will write."""
    name = Path(fault.web).stem
    info = {"id": name, "extractor": "generic", "webpage_url": source.url, "format_id": "mp4"}
    part = workspace.root / "clips" / source.id / ".parts" / f"{stem_of(info)}.mp4.part"
    part.parent.mkdir(parents=True)
    shutil.copy(site / fault.part, part)


@dataclass(frozen=True)
class Met:
    """What came of a fault."""

    status: str
    error: str
    clips: Sequence[Clip]
    frames: Sequence[Frame]
    parts: Sequence[RejectionRow]
    dropped: Sequence[RejectionRow]
    left: Sequence[str]


def meet(source: Source, workspace: Workspace) -> Met:
    """Fetch the source, and take its frames."""
    workspace.ledger.commit(Done(SOURCES, source.id, source.content, "done"), [source])
    run_stage(FETCH, workspace)
    framed: Outcome = run_stage(FRAMES, workspace)
    assert framed.failed == 0, framed.errors
    done = workspace.ledger.items("fetch")[source.id]
    rejections = list(workspace.ledger.rows(RejectionRow))
    parts = workspace.root / "clips" / source.id / ".parts"
    return Met(
        done.status,
        done.error,
        list(workspace.ledger.rows(Clip, "fetch")),
        list(workspace.ledger.rows(Frame, "frames")),
        [row for row in rejections if row.stage == "fetch"],
        [row for row in rejections if row.stage == "frames"],
        sorted(file.name for file in parts.iterdir()) if parts.is_dir() else [],
    )


def assert_nothing_is_lost_or_false(workspace: Workspace) -> None:
    """Every file belongs to a row, every row has its file with the bytes it tells, nothing is half written."""
    rows = [*workspace.ledger.rows(Clip, "fetch"), *workspace.ledger.rows(Frame, "frames")]
    told = {row.path: row.sha256 for row in rows}
    there = {path: _sha256(workspace.root / path) for path in visible(workspace.root)}
    notes = {path for path in there if path.endswith((".info.json", ".origin.json"))}
    assert {path: sha for path, sha in there.items() if path not in notes} == told, sorted(set(there) ^ set(told))
    for path in notes:
        assert path.startswith(tuple(told)), "a note without its file"
        assert json.loads((workspace.root / path).read_bytes())
    for row in rows:
        if isinstance(row, Frame):
            assert read_rgb(workspace.root / row.path).shape == (row.height, row.width, 3)


def visible(root: Path) -> list[str]:
    """Files of the workspace that could be taken for results: not hidden, nor in a hidden folder, nor the ledger."""
    found = (path.relative_to(root) for path in root.rglob("*") if path.is_file())
    return sorted(
        path.as_posix()
        for path in found
        if not any(part.startswith(".") for part in path.parts) and not path.name.startswith("ledger.sqlite")
    )


def rests(workspace: Workspace) -> bool:
    """Whether the next run has nothing to do."""
    return not plan_stage(FETCH, workspace).pending and not plan_stage(FRAMES, workspace).pending


def middle_of(workspace: Workspace, frame: Frame) -> np.ndarray:
    """The colour in the middle of a frame."""
    rgb = read_rgb(workspace.root / frame.path)
    return rgb[frame.height // 2, frame.width // 2].astype(int)


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
