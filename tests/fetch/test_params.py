"""Options of a source file reach yt-dlp, and the network through it; nothing of the person's is written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yt_dlp
from fetch.server import FaultServer

from bgrsr_data.errors import FetchError, InputError
from bgrsr_data.fetch.client import Client, Manner
from bgrsr_data.fetch.options import FORMAT
from bgrsr_data.fetch.params import is_guest, paces_itself, to_params
from bgrsr_data.fetch.retrying import Retries
from bgrsr_data.fetch.sources import read_sources
from bgrsr_data.fetch.ytdlp import Fetched, fetch_url

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")  # yt-dlp leaves its sockets to the collector
COOKIES = "# Netscape HTTP Cookie File\n127.0.0.1\tFALSE\t/\tFALSE\t0\tsession\tof-a-person\n"


def fetch(url: str, folder: Path, options: dict[str, Any]) -> Fetched:
    return fetch_url(url, folder, file_format=FORMAT, options=options, manner=Manner(retries=Retries().scaled(0)))


def params_of(options: dict[str, Any], folder: Path) -> dict[str, Any]:
    """What yt-dlp itself says that it was given."""
    with Client(folder, {"format": FORMAT, **options}, Manner(), None)._ydl("x") as ydl:
        return dict(ydl.params)


def test_cookies_reach_the_server_and_their_file_is_not_written(server: FaultServer, tmp_path: Path) -> None:
    cookies = tmp_path / "cookies.txt"
    cookies.write_text(COOKIES)
    before = (cookies.read_bytes(), cookies.stat().st_mtime_ns)
    with pytest.raises(FetchError, match="needs-cookies"):
        fetch(server.url("cookie/a.mp4"), tmp_path / "without", {})
    for path in ("cookie/a.mp4", "cookie/photo.png"):
        (clip,) = fetch(server.url(path), tmp_path / "with", {"cookiefile": str(cookies)}).clips
        assert "of-a-person" not in (tmp_path / "with" / f"{clip.file}.origin.json").read_text()
    assert (cookies.read_bytes(), cookies.stat().st_mtime_ns) == before


def test_a_proxy_is_gone_through(server: FaultServer, tmp_path: Path) -> None:
    with pytest.raises(FetchError, match="network"):
        fetch("http://footage.invalid/ok/a.mp4", tmp_path, {"retries": 0})
    (clip,) = fetch("http://footage.invalid/ok/a.mp4", tmp_path, {"proxy": server.url("")}).clips
    assert clip.frames == 50
    assert any(path.startswith("http://footage.invalid/") for path in server.asked)


def test_what_is_written_in_a_source_list_is_what_yt_dlp_is_given(tmp_path: Path) -> None:
    (tmp_path / "cookies.txt").write_text(COOKIES)
    (tmp_path / "sources.yaml").write_text(
        """sources:
- name: talk
  role: talking-head
  url: https://www.youtube.com/watch?v=x
  licence: unknown
  creator: unknown
  yt_dlp:
    cookiefile: cookies.txt
    proxy: socks5://127.0.0.1:1080
    sleep_interval: 10
    max_sleep_interval: 20
    sleep_interval_requests: 2
    extractor_args:
      YouTube: {po_token: [web.gvs+AAA, mweb.gvs+BBB], player_client: mweb}
    http_headers: {Referer: "https://example.org/"}
"""
    )
    (source,) = read_sources(tmp_path / "sources.yaml")
    given = params_of(source.yt_dlp, tmp_path)
    assert given["cookiefile"].getvalue().splitlines()[-1].endswith("of-a-person")
    assert (given["proxy"], given["sleep_interval"], given["max_sleep_interval"]) == ("socks5://127.0.0.1:1080", 10, 20)
    assert given["sleep_interval_requests"] == 2
    assert given["http_headers"]["Referer"] == "https://example.org/"
    with yt_dlp.YoutubeDL({**given, "cookiefile": None}) as ydl:
        youtube = ydl.get_info_extractor("Youtube")
        assert youtube._configuration_arg("po_token", casesense=True) == ["web.gvs+AAA", "mweb.gvs+BBB"]
        assert youtube._configuration_arg("player_client") == ["mweb"]
        assert "deno" in ydl._js_runtimes or "node" in ydl._js_runtimes
        assert all(runtime.info.supported for runtime in ydl._js_runtimes.values())


def test_a_browser_and_a_target_are_understood_as_text() -> None:
    params = to_params({"cookiesfrombrowser": "firefox", "impersonate": "Chrome-131"})
    assert params["cookiesfrombrowser"] == ("firefox",)
    assert (params["impersonate"].client, params["impersonate"].version) == ("chrome", "131")
    assert to_params({"cookiesfrombrowser": ["chrome", "Profile 1"]})["cookiesfrombrowser"] == ("chrome", "Profile 1")


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"cookiefile": "/nowhere/cookies.txt"}, "cookiefile /nowhere/cookies.txt cannot be read"),
        ({"extractor_args": "youtube:player_client=mweb"}, "extractor_args must be sites with keys"),
        ({"impersonate": "a:b:c:d"}, "impersonate 'a:b:c:d' is no browser"),
    ],
)
def test_a_wrong_option_is_told_before_anything_is_asked(
    server: FaultServer, tmp_path: Path, options: dict[str, Any], told: str
) -> None:
    with pytest.raises(InputError, match=told):
        fetch(server.url("ok/a.mp4"), tmp_path, options)
    assert not server.asked


@pytest.mark.parametrize(
    ("options", "guest", "itself"),
    [({}, True, False), ({"cookiefile": "c"}, False, False), ({"cookiesfrombrowser": "firefox"}, False, False),
     ({"sleep_interval": 5}, True, True), ({"sleep_interval": 0}, True, False)],
)  # fmt: skip
def test_who_has_an_account_or_sleeps_already_is_known(options: dict[str, Any], guest: bool, itself: bool) -> None:
    assert (is_guest(options), paces_itself(options)) == (guest, itself)
