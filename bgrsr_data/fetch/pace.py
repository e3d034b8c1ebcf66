"""No faster than a site lets its guests: one pace for all worker processes of a workspace, and for the next run too.

YouTube serves a guest about 300 videos an hour, then it refuses for an hour. So each worker takes the next free moment
from a small file in the workspace (the time until which the site is taken), and waits for it; nothing is slowed when
requests are rare, since a moment long past costs no wait.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from filelock import FileLock

from bgrsr_data.media.files import write_bytes

GUESTS_AN_HOUR = {"youtube": 300}
_HOUR_S = 3600.0
_YOUTUBE = ("youtube.com", "youtu.be", "youtube-nocookie.com")


@dataclass(frozen=True)
class Pace:
    """When the next request to a site may go out.

    Args:
        folder: Where the moments are kept, one file a site; None: nobody else is asking.
        per_hour: Requests an hour to any one site; None: as many as a site gives its guests.
        guest: Whether no account is used.
        clock: Seconds since the epoch, the same for all processes.
        sleep: Waits so many seconds.
    """

    folder: Path | None = None
    per_hour: float | None = None
    guest: bool = True
    clock: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep

    def wait(self, url: str) -> None:
        """Take the next free moment of the site at `url`, and wait for it.

        Raises:
            DiskFullError: Nothing more can be written.
        """
        site = site_of(url)
        between_s = self._between_s(site)
        if self.folder is None or not (between_s or self._file(site).is_file()):
            return
        with self._alone(site):
            now = self.clock()
            moment = max(now, self._taken_until(site, now))
            if between_s:
                self._take(site, moment + between_s)
        if moment > now:
            self.sleep(moment - now)

    def hold(self, url: str, seconds: float) -> None:
        """Leave the site at `url` alone for so many seconds, in every process: it said that we are too fast.

        Raises:
            DiskFullError: Nothing more can be written.
        """
        site = site_of(url)
        if self.folder is not None:
            with self._alone(site):
                now = self.clock()
                self._take(site, max(now + seconds, self._taken_until(site, now)))

    def _between_s(self, site: str) -> float:
        rate = self.per_hour or (GUESTS_AN_HOUR.get(site) if self.guest else None)
        return _HOUR_S / rate if rate else 0.0

    def _taken_until(self, site: str, now: float) -> float:
        """The moment in the file; one that no pace could give (a clock set back) does not count."""
        try:
            moment = float(self._file(site).read_text())
        except (OSError, ValueError):
            return now
        return moment if moment < now + _HOUR_S else now

    def _take(self, site: str, moment: float) -> None:
        write_bytes(self._file(site), repr(moment).encode())

    def _alone(self, site: str) -> FileLock:
        path = self._file(site).with_suffix(".lock")
        path.parent.mkdir(parents=True, exist_ok=True)
        return FileLock(path)

    def _file(self, site: str) -> Path:
        return (self.folder or Path()) / f"{site}.until"


def site_of(url: str) -> str:
    """The site that counts our requests: "youtube" for all that is YouTube's, else the host; safe as a file name."""
    if url.startswith("yt") and "://" not in url:
        return "youtube"
    host = (urlsplit(url).hostname or "").lower()
    if any(host == one or host.endswith(f".{one}") for one in _YOUTUBE):
        return "youtube"
    return "".join(letter if letter.isalnum() or letter == "." else "-" for letter in host).strip(".") or "nowhere"
