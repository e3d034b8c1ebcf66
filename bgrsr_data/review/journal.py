"""The journal of the review: what a person says is on the disk before anything else happens.

One line of JSON (`opinions.Said`) for each thing said, in `review/said.jsonl` of the workspace. Settling brings the
lines into the ledger and empties the journal. Each line has an id and the ledger puts each down once, so it may be cut
off at any moment. Where another command holds the workspace's lock the lines wait; nothing is lost and nobody waits.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from filelock import FileLock
from pydantic import ValidationError

from bgrsr_data.errors import DiskFullError
from bgrsr_data.media.files import write_bytes
from bgrsr_data.opinions import Said
from bgrsr_data.records import Verdict
from bgrsr_data.workspace import Workspace

FOLDER = "review"
JOURNAL = f"{FOLDER}/said.jsonl"
DAMAGED = f"{FOLDER}/damaged.jsonl"


@dataclass(frozen=True)
class Settled:
    """What came from the journal into the ledger.

    Args:
        said: What the ledger did not know.
        warnings: One line for what could not be read.
    """

    said: list[Said] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def append(root: Path, said: Iterable[Said]) -> None:
    """Write down what was said; when this returns it is on the disk.

    Args:
        root: The workspace.
        said: What was said.

    Raises:
        DiskFullError: It cannot be written.
    """
    lines = "".join(f"{one.model_dump_json()}\n" for one in said).encode()
    if not lines:
        return
    path = root / JOURNAL
    try:
        path.parent.mkdir(exist_ok=True)
        with _holding(root), path.open("ab+") as file:
            if not _ends_whole(file.fileno()):
                lines = b"\n" + lines  # a line that a kill cut off stays a line of its own
            file.write(lines)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise DiskFullError(f"{path}: cannot be written ({error.strerror}); mend that and say it again") from error


def waiting(root: Path) -> list[Said]:
    """What the journal holds that may not be in the ledger yet, in order; damaged lines left out."""
    if not (root / JOURNAL).is_file():
        return []
    with _holding(root):
        return _read(root)[0]


def settle(workspace: Workspace) -> Settled:
    """Bring the journal into the ledger, and empty it.

    Raises:
        LockedError: Another process is writing the workspace; the journal stays as it is.
        DiskFullError: Nothing more can be written; the journal stays as it is.
    """
    if not (workspace.root / JOURNAL).is_file():
        return Settled()
    with workspace.writing():
        return settle_held(workspace)


def settle_held(workspace: Workspace) -> Settled:
    """The same for whoever holds the workspace's lock."""
    root = workspace.root
    if not (root / JOURNAL).is_file():
        return Settled()
    with _holding(root):
        said, damaged = _read(root)
        new = workspace.ledger.hear(said)
        if damaged:
            _keep_damaged(root, damaged)
        (root / JOURNAL).unlink()
    return Settled(new, _told(root, damaged))


def standing(workspace: Workspace) -> list[Verdict]:
    """The verdicts that stand, those in the journal with them, sorted by row."""
    verdicts = {key_of(verdict): verdict for verdict in workspace.ledger.verdicts()}
    for one in waiting(workspace.root):
        verdicts.pop(key_of(one.verdict), None)
        if not one.taken_back:
            verdicts[key_of(one.verdict)] = one.verdict
    return [verdicts[key] for key in sorted(verdicts)]


def key_of(verdict: Verdict) -> tuple[str, str, str]:
    """Of what, as it then was, and whose a verdict is: of several with one key the last stands."""
    return verdict.row, verdict.row_content, verdict.reviewer


def forget_said(root: Path, rows: Iterable[str]) -> None:
    """Delete what was said of rows that are forgotten, damaged lines that name one of them with it."""
    if not (root / FOLDER).is_dir():
        return
    gone = [f'"{row}"'.encode() for row in rows]
    with _holding(root):
        for path in (root / JOURNAL, root / DAMAGED):
            if path.is_file():
                lines = path.read_bytes().splitlines(keepends=True)
                kept = [line for line in lines if not any(row in line for row in gone)]
                if kept != lines:
                    write_bytes(path, b"".join(kept))


def _read(root: Path) -> tuple[list[Said], list[bytes]]:
    """What is written there, and the lines that cannot be read."""
    path = root / JOURNAL
    said, damaged = [], []
    for line in path.read_bytes().splitlines() if path.is_file() else ():
        try:
            said.append(Said.model_validate_json(line))
        except ValidationError:
            damaged += [line] if line.strip() else []
    return said, damaged


def _keep_damaged(root: Path, lines: Sequence[bytes]) -> None:
    path = root / DAMAGED
    before = path.read_bytes() if path.is_file() else b""
    known = set(before.splitlines())
    write_bytes(path, before + b"".join(line + b"\n" for line in lines if line not in known))


def _told(root: Path, damaged: Sequence[bytes]) -> list[str]:
    if not damaged:
        return []
    lines = "1 line" if len(damaged) == 1 else f"{len(damaged)} lines"
    return [f"{root / JOURNAL}: {lines} cannot be read; kept in {DAMAGED}, judge again what it names"]


def _holding(root: Path) -> FileLock:
    """One process at a time reads or writes the journal; it takes milliseconds, so the others wait."""
    (root / FOLDER).mkdir(exist_ok=True)
    return FileLock(root / FOLDER / ".said.lock")


def _ends_whole(file: int) -> bool:
    size = os.fstat(file).st_size
    return size == 0 or os.pread(file, 1, size - 1) == b"\n"
