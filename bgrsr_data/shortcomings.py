"""What a set lacks: footage to make it of; then people of whom nothing is in it, and splits without a pair.

Counts of rows do not show the latter two: a person whose every frame was rejected is a hundred rejections among
thousands, and a set without a val split looks like any other until the training ends.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import get_args

from bgrsr_data.ledger import Ledger
from bgrsr_data.records import Clip, Combination, Foreground, Frame, RejectionRow, Source, Split
from bgrsr_data.sources import STAGE as SOURCES

PEOPLE = 'fetch FOLDER --role greenscreen --person "{folder}"'
PLACES = "fetch FOLDER --role background"
WALK = ("fetch", "frames", "select", "deblur", "key")  # of a person before a screen
TAKES = "three people and six places are the least for train, val and test"
REPEAT = "near-duplicate"  # what it repeats is left


Lack = tuple[str, str]  # what is lacking, and the command that shows why or mends it


def footage_to_fetch(ledger: Ledger) -> list[Lack]:
    """What footage there must be before there can be pairs."""
    roles = {source.role for source in ledger.rows(Source, SOURCES)}
    missing = []
    if not roles - {"background"}:
        missing.append(("people (a folder for each person)", PEOPLE))
    if "background" not in roles and roles != {"talking-head"}:
        missing.append(("pictures of places, two at least", PLACES))
    return missing


def shortcomings(ledger: Ledger) -> list[Lack]:
    """What is lacking in what was made; stages that did not run yet are not missed."""
    return [*_lost_people(ledger), *_empty_splits(ledger)]


def _lost_people(ledger: Ledger) -> Iterator[Lack]:
    """Everybody before a screen of whom no frame was keyed, with the reasons counted and one frame to look at."""
    if ledger.options("key") is None:
        return
    clips = {clip.id: clip.person for clip in ledger.rows(Clip) if clip.role == "greenscreen"}
    lost = set(clips.values()) - ledger.counts(Foreground.kind, "person").keys()
    if not lost:
        return
    person_of = clips | {frame.id: frame.person for frame in ledger.rows(Frame)}
    rejected = defaultdict(list)
    for row in ledger.rows(RejectionRow):
        if row.stage in WALK and row.reason != REPEAT and (person := person_of.get(row.item)) in lost:
            rejected[person].append(row)
    for person, rows in sorted(rejected.items()):
        reasons = ", ".join(f"{count} {reason}" for reason, count in Counter(row.reason for row in rows).most_common())
        furthest = max(rows, key=lambda row: WALK.index(row.stage))
        yield f"{person} is not in the set ({reasons})", f"explain {furthest.item}"


def _empty_splits(ledger: Ledger) -> Iterator[Lack]:
    """Splits that were asked for and got no pair, where there are pairs at all."""
    options = json.loads(ledger.options("combine") or "{}")
    pairs = ledger.counts(Combination.kind, "split")
    empty = [split for split in get_args(Split) if not pairs.get(split) and options.get(f"{split}_share", 1) > 0]
    if pairs and empty:
        yield f"no pair is for {' or '.join(empty)}: {TAKES}", PLACES
