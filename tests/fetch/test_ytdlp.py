"""yt-dlp really downloading, from a server on this machine that is sometimes a bad one."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from fetch.server import FaultServer

from bgrsr_data.errors import FetchError
from bgrsr_data.fetch.client import Manner
from bgrsr_data.fetch.options import FORMAT
from bgrsr_data.fetch.pace import Pace
from bgrsr_data.fetch.retrying import Retries
from bgrsr_data.fetch.ytdlp import Fetched, fetch_url

# yt-dlp leaves its sockets to the garbage collector
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")


AT_ONCE = Retries().scaled(0)


def fetch(url: str, folder: Path, **more: Any) -> Fetched:
    return fetch_url(url, folder, **{"file_format": FORMAT, "manner": Manner(retries=AT_ONCE), **more})


def media_in(folder: Path) -> list[str]:
    """What could be mistaken for footage: every visible file that is no note beside one."""
    return sorted(file.name for file in folder.glob("*") if file.is_file() and file.suffix not in (".json",))


def test_a_direct_file_is_fetched_whole_and_described(server: FaultServer, site: Path, tmp_path: Path) -> None:
    (clip,) = fetch(server.url("ok/a.mp4"), tmp_path).clips
    assert (clip.width, clip.height, clip.frames, clip.duration, clip.codec) == (160, 120, 50, Fraction(2), "h264")
    assert (tmp_path / clip.file).read_bytes() == (site / "a.mp4").read_bytes()
    assert clip.origin["extractor"] == "generic"
    assert clip.url == server.url("ok/a.mp4")
    assert media_in(tmp_path) == [clip.file]


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("status-404/a.mp4", "gone"),
        ("status-410/a.mp4", "gone"),
        ("status-401/a.mp4", "needs-cookies"),
        ("status-403/a.mp4", "needs-cookies"),
        ("status-451/a.mp4", "geo-blocked"),
        ("status-429/a.mp4", "rate-limited"),
        ("status-500/a.mp4", "network"),
        ("half/a.mp4", "truncated"),
        ("page/a.mp4", "not-a-video"),
        ("disguised/a.mp4", "not-a-video"),
        ("lost/hls/index.m3u8", "truncated"),
        ("status-404/photo.png", "gone"),
        ("disguised/photo.png", "not-a-video"),
        ("half/photo.png", "truncated"),
    ],
)
def test_a_fault_is_told_in_one_line_and_leaves_nothing_that_counts(
    server: FaultServer, tmp_path: Path, path: str, reason: str
) -> None:
    with pytest.raises(FetchError) as caught:
        fetch(server.url(path), tmp_path)
    assert caught.value.reason == reason, str(caught.value)
    assert "\n" not in str(caught.value)
    assert str(caught.value).startswith(server.url(path))
    assert media_in(tmp_path) == []
    assert not list(tmp_path.glob("*.json"))


@pytest.mark.parametrize(
    "path",
    ["no-range/a.mp4", "twice-500/a.mp4", "twice-429/a.mp4", "cut-once/a.mp4", "cut/a.mp4", "twice-500/photo.png"],
)
def test_a_fault_that_passes_ends_with_the_same_bytes(
    server: FaultServer, site: Path, tmp_path: Path, path: str
) -> None:
    (clip,) = fetch(server.url(path), tmp_path).clips
    assert (tmp_path / clip.file).read_bytes() == (site / Path(path).name).read_bytes()


def test_a_cut_download_is_taken_up_where_it_stopped(server: FaultServer, site: Path, tmp_path: Path) -> None:
    fetch(server.url("cut-once/a.mp4"), tmp_path)
    assert len(server.ranges) == 1, server.ranges
    assert int(server.ranges[0].removeprefix("bytes=").rstrip("-")) > 4096


@pytest.mark.parametrize("path", ["ok/hls/index.m3u8", "ok/dash/index.mpd"])
def test_a_stream_in_parts_is_fetched_whole(server: FaultServer, tmp_path: Path, path: str) -> None:
    (clip,) = fetch(server.url(path), tmp_path).clips
    assert (clip.width, clip.height, clip.frames, clip.codec) == (160, 120, 50, "h264")


def test_a_part_of_a_stream_that_is_missing_once_is_asked_for_again(server: FaultServer, tmp_path: Path) -> None:
    (clip,) = fetch(server.url("twice-500/hls/index.m3u8"), tmp_path, options={"fragment_retries": 0}).clips
    assert clip.frames == 50


def test_a_garbage_part_is_dropped_and_the_file_fetched_from_zero(
    server: FaultServer, site: Path, tmp_path: Path
) -> None:
    url = server.url("ok/a.mp4")
    (clip,) = fetch(url, tmp_path / "once").clips
    parts = tmp_path / "again" / ".parts"
    parts.mkdir(parents=True)
    (parts / f"{clip.file}.part").write_bytes(b"\x00garbage" * 200)
    (again,) = fetch(url, tmp_path / "again").clips
    assert "bytes=1600-" in server.ranges
    assert again == clip
    assert (tmp_path / "again" / clip.file).read_bytes() == (site / "a.mp4").read_bytes()
    assert not parts.exists()


def test_an_image_is_fetched_as_a_still(server: FaultServer, tmp_path: Path) -> None:
    (clip,) = fetch(server.url("ok/photo.png"), tmp_path).clips
    assert (clip.media, clip.width, clip.height, clip.frames, clip.duration) == ("still", 160, 120, 1, 0)


@pytest.mark.parametrize(
    ("path", "suffix", "media"),
    [
        ("ok/nameless-png", ".png", "still"),
        ("ok/nameless-mp4", ".mp4", "video"),
        ("ok/photo.png?size=large", ".png", "still"),
    ],
)
def test_what_has_no_name_that_tells_is_known_by_its_first_bytes(
    server: FaultServer, site: Path, tmp_path: Path, path: str, suffix: str, media: str
) -> None:
    (clip,) = fetch(server.url(path), tmp_path).clips
    assert (Path(clip.file).suffix, clip.media) == (suffix, media)
    assert (tmp_path / clip.file).read_bytes() == (site / ("photo.png" if suffix == ".png" else "a.mp4")).read_bytes()


def test_a_pause_that_the_server_asks_for_is_kept(server: FaultServer, tmp_path: Path) -> None:
    for path in ("later-7/a.mp4", "later-7/photo.png"):
        waited: list[float] = []
        (clip,) = fetch(server.url(path), tmp_path, manner=Manner(retries=replace(AT_ONCE, sleep=waited.append))).clips
        assert waited == [7.0], path
        assert clip.width == 160


def test_all_workers_leave_a_site_alone_that_asks_for_a_pause(server: FaultServer, tmp_path: Path) -> None:
    waited: list[float] = []
    pace = Pace(tmp_path / "pace", clock=lambda: 1e9, sleep=waited.append)
    fetch(
        server.url("later-7/a.mp4"), tmp_path, manner=Manner(pace=pace, retries=replace(AT_ONCE, sleep=lambda _: None))
    )
    assert waited == [7.0]  # the clock stands still: the site is still taken when it is asked again
    waited.clear()
    other = Pace(tmp_path / "pace", clock=lambda: 1e9 + 3, sleep=waited.append)
    fetch(server.url("ok/b.mp4"), tmp_path, manner=Manner(pace=other))
    assert waited == [4.0]


def test_a_site_that_wants_to_be_left_alone_for_long_is_waited_for_by_nobody(
    server: FaultServer, tmp_path: Path
) -> None:
    patient = Manner(pace=Pace(tmp_path / "pace"), retries=Retries(sleep=lambda _: pytest.fail("it waited")))
    for path in ("later-3600/a.mp4", "ok/b.mp4"):
        with pytest.raises(FetchError, match="rate-limited"):
            fetch(server.url(path), tmp_path, manner=patient)
    assert server.asked == {"/later-3600/a.mp4": 1}


def test_a_dead_entry_of_a_playlist_costs_only_itself(server: FaultServer, tmp_path: Path) -> None:
    fetched = fetch(server.url("feed?ok/a.mp4&status-404/x.mp4&ok/b.mp4"), tmp_path)
    assert [clip.url for clip in fetched.clips] == [server.url("ok/a.mp4"), server.url("ok/b.mp4")]
    assert [(dead.entry, dead.reason) for dead in fetched.dead] == [(server.url("status-404/x.mp4"), "gone")]


def test_a_playlist_of_dead_entries_fails(server: FaultServer, tmp_path: Path) -> None:
    with pytest.raises(FetchError, match="none of 2 entries"):
        fetch(server.url("feed?status-404/x.mp4&status-404/y.mp4"), tmp_path)


def test_an_empty_playlist_fails(server: FaultServer, tmp_path: Path) -> None:
    with pytest.raises(FetchError) as caught:
        fetch(server.url("feed?"), tmp_path)
    assert caught.value.reason in ("not-a-video", "gone")


def test_at_most_max_samples_entries_are_fetched(server: FaultServer, tmp_path: Path) -> None:
    fetched = fetch(server.url("feed?ok/a.mp4&ok/b.mp4"), tmp_path, max_samples=1)
    assert len(fetched.clips) == 1
    assert "/ok/b.mp4" not in server.asked


@pytest.mark.parametrize("path", ["ok/a.mp4", "ok/photo.png", "feed?ok/a.mp4&status-404/x.mp4"])
def test_what_is_whole_is_not_asked_for_again(server: FaultServer, tmp_path: Path, path: str) -> None:
    first = fetch(server.url(path), tmp_path)
    server.asked.clear()
    assert fetch(server.url(path), tmp_path) == first
    assert not server.asked


def test_a_file_that_was_damaged_later_is_fetched_again(server: FaultServer, site: Path, tmp_path: Path) -> None:
    (clip,) = fetch(server.url("ok/a.mp4"), tmp_path).clips
    (tmp_path / clip.file).write_bytes(b"damaged")
    assert fetch(server.url("ok/a.mp4"), tmp_path).clips == [clip]
    assert (tmp_path / clip.file).read_bytes() == (site / "a.mp4").read_bytes()


def test_no_server_at_all_is_network(server: FaultServer, tmp_path: Path) -> None:
    with pytest.raises(FetchError) as caught:
        fetch("http://127.0.0.1:9/a.mp4", tmp_path)
    assert caught.value.reason == "network"


def test_a_format_that_does_not_exist_is_no_format(server: FaultServer, tmp_path: Path) -> None:
    with pytest.raises(FetchError) as caught:
        fetch(server.url("ok/a.mp4"), tmp_path, options={"format": "bv[height>=4000]"})
    assert caught.value.reason == "no-format"


def test_progress_is_told_in_bytes(server: FaultServer, site: Path, tmp_path: Path) -> None:
    told: list[tuple[str, int, int | None]] = []
    fetch(server.url("ok/a.mp4"), tmp_path, manner=Manner(tell=lambda *one: told.append(one)))
    size = (site / "a.mp4").stat().st_size
    assert told[-1][1:] == (size, size)
