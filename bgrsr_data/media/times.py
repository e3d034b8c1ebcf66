"""Times as people write them: 01:35, 00:20-01:35; exact, in seconds."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction

from bgrsr_data.errors import InputError

_TIME = re.compile(r"(?:(?:(\d+):)?(\d{1,2}):)?(\d+(?:\.\d+)?)")


def parse_time(text: str) -> Fraction:
    """Seconds of "95", "95.5", "01:35" or "1:01:35.25".

    Raises:
        InputError: It is no time, or minutes or seconds pass 59 beside a greater unit.
    """
    found = _TIME.fullmatch(text.strip())
    if found is None:
        raise InputError(f"'{text}' is no time; write it as 01:35 or 1:01:35.5")
    hours, minutes, seconds = (Fraction(part or 0) for part in found.groups())
    if (found[2] and seconds >= 60) or (found[1] and minutes >= 60):
        raise InputError(f"'{text}' is no time: minutes and seconds go up to 59")
    return hours * 3600 + minutes * 60 + seconds


def parse_section(text: str) -> tuple[Fraction, Fraction]:
    """Start and end, in seconds, of "00:20-01:35".

    Raises:
        InputError: It is no section, or ends before it begins.
    """
    start, dash, end = text.partition("-")
    if not dash:
        raise InputError(f"'{text}' is no section; write it as 00:20-01:35")
    start_s, end_s = parse_time(start), parse_time(end)
    if end_s <= start_s:
        raise InputError(f"section '{text}' ends before it begins")
    return start_s, end_s


def first_out_of_order(sections: Sequence[tuple[Fraction, Fraction]]) -> int | None:
    """Index of the first section that begins before the one ahead of it ends; None where they go in order, apart."""
    late = (i for i in range(1, len(sections)) if sections[i][0] < sections[i - 1][1])
    return next(late, None)
