"""Sources in a workspace: which of them are the same, and under which id."""

from __future__ import annotations

from pathlib import Path

import pytest

from bgrsr_data.fetch.sources import read_sources, sources_from_argument
from bgrsr_data.records import Source
from bgrsr_data.sources import STAGE, remember
from bgrsr_data.workspace import Workspace

LIST = "sources:\n  - {name: room, role: background, path: room, licence: unknown, creator: me}\n"


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace.create(tmp_path / "w")


def write_list(folder: Path, text: str = LIST) -> list[Source]:
    (folder / "room").mkdir(parents=True, exist_ok=True)
    (folder / "list.yaml").write_text(text)
    return read_sources(folder / "list.yaml")


def known(workspace: Workspace) -> dict[str, Source]:
    return {source.id: source for source in workspace.ledger.rows(Source, STAGE)}


def test_two_lists_that_name_two_folders_alike_give_two_sources(workspace: Workspace, tmp_path: Path) -> None:
    first, second = write_list(tmp_path / "one"), write_list(tmp_path / "two")
    assert first[0].id == second[0].id
    remember(workspace.ledger, [*first, *second])
    remember(workspace.ledger, [*second, *first])
    assert {source.path for source in known(workspace).values()} == {first[0].path, second[0].path}
    assert known(workspace)[first[0].id].path == first[0].path


def test_footage_that_was_moved_with_its_list_is_the_same_source(workspace: Workspace, tmp_path: Path) -> None:
    remember(workspace.ledger, write_list(tmp_path / "one"))
    (tmp_path / "one").rename(tmp_path / "two")
    moved = read_sources(tmp_path / "two" / "list.yaml")
    remember(workspace.ledger, moved)
    assert list(known(workspace).values()) == moved


def test_what_came_from_the_command_line_keeps_its_id_in_a_list(workspace: Workspace, tmp_path: Path) -> None:
    (listed,) = write_list(tmp_path / "one")
    (given,) = sources_from_argument(
        str(tmp_path / "one" / "room"), role="background", licence="unknown", creator="me", person=None
    )
    assert given.id != listed.id
    remember(workspace.ledger, [given])
    renamed = write_list(tmp_path / "one", LIST.replace("name: room", "name: parlour"))
    remember(workspace.ledger, renamed)
    assert [(s.id, s.name) for s in known(workspace).values()] == [(given.id, "parlour")]
