"""What a person says in the App comes into the ledger once, in the right name, and can be taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bgrsr_data.errors import BgrsrError

if TYPE_CHECKING:
    from .conftest import FiftyOne, SmallSet


def test_a_rejection_comes_with_reviewer_note_and_content(fiftyone: FiftyOne, small_set: SmallSet) -> None:
    fiftyone("sync", small_set)
    fiftyone("tag", small_set, row="foreground-1", slice_="target", tags=["reject"], note="halo")
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


def test_nothing_is_pulled_while_another_process_writes(fiftyone: FiftyOne, small_set: SmallSet) -> None:
    fiftyone("sync", small_set)
    fiftyone("tag", small_set, row="foreground-1", slice_="input", tags=["reject"])
    with small_set.workspace.writing(), pytest.raises(BgrsrError, match="is writing here"):
        fiftyone("pull", small_set, reviewer="Ann")
    assert len(fiftyone("pull", small_set, reviewer="Ann")["verdicts"]) == 1
