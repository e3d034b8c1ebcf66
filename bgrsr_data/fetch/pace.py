"""No faster than a site lets its guests: one pace for all worker processes of a workspace, and for the next run too.

YouTube serves a guest about 300 videos an hour, then it refuses for an hour. So each worker takes the next free moment
from a small file in the workspace (the time until which the site is taken), and waits for it; nothing is slowed when
requests are rare, since a moment long past costs no wait.

A site that says "too many requests" is left alone by all workers. Where it asks for more than a run waits, all that is
left of it is refused at once, so that nobody makes it worse; the next run asks again.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from filelock import FileLock

from bgrsr_data.errors import FetchError
from bgrsr_data.fetch.reasons import typed_error
from bgrsr_data.media.files import write_bytes

GUESTS_AN_HOUR = {"youtube": 300}
LONGEST_PAUSE_S = 600.0  # a run waits no longer for a site that has enough
_HOUR_S = 3600.0
_YOUTUBE = ("youtube.com", "youtu.be", "youtube-nocookie.com")


class LeftAloneError(FetchError):
    """A site asked for a pause that is longer than a run waits: no use to try it again."""

    def __init__(self, url: str) -> None:
        why = "not asked for, since its site wants to be left alone for long"
        super().__init__("rate-limited", str(typed_error("rate-limited", url, why)))


@dataclass(frozen=True)
class Pace:
    """When the next request to a site may go out.

    Args:
        folder: Where the moments are kept, one file a site; None: nobody else is asking.
        per_hour: Requests an hour to any one site; None: as many as a site gives its guests.
        guest: Whether no account is used.
        run: Which run it is, the same in all its workers; another run's pauses do not count.
        clock: Seconds since the epoch, the same for all processes.
        sleep: Waits so many seconds.
    """

    folder: Path | None = None
    per_hour: float | None = None
    guest: bool = True
    run: str = "run"
    clock: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep

    def wait(self, url: str) -> None:
        """Take the next free moment of the site at `url`, and wait for it.

        Raises:
            LeftAloneError: The site asked for a pause that is longer than a run waits.
            DiskFullError: Nothing more can be written.
        """
        site = site_of(url)
        now = self.clock()
        moment = max(now, self._held_until(site))
        if moment - now > LONGEST_PAUSE_S:
            raise LeftAloneError(url)
        if between_s := self._between_s(site):
            moment = self._take_turn(site, moment, between_s)
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
                until = max(self.clock() + seconds, self._held_until(site))
                write_bytes(self.folder / f"{site}.held", f"{self.run} {until!r}".encode())

    def _between_s(self, site: str) -> float:
        if self.folder is None:
            return 0.0
        rate = self.per_hour or (GUESTS_AN_HOUR.get(site) if self.guest else None)
        return _HOUR_S / rate if rate else 0.0

    def _take_turn(self, site: str, earliest: float, between_s: float) -> float:
        """The first free moment; a moment that no pace could give (a clock set back) does not count."""
        with self._alone(site):
            taken = self._read(f"{site}.until")
            moment = max(earliest, taken if taken < earliest + _HOUR_S else 0.0)
            write_bytes(self._place / f"{site}.until", repr(moment + between_s).encode())
        return moment

    def _held_until(self, site: str) -> float:
        return self._read(f"{site}.held", self.run)

    def _read(self, name: str, run: str = "") -> float:
        """The moment in a file, 0 where there is none, or one of another run."""
        try:
            whose, _, moment = (self._place / name).read_text().rpartition(" ")
            return float(moment) if whose == run else 0.0
        except (OSError, ValueError):
            return 0.0

    def _alone(self, site: str) -> FileLock:
        self._place.mkdir(parents=True, exist_ok=True)
        return FileLock(self._place / f"{site}.lock")

    @property
    def _place(self) -> Path:
        return self.folder or Path("nowhere")


def site_of(url: str) -> str:
    """The site that counts our requests: "youtube" for all that is YouTube's, else the host; safe as a file name."""
    if url.startswith("yt") and "://" not in url:
        return "youtube"
    host = (urlsplit(url).hostname or "").lower()
    if any(host == one or host.endswith(f".{one}") for one in _YOUTUBE):
        return "youtube"
    return "".join(letter if letter.isalnum() or letter == "." else "-" for letter in host).strip(".") or "nowhere"
