"""The `select` stage in a workspace: rows pass unchanged, and each that does not is told why."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from selection_rows import background, flipped, frame, hash_of

from bgrsr_data.ledger import Done
from bgrsr_data.lineage import lineage
from bgrsr_data.records import Background, Clip, Frame, Record, RejectionRow, Verdict
from bgrsr_data.runner import Outcome, run_stage
from bgrsr_data.stages import make_stage
from bgrsr_data.workspace import Workspace


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Workspace]:
    made = Workspace.create(tmp_path / "workspace")
    yield made
    made.close()


def clip(name: str, title: str) -> Clip:
    return Clip(
        id=name, source="source-0", role="greenscreen", person="Ada", licence="CC0-1.0", creator="me", title=title,
        path=f"clips/{name}.mp4", sha256=name, media="video", width=640, height=480, frames=9, duration=1, codec="h264",  # type: ignore[arg-type]
    )  # fmt: skip


def select(place: Workspace, rows: Sequence[Record], **options: Any) -> Outcome:
    place.ledger.set_options("frames", "{}")
    place.ledger.commit(Done("frames", "all", "", "done"), rows)
    return run_stage(make_stage("select", options), place)


def why(place: Workspace) -> dict[str, str]:
    return {row.item: row.reason for row in place.ledger.rows(RejectionRow, "select")}


def test_rows_that_stay_are_those_of_frames_unchanged(place: Workspace) -> None:
    rows = [frame("a"), frame("b", "Bob"), background("room")]
    outcome = select(place, rows)
    assert (outcome.done, dict(outcome.records)) == (1, {"frame": 2, "background": 1})
    assert place.ledger.rows(Frame, "select") == rows[:2]
    assert place.ledger.rows(Background, "select") == rows[2:]
    assert select(place, rows).unchanged == 1


def test_a_set_without_frames_is_no_mistake(place: Workspace) -> None:
    outcome = run_stage(make_stage("select"), place)
    assert (outcome.done, outcome.records) == (1, {})


def test_of_copies_the_larger_then_the_sharper_clips_stay_as_a_whole(place: Workspace) -> None:
    same = {name: {"dhash": f"{hash_of(name):016x}", "pts": number} for number, name in enumerate("xyz")}
    small = [frame(f"small-{n}", clip="a-small", width=320, sharpness=300.0, **same[n]) for n in same]
    soft = [frame(f"soft-{n}", clip="b-soft", sharpness=50.0 + 100 * (n == "y"), **same[n]) for n in same]
    crisp = [frame(f"crisp-{n}", clip="c-crisp", sharpness=90.0, **same[n]) for n in same]
    select(place, [*small, *soft, *crisp])
    assert {row.clip for row in place.ledger.rows(Frame, "select")} == {"c-crisp"}
    assert set(why(place).values()) == {"near-duplicate"}


def test_a_near_duplicate_is_told_with_whom_and_how_near(place: Workspace) -> None:
    place.ledger.commit(Done("fetch", "c", "", "done"), [clip("clip-1", "Lecture 1"), clip("clip-2", "Lecture 2")])
    value = hash_of("motif")
    rows = [
        frame("a", clip="clip-1", dhash=flipped(value), sharpness=200.0),
        frame("b", clip="clip-2", dhash=flipped(value, 3, 60)),
    ]
    select(place, rows)
    (row,) = place.ledger.rows(RejectionRow, "select")
    assert (row.item, row.reason) == ("frame-b", "near-duplicate")
    assert row.detail == "differs from frame-a of 'Lecture 1' in 2 of 64 bits"


def test_one_footage_under_two_names_is_a_leak_and_told_apart(place: Workspace) -> None:
    twins = {"dhash": flipped(hash_of("motif"))}
    rows = [frame("a", "Ada", **twins), frame("b", "Bob", **twins)]
    rooms = [background("x", "attic", **twins), background("y", "cellar", **twins)]
    select(place, [*rows, *rooms])
    told = {row.item: row for row in place.ledger.rows(RejectionRow, "select")}
    assert told["frame-b"].reason == "near-duplicate-of-another-person"
    assert "name one person in its sources" in told["frame-b"].detail
    assert "Ada" in told["frame-b"].detail
    assert told["background-y"].reason == "near-duplicate-of-another-place"
    assert {row.id for row in place.ledger.rows(Background, "select")} == {"background-x"}


def test_footage_that_is_used_twice_on_purpose_keeps_both_uses(place: Workspace) -> None:
    twins = {"dhash": flipped(hash_of("motif"))}
    select(place, [frame("a", clip="1", **twins), frame("b", clip="2", role="talking-head", **twins)])
    assert why(place) == {}


def test_what_a_reviewer_rejected_is_not_chosen_and_its_copy_takes_its_place(place: Workspace) -> None:
    twins = {"dhash": flipped(hash_of("motif"))}
    rows = [frame("a", clip="1", sharpness=200.0, **twins), frame("b", clip="2", **twins)]
    select(place, rows)
    assert why(place) == {"frame-b": "near-duplicate"}
    place.ledger.add_verdicts(
        [Verdict(id="v", row="frame-a", row_content=rows[0].content, verdict="reject", reviewer="Ada", at="2026")]
    )
    assert select(place, rows).done == 1
    assert [row.id for row in place.ledger.rows(Frame, "select")] == ["frame-b"]
    assert why(place) == {}


def test_a_budget_is_kept_and_what_is_over_it_is_told_by_person(place: Workspace) -> None:
    rows = [frame(f"{person}{n}", person, pts=n) for person in ("Ada", "Bob") for n in range(6)]
    rows += [frame("black", "Ada", pts=9, brightness=0.0, dark=1.0), frame("Eve0", "Eve")]
    select(place, rows, budget=7)
    kept = place.ledger.rows(Frame, "select")
    assert sorted(row.person for row in kept) == ["Ada"] * 3 + ["Bob"] * 3 + ["Eve"]
    reasons = why(place)
    assert reasons.pop("frame-black") == "too-dark"
    assert set(reasons.values()) == {"over-budget"}
    (row, *_) = [row for row in place.ledger.rows(RejectionRow, "select") if row.item.startswith("frame-A")]
    assert row.detail == "3 of the 6 frames of Ada are among the 7 of the budget"


def test_the_order_in_which_rows_are_listed_is_nothing() -> None:
    from bgrsr_data.selection.choose import choose
    from bgrsr_data.selection.options import SelectOptions

    draw = random.Random(5)
    motifs = [hash_of(str(n)) for n in range(30)]
    rows = [
        frame(f"{n}", f"person {n % 4}", f"clip-{n % 9}", pts=n, dhash=flipped(motifs[n % 30], draw.randrange(64)))
        for n in range(200)
    ]
    rooms = [background(f"{n}", dhash=flipped(motifs[n % 7])) for n in range(40)]
    options = SelectOptions(budget=20)
    first = choose(rows, rooms, {}, options)
    assert len(first.frames) == 20
    assert len(first.frames) + len(first.left_out) + len(first.backgrounds) == 240
    assert {reason for _, reason, _ in first.left_out} >= {"near-duplicate-of-another-person", "over-budget"}
    for _ in range(3):
        draw.shuffle(rows)
        draw.shuffle(rooms)
        assert choose(rows, rooms, {}, options) == first


def test_explain_tells_of_a_frame_that_was_not_chosen_why_and_of_one_that_was_who_took_it(place: Workspace) -> None:
    rows = [frame("a"), frame("b", brightness=0.99)]
    select(place, rows)
    (kept, *_), (out, *_) = lineage(place.ledger, "frame-a"), lineage(place.ledger, "frame-b")
    assert (kept.stage, kept.rejections) == ("frames", [])
    assert [(row.stage, row.reason) for row in out.rejections] == [("select", "too-bright")]
    place.ledger.pass_over({"select"})
    assert lineage(place.ledger, "frame-b")[0].rejections == []
