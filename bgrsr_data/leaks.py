"""Leaks between splits, found in the rows as they are, however they came to be.

Planning keeps together what belongs together (`combine.split`). This is the check of it, and shares no code with it: it
trusts no plan, reads only what is to be published, and asks of everything that a combination shows whether any other
split shows it too. A set that was planned before a person was renamed, or whose rows were edited, is found out here.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from bgrsr_data.errors import InputError
from bgrsr_data.ledger import Ledger
from bgrsr_data.records import Background, Clip, Combination, Foreground, Frame, RejectionRow, Split

Kind = Literal["person", "place", "clip", "file", "near-duplicate", "forced split", "row"]
PICTURE = re.compile(r"\b(?:frame|background)-[0-9a-f]{16}\b")
ORDER: tuple[Split, ...] = ("train", "val", "test")


@dataclass(frozen=True, slots=True)
class Use:
    """Where something is shown: in which split, by which combination, as which foreground or background."""

    split: Split
    combination: str
    shown: str
    title: str

    def __str__(self) -> str:
        return f"{self.split} ({self.combination}, {self.shown} of '{self.title}')"


@dataclass(frozen=True, slots=True)
class Leak:
    """Something that two splits show.

    Args:
        kind: What it is.
        what: Which, in words.
        first: One split that shows it.
        second: Another one; for a forced split the same use, which is not where the source wants it.
    """

    kind: Kind
    what: str
    first: Use
    second: Use

    def __str__(self) -> str:
        if self.kind == "forced split":
            return f"{self.what}, but {self.first.combination}, which shows {self.first.shown} of it, is in another"
        return f"{self.what} in {self.first} and in {self.second}"


@dataclass(frozen=True, slots=True)
class Checked:
    """What one split shows, as it was compared with the others: how many different ones of each kind."""

    split: Split
    combinations: int
    persons: int
    places: int
    clips: int
    files: int
    pictures: int


def find_leaks(
    combinations: Sequence[Combination],
    *,
    foregrounds: Iterable[Foreground],
    backgrounds: Iterable[Background],
    clips: Iterable[Clip],
    frames: Iterable[Frame],
    repeats: Iterable[Frame | Background] = (),
) -> list[Leak]:
    """Everything that is shown in more than one split.

    Args:
        combinations: What is to be published.
        foregrounds: Those that are shown, at least; of one that is missing only its own id is compared.
        backgrounds: Likewise.
        clips: What they were made from; of one that is missing the file is not compared.
        frames: What the foregrounds were cut from; of one that is missing, or has no hash, the looks are not compared.
        repeats: Pictures of these clips that need not be in the set (`read_repeats`); a clip looks like them.

    Returns:
        The leaks, the plainest first: people, places, clips, files, near-duplicates, splits that sources force.
    """
    clip_of = {clip.id: clip for clip in clips}
    known: dict[str, Foreground | Background] = {row.id: row for row in foregrounds}
    known |= {row.id: row for row in backgrounds}
    uses = _uses(combinations, known, clip_of)
    leaks = _shared(uses, known, clip_of)
    leaks += _alike(uses, known, {frame.id: frame for frame in frames}, repeats)
    leaks += _against_force(uses, known, clip_of)
    return leaks


def count_checked(
    combinations: Sequence[Combination],
    *,
    foregrounds: Iterable[Foreground],
    backgrounds: Iterable[Background],
    clips: Iterable[Clip],
    frames: Iterable[Frame],
) -> list[Checked]:
    """Count what `find_leaks`, given the same, compares between the splits; of each split that shows anything."""
    clip_of = {clip.id: clip for clip in clips}
    known: dict[str, Foreground | Background] = {row.id: row for row in foregrounds}
    known |= {row.id: row for row in backgrounds}
    hashed = {frame.id for frame in frames if frame.dhash}
    uses, pairs = _uses(combinations, known, clip_of), Counter(row.split for row in combinations)
    told = []
    for split in (one for one in ORDER if pairs[one]):
        shown = {use.shown for use in uses if use.split == split}
        cut = [row for one in shown if isinstance(row := known.get(one), Foreground)]
        rooms = [row for one in shown if isinstance(row := known.get(one), Background)]
        facts = {fact for one in shown for fact in _facts(one, known, clip_of)}
        kinds = Counter(kind for kind, _ in facts)
        pictures = sum(row.original in hashed for row in cut) + sum(bool(row.dhash) for row in rooms)
        people, places = {row.person for row in cut}, {row.place for row in rooms}
        told.append(Checked(split, pairs[split], len(people), len(places), kinds["clip"], kinds["file"], pictures))
    return told


def read_repeats(ledger: Ledger) -> list[Frame | Background]:
    """The frames and backgrounds that `select` found to repeat another clip, with those that they repeat.

    The first are not in the set, the second need not be; but they tell that two clips are one footage.
    """
    if "select" in ledger.passed_over():
        return []
    told = [row for row in ledger.rows(RejectionRow, "select") if row.reason.startswith("near-duplicate")]
    if not told:
        return []
    ids = {row.item for row in told} | {name for row in told for name in PICTURE.findall(row.detail)}
    rows: list[Frame | Background] = [*ledger.rows(Frame, "frames"), *ledger.rows(Background, "frames")]
    return [row for row in rows if row.id in ids]


def refuse_leaks(leaks: Sequence[Leak], so: str) -> None:
    """Let no leak pass.

    Args:
        leaks: As found.
        so: What did not come about for it, as "nothing was published".

    Raises:
        InputError: There is one; the line names the first.
    """
    if leaks:
        more = f" ({len(leaks)} leaks in all)" if len(leaks) > 1 else ""
        raise InputError(f"the splits leak: {leaks[0]}{more}; {so}; plan again with: bgrsr combine")


Known = Mapping[str, Foreground | Background]


def _uses(combinations: Sequence[Combination], known: Known, clips: Mapping[str, Clip]) -> list[Use]:
    """One use for each foreground and background and each split that shows it."""
    found: dict[tuple[str, Split], str] = {}
    for row in combinations:
        for shown in (row.foreground, row.original_background, row.target_background):
            found.setdefault((shown, row.split), row.id)
    uses = []
    for (shown, split), combination in found.items():
        clip = known[shown].clip if shown in known else "?"
        uses.append(Use(split, combination, shown, clips[clip].title if clip in clips else clip))
    return sorted(uses, key=lambda use: (ORDER.index(use.split), use.combination, use.shown))


def _facts(shown: str, known: Known, clips: Mapping[str, Clip]) -> Iterator[tuple[Kind, str]]:
    """What one foreground or background shows: each a kind and a name that no other split may show.

    Sources name people and places in one way: a room that is named after a person is not shown apart from her.
    """
    yield "row", shown
    row = known.get(shown)
    if row is None:
        return
    clip = clips.get(row.clip)
    if isinstance(row, Background):
        yield "person", row.place
    else:
        yield "person", row.person
        if clip:
            yield "person", clip.person
    yield "clip", row.clip
    yield "file", row.sha256
    if clip:
        yield "file", clip.sha256


def _shared(uses: Sequence[Use], known: Known, clips: Mapping[str, Clip]) -> list[Leak]:
    """People, places, clips and files that several splits show."""
    kinds: tuple[Kind, ...] = ("person", "clip", "file", "row")
    where: dict[tuple[int, str], dict[Split, Use]] = {}
    for use in uses:
        for kind, name in _facts(use.shown, known, clips):
            where.setdefault((kinds.index(kind), name), {}).setdefault(use.split, use)
    leaks: dict[tuple[Use, Use], Leak] = {}
    for (rank, name), seen in sorted(where.items(), key=lambda item: item[0]):
        if len(seen) > 1:
            first, second = list(seen.values())[:2]
            both_places = all(isinstance(known.get(use.shown), Background) for use in (first, second))
            told: Kind = "place" if kinds[rank] == "person" and both_places else kinds[rank]
            # a person in two splits is one leak, though her clip and her file are in both
            leaks.setdefault((first, second), Leak(told, _words(told, name), first, second))
    return list(leaks.values())


def _words(kind: Kind, name: str) -> str:
    return {"file": f"one file (SHA-256 {name[:12]}...) is", "row": f"{name} is"}.get(kind, f"{kind} '{name}' is")


def _alike(
    uses: Sequence[Use], known: Known, frames: Mapping[str, Frame], repeats: Iterable[Frame | Background]
) -> list[Leak]:
    """Near-duplicates in different splits, of frames that people were cut from and of backgrounds."""
    from bgrsr_data.frames.near import BITS, LEVELS, looks_of, pair_near  # noqa: PLC0415 - a forecast needs no NumPy

    pictures = []
    of_clip: dict[str, dict[Split, Use]] = {}
    for use in uses:
        row = known.get(use.shown)
        picture = frames.get(row.original) if isinstance(row, Foreground) else row
        if row:
            of_clip.setdefault(row.clip, {}).setdefault(use.split, use)
        if picture and picture.dhash:
            pictures.append((picture, use))
    pictures += [(row, use) for row in repeats if row.dhash for use in of_clip.get(row.clip, {}).values()]
    hashes, thumbnails = looks_of([picture for picture, _ in pictures])
    leaks = []
    for one, other in pair_near(hashes, thumbnails, [use.split for _, use in pictures], bits=BITS, levels=LEVELS):
        (later, second), (earlier, first) = pictures[one], pictures[other]
        if later.id != earlier.id:  # the same one in two splits has been told already
            apart = int(hashes[one] ^ hashes[other]).bit_count()
            what = f"near-duplicates ({earlier.id} and {later.id}, {apart} of 64 bits apart) are"
            leaks.append(Leak("near-duplicate", what, first, second))
    return leaks


def _against_force(uses: Sequence[Use], known: Known, clips: Mapping[str, Clip]) -> list[Leak]:
    """What is not in the split that its source forces it into."""
    leaks = []
    for use in uses:
        clip = clips.get(known[use.shown].clip) if use.shown in known else None
        if clip and clip.split not in (None, use.split):
            leaks.append(Leak("forced split", f"'{clip.title}' is forced into {clip.split}", use, use))
    return leaks
