"""Lineage: from one row back to its source, with verdicts that count and those that do not any more."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bgrsr_data.errors import InputError
from bgrsr_data.ledger import Done, Ledger
from bgrsr_data.lineage import in_full, lineage
from bgrsr_data.records import Background, Clip, Source, Verdict, reject_part

SOURCE = Source(id="source-1", name="rooms", role="background", path="/rooms", licence="CC0-1.0", creator="me")
CLIP = Clip(
    id="clip-1", source="source-1", role="background", person="p", licence="CC0-1.0", creator="me", title="t",
    path="clips/t.png", sha256="0", media="still", width=1, height=1, frames=1, duration=0, codec="png",  # type: ignore[arg-type]
)  # fmt: skip
ROOM = Background(id="background-1a", clip="clip-1", place="p", path="b.png", sha256="0", width=1, height=1)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    opened = Ledger(tmp_path / "ledger.sqlite", create=True)
    opened.commit(Done("sources", "source-1", "", "done"), [SOURCE])
    opened.set_options("fetch", '{"format": "best"}')
    opened.commit(Done("fetch", "source-1", "", "done"), [CLIP])
    opened.commit(Done("frames", "clip-1", "", "done"), [ROOM, ROOM.model_copy(update={"id": "background-2b"})])
    yield opened
    opened.close()


def said(verdict: str, content: str) -> Verdict:
    return Verdict(id="verdict-1", row=CLIP.id, row_content=content, verdict=verdict, reviewer="Ada", at="2026")  # type: ignore[arg-type]


def test_a_row_is_walked_back_to_its_source(ledger: Ledger) -> None:
    walked = lineage(ledger, "background-1")
    assert [(a.depth, a.stage, a.record.id) for a in walked] == [
        (0, "frames", "background-1a"), (1, "fetch", "clip-1"), (2, "sources", "source-1"),
    ]  # fmt: skip
    assert walked[1].options == '{"format": "best"}'


def test_a_beginning_that_one_row_has_stands_for_it(ledger: Ledger) -> None:
    assert in_full(ledger, ["background-1", "clip-1", "background-2b…", "frame-1"]) == [
        "background-1a", "clip-1", "background-2b", "frame-1",
    ]  # fmt: skip
    with pytest.raises(InputError, match=r"background-: begins the ids of 2 rows \(background-1a, background-2b, …\)"):
        in_full(ledger, ["clip-1", "background-"])


def test_a_source_stands_under_its_own_clip(ledger: Ledger) -> None:
    ledger.commit(Done("sources", "source-2", "", "done"), [SOURCE.model_copy(update={"id": "source-2"})])
    other = CLIP.model_copy(update={"id": "clip-2", "source": "source-2"})
    ledger.commit(Done("fetch", "source-2", "", "done"), [other])
    pair = Background(id="background-3c", clip="clip-1", place="clip-2", path="c.png", sha256="0", width=1, height=1)
    ledger.commit(Done("frames", "clip-2", "", "done"), [pair])
    assert [a.record.id for a in lineage(ledger, "background-3")[1:]] == ["clip-1", "source-1", "clip-2", "source-2"]


@pytest.mark.parametrize(("content", "valid"), [(CLIP.content, True), ("other", False)])
def test_a_verdict_on_an_ancestor_is_told_and_counts_while_the_row_is_as_it_was(
    ledger: Ledger, content: str, valid: bool
) -> None:
    ledger.add_verdicts([said("reject", content)])
    verdicts = lineage(ledger, "background-1a")[1].verdicts
    assert [(v.reviewer, counts) for v, counts in verdicts] == [("Ada", valid)]
    assert bool(ledger.rejected_by_review()) is valid  # the gate is of the same mind


def test_what_was_left_out_of_a_clip_is_told(ledger: Ledger) -> None:
    ledger.commit(Done("deblur", "clip-1", "", "rejected"), [reject_part("deblur", "clip-1", 3, "blurred", "by 7")])
    (row,) = lineage(ledger, "clip-1")[0].rejections
    assert (row.stage, row.reason, row.detail) == ("deblur", "blurred", "by 7")


def test_no_row_or_several_are_told(ledger: Ledger) -> None:
    with pytest.raises(InputError, match=r"no row has this id; there are: source-1, clip-1, background-1a$"):
        lineage(ledger, "clip-9")
    with pytest.raises(InputError, match="begins the ids of 2 rows"):
        lineage(ledger, "background-")
