"""What the reviewer sees of each stage: which pictures of each row, with what laid over them, and its figures."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from bgrsr_data.combine.render import HR_SIZE, LR_SIZE
from bgrsr_data.ledger import Ledger
from bgrsr_data.records import Clip, Combination, Foreground, Frame, Record, Trimap
from bgrsr_data.review.groups import Box, Group, Picture, Stage
from bgrsr_data.review.previews import picture_path, shown_size
from bgrsr_data.review.tables import Tables

MODELS: dict[Stage, type[Record]] = {
    "frames": Frame,
    "foregrounds": Foreground,
    "trimaps": Trimap,
    "combinations": Combination,
}
_OF_A_COMBINATION = ("zoom", "match", "wrap", "shadow", "spill", "blur_px", "noise", "quality")
_OF_A_FRAME = (
    "sharpness", "sharpness_ratio", "subject_ratio", "brightness", "dark", "bright", "face_height", "gain", "ringing"
)  # fmt: skip


def list_groups(tables: Tables, ledger: Ledger, stage: Stage, rows: Sequence[Any] | None = None) -> list[Group]:
    """List what is to be reviewed.

    Args:
        tables: The published set.
        ledger: Tells of the frames that others were deblurred from.
        stage: What is looked at.
        rows: These rows of the stage, instead of the published ones.

    Raises:
        InputError: Nothing is published, or a manifest cannot be read.
    """
    model, score = MODELS[stage], _SCORES[stage]
    rows = tables.chosen(model, lambda table: score(table, tables)) if rows is None else rows
    return _LISTS[stage](rows, tables, ledger)


def _frames(rows: Sequence[Frame], tables: Tables, ledger: Ledger) -> list[Group]:
    groups = []
    for row in rows:
        pictures = {"frame": Picture(str(tables.root / row.path), row.width, row.height)}
        before = _deblurred_from(row, ledger)
        if before is not None:
            pictures["original"] = Picture(str(tables.root / before.path), before.width, before.height)
        texts = {"person": row.person, "clip": row.clip, "decision": row.decision, "method": row.method or None}
        scores = {"score": row.sharpness_ratio} | {f"score_{name}": getattr(row, name) for name in _OF_A_FRAME}
        groups.append(Group(row.id, row.content, pictures, texts, scores, _look(row)))
    return groups


def _deblurred_from(row: Frame, ledger: Ledger) -> Frame | None:
    """The frame as it was filmed, where deblurring changed it."""
    if row.original is None or row.decision not in ("replaced", "improved"):
        return None
    return next((r for _, _, r in ledger.find(row.original) if isinstance(r, Frame) and r.id == row.original), None)


def _look(row: Frame | None) -> str:
    return row.thumbnail + row.dhash if row is not None and row.thumbnail and row.dhash else ""


def _foregrounds(rows: Sequence[Foreground], tables: Tables, _: Ledger) -> list[Group]:
    frames = tables.by_id(Frame, (row.original for row in rows))
    trimaps = tables.by_id(Trimap, (row.original for row in rows))
    clips = tables.by_id(Clip, (trimap.clip for trimap in trimaps.values()))
    combinations = tables.first_of(Combination, "foreground", (row.id for row in rows))
    groups = []
    for row in rows:
        trimap = trimaps.get(row.original)
        alpha = str(tables.root / row.alpha_path)
        pictures = _cut_out(row, tables.root)
        frame = frames.get(row.original)
        if frame is not None:
            pictures["input"] = Picture(str(tables.root / frame.path), frame.width, frame.height, alpha=alpha)
        elif trimap is not None and trimap.clip in clips:
            pictures["input"] = _photograph(trimap, clips[trimap.clip], tables.root)
        else:
            path = str(tables.root / row.foreground_path)
            pictures["input"] = Picture(path, row.width, row.height, alpha=alpha)
        combination = combinations.get(row.id)
        if combination is not None:
            composites = _composites(combination, row.content, tables.root)
            pictures |= {"target": composites["target"], "original": composites["input"]}
        if trimap is not None:
            pictures["trimap"] = _trimap(trimap, tables.root)
        groups.append(Group(row.id, row.content, pictures, _texts(row), _scores(row), _look(frame)))
    return groups


def _trimaps(rows: Sequence[Trimap], tables: Tables, _: Ledger) -> list[Group]:
    clips = tables.by_id(Clip, (row.clip for row in rows))
    foregrounds = tables.first_of(Foreground, "original", (row.id for row in rows))
    groups = []
    for row in rows:
        pictures = {"trimap": _trimap(row, tables.root)}
        texts: dict[str, str | None] = {"person": row.person, "clip": row.clip}
        scores: dict[str, float | None] = {"score": None}
        if row.clip in clips:
            pictures["photograph"] = _photograph(row, clips[row.clip], tables.root)
        foreground = foregrounds.get(row.id)
        if foreground is not None:
            pictures |= _cut_out(foreground, tables.root)
            scores, texts = _scores(foreground), texts | {"foreground": foreground.id}
        scores |= {"score_area_px": float(row.area_px), "score_band_px": float(row.band_px)}
        groups.append(Group(row.id, row.content, pictures, texts, scores))
    return groups


def _combinations(rows: Sequence[Combination], tables: Tables, _: Ledger) -> list[Group]:
    foregrounds = tables.by_id(Foreground, {row.foreground for row in rows})
    contents = {row.id: row.content for row in foregrounds.values()}
    groups = []
    for row in rows:
        foreground = foregrounds.get(row.foreground)
        pictures = _composites(row, contents.get(row.foreground, ""), tables.root)
        texts = {
            "person": foreground.person if foreground else None, "split": row.split, "foreground": row.foreground,
            "original_background": row.original_background, "target_background": row.target_background,
            "codec": row.codec, "kernel": row.kernel,
        }  # fmt: skip
        scores: dict[str, float | None] = {f"score_{name}": float(getattr(row, name)) for name in _OF_A_COMBINATION}
        scores["score"] = foreground.score if foreground else None
        groups.append(Group(row.id, row.content, pictures, texts, scores))
    return groups


def _cut_out(row: Foreground, root: Path) -> dict[str, Picture]:
    return {
        "alpha": Picture(str(picture_path(root, "alpha", row, row.content)), row.width, row.height),
        "foreground": Picture(
            str(picture_path(root, "foreground", row, row.content)), *shown_size(row.width, row.height)
        ),
    }


def _composites(row: Combination, seen: str, root: Path) -> dict[str, Picture]:
    """The pair as the trainer gets it; `seen` is the content of the foreground."""
    key = row.content + seen
    return {
        "input": Picture(str(picture_path(root, "input", row, key)), *LR_SIZE),
        "background": Picture(str(picture_path(root, "background", row, key)), *HR_SIZE),
        "target": Picture(str(picture_path(root, "target", row, key)), *HR_SIZE),
    }


def _trimap(row: Trimap, root: Path) -> Picture:
    """The part of the photograph that the trimap covers, with the trimap over it."""
    path = picture_path(root, "window", row, row.content)
    return Picture(str(path), row.width, row.height, trimap=str(root / row.path))


def _photograph(row: Trimap, clip: Clip, root: Path) -> Picture:
    return Picture(str(root / clip.path), clip.width, clip.height, box=_person_box(row, clip, root))


def _person_box(trimap: Trimap, clip: Clip, root: Path) -> Box | None:
    """The annotated box of a COCO person, None where the annotations do not tell."""
    if clip.annotations is None:
        return None
    try:
        annotations = json.loads((root / clip.annotations).read_text())["annotations"]
        x, y, width, height = next(a["bbox"] for a in annotations if a["id"] == trimap.annotation)
    except (OSError, ValueError, KeyError, StopIteration):
        return None
    return (x / clip.width, y / clip.height, width / clip.width, height / clip.height)


def _texts(row: Foreground) -> dict[str, str | None]:
    return {"person": row.person, "clip": row.clip, "screen": row.screen_name}


def _scores(row: Foreground) -> dict[str, float | None]:
    others = {"score_" + re.sub(r"\W", "_", key): value for key, value in row.scores.items() if key != "score"}
    return {"score": row.score, **others}


def _column(name: str) -> Callable[[pa.Table, Tables], NDArray[np.float64]]:
    return lambda table, _: np.asarray(table[name].to_numpy(), np.float64)


def _score_of_the_foreground(table: pa.Table, tables: Tables) -> NDArray[np.float64]:
    """What the person of each combination scores; NaN where the manifests do not tell."""
    column = {Combination.kind: "foreground", Trimap.kind: "id"}
    by_key = {Combination.kind: "id", Trimap.kind: "original"}
    kind = Combination.kind if "foreground" in table.column_names else Trimap.kind
    people = tables.table(Foreground)
    if "score" not in people.column_names:
        return np.full(table.num_rows, np.nan)
    known = dict(zip(people[by_key[kind]].to_pylist(), people["score"].to_pylist(), strict=True))
    return np.array([known.get(key, np.nan) for key in table[column[kind]].to_pylist()], np.float64)


_SCORES: dict[Stage, Callable[[pa.Table, Tables], NDArray[np.float64]]] = {
    "frames": _column("sharpness_ratio"),
    "foregrounds": _column("score"),
    "trimaps": _score_of_the_foreground,
    "combinations": _score_of_the_foreground,
}
_LISTS: dict[Stage, Callable[[Sequence[Any], Tables, Ledger], list[Group]]] = {
    "frames": _frames,
    "foregrounds": _foregrounds,
    "trimaps": _trimaps,
    "combinations": _combinations,
}
