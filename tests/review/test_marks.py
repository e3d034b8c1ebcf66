"""Reading tags: what a person changed, and never what somebody else had said before."""

from __future__ import annotations

import pytest

from bgrsr_data.errors import Rejection
from bgrsr_data.review.marks import Mark, decide, is_verdict, read_mark

REJECT = Mark("reject", "halo")


@pytest.mark.parametrize(
    ("tags", "note", "mark"),
    [
        (["reject"], "halo", Mark("reject", "halo")),
        (["Rejected", "mine"], None, Mark("reject")),
        (["ACCEPTED "], "", Mark("accept")),
        (["reject: halo at the hair"], None, Mark("reject", "halo at the hair")),
        (["reject: from the tag"], "from the field", Mark("reject", "from the field")),
        (["rejects", "not accept"], None, Mark()),
    ],
)
def test_a_mark_is_read_from_tags_and_note(tags: list[str], note: str | None, mark: Mark) -> None:
    assert read_mark(tags, note) == mark


def test_accept_and_reject_on_one_picture_is_no_mark() -> None:
    with pytest.raises(Rejection, match="both accept and reject"):
        read_mark(["accept", "rejected"], None)


def test_own_tags_are_no_verdicts() -> None:
    assert [tag for tag in ("reject", "Accepted", "ask Ann", "accepting") if is_verdict(tag)] == ["reject", "Accepted"]


@pytest.mark.parametrize(
    ("base", "seen", "wanted"),
    [
        (REJECT, [REJECT, REJECT], REJECT),
        (Mark(), [Mark(), Mark("accept")], Mark("accept")),
        (REJECT, [REJECT, Mark(None, "halo")], Mark()),  # the tag was removed on one slice
        (REJECT, [REJECT, Mark("accept", "halo")], Mark("accept")),  # the old note told of the rejection
        (REJECT, [Mark("accept", "fine"), Mark(None, "halo")], Mark("accept", "fine")),
        (REJECT, [REJECT, Mark("reject", "spill")], Mark("reject", "spill")),
        (REJECT, [REJECT, Mark("reject", "")], Mark("reject")),
        (Mark(), [Mark("reject", "b"), Mark("reject", "a")], Mark("reject", "a; b")),
    ],
)
def test_what_differs_from_the_base_decides(base: Mark, seen: list[Mark], wanted: Mark) -> None:
    assert decide(base, seen) == wanted


def test_slices_that_disagree_are_told() -> None:
    with pytest.raises(Rejection, match="accept on one slice and reject on another"):
        decide(Mark(), [Mark("accept"), Mark("reject")])
