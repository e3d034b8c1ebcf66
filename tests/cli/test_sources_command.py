"""bgrsr sources: import, list, check."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from fetch.server import FaultServer
from small import bgrsr, calm

from bgrsr_data.fetch.lists.hdtf import HDTF
from bgrsr_data.records import Clip
from bgrsr_data.workspace import Workspace


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A list of two videos and a row without an address."""
    folder = tmp_path / "files"
    folder.mkdir()
    for file in HDTF.files:
        (folder / file).write_text("")
    (folder / "WDA_video_url.txt").write_text(
        "\ufeffAnna0 https://www.youtube.com/watch?v=aaaaaaaaaaa&t=6s\nAnna1 https://www.youtube.com/watch?v=bbbbbbbbbbb\n"
    )
    (folder / "WDA_annotion_time.txt").write_text("Anna0.mp4 00:20-01:35\nAnna1.mp4 00:00-00:30 \nBert.mp4 00:01-00:02")
    return folder


def test_an_import_makes_the_workspace_and_the_list_and_says_what_was_odd(folder: Path, tmp_path: Path) -> None:
    ended = bgrsr("sources", "import", "hdtf", "--from", folder, "-w", tmp_path / "w")
    path = tmp_path / "w" / "hdtf.yaml"
    assert ended.returncode == 0, ended.stderr
    first, following = ended.stdout.splitlines()
    assert first == f"{path}: 2 videos, 2 sections, 1 person, 1.8 minutes; odd rows: 1 left out, 1 mended"
    assert following.startswith(f"next: bgrsr fetch {path} --plan -w {tmp_path / 'w'}")
    assert (
        "left out: WDA_annotion_time.txt, line 3: Bert.mp4 00:01-00:02: WDA_video_url.txt has no address"
        in ended.stderr
    )
    assert "mended: WDA_video_url.txt, line 1: Anna0" in ended.stderr
    assert "is not the published version" in ended.stderr
    assert (tmp_path / "w" / "ledger.sqlite").is_file()
    assert bgrsr("sources", "check", path).stdout == f"{path}: 2 sources, no mistake (2 talking-head)\n"


def test_two_commands_lead_from_a_public_list_to_footage(folder: Path, tmp_path: Path, make_clip) -> None:
    clip = make_clip("talk.mp4", "-f", "lavfi", "-i", "testsrc2=size=160x120:rate=25", "-t", "2", "-pix_fmt", "yuv420p")
    with FaultServer(clip.parent) as server:
        (folder / "WDA_video_url.txt").write_text(f"Anna0 {server.url('ok/talk.mp4')}\nBert {server.url('ok/no.mp4')}")
        (folder / "WDA_annotion_time.txt").write_text("Anna0.mp4 00:00-00:01\nBert.mp4 00:00-00:01")
        env = calm() | {"no_proxy": "127.0.0.1"}
        assert bgrsr("sources", "import", "hdtf", "--from", folder, "-w", tmp_path / "w", env=env).returncode == 0
        ended = bgrsr("fetch", tmp_path / "w" / "hdtf.yaml", "--patience", 0, "-w", tmp_path / "w", env=env)
    assert ended.returncode == 3  # of the second video: it is gone
    workspace = Workspace(tmp_path / "w")
    (row,) = workspace.ledger.rows(Clip)
    workspace.close()
    assert (row.person, row.sections, row.licence, row.frames) == ("Anna", ["00:00-00:01"], "unknown", 50)
    assert "CVPR 2021" in str(row.attribution)
    listed = {one["name"]: one for one in json.loads(bgrsr("sources", "list", "-w", tmp_path / "w", "--json").stdout)}
    assert (listed["WDA_Anna0"]["state"], listed["WDA_Anna0"]["sections"], listed["WDA_Anna0"]["clips"]) == (
        "fetched",
        1,
        1,
    )
    assert listed["WDA_Bert"]["state"].startswith("failed: ")
    assert ": gone: " in listed["WDA_Bert"]["state"]


