"""Sizes in words: 500 MB, 1.5 TB. Powers of ten, as disks are sold."""

from __future__ import annotations

import re

from bgrsr_data.errors import InputError

UNITS = ("B", "kB", "MB", "GB", "TB")
_WORDS = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([kmgt]?)b?\s*", re.IGNORECASE)


def read_size(text: str) -> int:
    """Bytes of a size in words; a number alone is bytes.

    Raises:
        InputError: It is no size, or nothing.
    """
    words = _WORDS.fullmatch(text)
    number = round(float(words[1]) * 1000 ** " kmgt".index(words[2].lower() or " ")) if words else 0
    if number < 1:
        raise InputError(f"{text!r} is not a size; write it as 500MB, 50GB or 1.5TB")
    return number


def size(number: float) -> str:
    """Bytes in words, as 3.2 MB."""
    for unit in UNITS[:-1]:
        if number < 1000:
            return f"{number:.0f} {unit}" if unit == "B" else f"{number:.1f} {unit}"
        number /= 1000
    return f"{number:.1f} {UNITS[-1]}"
