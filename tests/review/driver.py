"""Runs review commands in a process of its own: one JSON line in, one JSON line out."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bgrsr_data.errors import BgrsrError
from bgrsr_data.review.database import connect
from bgrsr_data.review.dataset import dataset_name, sync
from bgrsr_data.review.verdicts import pull
from bgrsr_data.workspace import Workspace


def run(command: str, root: Path, options: dict[str, Any]) -> Any:
    workspace = Workspace(root)
    try:
        return COMMANDS[command](workspace, **options)
    finally:
        workspace.close()


def show(workspace: Workspace) -> dict[str, dict[str, Any]]:
    """Everything of the dataset: row → slice → fields."""
    dataset = connect().load_dataset(dataset_name(workspace.root))
    shown: dict[str, dict[str, Any]] = {}
    for sample in dataset.select_group_slices(_allow_mixed=True):
        fields = {name: sample[name] for name in sample.field_names if name.startswith("score")}
        fields |= {
            name: sample[name] for name in ("id", "filepath", "tags", "note", "verdict", "verdict_by", "content")
        }
        fields["overlay"] = sample.alpha.map_path if sample.alpha else None
        fields["box"] = sample.person_box.bounding_box if sample.person_box else None
        shown.setdefault(sample.row, {})[sample.group.name] = fields
    return shown


def tag(workspace: Workspace, row: str, slice_: str, tags: list[str], note: str | None = None) -> None:
    """Do what a person does in the App."""
    dataset = connect().load_dataset(dataset_name(workspace.root))
    view = dataset.select_group_slices(_allow_mixed=True)
    for sample in view.match({"row": row, "group.name": slice_}):
        sample.tags = tags
        sample.note = note
        sample.save()


def views(workspace: Workspace) -> dict[str, list[str]]:
    dataset = connect().load_dataset(dataset_name(workspace.root))
    return {name: dataset.load_saved_view(name).values("row") for name in dataset.list_saved_views()}


def forget(workspace: Workspace) -> None:
    connect().delete_dataset(dataset_name(workspace.root))


COMMANDS: dict[str, Any] = {
    "sync": lambda workspace: sync(workspace).name,
    "pull": lambda workspace, reviewer: {
        k: v
        for k, v in json.loads(json.dumps(asdict(pull(workspace, reviewer)), default=lambda r: r.model_dump())).items()
    },
    "show": show,
    "tag": tag,
    "views": views,
    "forget": forget,
}

if __name__ == "__main__":
    for line in sys.stdin:
        command, root, options = json.loads(line)
        try:
            answer = {"result": run(command, Path(root), options)}
        except BgrsrError as error:
            answer = {"error": str(error)}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()