def test_an_import_overwrites_no_other_text(folder: Path, tmp_path: Path) -> None:
    words = ("sources", "import", "hdtf", "--from", folder, "--out", tmp_path / "list.yaml", "--json")
    first, again = bgrsr(*words), bgrsr(*words)
    assert first.stdout == again.stdout
    assert {key: json.loads(first.stdout)[key] for key in ("videos", "sections", "left_out")} == {
        "videos": 2, "sections": 2, "left_out": 1,
    }  # fmt: skip
    (tmp_path / "list.yaml").write_text("mine")
    ended = bgrsr(*words)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "is there already, and says other things" in ended.stderr
    assert (tmp_path / "list.yaml").read_text() == "mine"


def test_an_unknown_list_a_missing_file_and_a_dead_mirror_are_one_line_each(tmp_path: Path) -> None:
    cases = [
        (("hdft",), 2, "'hdft' is no public list that bgrsr knows; did you mean 'hdtf'?"),
        (("hdtf", "--from", tmp_path), 2, "RD_video_url.txt: cannot be read"),
        (("hdtf",), 3, "cannot be downloaded"),
    ]
    for words, code, says in cases:
        env = calm() | {"BGRSR_LIST_URL": "http://127.0.0.1:9", "no_proxy": "127.0.0.1"}
        ended = bgrsr("sources", "import", *words, "-w", tmp_path / "w", env=env)
        assert (ended.returncode, ended.stdout, len(ended.stderr.splitlines())) == (code, "", 1), ended.stderr
        assert says in ended.stderr
    assert not (tmp_path / "w").exists()


def test_sources_are_listed_with_what_came_of_them(finished: Path, workspace: Path, tmp_path: Path) -> None:
    text = bgrsr("sources", "list", "-w", finished).stdout
    assert text.splitlines()[0].split() == ["name", "role", "licence", "sections", "clips", "state"]
    rows = {row["name"]: row for row in json.loads(bgrsr("sources", "list", "-w", finished, "--json").stdout)}
    assert (rows["coco"]["clips"], rows["coco"]["state"], rows["coco"]["role"]) == (3, "fetched", "coco")
    (clip,) = (workspace / "clips" / rows["astronaut-green"]["id"]).glob("*.mp4")
    clip.unlink()
    rows = {row["name"]: row for row in json.loads(bgrsr("sources", "list", "-w", workspace, "--json").stdout)}
    assert (rows["astronaut-green"]["state"], rows["coco"]["state"]) == ("stale", "fetched")


def test_a_refused_source_is_listed_with_the_reason(tmp_path: Path, make_clip) -> None:
    clip = make_clip("talk.mp4", "-f", "lavfi", "-i", "testsrc2=size=64x48:rate=25", "-t", "1", "-pix_fmt", "yuv420p")
    at = ("-w", tmp_path / "w")
    assert bgrsr("init", tmp_path / "w").returncode == 0
    assert bgrsr("fetch", clip, "--role", "greenscreen", "--licence", "cc-by", *at).returncode == 0
    (row,) = json.loads(bgrsr("sources", "list", *at, "--json").stdout)
    assert row["state"] == "rejected: licence"


def test_every_mistake_of_a_list_is_told_with_its_line(tmp_path: Path) -> None:
    entries = [
        {"name": "a", "role": "talker", "url": "https://example.org/a", "licence": "CC0-1.0", "creator": "me"},
        {"name": "b", "role": "background", "url": "https://example.org/b", "creator": "me"},
    ]
    path = tmp_path / "list.yaml"
    path.write_text(yaml.safe_dump({"sources": entries}, sort_keys=False))
    ended = bgrsr("sources", "check", path)
    assert ended.returncode == 2
    assert [line.split(": ")[0] for line in ended.stdout.splitlines()] == [f"{path}, line 3", f"{path}, line 7"]
    assert ended.stderr == f"bgrsr: {path}: 2 mistakes\n"
    told = json.loads(bgrsr("sources", "check", path, "--json").stdout)
    assert [mistake["line"] for mistake in told["mistakes"]] == [3, 7]
