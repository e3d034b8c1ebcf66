"""What a person says is in the ledger at once, in their name, and nothing that was said is written over."""

from __future__ import annotations

from subprocess import TimeoutExpired
from typing import TYPE_CHECKING

import pytest

from bgrsr_data.errors import InputError
from bgrsr_data.review.judge import Judged, default_reviewer, judge

if TYPE_CHECKING:
    from .conftest import SmallSet


def say(small_set: SmallSet, word: str | None, by: str, *numbers: int, **more: str) -> Judged:
    rows = [small_set.foregrounds[number].id for number in numbers or (0,)]
    return judge(small_set.workspace.root, rows, word, reviewer=by, **more)  # type: ignore[arg-type]


def test_a_verdict_carries_reviewer_time_reason_note_and_content(small_set: SmallSet) -> None:
    judged = say(small_set, "reject", "Ann", 0, 1, reason="halo", note="at the ear")
    first, second = small_set.workspace.ledger.verdicts()
    assert judged.verdicts == [first, second]
    assert (first.verdict, first.reviewer, first.reason, first.note) == ("reject", "Ann", "halo", "at the ear")
    assert first.row_content == small_set.foregrounds[0].content
    assert first.at.endswith("+00:00")
    assert str(judged) == "2 rejected"
    assert set(small_set.workspace.ledger.rejected_by_review()) == {"foreground-0", "foreground-1"}


def test_a_changed_mind_stands_and_the_former_word_stays_in_the_history(small_set: SmallSet) -> None:
    say(small_set, "reject", "Ann", reason="halo")
    say(small_set, "accept", "Ann")
    ledger = small_set.workspace.ledger
    assert [v.verdict for v in ledger.verdicts()] == ["accept"]
    assert [(s.verdict.verdict, s.verdict.reason) for s in ledger.history("foreground-0")] == [
        ("reject", "halo"),
        ("accept", ""),
    ]


def test_taking_back_leaves_what_others_said(small_set: SmallSet) -> None:
    say(small_set, "reject", "Ann")
    say(small_set, "accept", "Bob")
    judged = say(small_set, None, "Ann", 0, 1)
    assert [v.reviewer for v in judged.withdrawn] == ["Ann"]
    assert judged.warnings == ["foreground-1: Ann has said nothing of it"]
    assert [v.reviewer for v in small_set.workspace.ledger.verdicts()] == ["Bob"]


def test_a_tie_is_a_conflict_in_which_the_latest_counts_until_a_majority_decides(small_set: SmallSet) -> None:
    ledger = small_set.workspace.ledger
    say(small_set, "accept", "Ann")
    say(small_set, "reject", "Bob", reason="spill")
    (conflict,) = ledger.conflicts()
    assert str(conflict) == (
        "foreground-0: Ann says accept, Bob says reject (spill); reject counts, the latest, until a majority decides"
    )
    assert "foreground-0" in ledger.rejected_by_review()
    say(small_set, "reject", "Cleo")
    assert ledger.conflicts() == []
    say(small_set, "accept", "Dan")
    say(small_set, "accept", "Eve")
    say(small_set, "reject", "Fay")
    assert [v.reviewer for v in ledger.conflicts()[0].verdicts] == ["Ann", "Bob", "Cleo", "Dan", "Eve", "Fay"]
    say(small_set, "accept", "Gil")
    assert ledger.decided()["foreground-0"].reviewer == "Gil"


def test_one_against_two_does_not_win_by_speaking_last(small_set: SmallSet) -> None:
    for name in ("Ann", "Bob"):
        say(small_set, "accept", name)
    say(small_set, "reject", "Cleo")
    assert small_set.workspace.ledger.rejected_by_review() == {}
    assert small_set.workspace.ledger.conflicts() == []


def test_a_verdict_on_content_that_has_changed_is_kept_told_and_does_not_count(small_set: SmallSet) -> None:
    seen = {"foreground-0": small_set.foregrounds[0].content}
    small_set.change(0)
    judged = judge(small_set.workspace.root, ["foreground-0"], "reject", reviewer="Ann", seen=seen)
    assert judged.warnings == [
        "foreground-0: was made anew since it was opened, so its verdict does not count; open it again"
    ]
    assert len(small_set.workspace.ledger.verdicts()) == 1
    assert small_set.workspace.ledger.rejected_by_review() == {}


def test_what_was_said_counts_again_when_the_row_is_again_what_it_was(small_set: SmallSet) -> None:
    before = small_set.foregrounds[0]
    say(small_set, "reject", "Ann")
    small_set.change(0)
    say(small_set, "accept", "Ann")
    assert small_set.workspace.ledger.rejected_by_review() == {}
    small_set.foregrounds[0] = before
    small_set.publish()
    assert list(small_set.workspace.ledger.rejected_by_review()) == ["foreground-0"]


def test_unknown_ids_are_told_and_the_others_judged(small_set: SmallSet) -> None:
    judged = judge(small_set.workspace.root, ["foreground-9", "frame-1"], "accept", reviewer="Ann")
    assert judged.warnings == ["foreground-9: is no row of this set (any more)"]
    assert [v.row for v in judged.verdicts] == ["frame-1"]
    with pytest.raises(InputError, match=r"foreground-8 \(and 1 more\): is no row of this set"):
        judge(small_set.workspace.root, ["foreground-8", "foreground-9"], "accept", reviewer="Ann")
    with pytest.raises(InputError, match="no row is given"):
        judge(small_set.workspace.root, [], "accept", reviewer="Ann")


def test_nobody_is_nameless(small_set: SmallSet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bgrsr_data.review.judge.default_reviewer", lambda: "the login")
    assert say(small_set, "accept", " ").verdicts[0].reviewer == "the login"


@pytest.mark.parametrize("trouble", [FileNotFoundError("git"), TimeoutExpired("git", 10)])
def test_without_a_git_that_answers_the_reviewer_is_whoever_is_logged_in(
    monkeypatch: pytest.MonkeyPatch, trouble: Exception
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise trouble

    monkeypatch.setattr("bgrsr_data.review.judge.subprocess.run", fail)
    monkeypatch.setattr("bgrsr_data.review.judge.getpass.getuser", lambda: "ada")
    assert default_reviewer() == "ada"
