"""What a site tells of its videos, and one video that is asked for in many ways; through real yt-dlp."""

from __future__ import annotations

import gc
import json
import shutil
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import yt_dlp.globals
from fetch.local_site import known_extractors, put_json, put_video
from fetch.server import FaultServer

from bgrsr_data.engines.result import Result, attempt
from bgrsr_data.errors import DiskFullError, FetchError, Rejection
from bgrsr_data.fetch.client import Manner
from bgrsr_data.fetch.options import FORMAT, FetchOptions
from bgrsr_data.fetch.provenance import Licences
from bgrsr_data.fetch.retrying import Retries
from bgrsr_data.fetch.step import Fetch
from bgrsr_data.fetch.ytdlp import Fetched, fetch_url
from bgrsr_data.records import Clip, RejectionRow, Source
from bgrsr_data.stage import Item

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")  # yt-dlp leaves its sockets to the collector
AT_ONCE = Retries().scaled(0)
YOUTUBES = "Creative Commons Attribution license (reuse allowed)"


@pytest.fixture
def tube(site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FaultServer]:
    """A video site of our own; its folder holds a.mp4 and b.mp4, and what `put_video` tells of them."""
    folder = tmp_path / "tube"
    folder.mkdir()
    for name in ("a.mp4", "b.mp4", "photo.png"):
        shutil.copy(site / name, folder)
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setattr(yt_dlp.globals.extractors, "value", known_extractors())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        with FaultServer(folder) as running:
            yield running
        gc.collect()


def fetch(url: str, folder: Path, *, clips: Path | None = None, **more: Any) -> Fetched:
    return fetch_url(url, folder, **{"file_format": FORMAT, "manner": Manner(clips=clips, retries=AT_ONCE), **more})


def run(source: Source, root: Path, **options: Any) -> Result:
    return attempt(Fetch(FetchOptions(patience=0, **options)), Item(source.id, (), source), root)


def clips(result: Result) -> list[Clip]:
    return [row for row in result.records if isinstance(row, Clip)]


def test_a_clip_says_who_made_it_where_and_under_what_licence(
    tube: FaultServer, tmp_path: Path, make_source: Callable[..., Source]
) -> None:
    put_video(tube.folder, "v1", uploader="Ada", channel="Ada speaks", license=YOUTUBES, upload_date="20240229")
    source = make_source(
        url=tube.url("ok/short/v1?t=6s"), licence="unknown", creator="unknown", sections=["00:00-00:01"]
    )
    (clip,) = clips(run(source, tmp_path))
    assert (clip.title, clip.creator, clip.channel) == ("The v1", "Ada", "Ada speaks")
    assert (clip.licence, clip.published, clip.url) == ("CC-BY", "2024-02-29", tube.url("ok/watch/v1"))
    assert clip.attribution == f'"The v1" by Ada, {tube.url("ok/watch/v1")}, licence: CC-BY'
    assert clip.sections == ["00:00-00:01"]


def test_a_name_and_password_in_an_address_are_not_told_on(tube: FaultServer, tmp_path: Path) -> None:
    put_video(tube.folder, "v1")
    address = tube.url("ok/a.mp4").replace("://", "://ada:PASSWORD@")
    (clip,) = fetch(address, tmp_path / "here").clips
    assert clip.url == tube.url("ok/a.mp4")
    assert not [file for file in (tmp_path / "here").iterdir() if b"PASSWORD" in file.read_bytes()]


def test_what_a_person_stated_counts_and_what_the_site_says_is_kept_beside(
    tube: FaultServer, tmp_path: Path, make_source: Callable[..., Source]
) -> None:
    put_video(tube.folder, "v1", uploader="Ada", license=YOUTUBES)
    source = make_source(url=tube.url("ok/watch/v1"), licence="CC-BY-SA-4.0", creator="B. Person", attribution="By B.")
    (clip,) = clips(run(source, tmp_path))
    assert (clip.licence, clip.creator, clip.attribution) == ("CC-BY-SA-4.0", "B. Person", "By B.")
    kept = json.loads((tmp_path / f"{clip.path}.info.json").read_text())
    assert (kept["licence"], kept["creator"], kept["origin"]["license"]) == ("CC-BY", "Ada", YOUTUBES)


