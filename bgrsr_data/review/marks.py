"""What a person said in the App, as tags and a note.

A row is shown as several pictures (slices), and a person tags the one in view. All slices start with the mark that the
ledger holds, the base; what differs from it is what the person changed since. Comparing with the base, and not just
reading tags, tells a verdict taken back from one never given, and keeps one reviewer's verdict from being pulled again
in another's name.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from bgrsr_data.errors import Rejection

Word = Literal["accept", "reject"]
_WORDS: dict[str, Word] = {"accept": "accept", "accepted": "accept", "reject": "reject", "rejected": "reject"}


@dataclass(frozen=True, slots=True)
class Mark:
    """A verdict and its note; no verdict when `word` is None."""

    word: Word | None = None
    note: str = ""


def read_mark(tags: Iterable[str], note: str | None) -> Mark:
    """Read the mark on one picture.

    Args:
        tags: Its tags: accept, accepted, reject or rejected in any case, also with a note as in "reject: halo at the
            hair"; every other tag is the person's own.
        note: Its note; it goes before the one in a tag.

    Raises:
        Rejection: The picture carries both accept and reject.
    """
    found = {word: said for word, said in map(_split, tags) if word is not None}
    if len(found) > 1:
        raise Rejection("both-tags", "carries both accept and reject")
    for word, said in found.items():
        return Mark(word, (note or "").strip() or said)
    return Mark(None, (note or "").strip())


def is_verdict(tag: str) -> bool:
    """Whether a tag is a verdict, and not the person's own."""
    return _split(tag)[0] is not None


def decide(base: Mark, seen: Sequence[Mark]) -> Mark:
    """Find what a person wants of a row, from the marks on its slices.

    Args:
        base: The mark that all slices were given.
        seen: The marks that they carry now.

    Returns:
        `base` where nothing was changed.

    Raises:
        Rejection: One slice was changed to accept and another to reject.
    """
    words = {mark.word for mark in seen} - {base.word}
    if {"accept", "reject"} <= words:
        raise Rejection("both-tags", "carries accept on one slice and reject on another")
    word = next((w for w in words if w is not None), None) if words else base.word
    kept = base.note if word == base.word else ""
    notes = sorted({mark.note for mark in seen} - {base.note, ""})
    cleared = word == base.word and any(mark.note == "" for mark in seen)
    return Mark(word, "; ".join(notes) or ("" if cleared else kept))


def _split(tag: str) -> tuple[Word | None, str]:
    word, _, said = tag.partition(":")
    return _WORDS.get(word.strip().lower()), said.strip()
