"""Status: the step that it names next is one that has something to do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bgrsr_data.ledger import Done
from bgrsr_data.records import Clip, Role
from bgrsr_data.status import StageStatus, next_command, workspace_status
from bgrsr_data.workspace import Workspace


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Workspace]:
    made = Workspace.create(tmp_path / "workspace")
    yield made
    made.close()


def clip(role: Role) -> Clip:
    return Clip(
        id=f"clip-{role}", source="source-1", role=role, person="p", licence="CC0-1.0", creator="me", title="t",
        path="clips/t.png", sha256="0", media="still", width=1, height=1, frames=1, duration=0, codec="png",  # type: ignore[arg-type]
        annotations="clips/t.json",
    )  # fmt: skip


def ran_up_to_key(place: Workspace, role: Role) -> None:
    place.ledger.set_options("fetch", "{}")
    place.ledger.commit(Done("fetch", "source-1", "", "done"), [clip(role)])
    place.ledger.pass_over(["fetch", "frames", "select", "deblur", "key"])


def test_an_empty_workspace_is_told_to_fetch(place: Workspace) -> None:
    assert next_command(place, workspace_status(place)) == "fetch"


def test_trimap_is_named_where_there_are_pictures_of_coco(place: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bgrsr_data.trimaps.step.annotations_of", lambda clip, ledger: "0")
    ran_up_to_key(place, "coco")
    assert next_command(place, []) == "trimap"


def test_trimap_is_not_named_where_there_are_none(place: Workspace) -> None:
    ran_up_to_key(place, "greenscreen")
    assert next_command(place, []) == "combine"


def test_a_step_that_failed_whole_is_named_before_those_that_need_it(place: Workspace) -> None:
    ran_up_to_key(place, "greenscreen")
    told = StageStatus("combine", done=0, stale=0, failed=1, rejected=0, bytes=0, seconds=0, reasons={}, errors={})
    assert next_command(place, [told]) == "combine"
    assert next_command(place, [replace(told, done=1, failed=1)]) == "publish"
