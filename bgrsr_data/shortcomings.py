"""What a made set lacks, told before somebody trains on it: people of whom nothing is in it, and splits without a pair.

Counts of rows do not show either: a person whose every frame was rejected is a hundred rejections among thousands, and
a set without a val split looks like any other until the training ends.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator

from bgrsr_data.combine.split import SPLITS
from bgrsr_data.ledger import Ledger
from bgrsr_data.records import Clip, Combination, Foreground, Frame, RejectionRow
from bgrsr_data.stages import stage_names
from bgrsr_data.status import PLACES
from bgrsr_data.workspace import Workspace

TAKES = "three people and six places are the least for train, val and test"
REPEAT = "near-duplicate"  # what it repeats is left


def shortcomings(workspace: Workspace) -> list[tuple[str, str]]:
    """What is lacking in what was made, and the command that shows why or mends it: [(what, command)].

    Args:
        workspace: The workspace; stages that did not run yet are not missed.
    """
    return [*_lost_people(workspace.ledger), *_empty_splits(workspace.ledger)]


def _lost_people(ledger: Ledger) -> Iterator[tuple[str, str]]:
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
        if row.reason != REPEAT and (person := person_of.get(row.item)) in lost:
            rejected[person].append(row)
    walk = stage_names()
    for person, rows in sorted(rejected.items()):
        reasons = ", ".join(f"{count} {reason}" for reason, count in Counter(row.reason for row in rows).most_common())
        furthest = max(rows, key=lambda row: walk.index(row.stage))
        yield f"{person} is not in the set ({reasons})", f"explain {furthest.item}"


def _empty_splits(ledger: Ledger) -> Iterator[tuple[str, str]]:
    """Splits that were asked for and got no pair, where there are pairs at all."""
    options = json.loads(ledger.options("combine") or "{}")
    pairs = ledger.counts(Combination.kind, "split")
    empty = [split for split in SPLITS if not pairs.get(split) and options.get(f"{split}_share", 1) > 0]
    if pairs and empty:
        yield f"no pair is for {' or '.join(empty)}: {TAKES}", PLACES