def test_all_that_yt_dlp_learned_is_kept_without_secrets(tube: FaultServer, tmp_path: Path) -> None:
    signed = {"format_id": "f1", "url": "/ok/a.mp4?signature=SECRET", "http_headers": {"Authorization": "SECRET"}}
    put_video(
        tube.folder, "v1", formats=[{**signed, "cookies": "SECRET"}], description="About hands", view_count=7,
        thumbnail=tube.url("ok/photo.png?signature=SECRET"), subtitles={"en": [{"url": "http://x/?SECRET"}]},
    )  # fmt: skip
    (clip,) = fetch(tube.url("ok/watch/v1"), tmp_path / "here").clips
    text = (tmp_path / "here" / f"{clip.file}.origin.json").read_text()
    assert "SECRET" not in text
    told = json.loads(text)
    assert (told["description"], told["view_count"], told["extractor"], told["id"]) == ("About hands", 7, "local", "v1")
    assert "SECRET" not in (tmp_path / "here" / f"{clip.file}.info.json").read_text()


def test_a_licence_that_is_not_accepted_is_refused_before_a_byte_is_downloaded(
    tube: FaultServer, tmp_path: Path
) -> None:
    for name, licence in (("free", YOUTUBES), ("closed", "by-nc-nd"), ("silent", None)):
        put_video(tube.folder, name, "b.mp4" if name == "free" else "a.mp4", license=licence)
    put_json(tube.folder, "all", ["/ok/watch/closed", "/ok/watch/free", "/ok/watch/silent"])
    wanted = Licences("unknown", ("cc-by", "cc0"))
    fetched = fetch(tube.url("ok/list/all"), tmp_path / "here", licences=wanted)
    assert [clip.origin["id"] for clip in fetched.clips] == ["free"]
    assert {dead.entry[-6:]: (dead.reason, dead.detail) for dead in fetched.dead} == {
        "closed": ("licence", "its licence is CC-BY-NC-ND; accepted are: cc-by, cc0"),
        "silent": ("licence", "nobody tells its licence; accepted are: cc-by, cc0"),
    }
    assert "/ok/a.mp4" not in tube.asked
    with pytest.raises(Rejection, match="CC-BY-NC-ND"):
        fetch(tube.url("ok/watch/closed"), tmp_path / "there", licences=wanted)
    looser = Licences("unknown", ("cc-by", "cc-by-nc-nd"))
    assert len(fetch(tube.url("ok/list/all"), tmp_path / "here", licences=looser).clips) == 2
    with pytest.raises(Rejection):  # also what is there already
        fetch(tube.url("ok/watch/closed"), tmp_path / "here", licences=wanted)


def test_a_source_that_states_another_licence_is_rejected(
    tube: FaultServer, site: Path, tmp_path: Path, make_source: Callable[..., Source]
) -> None:
    put_video(tube.folder, "v1", license=YOUTUBES)
    for place in ({"url": tube.url("ok/watch/v1")}, {"path": str(site / "a.mp4")}):
        tube.asked.clear()
        refused = run(make_source(licence="All rights reserved", **place), tmp_path, licence="cc-by, cc0")
        assert (refused.status, [row.reason for row in refused.records]) == ("rejected", ["licence"])  # type: ignore[attr-defined]
        assert not list(tmp_path.glob("clips/*/*.mp4"))
        assert not tube.asked
        assert run(make_source(licence="CC-BY-4.0", **place), tmp_path / "wanted", licence=("cc-by",)).status == "done"


def test_one_video_under_many_addresses_and_sources_is_downloaded_once(tube: FaultServer, tmp_path: Path) -> None:
    put_video(tube.folder, "v1", uploader="Ada")
    put_json(tube.folder, "twice", ["/ok/watch/v1", "/ok/short/v1"])
    (first,) = fetch(tube.url("ok/short/v1"), tmp_path / "clips" / "one", clips=tmp_path / "clips").clips
    downloads = tube.asked["/ok/a.mp4"]
    (second,) = fetch(tube.url("ok/list/twice"), tmp_path / "clips" / "two", clips=tmp_path / "clips").clips
    assert fetch(tube.url("ok/list/twice"), tmp_path / "clips" / "two", clips=tmp_path / "clips").clips == [second]
    assert tube.asked["/ok/a.mp4"] == downloads
    assert (second.file, second.sha256, second.frames, second.creator) == (first.file, first.sha256, 50, "Ada")
    files = [tmp_path / "clips" / folder / first.file for folder in ("one", "two")]
    assert files[0].samefile(files[1])
    files[0].unlink()
    assert files[1].stat().st_size > 0


