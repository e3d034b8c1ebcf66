"""bgrsr fetch --plan, and the flags of a target."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from recovery.conftest import tree
from small import bgrsr

from bgrsr_data.records import Source
from bgrsr_data.sources import STAGE
from bgrsr_data.workspace import Workspace

VIDEO = {"role": "talking-head", "licence": "unknown", "creator": "unknown"}


def write_list(path: Path, *entries: dict[str, Any]) -> Path:
    path.write_text(yaml.safe_dump({"sources": list(entries)}))
    return path


def watch(n: int) -> str:
    return f"https://www.youtube.com/watch?v={n:011d}"


def test_a_plan_shows_items_time_and_disk_and_touches_nothing(tmp_path: Path) -> None:
    entries = [VIDEO | {"name": f"v{n}", "url": watch(n), "sections": ["0-60", "2:00-5:00"]} for n in range(300)]
    path = write_list(tmp_path / "list.yaml", *entries)
    ended = bgrsr("fetch", path, "--plan", "-w", tmp_path / "w")
    assert ended.returncode == 0, ended.stderr
    header, row = ended.stdout.splitlines()[:2]
    assert header.split() == ["role", "sources", "files", "sections", "asked", "for", "video", "time", "disk"]
    assert row.split()[:8] == ["talking-head", "300", "300", "600", "1,200.0", "min", "1,500.0+", "min"]
    assert "60 min are the pace" in ended.stdout
    assert "at least: a video comes whole" in ended.stdout
    told = json.loads(bgrsr("fetch", path, "--plan", "-w", tmp_path / "w", "--json", "-j", 2).stdout)
    assert (told["items"], told["sections"], told["asked_s"], told["video_s"]) == (300, 600, 72000, 90000)
    assert told["seconds"]["low"] == 3600
    assert told["bytes"] == {"low": round(90000 * 0.41e6 / 8), "high": round(90000 * 2.2e6 / 8)}
    assert not (tmp_path / "w").exists()


def test_a_plan_names_only_what_is_not_here_yet(workspace: Path, small_set: Path, tmp_path: Path) -> None:
    before = tree(workspace)
    ended = bgrsr("fetch", "--plan", "-w", workspace)
    assert ended.stdout.splitlines()[0] == "nothing to fetch"
    path = write_list(tmp_path / "more.yaml", VIDEO | {"name": "far", "url": watch(1)})
    (tmp_path / "room.png").write_bytes(b"12345")
    more = json.loads(bgrsr("fetch", path, "--plan", "-w", workspace, "--json").stdout)
    assert (more["items"], more["unknown_length"], more["roles"].keys()) == (1, 1, {"talking-head"})
    assert more["unchanged"] == int(ended.stdout.split("\n\n")[1].split()[0]) > 3
    words = (tmp_path / "room.png", "--role", "background", "--plan", "-w", workspace)
    assert json.loads(bgrsr("fetch", *words, "--json").stdout)["bytes"] == {"low": 5, "high": 5}
    listed = yaml.safe_load((small_set.parent / "sources.yaml").read_text())["sources"]
    for entry in listed:  # the same places, written in another way
        entry |= {key: str(small_set.parent / entry[key]) for key in ("path", "annotations") if key in entry}
    again = write_list(tmp_path / "absolute.yaml", *listed)
    assert bgrsr("fetch", again, "--plan", "-w", workspace).stdout == ended.stdout
    assert tree(workspace) == before


def test_flags_of_a_target_become_its_source(tmp_path: Path) -> None:
    Workspace.create(tmp_path / "w").close()
    flags = [
        "--source-licence", "CC0-1.0", "--creator", "me", "--section", "0-1", "--section", "2-3", "--split", "val",
        "--max-samples", 3, "--attribution", "by me", "--proxy", "http://127.0.0.1:9", "--format", "b",
        "--cookies", "none.txt",
    ]  # fmt: skip
    ended = bgrsr(
        "fetch", "http://127.0.0.1:9/a.mp4", "--role", "greenscreen", *flags, "--patience", 0, "-w", tmp_path / "w"
    )
    assert ended.returncode == 3
    workspace = Workspace(tmp_path / "w")
    (source,) = workspace.ledger.rows(Source, STAGE)
    workspace.close()
    assert (source.licence, source.creator, source.split, source.attribution) == ("CC0-1.0", "me", "val", "by me")
    assert (source.sections, source.max_samples) == (["0-1", "2-3"], 3)
    assert source.yt_dlp == {"format": "b", "proxy": "http://127.0.0.1:9", "cookiefile": str(Path.cwd() / "none.txt")}


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["list.yaml", "--role", "coco"], "--role goes with a TARGET that is a URL, a file or a folder; in list.yaml"),
        (["--section", "0-1"], "--section goes with a TARGET"),
        (["room.png", "--role", "background", "--proxy", "x"], "--format, --cookies and --proxy are for URLs"),
        (["room.png", "--role", "background", "--section", "0-1"], "sections are for videos"),
        (["https://example.org/a", "--role", "background", "--section", "9-1"], "section '9-1' ends before it begins"),
        (["https://example.org/a", "--role", "background", "--split", "all"], "'split'"),
        (["https://example.org/a", "--role", "background", "--category", "dog"], "categories are those of COCO"),
        (["https://example.org/a", "--role", "backgrounds"], "did you mean 'background'"),
        (["list.yaml", "--licence", "cc-bye"], "input should be 'cc-by', not 'cc-bye'"),
        (["list.yaml", "--licence", "unknown"], "input should be a licence, not 'unknown'"),
    ],
)
def test_flags_that_do_not_fit_are_one_line(words: list[str], says: str, tmp_path: Path) -> None:
    (tmp_path / "room.png").write_bytes(b"1")
    write_list(tmp_path / "list.yaml", VIDEO | {"name": "a", "url": watch(1)})
    ended = bgrsr("fetch", *words, "--plan", cwd=tmp_path)
    assert (ended.returncode, ended.stdout, len(ended.stderr.splitlines())) == (2, "", 1), ended.stderr
    assert says in ended.stderr


def test_the_licence_filter_is_kept_for_the_next_run(tmp_path: Path) -> None:
    Workspace.create(tmp_path / "w").close()
    (tmp_path / "notes.png").write_bytes(b"1")
    words = ("fetch", tmp_path / "notes.png", "--role", "background", "-w", tmp_path / "w", "--json")
    first = json.loads(bgrsr(*words, "--licence", "cc-by, cc0").stdout)
    assert first["reasons"] == {"licence": 1}
    assert json.loads(bgrsr(*words).stdout)["unchanged"] == 1
    assert json.loads(bgrsr(*words, "--source-licence", "CC0-1.0").stdout)["reasons"] == {"not-an-image": 1}
    assert json.loads(bgrsr(*words, "--licence", "").stdout)["reasons"] == {"not-an-image": 1}
