"""Why a download failed, in one word: yt-dlp's errors mapped to ours.

yt-dlp tells most things in prose, its own or the site's. Where an HTTP status is at hand it decides; then the kind of
the exception; then the words. A download whose retries are used up comes with words alone.
"""

from __future__ import annotations

import errno
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from bgrsr_data.errors import BgrsrError, DiskFullError, FetchError, Rejection

# reason: what a person can do about it
FETCH_REASONS = {
    "gone": "it was removed, or the address is wrong",
    "private": "only its owner, members, or who pays may see it",
    "geo-blocked": "it may not be seen from here; yt_dlp: {proxy: …} goes another way",
    "needs-cookies": "a login is needed; yt_dlp: {cookiefile: FILE} brings one",
    "rate-limited": "too many requests; wait an hour, then: bgrsr retry fetch",
    "no-format": "no format fits; see yt_dlp: {format: …}",
    "truncated": "the server gives only a part of it",
    "not-a-video": "there is no video or image at this address",
    "live": "it has not ended, or not begun; fetch it when it has: bgrsr retry fetch",
    "network": "the server cannot be reached or fails; try again with: bgrsr retry fetch",
    "extractor": "yt-dlp does not understand the site as it is now; update it with: pip install -U yt-dlp",
}
PASSING = frozenset({"network", "rate-limited", "truncated", "live"})  # may be gone at the next run

_STATUS = {
    401: "needs-cookies", 402: "private", 403: "needs-cookies", 404: "gone", 408: "network", 410: "gone",
    416: "truncated", 429: "rate-limited", 451: "geo-blocked",
}  # fmt: skip
_KINDS = {"GeoRestrictedError": "geo-blocked", "UserNotLive": "live"}
_WORDS = (  # reason, and what gives it away; the first that is found decides
    ("network", r"\[ssl", "certificate"),
    ("extractor", "please install", "is not installed", "needs? to be reloaded", "latest version of youtube"),
    (
        "geo-blocked", "in (your|this) (country|region|location)", "from your (country|location)", "use a vpn",
        r"geo.?(restrict|block)", r"available in \w+ only",
    ),
    (
        "rate-limited", "too many requests", r"rate.?limit", r"\b429\b", "exceeded the .*limit", "play limit",
        r"ip (is|address).*block", "request is (blocked|rejected)",
    ),
    (
        "live", r"\blive event will", r"\bpremieres? (in|will)", r"not (currently |yet )?live", "live dash",
        "not available yet", "not yet available", "processing this video", "check back later",
        r"\bhas not (yet )?(started|begun|aired)", r"\boffline\b", "livestream is not available", "still be uploading",
    ),
    (
        "private", r"\bprivate\b", r"members?.only", "channel's members", "join this channel", r"\bpremium\b",
        "requires payment", "purchase", "by a pass(word|code)", r"password.protected",
        "(wrong|invalid) (video )?password$", r"tickets?\b", "playback on other websites", "embed-only",
        "subscri(be|ption)", r"supporter.only", "account does not have",
    ),
    (
        "needs-cookies", "sign(ing)? in", r"log(ged)?.?in", r"age.?restrict", "cookies", "not a bot", "captcha",
        "registered users", "authenticat", "authoriz", "workspace account", "impersonat",
        "tokens have been invalidated", "user ?name", "unverified account", "sensitive content",
    ),
    ("no-format", "requested format", "no video formats", r"\bdrm\b", "no formats"),
    (
        "truncated", "fragment.*(not found|unable|missing)", "data blocks", "bytes read", "content too short",
        "file is empty",
    ),
    (
        "network", "incomplete data", "incomplete yt initial data", "unexpected (api )?response",
        "temporarily unavailable", "name or service not known", "server-side", r"try again( later)?\.?$",
    ),
    (
        "not-a-video", "unsupported url", "not a valid url", "invalid url", "without video id", "(is )?not a video",
        "no media", "does not have a", "does not contain", "not a file", "no (valid )?video", "no downloads",
    ),
    (
        "gone", "been removed", "no longer (available|exists)", "not? longer available", "isn't available", "not exist",
        "unavailable", "not available", "terminated", "not found", "deleted", "closed their", "copyright", "expired",
        "does the playlist exist", r"(live ?stream|event|live) (has ended|recording)", "no such",
        "(could not|cannot) find", "unplayable",
    ),
    (
        "network", r"timed? ?out", "connection", "resolv", "resolution", "unreachable", "refused", "reset", "ssl",
        "http error 5", "handshake", "network", "proxy", "incomplete",
    ),
)  # fmt: skip
_AN_HOUR = re.compile(r"for up to an hour")


def fetch_error(target: str, error: BaseException, *, in_parts: bool = False) -> BgrsrError:
    """The error of ours for one of yt-dlp's; raise it `from error`, which keeps what the server asked for.

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
    return typed_error(reason, target, text or type(error).__name__)


def unfit_error(target: str, unfit: Rejection) -> FetchError:
    """The error for a download that came to its end but is no whole video or image."""
    partial = unfit.reason in ("truncated", "corrupt", "zero-byte")
    return typed_error("truncated" if partial else "not-a-video", target, unfit.detail)


def typed_error(reason: str, target: str, detail: str) -> FetchError:
    """One line: what, why in one word, why in a sentence, and what to do."""
    return FetchError(reason, f"{target}: {reason}: {detail} ({FETCH_REASONS[reason]})")


def retry_after(error: BaseException) -> float | None:
    """Seconds that the server asked to wait before the next request, None where it did not say.

    It is told in the Retry-After header (seconds, or a date), or by YouTube in words.
    """
    for cause in _causes(error):
        if _AN_HOUR.search(str(cause)):
            return 3600.0
        told = getattr(getattr(cause, "response", None), "headers", {}).get("Retry-After")
        if told and told.strip().isdigit():
            return float(told)
        if told:
            return _until(told)
    return None


def _until(date: str) -> float | None:
    """Seconds from now to an HTTP date."""
    try:
        return max(0.0, (parsedate_to_datetime(date) - datetime.now(UTC)).total_seconds())
    except (TypeError, ValueError):
        return None


def _reason(causes: list[BaseException], text: str) -> str:
    kinds = {type(cause).__name__ for cause in causes}
    if plain := [reason for kind, reason in _KINDS.items() if kind in kinds]:
        return plain[0]
    statuses = [status for status in map(_status, causes) if status]
    for status in [*statuses, *map(int, re.findall(r"HTTP Error (\d{3})", text))]:
        if status in _STATUS:
            return _STATUS[status]
        if status >= 500 or 300 <= status < 400:  # a redirect that was not followed leads in a circle
            return "network"
    said = re.sub(r"\w+://\S+|^\[[^]]*\] \S+: ", "", text)  # an address or id may hold any word
    for reason, *patterns in _WORDS:
        if re.search("|".join(patterns), said, re.IGNORECASE):
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
    text = re.sub(r"\x1b\[[0-9;]*m", "", str(error)).replace("’", "'")
    text = re.sub(r"^ERROR:\s*", "", text)
    text = re.sub(r"; please report this issue.*|\s*\(caused by .*", "", text, flags=re.DOTALL)
    text = re.sub(r"<[\w.]+ object at 0x[0-9a-f]+>:?", "", text)  # another at every run
    return " ".join(text.split())[:300].rstrip(".")
