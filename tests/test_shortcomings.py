"""What a made set lacks is told by name: people of whom nothing is in it, and splits without a pair."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from bgrsr_data.ledger import Done
from bgrsr_data.records import Clip, Combination, Foreground, Frame, Record, RejectionRow, Split
from bgrsr_data.shortcomings import TAKES, shortcomings
from bgrsr_data.workspace import Workspace


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Workspace]:
    """Clips of Ada and Bob before a screen; Ada's frame is keyed, Bob's two are not."""
    made = Workspace.create(tmp_path / "workspace")
    put(made, "fetch", clip("ada"), clip("bob"), clip("eve", role="talking-head"))
    put(
        made,
        "frames",
        frame("ada", 0),
        frame("bob", 0),
        frame("bob", 1),
        rejection("frames", "clip-bob", "near-duplicate"),
    )
    yield made
    made.close()


def put(place: Workspace, stage: str, *records: Record) -> None:
    place.ledger.commit(Done(stage, "all", "", "done"), records)
    place.ledger.set_options(stage, "{}")


def clip(person: str, role: str = "greenscreen") -> Clip:
    return Clip(
        id=f"clip-{person}", source="source-1", role=role, person=person, licence="CC0-1.0", creator="", title="",  # type: ignore[arg-type]
        path="clips/x.mp4", sha256=person, media="video", width=1, height=1, frames=2, duration=1, codec="h264",  # type: ignore[arg-type]
    )  # fmt: skip


def frame(person: str, number: int) -> Frame:
    return Frame(
        id=f"frame-{person}-{number}", clip=f"clip-{person}", role="greenscreen", person=person, path="x.png",
        sha256="0", width=1, height=1, pts=number, time_base=1, dhash="0", sharpness=1, sharpness_ratio=1,  # type: ignore[arg-type]
    )  # fmt: skip


def rejection(stage: str, item: str, reason: str) -> RejectionRow:
    return RejectionRow(id=f"rejection-{stage}-{item}", stage=stage, item=item, reason=reason, detail="")


def foreground(person: str) -> Foreground:
    return Foreground(
        id=f"foreground-{person}", clip=f"clip-{person}", original=f"frame-{person}-0", person=person,
        alpha_path="a.png", foreground_path="f.png", sha256="0", width=1, height=1,
        box_left=0, box_top=0, box_right=1, box_bottom=1, score=0.5, scores={},
    )  # fmt: skip


def pair(name: str, split: Split) -> Combination:
    return Combination(
        id=f"combination-{name}", foreground="foreground-ada", original_background="x", target_background="y",
        split=split, zoom=1, left=0, top=0, flip=False, noise=0, seed=0,
    )  # fmt: skip


def test_nobody_is_missed_before_anything_is_keyed(place: Workspace) -> None:
    assert shortcomings(place.ledger) == []


def test_a_person_of_whom_no_frame_was_keyed_is_named_with_the_reasons_and_a_frame_to_look_at(place: Workspace) -> None:
    rejected = [rejection("key", f"frame-bob-{number}", "poor-key") for number in range(2)]
    put(place, "key", foreground("ada"), *rejected)
    ((what, command),) = shortcomings(place.ledger)
    assert what == "bob is not in the set (2 poor-key)"  # what was dropped since it repeats another is no reason
    assert command in ("explain frame-bob-0", "explain frame-bob-1")


def test_who_has_one_frame_in_the_set_is_not_missed(place: Workspace) -> None:
    put(place, "key", foreground("ada"), foreground("bob"), rejection("key", "frame-bob-1", "poor-key"))
    assert shortcomings(place.ledger) == []


def test_splits_without_a_pair_are_named_where_a_share_was_asked_for(place: Workspace) -> None:
    put(place, "combine", pair("1", "train"), pair("2", "train"))
    assert shortcomings(place.ledger) == [(f"no pair is for val or test: {TAKES}", "fetch FOLDER --role background")]
    place.ledger.set_options("combine", json.dumps({"val_share": 0.0, "test_share": 0.2}))
    ((what, _),) = shortcomings(place.ledger)
    assert what.startswith("no pair is for test: ")
    put(place, "combine", pair("1", "train"), pair("3", "test"))
    assert [what for what, _ in shortcomings(place.ledger)] == [f"no pair is for val: {TAKES}"]