def test_two_workers_who_ask_for_one_video_at_once_download_it_once(server: FaultServer, tmp_path: Path) -> None:
    with ThreadPoolExecutor(2) as workers:
        folders = [tmp_path / "clips" / name for name in ("one", "two")]
        each = workers.map(lambda folder: fetch(server.url("slow/a.mp4"), folder, clips=tmp_path / "clips"), folders)
        one, two = (fetched.clips[0] for fetched in each)
    assert (folders[0] / one.file).samefile(folders[1] / two.file)
    assert server.asked["/slow/a.mp4"] == 3  # both asked what it is, one for the file
    assert not list((tmp_path / "clips").glob("*/*.lock"))


def test_another_format_of_a_video_is_another_file(tube: FaultServer, tmp_path: Path) -> None:
    sizes = [
        {"format_id": "f1", "url": "/ok/a.mp4", "height": 120},
        {"format_id": "f2", "url": "/ok/b.mp4", "height": 60},
    ]
    put_video(tube.folder, "v1", formats=sizes)
    fetched = [
        fetch(tube.url("ok/watch/v1"), tmp_path / "clips" / name, clips=tmp_path / "clips", file_format=chosen)
        for name, chosen in (("one", "b[height=120]"), ("two", "b[height=60]"), ("three", "f1"))
    ]
    (one,), (two,), (three,) = (each.clips for each in fetched)
    assert one.file != two.file
    assert (one.file, one.sha256) == (three.file, three.sha256)


def test_a_damaged_file_of_another_source_is_not_taken_over(tube: FaultServer, tmp_path: Path, site: Path) -> None:
    put_video(tube.folder, "v1")
    (first,) = fetch(tube.url("ok/watch/v1"), tmp_path / "clips" / "one", clips=tmp_path / "clips").clips
    (tmp_path / "clips" / "one" / first.file).write_bytes(b"damaged")
    (second,) = fetch(tube.url("ok/watch/v1"), tmp_path / "clips" / "two", clips=tmp_path / "clips").clips
    assert (tmp_path / "clips" / "two" / second.file).read_bytes() == (site / "a.mp4").read_bytes()


def test_other_sections_of_a_video_are_not_downloaded_again(
    tube: FaultServer, tmp_path: Path, make_source: Callable[..., Source]
) -> None:
    put_video(tube.folder, "v1")
    first = run(make_source(url=tube.url("ok/watch/v1"), sections=["00:00-00:01"]), tmp_path)
    tube.asked.clear()
    again = run(make_source(url=tube.url("ok/watch/v1"), sections=["00:01-00:02", "0.5-0.9"]), tmp_path)
    assert not tube.asked
    assert clips(again)[0].sections == ["00:01-00:02", "0.5-0.9"]
    assert clips(again)[0].model_copy(update={"sections": ["00:00-00:01"]}) == clips(first)[0]


def test_lists_in_lists_come_in_their_order_and_max_samples_counts_through_them(
    tube: FaultServer, tmp_path: Path
) -> None:
    for name, file in (("v1", "a.mp4"), ("v2", "b.mp4"), ("v3", "a.mp4")):
        put_video(tube.folder, name, file)
    put_json(tube.folder, "videos", ["/ok/watch/v2", "/status-404/watch/lost"])
    put_json(tube.folder, "channel", ["/ok/watch/v1", "/ok/list/videos", "/ok/watch/v3"])
    whole = fetch(tube.url("ok/list/channel"), tmp_path / "all")
    assert [clip.origin["id"] for clip in whole.clips] == ["v1", "v2", "v3"]
    assert [dead.reason for dead in whole.dead] == ["gone"]
    some = fetch(tube.url("ok/list/channel"), tmp_path / "some", max_samples=2)
    assert [clip.origin["id"] for clip in some.clips] == ["v1", "v2"]
    tube.asked.clear()
    assert fetch(tube.url("ok/list/channel"), tmp_path / "some", max_samples=2) == some
    assert not tube.asked


