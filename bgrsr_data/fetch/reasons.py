"""Why a download failed, in one word: yt-dlp's errors mapped to ours.

yt-dlp tells most things in prose. Where an HTTP status is at hand it decides; then the kind of the exception; then the
words. A download whose retries are used up comes with words alone.
"""

from __future__ import annotations

import errno
import re
from collections.abc import Iterator

from bgrsr_data.errors import BgrsrError, DiskFullError, FetchError, Rejection

# reason: what a person can do about it
FETCH_REASONS = {
    "gone": "it was removed, or the address is wrong",
    "private": "only its owner, or members, may see it",
    "geo-blocked": "it may not be seen from here; yt_dlp: {proxy: …} goes another way",
    "needs-cookies": "a login is needed; yt_dlp: {cookiefile: FILE} brings one",
    "rate-limited": "too many requests; wait, and pace with yt_dlp: {sleep_interval: 10}",
    "no-format": "no format fits; see yt_dlp: {format: …}",
    "truncated": "the server gives only a part of it",
    "not-a-video": "there is no video or image at this address",
    "network": "the server cannot be reached or fails; try again with: bgrsr retry fetch",
    "extractor": "yt-dlp does not understand the site as it is now; update it with: pip install -U yt-dlp",
}
PASSING = frozenset({"network", "rate-limited", "truncated"})  # may be gone at the next try

_STATUS = {
    401: "needs-cookies", 402: "private", 403: "needs-cookies", 404: "gone", 410: "gone", 416: "truncated",
    429: "rate-limited", 451: "geo-blocked",
}  # fmt: skip
_WORDS = (
    ("geo-blocked", r"in your (country|region|location)|geo.?(restrict|block)"),
    ("rate-limited", r"too many requests|rate.?limit|\b429\b"),
    ("private", r"\bprivate\b|members?.only|join this channel"),
    ("needs-cookies", r"sign in|log ?in|age.?restrict|cookies|not a bot|registered users|authenticat"),
    ("no-format", r"requested format|no video formats|\bdrm\b"),
    ("truncated", r"fragment.*(not found|unable|missing)|data blocks|bytes read|content too short|incomplete"),
    ("gone", r"been removed|no longer available|does not exist|video unavailable|terminated|not found|deleted"),
    ("not-a-video", r"unsupported url|not a valid url|is not a video|no media|no video (could be )?found"),
    (
        "network",
        r"timed? ?out|connection|resolv|resolution|unreachable|refused|reset|ssl|http error 5|handshake|network",
    ),
)


def fetch_error(target: str, error: BaseException, *, in_parts: bool = False) -> BgrsrError:
    """The error of ours for one of yt-dlp's.

    Args:
        target: What was fetched, as it is told to the person.
        error: A YoutubeDLError or an OSError.
        in_parts: It was a download of many small files (HLS, DASH): a lost one leaves a hole in a video that is there.

    Returns:
        A FetchError, or a DiskFullError where the disk is full.
    """
    causes = list(_causes(error))
    text = _words_of(error)
    full = any(getattr(cause, "errno", None) in (errno.ENOSPC, errno.EDQUOT) for cause in causes)
    if full or re.search(r"No space left on device|Disk quota exceeded", text):
        return DiskFullError(f"{target}: the disk is full; free some space and run the same command again")
    reason = _reason(causes, text)
    if in_parts and reason == "gone":
        reason, text = "truncated", f"a part of it is missing: {text}"
    return FetchError(reason, f"{target}: {reason}: {text or type(error).__name__} ({FETCH_REASONS[reason]})")


def unfit_error(target: str, unfit: Rejection) -> FetchError:
    """The error for a download that came to its end but is no whole video or image."""
    partial = unfit.reason in ("truncated", "corrupt", "zero-byte")
    reason = "truncated" if partial else "not-a-video"
    return FetchError(reason, f"{target}: {reason}: {unfit.detail} ({FETCH_REASONS[reason]})")


def _reason(causes: list[BaseException], text: str) -> str:
    kinds = {type(cause).__name__ for cause in causes}
    if "GeoRestrictedError" in kinds:
        return "geo-blocked"
    statuses = [status for status in map(_status, causes) if status]
    for status in [*statuses, *map(int, re.findall(r"HTTP Error (\d{3})", text))]:
        if status in _STATUS:
            return _STATUS[status]
        if status >= 500:
            return "network"
    for reason, pattern in _WORDS:
        if re.search(pattern, text, re.IGNORECASE):
            return reason
    if kinds & {"TransportError", "IncompleteRead", "SSLError", "ProxyError", "TimeoutError"}:
        return "network"
    return "extractor"


def _status(error: BaseException) -> int | None:
    status = getattr(error, "status", None)
    return status if isinstance(status, int) else None


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """The error and all that led to it, however it was hung up."""
    seen: list[BaseException] = []
    waiting = [error]
    while waiting:
        one = waiting.pop(0)
        if not isinstance(one, BaseException) or one in seen:
            continue
        seen.append(one)
        yield one
        told = getattr(one, "exc_info", None) or (None, None)
        waiting += [told[1], getattr(one, "cause", None), one.__cause__, one.__context__]


def _words_of(error: BaseException) -> str:
    text = re.sub(r"\x1b\[[0-9;]*m", "", str(error))
    text = re.sub(r"^ERROR:\s*", "", text)
    text = re.sub(r"; please report this issue.*|\s*\(caused by .*", "", text, flags=re.DOTALL)
    text = re.sub(r"<[\w.]+ object at 0x[0-9a-f]+>:?", "", text)  # another at every run
    return " ".join(text.split())[:300].rstrip(".")
