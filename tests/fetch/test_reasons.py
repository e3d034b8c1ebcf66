"""What yt-dlp says, in one of our words."""

from __future__ import annotations

import errno

import pytest
from yt_dlp.utils import DownloadError, ExtractorError, GeoRestrictedError, UnsupportedError

from bgrsr_data.errors import DiskFullError, FetchError, Rejection
from bgrsr_data.fetch.reasons import FETCH_REASONS, fetch_error, unfit_error


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("ERROR: [youtube] x: Private video. Sign in if you've been granted access to this video", "private"),
        ("ERROR: [youtube] x: Join this channel to get access to members-only content", "private"),
        ("ERROR: [youtube] x: The uploader has not made this video available in your country", "geo-blocked"),
        ("ERROR: [youtube] x: Sign in to confirm you're not a bot. Use --cookies-from-browser", "needs-cookies"),
        ("ERROR: [youtube] x: Sign in to confirm your age. This video may be inappropriate", "needs-cookies"),
        ("ERROR: [youtube] x: This content isn't available, try again later. Rate-limited by YouTube", "rate-limited"),
        ("ERROR: [youtube] x: Video unavailable. This video has been removed by the uploader", "gone"),
        ("ERROR: [youtube] x: Video unavailable", "gone"),
        ("ERROR: [vimeo] x: Unable to download webpage: HTTP Error 429: Too Many Requests", "rate-limited"),
        ("ERROR: [x] x: Requested format is not available. Use --list-formats", "no-format"),
        ("ERROR: [x] x: This video is DRM protected", "no-format"),
        ("ERROR: \r[download] Got error: 5000 bytes read, 5000 more expected. Giving up after 3 retries", "truncated"),
        ("ERROR: fragment 2 not found, unable to continue", "truncated"),
        ("ERROR: unable to download video data: HTTP Error 503: Service Unavailable", "network"),
        ("ERROR: unable to download: <urlopen error [Errno -3] Temporary failure in name resolution>", "network"),
        ("ERROR: [x] x: Read timed out.", "network"),
        ("ERROR: [x] x: Unable to extract player data; please report this issue on https://example.org", "extractor"),
    ],
)  # fmt: skip
def test_words_are_understood(said: str, reason: str) -> None:
    error = fetch_error("https://example.org/v", DownloadError(said))
    assert isinstance(error, FetchError)
    assert error.reason == reason
    told = str(error)
    assert told.startswith(f"https://example.org/v: {reason}: ")
    assert FETCH_REASONS[reason] in told
    assert "\n" not in told
    assert "ERROR" not in told
    assert "please report" not in told


@pytest.mark.parametrize(
    ("cause", "reason"),
    [
        (GeoRestrictedError("not here"), "geo-blocked"),
        (UnsupportedError("https://example.org/v"), "not-a-video"),
        (ExtractorError("nothing known", expected=True), "extractor"),
    ],
)
def test_the_kind_of_the_cause_is_understood(cause: Exception, reason: str) -> None:
    error = fetch_error("v", DownloadError(f"ERROR: {cause}", (type(cause), cause, None)))
    assert isinstance(error, FetchError)
    assert error.reason == reason


@pytest.mark.parametrize(
    "error",
    [
        DownloadError("ERROR: unable to write data: [Errno 28] No space left on device"),
        OSError(errno.ENOSPC, "No space left on device"),
        OSError(errno.EDQUOT, "Disk quota exceeded"),
    ],
)
def test_a_full_disk_is_no_fault_of_the_server(error: Exception) -> None:
    assert isinstance(fetch_error("v", error), DiskFullError)


def test_the_address_of_an_object_is_not_told() -> None:
    said = "Unable to connect: <urllib3.connection.HTTPConnection object at 0x7f00aa>: Connection refused"
    assert "0x" not in str(fetch_error("v", DownloadError(said)))


@pytest.mark.parametrize(
    ("unfit", "reason"),
    [("truncated", "truncated"), ("corrupt", "truncated"), ("zero-byte", "truncated"), ("audio-only", "not-a-video")],
)
def test_a_finished_download_that_is_unfit_gets_a_reason(unfit: str, reason: str) -> None:
    assert unfit_error("v", Rejection(unfit, "it is")).reason == reason
