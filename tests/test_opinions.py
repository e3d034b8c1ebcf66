"""What people said, as every stage asks for it: counted once, and anew as soon as anything was written by anybody."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bgrsr_data.ledger import Done, Ledger
from bgrsr_data.records import ManifestRow, Verdict

ROW = ManifestRow(id="row-a", path="a", sha256="0", rows=1)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """A ledger with one row that Ada rejected."""
    opened = Ledger(tmp_path / "ledger.sqlite", create=True)
    opened.commit(Done("s", "a", "", "done"), [ROW])
    opened.add_verdicts([reject("Ada", "2026-01-01")])
    yield opened
    opened.close()


def reject(reviewer: str, at: str) -> Verdict:
    return Verdict(
        id=f"verdict-{reviewer}", row=ROW.id, row_content=ROW.content, verdict="reject", reviewer=reviewer, at=at
    )


@contextmanager
def readings(ledger: Ledger) -> Iterator[list[str]]:
    """The questions about what was said that reach the file."""
    asked: list[str] = []
    ledger._db.set_trace_callback(lambda query: asked.append(query) if "FROM said" in query else None)
    yield asked
    ledger._db.set_trace_callback(None)


def test_what_was_said_is_read_once_however_many_stages_ask(ledger: Ledger) -> None:
    with readings(ledger) as asked:
        answers = [ledger.rejected_by_review() for _ in range(8)]
        ledger.conflicts()
    assert [list(answer) for answer in answers] == [["row-a"]] * 8
    assert len(asked) == 1


def test_what_a_caller_does_with_the_answer_changes_no_later_one(ledger: Ledger) -> None:
    ledger.verdicts_by_row()["row-a"].clear()
    ledger.verdicts_by_row().clear()
    assert list(ledger.rejected_by_review()) == ["row-a"]


def test_what_another_process_wrote_is_seen_at_once(ledger: Ledger) -> None:
    assert len(ledger.verdicts_by_row()["row-a"]) == 1
    other = Ledger(ledger.path)
    other.add_verdicts([reject("Ben", "2026-01-02")])
    assert len(ledger.verdicts_by_row()["row-a"]) == 2
    other.commit(Done("s", "a", "", "done"), [ROW.model_copy(update={"rows": 2})])
    assert ledger.verdicts_by_row() == {}
    other.commit(Done("s", "a", "", "done"), [ROW])
    other.close()
    ledger.drop_verdicts([reject("Ada", "2026-01-01")])
    assert [said.reviewer for said in ledger.verdicts_by_row()["row-a"]] == ["Ben"]
