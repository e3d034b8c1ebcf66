"""The proof that nothing is in two splits, by the code that refuses to publish what leaks (`bgrsr_data.leaks`)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from bgrsr_data.leaks import Checked, Leak, count_checked, find_leaks, read_repeats
from bgrsr_data.ledger import Ledger
from bgrsr_data.report.facts import Dataset

KINDS = ("person", "place", "clip", "file", "near-duplicate", "forced split", "row")
WORDS = {
    "person": "No person is in two splits",
    "place": "No place is in two splits",
    "clip": "No clip is in two splits",
    "file": "No file is in two splits, by SHA-256",
    "near-duplicate": "No picture of one split looks like one of another, by 64-bit hash and 8×8 thumbnail",
    "forced split": "Everything is in the split that its source asks for",
    "row": "No foreground or background is in two splits",
}


@dataclass(frozen=True)
class Proof:
    """What was looked at in each split, and what was found in two.

    Args:
        checked: By split.
        found: (what is claimed, leaks that speak against it) of each kind of leak.
        leaks: All of them.
    """

    checked: list[Checked]
    found: list[tuple[str, int]]
    leaks: list[Leak]


def prove(data: Dataset, ledger: Ledger) -> Proof | None:
    """Look for everything that two splits share; None where nothing was combined."""
    if not data.combinations:
        return None
    shown = {
        "foregrounds": data.foregrounds, "backgrounds": data.backgrounds, "clips": data.clips, "frames": data.frames
    }  # fmt: skip
    leaks = find_leaks(data.combinations, repeats=read_repeats(ledger), **shown)  # type: ignore[arg-type]
    kinds = Counter(leak.kind for leak in leaks)
    found = [(WORDS[kind], kinds[kind]) for kind in KINDS]  # type: ignore[index]
    return Proof(count_checked(data.combinations, **shown), found, leaks)  # type: ignore[arg-type]
