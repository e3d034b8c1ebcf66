"""How far a stage is, how fast it goes, and how long it still takes.

Items are of very different sizes: one clip is a hundred times another. So where items tell bytes or frames the time
left is reckoned from those, with the mean of the sizes known so far for each item that waits; else from items alone.
"""

from __future__ import annotations

from collections import deque

from bgrsr_data.engines.result import Told
from bgrsr_data.runner import Moment
from bgrsr_data.sizes import size

WINDOW_S = 30.0  # the rate is that of the last so many seconds
LEAST_S = 2.0  # nothing is said of rate and time before


class Rate:
    """Units per second, over the last `WINDOW_S` seconds."""

    def __init__(self, at: float) -> None:
        self._seen: deque[tuple[float, int]] = deque([(at, 0)])

    def note(self, units: int, at: float) -> None:
        """Note that `units` are done at the time `at`, in seconds."""
        self._seen.append((at, units))
        while len(self._seen) > 2 and self._seen[1][0] <= at - WINDOW_S:
            self._seen.popleft()

    def now(self) -> float | None:
        """The rate; None where too little was seen."""
        (first, before), (last, after) = self._seen[0], self._seen[-1]
        return (after - before) / (last - first) if last - first >= LEAST_S and after > before else None


class Pace:
    """What is known of one stage's way.

    Args:
        moment: The first that was heard of it.
        at: When, in seconds of any clock.
    """

    def __init__(self, moment: Moment, at: float) -> None:
        self.moment = moment
        self.running: dict[str, Told] = {}
        self.rate = Rate(at)
        self._files: dict[str, tuple[str, Rate]] = {}
        self._ended = self._ended_units = 0
        self._start = self._last = at
        self.note(moment, at)

    def note(self, moment: Moment, at: float) -> None:
        """Take in what was heard."""
        self.moment, self._last = moment, at
        if told := moment.told:
            self.running[told.item] = told
            if self._files.get(told.item, ("",))[0] != told.what:
                self._files[told.item] = (told.what, Rate(at))
            self._files[told.item][1].note(told.done, at)
        if moment.ended:
            self.running.pop(moment.ended, None)
            self._files.pop(moment.ended, None)
            self._ended += 1
            self._ended_units += moment.units
        self.rate.note(self.units, at)

    @property
    def units(self) -> int:
        """Bytes or frames done, over all items."""
        return self._ended_units + sum(told.units for told in self.running.values())

    @property
    def done(self) -> float:
        """Items done, running ones by the share that they tell."""
        return self.moment.finished + sum(_share(told) for told in self.running.values())

    def file_rate(self, item: str) -> float | None:
        """How fast a running item's file goes."""
        return self._files[item][1].now()

    def file_left_s(self, item: str) -> float | None:
        """How long a running item's file still takes."""
        told, rate = self.running[item], self.file_rate(item)
        return (told.total - told.done) / rate if told.total and rate else None

    def left_s(self) -> float | None:
        """How long the stage still takes; None where too little is known."""
        waiting = self.moment.all - self.moment.finished
        rate = self.rate.now()
        if not self.units:
            elapsed = self._last - self._start
            return waiting * elapsed / self.moment.finished if self.moment.finished and elapsed >= LEAST_S else None
        whole = [told.units - told.done + told.total for told in self.running.values() if told.total]
        sizes = self._ended + len(whole)
        if rate is None or not sizes:
            return None
        mean = (self._ended_units + sum(whole)) / sizes
        running = sum(_left(told, mean) for told in self.running.values())
        return (running + mean * max(0, waiting - len(self.running))) / rate


def _share(told: Told) -> float:
    return min(1.0, told.done / told.total) if told.total else 0.0


def _left(told: Told, mean: float) -> float:
    return max(0, told.total - told.done) if told.total else max(0.0, mean - told.units)


def amount(units: float, unit: str) -> str:
    """So much, as 41.0 MB, or 120 frames."""
    return size(units) if unit == "bytes" else f"{units:,.0f} {unit}"


def amount_of(told: Told, unit: str) -> str:
    """How much of its file an item has done, as 12.0 of 40.0 MB."""
    if told.total is None:
        return amount(told.done, unit)
    whole = amount(told.total, unit)
    if unit != "bytes":
        return f"{told.done:,} of {whole}"
    number, _, word = whole.partition(" ")
    scale = told.total / float(number) if float(number) else 1.0
    return f"{told.done / scale:.{len(number.partition('.')[2])}f} of {number} {word}"


def duration(seconds: float) -> str:
    """A time that is not known better than this, as 40 s, 4 min or 2.5 h."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    return f"{seconds / 60:.0f} min" if seconds < 90 * 60 else f"{seconds / 3600:.1f} h"
