"""Runs review commands in a process of its own: a JSON line in, a JSON line out; given arguments, it serves the App."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from bgrsr_data.errors import BgrsrError
from bgrsr_data.review.app import open_app
from bgrsr_data.review.database import connect
from bgrsr_data.review.dataset import dataset_name, sync
from bgrsr_data.review.verdicts import pull
from bgrsr_data.workspace import Workspace

FIELDS = ("id", "filepath", "tags", "note", "verdict", "verdict_by", "content")


def run(command: str, root: Path, options: dict[str, Any]) -> Any:
    workspace = Workspace(root)
    try:
        return COMMANDS[command](workspace, **options)
    finally:
        workspace.close()


def load(workspace: Workspace, stage: Any = "foregrounds") -> Any:
    return connect().load_dataset(dataset_name(workspace.root, stage))


def sync_telling(workspace: Workspace, **options: Any) -> dict[str, Any]:
    told: list[str] = []
    return {"name": sync(workspace, told=told.append, **options).name, "told": told}


def pull_as(workspace: Workspace, reviewer: str) -> dict[str, Any]:
    return pull(workspace, reviewer).as_dict()


def show(workspace: Workspace) -> dict[str, dict[str, Any]]:
    """Everything of the dataset: row → slice → fields."""
    shown: dict[str, dict[str, Any]] = {}
    for sample in load(workspace).select_group_slices(_allow_mixed=True):
        fields = {name: sample[name] for name in sample.field_names if name in FIELDS or name.startswith("score")}
        fields["overlay"] = sample.alpha.map_path if sample.alpha else None
        fields["box"] = sample.person_box.bounding_box if sample.person_box else None
        shown.setdefault(sample.row, {})[sample.group.name] = fields
    return shown


def tag(
    workspace: Workspace, row: str, slice_: str, tags: list[str], note: str | None = None, stage: str = "foregrounds"
) -> None:
    """Leave in the database what the App leaves there."""
    view = load(workspace, stage).select_group_slices(_allow_mixed=True)
    for sample in view.match({"row": row, "group.name": slice_}):
        sample.tags = tags
        sample.note = note
        sample.save()


def views(workspace: Workspace) -> dict[str, list[str]]:
    dataset = load(workspace)
    return {name: dataset.load_saved_view(name).values("row") for name in dataset.list_saved_views()}


def count(workspace: Workspace) -> int:
    """How many pictures the dataset holds."""
    return len(load(workspace).select_group_slices(_allow_mixed=True))


def forget(workspace: Workspace) -> None:
    connect().delete_dataset(dataset_name(workspace.root))


COMMANDS: dict[str, Any] = {
    "sync": sync_telling,
    "pull": pull_as,
    "show": show,
    "tag": tag,
    "views": views,
    "count": count,
    "forget": forget,
}


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def serve(root: Path, port: int, stage: Any) -> None:
    try:
        open_app(Workspace(root), stage=stage, port=port, browser=False, opened=say)
    except BgrsrError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(error.exit_code)


def answer_lines() -> None:
    for line in sys.stdin:
        command, root, options = json.loads(line)
        try:
            answer = {"result": run(command, Path(root), options)}
        except BgrsrError as error:
            answer = {"error": str(error)}
        say(json.dumps(answer))


if __name__ == "__main__":
    if len(sys.argv) > 1:
        serve(Path(sys.argv[1]), int(sys.argv[2]), (*sys.argv[3:], "foregrounds")[0])
    else:
        answer_lines()
