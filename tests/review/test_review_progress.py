"""How far the review is, by rows that are as they were judged."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bgrsr_data.ledger import Done
from bgrsr_data.review.judge import judge
from bgrsr_data.review.progress import progress

if TYPE_CHECKING:
    from .conftest import SmallSet


def test_what_is_judged_by_whom_what_remains_and_where_they_differ(small_set: SmallSet) -> None:
    root = small_set.workspace.root
    judge(root, ["foreground-0", "foreground-1"], "reject", reviewer="Ann", reason="halo")
    judge(root, ["foreground-0"], "accept", reviewer="Bob")
    judge(root, ["frame-0"], "reject", reviewer="Bob")
    far = progress(small_set.workspace)
    assert (far.rows, far.judged, far.accepted, far.rejected, far.remaining) == (3, 2, 1, 1, 1)
    assert (far.by_reviewer, far.reasons) == ({"Ann": 2, "Bob": 1}, {"halo": 1})
    assert [conflict.row for conflict in far.conflicts] == ["foreground-0"]
    assert (far.agreement.rows, far.agreement.share) == (1, 0.0)
    assert far.as_dict()["conflicts"][0]["verdicts"][1]["reviewer"] == "Bob"
    assert progress(small_set.workspace, "frames").rejected == 1


def test_frames_that_were_deblurred_are_judged_like_any_other(small_set: SmallSet) -> None:
    workspace = small_set.workspace
    kept = [frame.model_copy(update={"id": f"sharp-{n}"}) for n, frame in enumerate(small_set.frames)]
    workspace.ledger.commit(Done("deblur", "all", "", "done"), kept)
    workspace.ledger.set_options("deblur", "{}")
    judge(workspace.root, ["sharp-0"], "accept", reviewer="Ann")
    judge(workspace.root, ["sharp-1"], "reject", reviewer="Ann")
    far = progress(workspace, "frames")
    assert (far.rows, far.judged, far.accepted, far.rejected, far.remaining) == (3, 2, 1, 1, 1)


def test_a_row_made_anew_remains_to_be_judged(small_set: SmallSet) -> None:
    judge(small_set.workspace.root, ["foreground-0"], "accept", reviewer="Ann")
    small_set.change(0)
    far = progress(small_set.workspace)
    assert (far.judged, far.remaining, far.outdated) == (0, 3, 1)


def test_what_waits_in_the_journal_counts(small_set: SmallSet) -> None:
    with small_set.workspace.writing():
        judge(small_set.workspace.root, ["foreground-0"], "accept", reviewer="Ann")
        assert progress(small_set.workspace).judged == 1
