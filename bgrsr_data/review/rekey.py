"""Key single frames anew with other options: what a reviewer does instead of rejecting a cut-out.

What was changed is put into the ledger first (`records.Rekey`), then the key stage is run for those frames. So a kill
in between loses nothing: the next `bgrsr key` or `bgrsr run` finds the frames stale and finishes. A verdict on the
former foreground does not count any more, since its content is another. Masks are copied into the workspace.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from pydantic import ValidationError

from bgrsr_data.errors import InputError
from bgrsr_data.keying.options import KeyOptions
from bgrsr_data.keying.single import merge_options
from bgrsr_data.keying.step import Keyable, KeyFrames
from bgrsr_data.ledger import Ledger
from bgrsr_data.records import Foreground, Frame, RejectionRow, Rekey, make_id
from bgrsr_data.review.judge import default_reviewer, now
from bgrsr_data.review.masks import keep_masks, masks_in_full, sweep_masks
from bgrsr_data.runner import Progress, run_stage
from bgrsr_data.stage import Item
from bgrsr_data.stages import say, stage_as_it_ran
from bgrsr_data.workspace import Workspace

IN_PROCESS = 2  # so few frames are keyed sooner than worker processes start


@dataclass(frozen=True)
class Rekeyed:
    """What became of frames that were keyed anew.

    Attributes:
        rows: By frame: the new foreground, or why there is none. A rejected one may be taken back with `undo_rekey`.
        failed: By frame: what went wrong, in one line; these were taken back.
        options: By frame: all that holds for it alone now, as "despill=0.5"; "" for nothing.
    """

    rows: dict[str, Foreground | RejectionRow] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
    options: dict[str, str] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """For programs."""
        rows = {frame: {"kind": row.kind, **row.model_dump(mode="json")} for frame, row in self.rows.items()}
        return {"rows": rows, "failed": self.failed, "options": self.options}

    @property
    def foregrounds(self) -> list[Foreground]:
        """The new foregrounds."""
        return [row for row in self.rows.values() if isinstance(row, Foreground)]

    @property
    def rejections(self) -> list[RejectionRow]:
        """Why frames have none."""
        return [row for row in self.rows.values() if isinstance(row, RejectionRow)]


class KeySome(KeyFrames):
    """The key stage for some frames; all others stay as they are.

    Args:
        options: Of the stage.
        frames: Their ids.
        supposed: What may come to hold for some of them, as if it did.
    """

    keeps_others = True

    def __init__(self, options: KeyOptions, frames: Iterable[str], supposed: Iterable[Rekey] = ()) -> None:
        super().__init__(options)
        self.frames = frozenset(frames)
        self.supposed = {rekey.frame: rekey for rekey in supposed}
        self.pooled = len(self.frames) > IN_PROCESS

    def items(self, ledger: Ledger) -> Iterable[Item[Keyable]]:
        """The key stage's, of these frames."""
        return (item for item in super().items(ledger) if item.id in self.frames)

    def rekeys(self, ledger: Ledger) -> Mapping[str, Rekey]:
        """What holds for single frames alone, or is supposed to."""
        return {**super().rekeys(ledger), **self.supposed}


def rekey(
    workspace: Workspace,
    foregrounds: Sequence[str],
    options: Mapping[str, object],
    *,
    reviewer: str,
    note: str = "",
    progress: Progress | None = None,
) -> Rekeyed:
    """Key frames anew with options of their own, on top of what was changed for them before.

    Args:
        workspace: The workspace, of the calling thread.
        foregrounds: Ids of foregrounds, or of their frames.
        options: Of the `key` stage, by name: None goes back to the stage's, a shape is added, '' lifts shapes.
        reviewer: Who says so; git's user name or the login name where it is empty.
        note: Why.
        progress: As of `run_stage`.

    Raises:
        InputError: An id is no keyed frame's, or an option is unknown or out of range. Nothing was changed.
        LockedError: Another process is writing the workspace. Nothing was changed.
        DiskFullError: Nothing more can be written; `bgrsr key` finishes.
    """
    if not options:
        raise InputError("rekey: name what is to be another, as despill=0.5")
    with workspace.writing():
        stage = stage_of(workspace, frames_of(workspace.ledger, foregrounds))
        given = plan_rekeys(workspace.ledger, stage, options, reviewer.strip() or default_reviewer(), note.strip())
        workspace.ledger.add_rekeys(given)
        keep_masks(workspace.root, workspace.ledger)
        done = _key(workspace, stage, progress)
        if done.failed:
            workspace.ledger.drop_rekeys(rekey for rekey in given if rekey.frame in done.failed)
            _key(workspace, KeySome(stage.options, done.failed), progress)
        sweep_masks(workspace.root, workspace.ledger)
        return done


