"""The step as the runner sees it: sources in, clips and rejections out, nothing done twice."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fetch.conftest import run_ffmpeg
from fetch.server import PAGE, FaultServer
from fetch.step_runs import AT_ONCE, put, run, run_stage_here

from bgrsr_data.engines.result import Result, attempt
from bgrsr_data.fetch.options import FetchOptions
from bgrsr_data.fetch.step import Fetch
from bgrsr_data.records import Clip, RejectionRow, Source, make_id
from bgrsr_data.runner import plan_stage, run_stage
from bgrsr_data.workspace import Workspace

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")  # yt-dlp leaves its sockets to the collector
Make = Callable[..., Source]


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    made = Workspace.create(tmp_path / "workspace")
    yield made
    made.close()


def clips(result: Result) -> list[Clip]:
    return [row for row in result.records if isinstance(row, Clip)]


def rejections(result: Result) -> dict[str, str]:
    return {row.reason: row.detail for row in result.records if isinstance(row, RejectionRow)}


def test_a_local_clip_becomes_a_row(workspace: Workspace, site: Path, make_source: Make) -> None:
    source = make_source(path=str(site / "a.mp4"), split="val")
    (item,) = put(workspace, source)
    (clip,) = clips(run(item, workspace.root))
    assert clip.id == make_id("clip", source.id, clip.sha256)
    assert clip.path == f"clips/{source.id}/a.mp4"
    assert (workspace.root / clip.path).read_bytes() == (site / "a.mp4").read_bytes()
    assert (clip.licence, clip.creator, clip.split, clip.role) == ("CC0-1.0", "nobody", "val", "talking-head")
    assert clip.person == make_id("person", source.id)


def test_sections_reach_the_clip_and_change_nothing_that_is_downloaded(
    workspace: Workspace, server: FaultServer, make_source: Make
) -> None:
    source = make_source(url=server.url("ok/a.mp4"), sections=["0-0.5"])
    (item,) = put(workspace, source)
    (whole,) = clips(run(item, workspace.root))
    assert (whole.sections, whole.frames) == (["0-0.5"], 50)
    asked = server.asked.copy()
    (item,) = put(workspace, source.model_copy(update={"sections": ["0-0.5", "1-2"]}))
    (again,) = clips(run(item, workspace.root))
    assert again == whole.model_copy(update={"sections": ["0-0.5", "1-2"]})
    assert server.asked == asked


def test_a_url_becomes_a_row_and_is_not_asked_for_again_when_rows_are_lost_or_the_licence_corrected(
    workspace: Workspace, server: FaultServer, make_source: Make
) -> None:
    (item,) = put(workspace, make_source(url=server.url("ok/a.mp4"), licence="unknown", person="p"))
    first = run(item, workspace.root)
    assert [clip.person for clip in clips(first)] == ["p"]
    server.asked.clear()
    assert run(item, workspace.root).records == first.records
    (corrected,) = put(workspace, make_source(url=server.url("ok/a.mp4"), licence="CC-BY-4.0", person="p"))
    assert Fetch().fingerprint(corrected) != Fetch().fingerprint(item)
    (clip,) = clips(run(corrected, workspace.root))
    assert (clip.id, clip.licence) == (clips(first)[0].id, "CC-BY-4.0")
    assert not server.asked


def test_each_unfit_file_of_a_folder_is_told_and_the_others_count(
    workspace: Workspace, site: Path, tmp_path: Path, make_source: Make
) -> None:
    folder = tmp_path / "footage"
    folder.mkdir()
    shutil.copy(site / "a.mp4", folder / "good.mp4")
    shutil.copy(site / "a.mp4", folder / "twin.mp4")
    shutil.copy(site / "photo.png", folder / "photo.png")
    (folder / "empty.mp4").touch()
    (folder / "page.mp4").write_bytes(PAGE)
    (folder / "cut.mp4").write_bytes((site / "a.mp4").read_bytes()[:9000])
    run_ffmpeg("-f", "lavfi", "-i", "sine=duration=1", folder / "song.mp4")
    before = {file: (file.read_bytes(), file.stat().st_mtime_ns) for file in folder.iterdir()}
    (item,) = put(workspace, make_source(path=str(folder)))
    result = run(item, workspace.root)
    assert result.status == "done"
    assert [Path(clip.path).name for clip in clips(result)] == ["good.mp4", "photo.png"]
    assert rejections(result).keys() == {"zero-byte", "not-a-video", "truncated", "audio-only", "duplicate"}
    assert {file: (file.read_bytes(), file.stat().st_mtime_ns) for file in folder.iterdir()} == before


@pytest.mark.parametrize("content", [b"", PAGE])
def test_a_single_unfit_file_is_a_rejected_item(
    workspace: Workspace, tmp_path: Path, make_source: Make, content: bytes
) -> None:
    (tmp_path / "bad.mp4").write_bytes(content)
    (item,) = put(workspace, make_source(path=str(tmp_path / "bad.mp4")))
    result = run(item, workspace.root)
    assert (result.status, clips(result)) == ("rejected", [])


def test_a_missing_or_empty_folder_fails_in_one_line(workspace: Workspace, tmp_path: Path, make_source: Make) -> None:
    (tmp_path / "empty").mkdir()
    items = put(
        workspace,
        make_source(id="source-1", path=str(tmp_path / "empty")),
        make_source(id="source-2", path=str(tmp_path / "none")),
    )
    empty, missing = (run(item, workspace.root) for item in items)
    assert (empty.status, empty.error) == ("failed", f"{tmp_path}/empty: no image or video in this folder")
    assert (missing.status, missing.error) == ("failed", f"{tmp_path}/none: does not exist")


def test_a_changed_file_makes_its_source_stale_and_a_foreign_one_does_not(
    workspace: Workspace, site: Path, tmp_path: Path, make_source: Make
) -> None:
    folder = tmp_path / "footage"
    folder.mkdir()
    shutil.copy(site / "a.mp4", folder)
    (item,) = put(workspace, make_source(path=str(folder)))
    (folder / "README.md").write_text("a note")
    assert next(iter(Fetch().items(workspace.ledger))).inputs == item.inputs
    shutil.copy(site / "b.mp4", folder)
    assert next(iter(Fetch().items(workspace.ledger))).inputs != item.inputs


def test_a_coco_source_gives_a_clip_for_each_image_with_a_person(
    workspace: Workspace, footage: Path, make_source: Make
) -> None:
    tiny = footage / "coco" / "tiny_coco"
    source = make_source(
        role="coco", path=str(tiny / "train2017"), annotations=str(tiny / "instances_train2017.json"), licence="unknown"
    )
    (item,) = put(workspace, source)
    result = run(item, workspace.root)
    assert len(clips(result)) == 17
    assert rejections(result) == {}
    assert {clip.licence for clip in clips(result)} == {
        "CC-BY-2.0",
        "CC-BY-NC-ND-2.0",
        "CC-BY-NC-SA-2.0",
        "CC-BY-ND-2.0",
    }
    assert {clip.creator for clip in clips(result)} == {"Flickr user"}
    assert all((workspace.root / str(clip.annotations)).is_file() for clip in clips(result))
    assert len({clip.person for clip in clips(result)}) == 17
    assert run(item, workspace.root).records == result.records


def test_a_playlist_entry_that_failed_for_a_passing_reason_is_asked_for_at_the_next_run(
    workspace: Workspace, server: FaultServer, make_source: Make
) -> None:
    feed = server.url("feed?ok/a.mp4&twice-500/b.mp4&status-404/x.mp4")
    put(workspace, make_source(url=feed, yt_dlp={"retries": 0, "extractor_retries": 0}))
    first = run_stage_here(workspace)
    assert first.records == {"clip": 2, "rejection": 1}  # our own retries outlast two failures
    assert plan_stage(Fetch(), workspace).pending == []
    put(workspace, make_source(id="source-1", url=server.url("feed?ok/b.mp4&half/a.mp4")))
    second = run_stage_here(workspace)
    assert second.reasons == {"truncated": 1}
    assert [item.id for item in plan_stage(Fetch(), workspace).pending] == ["source-1"]
    run_stage_here(workspace)
    assert plan_stage(Fetch(), workspace).pending == []  # twice the same failure: it rests


def test_what_is_left_of_a_playlist_is_what_a_retry_asks_for(
    workspace: Workspace, server: FaultServer, make_source: Make
) -> None:
    put(workspace, make_source(url=server.url("feed?ok/a.mp4&later-3600/b.mp4&ok/photo.png&status-404/x.mp4")))
    assert run_stage_here(workspace).reasons == {"rate-limited": 3}
    assert plan_stage(Fetch(AT_ONCE), workspace, only_failed=True).why == {"failed": 1}
    again = run_stage_here(workspace, only_failed=True)
    assert (again.records["clip"], again.reasons) == (3, {"gone": 1})
    assert plan_stage(Fetch(AT_ONCE), workspace, only_failed=True).pending == []  # what is gone is not asked for again
    assert workspace.ledger.count("clip") == 3


def test_a_site_that_wants_to_be_left_alone_is_asked_no_more_in_this_run_and_again_in_the_next(
    workspace: Workspace, server: FaultServer, make_source: Make
) -> None:
    put(
        workspace,
        make_source(id="source-1", url=server.url("later-3600/a.mp4")),
        make_source(id="source-2", url=server.url("ok/b.mp4")),
    )
    first = run_stage_here(workspace)
    assert (first.failed, sorted(first.errors)) == (2, ["source-1", "source-2"])
    assert all("rate-limited" in error for error in first.errors.values())
    assert server.asked == {"/later-3600/a.mp4": 1}
    assert run_stage_here(workspace, only_failed=True).done == 2


def test_how_long_it_may_take_makes_nothing_stale(workspace: Workspace, server: FaultServer, make_source: Make) -> None:
    put(workspace, make_source(url=server.url("ok/a.mp4")))
    run_stage_here(workspace)
    slower = Fetch(FetchOptions(patience=3, per_hour=20))
    assert plan_stage(slower, workspace).pending == []
    assert plan_stage(Fetch(FetchOptions(licence="cc0")), workspace).why == {"stale": 1}


def test_a_licence_that_is_refused_later_takes_the_rows_out_and_leaves_the_file(
    workspace: Workspace, server: FaultServer, make_source: Make
) -> None:
    put(workspace, make_source(url=server.url("ok/a.mp4"), licence="CC-BY-4.0"))
    run_stage_here(workspace)
    (clip,) = workspace.ledger.rows(Clip)
    server.asked.clear()
    assert run_stage(Fetch(FetchOptions(licence="cc0")), workspace).reasons == {"licence": 1}
    assert workspace.ledger.rows(Clip) == []
    assert (workspace.root / clip.path).is_file()
    run_stage_here(workspace)
    assert workspace.ledger.rows(Clip) == [clip]
    assert not server.asked


def test_bytes_are_told_while_they_come(
    workspace: Workspace, server: FaultServer, site: Path, make_source: Make
) -> None:
    (item,) = put(workspace, make_source(url=server.url("ok/a.mp4")))
    stage = Fetch(AT_ONCE)
    told: list[tuple[str, int, int | None]] = []
    stage.telling = lambda *one: told.append(one)
    attempt(stage, item, workspace.root)
    size = (site / "a.mp4").stat().st_size
    assert told[-1][1:] == (size, size)
