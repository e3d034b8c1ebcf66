"""What yt-dlp says, in one of our words."""

from __future__ import annotations

import errno
import re
from pathlib import Path

import pytest
from yt_dlp import extractor
from yt_dlp.utils import DownloadError, ExtractorError, GeoRestrictedError, UnsupportedError

from bgrsr_data.errors import DiskFullError, FetchError, Rejection
from bgrsr_data.fetch.reasons import FETCH_REASONS, fetch_error, unfit_error

YOUTUBE = "ERROR: [youtube] x: "
COOKIES = (
    "Use --cookies-from-browser or --cookies for the authentication. See  https://github.com/yt-dlp/yt-dlp/wiki/FAQ"
    "#how-do-i-pass-cookies-to-yt-dlp  for how to manually pass cookies. Also see  https://github.com/yt-dlp/yt-dlp/wiki"
    "/Extractors#exporting-youtube-cookies  for tips on effectively exporting YouTube cookies"
)
LIMITED = (
    "This content isn't available, try again later. The current session has been rate-limited by YouTube for up to an "
    "hour. It is recommended to use `-t sleep` to add a delay between video requests to avoid exceeding the rate "
    "limit. For more information, refer to  https://github.com/yt-dlp/yt-dlp/wiki/Extractors#this-content-isnt-available"
)
SAID = [  # what YouTube says, as yt-dlp passes it on
    (f"{YOUTUBE}Private video. Sign in if you've been granted access to this video. {COOKIES}", "private"),
    (f"{YOUTUBE}This video is private", "private"),
    (f"{YOUTUBE}Join this channel to get access to members-only content like this video, and other perks.", "private"),
    (
        f"{YOUTUBE}This video is available to this channel's members on level: Supporter (or any higher level).",
        "private",
    ),
    (f"{YOUTUBE}This video requires payment to watch.", "private"),
    (f"{YOUTUBE}Video unavailable. This video is only available to Music Premium members", "private"),
    (f"{YOUTUBE}Video unavailable. Playback on other websites has been disabled by the video owner", "private"),
    (f"{YOUTUBE}The uploader has not made this video available in your country", "geo-blocked"),
    (f"{YOUTUBE}Video unavailable. This video is not available in your country", "geo-blocked"),
    (
        f"{YOUTUBE}Video unavailable. This video contains content from SME, who has blocked it in your country on "
        "copyright grounds",
        "geo-blocked",
    ),
    (f"{YOUTUBE}Sign in to confirm you’re not a bot. {COOKIES}", "needs-cookies"),
    (
        f"{YOUTUBE}Sign in to confirm your age. This video may be inappropriate for some users. {COOKIES}",
        "needs-cookies",
    ),
    (f"{YOUTUBE}Login details are needed to download this content. {COOKIES}", "needs-cookies"),
    (f"{YOUTUBE}Video unavailable. YouTube is requiring a captcha challenge before playback", "needs-cookies"),
    (
        f"{YOUTUBE}This video is restricted. Try signing in with a Google Workspace account. This video may be "
        "restricted by your administrator",
        "needs-cookies",
    ),
    (f"{YOUTUBE}{LIMITED}", "rate-limited"),
    (f"{YOUTUBE}All player responses are invalid. Your IP is likely being blocked by Youtube", "rate-limited"),
    (
        f"{YOUTUBE}Unable to download API page: HTTP Error 429: Too Many Requests (caused by <HTTPError 429>)",
        "rate-limited",
    ),
    (f"{YOUTUBE}Video unavailable", "gone"),
    (f"{YOUTUBE}Video unavailable. This video has been removed by the uploader", "gone"),
    (f"{YOUTUBE}This video has been removed for violating YouTube's Community Guidelines", "gone"),
    (f"{YOUTUBE}This video has been removed for violating YouTube's policy on harassment and bullying", "gone"),
    (f"{YOUTUBE}Video unavailable. This video is no longer available due to a copyright claim by SME", "gone"),
    (
        f"{YOUTUBE}Video unavailable. This video is no longer available because the YouTube account associated with "
        "this video has been terminated.",
        "gone",
    ),
    (
        f"{YOUTUBE}This video is no longer available because the uploader has closed their YouTube account.",
        "gone",
    ),
    (f"{YOUTUBE}This video isn't available anymore", "gone"),
    (f"{YOUTUBE}This video is not available", "gone"),
    (f"{YOUTUBE}Video unavailable. This video is unavailable", "gone"),
    (f"{YOUTUBE}This live stream recording is not available.", "gone"),
    (f"{YOUTUBE}This live event has ended.", "gone"),
    ("ERROR: [youtube:tab] PLx: YouTube said: The playlist does not exist.", "gone"),
    ("ERROR: [youtube:tab] PLx: Failed to resolve url (does the playlist exist?)", "gone"),
    (
        "ERROR: [youtube:tab] @x: The channel/playlist does not exist and the URL redirected to youtube.com home page",
        "gone",
    ),
    ("ERROR: [youtube:tab] @x: This channel does not have a videos tab", "not-a-video"),
    (f"{YOUTUBE}This live event will begin in 3 hours.", "live"),
    (f"{YOUTUBE}Premieres in 20 minutes", "live"),
    (f"{YOUTUBE}Premiere will begin shortly", "live"),
    (f"{YOUTUBE}We're processing this video. Check back later.", "live"),
    ("ERROR: [youtube:tab] UCx: The channel is not currently live", "live"),
    (f"{YOUTUBE}Requested format is not available. Use --list-formats for a list of available formats", "no-format"),
    (f"{YOUTUBE}This video is DRM protected", "no-format"),
    (f"{YOUTUBE}No video formats found!", "no-format"),
    (f"{YOUTUBE}Failed to extract any player response; please report this issue on  https://github.com/x", "extractor"),
    (f"{YOUTUBE}The page needs to be reloaded.", "extractor"),
    (
        f"{YOUTUBE}The following content is not available on this app.. Watch on the latest version of YouTube.",
        "extractor",
    ),
    ("ERROR: [youtube:tab] PLx: Incomplete data received", "network"),
    ("ERROR: [youtube:tab] PLx: Incomplete yt initial data received", "network"),
    # other sites
    ("ERROR: [vimeo] 1: Unable to download webpage: HTTP Error 429: Too Many Requests", "rate-limited"),
    ("ERROR: [vimeo] 1: This video is protected by a password, use the --video-password option", "private"),
    ("ERROR: [vimeo] 1: Cannot download embed-only video without embedding URL. Please call yt-dlp with it", "private"),
    ("ERROR: [vimeo] 1: The web client only works when logged-in. Use --cookies", "needs-cookies"),
    ("ERROR: [dailymotion] x: Deleted video", "gone"),
    ("ERROR: [ted] x: Unable to download webpage: HTTP Error 410: Gone", "gone"),
    ("ERROR: [soundcloud] x: You have reached your play limit for this track", "rate-limited"),
    ("ERROR: [Reddit] x: Your IP address is blocked from accessing this post", "rate-limited"),
    ("ERROR: [x] x: This video is only available for registered users. Use --username and --password", "needs-cookies"),
    (
        "ERROR: [BBC] x: This video is not available from your location due to geo restriction\nYou might want to use "
        "a VPN or a proxy server (with --proxy) to workaround.",
        "geo-blocked",
    ),
    (
        "ERROR: [x] x: Shown in Taiwan only\nThis video is available in Taiwan.\nYou might want to use a VPN or a "
        "proxy server (with --proxy) to workaround.",
        "geo-blocked",
    ),
    ("ERROR: [generic] x: Unsupported URL: https://example.org/", "not-a-video"),
    ("ERROR: [generic] private: Unsupported URL: https://example.org/private/sign-in/deleted", "not-a-video"),
    ("ERROR: [generic] 'x' is not a valid URL", "not-a-video"),
    ("ERROR: [generic] x: no video on the webpage", "not-a-video"),
    (
        "ERROR: [generic] Got HTTP Error 403 caused by Cloudflare anti-bot challenge; try again with  --extractor-args "
        '"generic:impersonate"',
        "needs-cookies",
    ),
    # the download itself
    ("ERROR: \r[download] Got error: 5000 bytes read, 5000 more expected. Giving up after 3 retries", "truncated"),
    ("ERROR: \r[download] Got error: 0 bytes read. Giving up after 3 retries", "truncated"),
    ("ERROR: content too short (expected 5000 bytes and served 2000)", "truncated"),
    ("ERROR: The downloaded file is empty", "truncated"),
    ("ERROR: Did not get any data blocks", "truncated"),
    ("ERROR: fragment 2 not found, unable to continue", "truncated"),
    ("ERROR: Live DASH videos are not supported", "live"),
    ("ERROR: unable to download video data: HTTP Error 403: Forbidden", "needs-cookies"),
    ("ERROR: unable to download video data: HTTP Error 503: Service Unavailable", "network"),
    ("ERROR: unable to download: <urlopen error [Errno -3] Temporary failure in name resolution>", "network"),
    ("ERROR: [generic] Unable to download webpage: [Errno -2] Name or service not known", "network"),
    ("ERROR: [x] x: Failed to resolve 'example.org' ([Errno -5] No address associated with hostname)", "network"),
    ("ERROR: [x] x: Unable to connect to proxy. Remote end closed connection without response", "network"),
    ("ERROR: [x] x: [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: certificate has expired", "network"),
    ("ERROR: [x] x: Read timed out.", "network"),
    ("ERROR: [Errno 104] Connection reset by peer", "network"),
    ("failed to load cookies", "needs-cookies"),
    ("ERROR: [x] x: pycryptodomex not found. Please install", "extractor"),
    (
        "ERROR: Postprocessing: ffmpeg not found. Please install or provide the path using --ffmpeg-location",
        "extractor",
    ),
    ("ERROR: [x] x: Unable to extract player data; please report this issue on https://example.org", "extractor"),
]


@pytest.mark.parametrize(("said", "reason"), SAID)
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


def test_most_of_what_yt_dlp_itself_may_say_is_understood() -> None:
    """All that its extractors raise as no fault of theirs, where the text is plain, as it is installed here."""
    raised = re.compile(r"ExtractorError\(\s*(['\"])((?:(?!\1).){10,160})\1\s*,\s*expected=True")
    folder = Path(extractor.__file__).parent
    said = {found[2] for file in folder.rglob("*.py") for found in raised.finditer(file.read_text(encoding="utf-8"))}
    assert len(said) > 100
    reasons = {text: fetch_error("v", DownloadError(f"ERROR: [x] y: {text}")) for text in sorted(said)}
    unknown = [text for text, error in reasons.items() if isinstance(error, FetchError) and error.reason == "extractor"]
    assert len(unknown) < 0.2 * len(said), unknown


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