def undo_rekey(workspace: Workspace, foregrounds: Sequence[str], *, progress: Progress | None = None) -> Rekeyed:
    """Take the last change of each frame back, and key it as before; frames that nobody changed stay as they are.

    Raises:
        InputError: An id is no keyed frame's.
        LockedError: Another process is writing the workspace.
        DiskFullError: Nothing more can be written; `bgrsr key` finishes.
    """
    with workspace.writing():
        known = workspace.ledger.rekeys()
        frames = [frame for frame in frames_of(workspace.ledger, foregrounds) if frame in known]
        workspace.ledger.drop_rekeys(known[frame][-1] for frame in frames)
        done = _key(workspace, stage_of(workspace, frames), progress) if frames else Rekeyed()
        sweep_masks(workspace.root, workspace.ledger)
        return done


def frames_of(ledger: Ledger, rows: Sequence[str]) -> list[str]:
    """The frames that rows were keyed from, or would be, each once.

    Raises:
        InputError: An id names neither a frame before a screen nor its foreground.
    """
    keyable = [f for f in ledger.latest(Frame, *KeyFrames.needs) if f.role == "greenscreen"]
    known = {name: f.id for f in keyable for name in (f.id, make_id("foreground", f.id))}
    unknown = [row for row in rows if row not in known]
    if unknown:
        why = "was not keyed" if ledger.find(unknown[0]) else "there is no such row"
        raise InputError(f"{unknown[0]}: {why}; rekey takes foregrounds that `bgrsr key` made, or their frames")
    return list(dict.fromkeys(known[row] for row in rows))


def stage_of(workspace: Workspace, frames: Sequence[str]) -> KeySome:
    """The key stage as it ran last, for these frames.

    Raises:
        InputError: It never ran, or does not key one of them.
    """
    ran = workspace.ledger.options(KeyFrames.name)
    if ran is None or KeyFrames.name in workspace.ledger.passed_over():
        raise InputError(f"{workspace.root}: nothing is keyed here; run: bgrsr key")
    stage = KeySome(cast(KeyOptions, stage_as_it_ran(KeyFrames.name, ran).options), frames)
    listed = {item.id for item in stage.items(workspace.ledger)}
    if out := [frame for frame in frames if frame not in listed]:
        raise InputError(f"{out[0]}: is not keyed, since a reviewer rejected it; take that verdict back first")
    return stage


def plan_rekeys(ledger: Ledger, stage: KeySome, options: Mapping[str, object], reviewer: str, note: str) -> list[Rekey]:
    """The next change of each of the stage's frames; nothing is written.

    Raises:
        InputError: An option is unknown or out of range, or a mask is missing.
    """
    frames = {frame.id: frame for frame in ledger.latest(Frame, *KeyFrames.needs)}
    known, at = ledger.rekeys(), now()
    given = masks_in_full(ledger.path.parent, options)
    made = []
    for name in sorted(stage.frames):
        content, past = frames[name].content, known.get(name, [])
        before = past[-1].told if past and past[-1].frame_content == content else {}
        step = past[-1].step + 1 if past else 1
        told = json.dumps(_merged(stage.options, before, given))
        name_of_it = make_id("rekey", name, step)
        made.append(Rekey(
            id=name_of_it, frame=name, frame_content=content, step=step, options=told, reviewer=reviewer, note=note,
            at=at,
        ))  # fmt: skip
    return made


def _merged(options: KeyOptions, before: Mapping[str, Any], given: Mapping[str, object]) -> dict[str, Any]:
    try:
        return merge_options(options, before, given, Path())
    except ValidationError as error:
        raise InputError(f"key: {say(error, KeyOptions)[1]}") from error


def _key(workspace: Workspace, stage: KeySome, progress: Progress | None) -> Rekeyed:
    outcome = run_stage(stage, workspace, progress=progress)
    rekeys = workspace.ledger.rekeys()
    rows = {name: row for name in sorted(stage.frames) for row in _ended(workspace.ledger, name)}
    words = {name: rekeys[name][-1].words if name in rekeys else "" for name in sorted(stage.frames)}
    return Rekeyed(rows, {name: line for name, line in outcome.errors.items() if name in stage.frames}, words)


def _ended(ledger: Ledger, frame: str) -> Iterator[Foreground | RejectionRow]:
    for row in ledger.rows_of_item(KeyFrames.name, frame):
        if isinstance(row, Foreground | RejectionRow):
            yield row