def test_an_entry_that_its_list_calls_live_or_for_members_is_not_asked_for(tube: FaultServer, tmp_path: Path) -> None:
    put_video(tube.folder, "v1")
    told = [{"availability": "subscriber_only"}, {"live_status": "is_upcoming"}, {"live_status": "was_live"}]
    put_json(tube.folder, "all", [{"url": f"/ok/watch/{name}", **one} for name, one in zip("xyv", told, strict=True)])
    put_video(tube.folder, "v")
    fetched = fetch(tube.url("ok/list/all"), tmp_path / "here")
    assert [dead.reason for dead in fetched.dead] == ["private", "live"]
    assert [clip.title for clip in fetched.clips] == ["The v"]
    assert not tube.asked.keys() & {"/ok/x.json", "/ok/y.json"}


def test_a_search_is_a_list(tube: FaultServer, tmp_path: Path) -> None:
    for name in ("v1", "v2", "v3"):
        put_video(tube.folder, name)
    put_json(tube.folder, "results", ["/ok/watch/v3", "/ok/watch/v1", "/ok/watch/v2"])
    fetched = fetch(f"localsearch2:{tube.url('')[7:-1]}", tmp_path)
    assert [clip.origin["id"] for clip in fetched.clips] == ["v3", "v1"]


def test_after_too_many_requests_the_rest_of_a_list_waits_for_the_next_run(
    tube: FaultServer, tmp_path: Path, make_source: Callable[..., Source]
) -> None:
    for name, file in (("v1", "a.mp4"), ("v2", "b.mp4"), ("v3", "photo.png")):
        put_video(tube.folder, name, file)
    put_json(tube.folder, "all", ["/ok/watch/v1", "/status-429/watch/v2", "/ok/watch/v3"])
    result = run(make_source(url=tube.url("ok/list/all")), tmp_path)
    assert result.status == "done"
    assert [clip.title for clip in clips(result)] == ["The v1"]
    rejected = [row for row in result.records if isinstance(row, RejectionRow)]
    assert [row.reason for row in rejected] == ["rate-limited", "rate-limited"]
    assert "not asked for" in rejected[1].detail
    assert "/ok/v3.json" not in tube.asked


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ({"says": "Private video. Sign in if you've been granted access to this video"}, "private"),
        ({"says": "The uploader has not made this video available in your country"}, "geo-blocked"),
        ({"says": "Sign in to confirm you’re not a bot. Use --cookies"}, "needs-cookies"),
        ({"says": "This content isn't available, try again later. The current session has been rate-limited by YouTube "
                  "for up to an hour."}, "rate-limited"),
        ({"live_status": "is_live"}, "live"),
        ({"live_status": "is_upcoming"}, "live"),
        ({"formats": []}, "no-format"),
        ({"formats": [{"format_id": "f1", "url": "/ok/a.mp4", "has_drm": True}]}, "no-format"),
    ],
)  # fmt: skip
def test_what_a_site_says_is_asked_for_once(
    tube: FaultServer, tmp_path: Path, told: dict[str, Any], reason: str
) -> None:
    put_video(tube.folder, "v1", **told)
    with pytest.raises(FetchError) as caught:
        fetch(tube.url("ok/watch/v1"), tmp_path)
    assert caught.value.reason == reason, str(caught.value)
    assert tube.asked["/ok/v1.json"] == 1
    assert not list(tmp_path.glob("*.mp4"))


def test_room_is_asked_for_before_a_download_and_may_be_refused(tube: FaultServer, tmp_path: Path, site: Path) -> None:
    size = (site / "a.mp4").stat().st_size
    put_video(tube.folder, "told", formats=[{"format_id": "f1", "url": "/ok/a.mp4", "filesize": 12_345_678}])
    put_video(tube.folder, "silent")

    def refuse(wanted: int) -> None:
        asked.append(wanted)
        raise DiskFullError("no room")

    for url, wanted in ((tube.url("ok/watch/told"), 12_345_678), (tube.url("ok/photo.png"), None)):
        asked: list[int] = []
        with pytest.raises(DiskFullError):
            fetch(url, tmp_path / "here", manner=Manner(retries=AT_ONCE, room=refuse))
        assert asked == [wanted or (site / "photo.png").stat().st_size]
    asked = []
    with pytest.raises(DiskFullError):
        fetch(tube.url("ok/watch/silent"), tmp_path / "here", manner=Manner(retries=AT_ONCE, room=refuse))
    assert len(asked) == 1
    assert 0 < asked[0] <= size
    assert "/ok/a.mp4" in tube.asked
    assert not [file for file in (tmp_path / "here").iterdir() if file.is_file()]
