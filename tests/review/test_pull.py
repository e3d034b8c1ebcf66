"""What a person says in the App comes into the ledger once, in the right name, and can be taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bgrsr_data.errors import BgrsrError
from bgrsr_data.review.judge import judge

if TYPE_CHECKING:
    from .conftest import FiftyOne, SmallSet


def test_a_rejection_comes_with_reviewer_note_and_content(fiftyone: FiftyOne, small_set: SmallSet) -> None:
    fiftyone("sync", small_set)
    fiftyone("tag", small_set, row="foreground-1", slice_="foreground", tags=["reject"], note="halo")
    pulled = fiftyone("pull", small_set, reviewer="Ann")
    assert [verdict["row"] for verdict in pulled["verdicts"]] == ["foreground-1"]
    (verdict,) = small_set.workspace.ledger.verdicts()
    assert (verdict.verdict, verdict.reviewer, verdict.note) == ("reject", "Ann", "halo")
    assert verdict.row_content == small_set.foregrounds[1].content
    assert small_set.workspace.ledger.rejected_by_review() == {"foreground-1": verdict}


def test_a_second_pull_writes_nothing_and_keeps_the_time(fiftyone: FiftyOne, small_set: SmallSet) -> None:
    fiftyone("sync", small_set)
    fiftyone("tag", small_set, row="foreground-1", slice_="input", tags=["accept"])
    fiftyone("pull", small_set, reviewer="Ann")
    before = small_set.workspace.ledger.verdicts()
    pulled = fiftyone("pull", small_set, reviewer="Bob")
    assert (pulled["verdicts"], pulled["unchanged"]) == ([], 1)
    assert small_set.workspace.ledger.verdicts() == before


def test_a_removed_tag_withdraws_the_verdict(fiftyone: FiftyOne, small_set: SmallSet) -> None:
    fiftyone("sync", small_set)
    fiftyone("tag", small_set, row="foreground-1", slice_="input", tags=["reject"], note="halo")
    fiftyone("pull", small_set, reviewer="Ann")
    fiftyone("tag", small_set, row="foreground-1", slice_="alpha", tags=[], note="halo")
    pulled = fiftyone("pull", small_set, reviewer="Ann")
    assert [verdict["reviewer"] for verdict in pulled["withdrawn"]] == ["Ann"]
    assert small_set.workspace.ledger.verdicts() == []
    assert all(not fields["tags"] for fields in fiftyone("show", small_set)["foreground-1"].values())


def test_a_changed_mind_replaces_the_verdict(fiftyone: FiftyOne, small_set: SmallSet) -> None:
    fiftyone("sync", small_set)
    fiftyone("tag", small_set, row="foreground-1", slice_="input", tags=["reject"], note="halo")
    fiftyone("pull", small_set, reviewer="Ann")
    fiftyone("tag", small_set, row="foreground-1", slice_="input", tags=["Accepted"], note=None)
    fiftyone("pull", small_set, reviewer="Ann")
    (verdict,) = small_set.workspace.ledger.verdicts()
    assert (verdict.verdict, verdict.note) == ("accept", "")
    assert small_set.workspace.ledger.rejected_by_review() == {}


def test_accept_and_reject_together_are_told_and_skipped(fiftyone: FiftyOne, small_set: SmallSet) -> None:
    fiftyone("sync", small_set)
    fiftyone("tag", small_set, row="foreground-1", slice_="input", tags=["accept", "reject"])
    fiftyone("tag", small_set, row="foreground-2", slice_="input", tags=["reject"])
    pulled = fiftyone("pull", small_set, reviewer="Ann")
    assert [verdict["row"] for verdict in pulled["verdicts"]] == ["foreground-2"]
    (warning,) = pulled["warnings"]
    assert warning.startswith("foreground-1: carries both accept and reject")
    assert fiftyone("show", small_set)["foreground-1"]["input"]["tags"] == ["accept", "reject"]


def test_a_verdict_on_a_row_made_anew_does_not_count_and_is_told(fiftyone: FiftyOne, small_set: SmallSet) -> None:
    fiftyone("sync", small_set)
    fiftyone("tag", small_set, row="foreground-1", slice_="input", tags=["reject"])
    small_set.change(1)
    pulled = fiftyone("pull", small_set, reviewer="Ann")
    assert pulled["warnings"][0].startswith("foreground-1: was made anew")
    assert small_set.workspace.ledger.rejected_by_review() == {}


def test_a_note_alone_is_no_verdict(fiftyone: FiftyOne, small_set: SmallSet) -> None:
    fiftyone("sync", small_set)
    fiftyone("tag", small_set, row="foreground-1", slice_="input", tags=[], note="who is that?")
    pulled = fiftyone("pull", small_set, reviewer="Ann")
    assert (pulled["verdicts"], len(pulled["warnings"])) == ([], 1)


def test_a_workspace_that_was_never_opened_says_so(fiftyone: FiftyOne, small_set: SmallSet) -> None:
    with pytest.raises(BgrsrError, match="bgrsr review open"):
        fiftyone("pull", small_set, reviewer="Ann")


def test_what_was_judged_without_the_app_is_pulled_where_it_was_never_opened(
    fiftyone: FiftyOne, small_set: SmallSet
) -> None:
    judge(small_set.workspace.root, ["foreground-1"], "reject", reviewer="Ann")
    assert small_set.workspace.ledger.verdicts(), "the ledger has it, the journal has not"
    assert fiftyone("pull", small_set, reviewer="Ann")["warnings"] == []
    judge(small_set.workspace.root, ["foreground-1"], None, reviewer="Ann")
    assert fiftyone("pull", small_set, reviewer="Ann")["conflicts"] == []


def test_nothing_is_pulled_while_another_process_writes(fiftyone: FiftyOne, small_set: SmallSet) -> None:
    fiftyone("sync", small_set)
    fiftyone("tag", small_set, row="foreground-1", slice_="input", tags=["reject"])
    with small_set.workspace.writing(), pytest.raises(BgrsrError, match="is writing here"):
        fiftyone("pull", small_set, reviewer="Ann")
    assert len(fiftyone("pull", small_set, reviewer="Ann")["verdicts"]) == 1


def test_a_reason_is_read_from_the_tag(fiftyone: FiftyOne, small_set: SmallSet) -> None:
    fiftyone("sync", small_set)
    fiftyone("tag", small_set, row="foreground-1", slice_="input", tags=["reject: halo, at the hair"])
    (verdict,) = fiftyone("pull", small_set, reviewer="Ann")["verdicts"]
    assert (verdict["reason"], verdict["note"]) == ("halo", "halo, at the hair")


def test_every_stage_that_was_opened_is_pulled(fiftyone: FiftyOne, small_set: SmallSet) -> None:
    fiftyone("sync", small_set)
    fiftyone("sync", small_set, stage="frames")
    fiftyone("tag", small_set, row="foreground-1", slice_="input", tags=["reject"])
    fiftyone("tag", small_set, row="frame-2", slice_="frame", tags=["reject"], stage="frames")
    pulled = fiftyone("pull", small_set, reviewer="Ann")
    assert sorted(verdict["row"] for verdict in pulled["verdicts"]) == ["foreground-1", "frame-2"]
    assert set(small_set.workspace.ledger.rejected_by_review()) == {"foreground-1", "frame-2"}


def test_two_who_differ_are_a_conflict_that_is_told_until_a_third_decides(
    fiftyone: FiftyOne, small_set: SmallSet
) -> None:
    root = small_set.workspace.root
    judge(root, ["foreground-1"], "reject", reviewer="Ann", reason="halo")
    fiftyone("sync", small_set)
    fiftyone("tag", small_set, row="foreground-1", slice_="input", tags=["accept"])
    (conflict,) = fiftyone("pull", small_set, reviewer="Bob")["conflicts"]
    assert [(said["reviewer"], said["verdict"]) for said in conflict["verdicts"]] == [
        ("Ann", "reject"),
        ("Bob", "accept"),
    ]
    judge(root, ["foreground-1"], "reject", reviewer="Cleo")
    pulled = fiftyone("pull", small_set, reviewer="Bob")
    assert (pulled["conflicts"], pulled["verdicts"]) == ([], [])
    assert {tuple(f["tags"]) for f in fiftyone("show", small_set)["foreground-1"].values()} == {("reject",)}


def test_who_is_outvoted_is_shown_what_counts_and_heard_once(fiftyone: FiftyOne, small_set: SmallSet) -> None:
    for name in ("Ann", "Cleo"):
        judge(small_set.workspace.root, ["foreground-1"], "reject", reviewer=name)
    fiftyone("sync", small_set)
    fiftyone("tag", small_set, row="foreground-1", slice_="input", tags=["accept"])
    assert len(fiftyone("pull", small_set, reviewer="Bob")["verdicts"]) == 1
    assert {tuple(f["tags"]) for f in fiftyone("show", small_set)["foreground-1"].values()} == {("reject",)}
    assert fiftyone("pull", small_set, reviewer="Dan")["verdicts"] == []
    assert len(small_set.workspace.ledger.history("foreground-1")) == 3


def test_a_pull_settles_the_journal_and_takes_what_was_said_there(fiftyone: FiftyOne, small_set: SmallSet) -> None:
    fiftyone("sync", small_set)
    with small_set.workspace.writing():
        judge(small_set.workspace.root, ["foreground-1"], "reject", reviewer="Ann")
    pulled = fiftyone("pull", small_set, reviewer="Bob")
    assert [(said["row"], said["reviewer"]) for said in pulled["verdicts"]] == [("foreground-1", "Ann")]
    assert fiftyone("show", small_set)["foreground-1"]["input"]["tags"] == ["reject"]
    assert fiftyone("pull", small_set, reviewer="Bob")["verdicts"] == []


def test_one_takes_back_ones_own_word_and_not_that_of_others(fiftyone: FiftyOne, small_set: SmallSet) -> None:
    for name in ("Ann", "Bob"):
        judge(small_set.workspace.root, ["foreground-1"], "reject", reviewer=name)
    fiftyone("sync", small_set)
    for left in (["Ann"], []):
        fiftyone("tag", small_set, row="foreground-1", slice_="input", tags=[])
        fiftyone("pull", small_set, reviewer="Bob")
        assert [verdict.reviewer for verdict in small_set.workspace.ledger.verdicts()] == left
    assert [(said.verdict.reviewer, said.by) for said in small_set.workspace.ledger.history("foreground-1")[2:]] == [
        ("Bob", "Bob"),
        ("Ann", "Bob"),
    ]
