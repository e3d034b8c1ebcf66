"""A JavaScript runtime is found without PATH, and only one that yt-dlp takes."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bgrsr_data.fetch.surroundings import find_javascript, surroundings


@pytest.fixture(autouse=True)
def _looked_for_anew() -> Iterator[None]:
    find_javascript.cache_clear()
    yield
    find_javascript.cache_clear()


def put_program(folder: Path, name: str, says: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\necho '{says}'\n")
    (folder / name).chmod(0o755)


def test_the_runtime_of_the_package_needs_nothing_on_path(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    found = find_javascript()
    assert found is not None
    assert found.name == "deno"
    assert surroundings()["js_runtimes"] == {"deno": {"path": found.path}}


@pytest.mark.parametrize(
    ("programs", "name"),
    [
        ({"node": "v22.4.0"}, "node"),
        ({"node": "v20.1.0"}, None),
        ({"deno": "deno 2.4.1 (stable)", "node": "v24.0.0"}, "deno"),
        ({"deno": "deno 1.46.0", "node": "v24.0.0"}, "node"),
        ({}, None),
    ],
)
def test_without_the_package_one_of_path_is_taken_that_is_new_enough(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, programs: dict[str, str], name: str | None
) -> None:
    for program, says in programs.items():
        put_program(tmp_path / "bin", program, says)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setitem(sys.modules, "deno", None)  # as where there is no wheel of it
    found = find_javascript()
    assert (found.name if found else None) == name
    assert surroundings()["js_runtimes"] == ({name: {"path": str(tmp_path / "bin" / name)}} if name else {})
