"""What the panel says of a review: counted from the ledger and the journal, in words that Markdown leaves alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from review.conftest import SmallSet

from bgrsr_data.ledger import Done
from bgrsr_data.review.audit import Audit, set_audit
from bgrsr_data.review.judge import judge
from bgrsr_data.review.plugin.telling import CONFLICTS, tell_progress

COUNTS = "| accepted | rejected | remaining | in all |\n| --- | --- | --- | --- |\n"


@pytest.fixture
def large_set(tmp_path: Path) -> Iterator[SmallSet]:
    """Seven foregrounds."""
    made = SmallSet(tmp_path / "set", 7)
    yield made
    made.workspace.close()


def say(small_set: SmallSet, who: str, accepted: str = "", rejected: str = "", reason: str = "") -> None:
    """Judge foregrounds by their numbers."""
    for word, numbers in (("accept", accepted), ("reject", rejected)):
        rows = [f"foreground-{number}" for number in numbers]
        if rows:
            judge(small_set.workspace.root, rows, word, reviewer=who, reason=reason)  # type: ignore[arg-type]


def tell(small_set: SmallSet, stage: str = "foregrounds") -> tuple[float, str]:
    return tell_progress(small_set.workspace.root, stage)


def test_before_the_first_verdict_it_says_what_there_is_to_do(small_set: SmallSet) -> None:
    assert tell(small_set) == (
        0.0,
        f"{COUNTS}| 0 | 0 | 3 | 3 |\n\n"
        "Nobody has judged anything yet.\n\n"
        "**Agreement** is known once two people judge the same pictures.\n\n"
        "No **audit sample** is drawn; draw one with `bgrsr review sample`.",
    )


def test_a_stage_without_rows_is_judged_whole(small_set: SmallSet) -> None:
    share, told = tell(small_set, "trimaps")
    assert share == 1.0
    assert told.startswith(f"{COUNTS}| 0 | 0 | 0 | 0 |\n\n")


def test_what_is_judged_by_whom_and_why(small_set: SmallSet) -> None:
    say(small_set, "Ann", accepted="0", rejected="1", reason="halo")
    with small_set.workspace.writing():
        say(small_set, "Bob", accepted="0")  # it waits in the journal
        share, told = tell(small_set)
    assert share == pytest.approx(2 / 3)
    assert told.startswith(f"{COUNTS}| 1 | 1 | 1 | 3 |\n\n**Reviewers**\n\n")
    assert "| reviewer | judged |\n| --- | --- |\n| Ann | 2 |\n| Bob | 1 |\n\n**Reasons**" in told
    assert "| rejected for | pictures |\n| --- | --- |\n| halo | 1 |\n\n" in told


def take_frames(small_set: SmallSet) -> None:
    """Let the set's frames be those of the stage that takes them."""
    small_set.workspace.ledger.commit(Done("frames", "all", "", "done"), small_set.frames)


def test_each_stage_is_counted_alone(small_set: SmallSet) -> None:
    take_frames(small_set)
    judge(small_set.workspace.root, ["frame-0"], "accept", reviewer="Ann")
    assert (tell(small_set)[0], tell(small_set, "frames")[0]) == (0.0, pytest.approx(1 / 3))


def test_without_a_reason_there_is_no_table_of_them(small_set: SmallSet) -> None:
    say(small_set, "Ann", accepted="0")
    assert "**Reasons**" not in tell(small_set)[1]


def test_names_and_reasons_are_no_markdown(small_set: SmallSet) -> None:
    say(small_set, "A|n_n*", rejected="0", reason="#1 <b>[halo](x)</b>")
    told = tell(small_set)[1]
    assert "| A\\|n\\_n\\* | 1 |" in told
    assert "| \\#1 \\<b\\>\\[halo\\](x)\\</b\\> | 1 |" in told


def test_what_was_made_anew_is_to_be_looked_at_again(small_set: SmallSet) -> None:
    say(small_set, "Ann", accepted="01")
    assert "look again" not in tell(small_set)[1]
    small_set.change(0)
    share, told = tell(small_set)
    assert share == pytest.approx(1 / 3)
    assert "| 1 | 0 | 2 | 3 |\n\n1 were judged before they were made anew: look again.\n\n" in told


def test_agreement_is_told_in_percent_and_beyond_chance(large_set: SmallSet) -> None:
    say(large_set, "Ann", accepted="01", rejected="23")
    say(large_set, "Bob", accepted="0", rejected="123")
    told = tell(large_set)[1]
    assert "**Agreement** 75%, Cohen's κ 0.50 over 4 pictures that two or more people judged.\n" in told
    assert "\n**Conflicts**: 1\n- foreground-1: Ann says accept, Bob says reject" in told


def test_where_chance_explains_all_no_kappa_is_told(small_set: SmallSet) -> None:
    for name in ("Ann", "Bob"):
        say(small_set, name, accepted="0")
    assert "**Agreement** 100% over 1 picture that two or more people judged.\n\n**Conflicts**: 0" in tell(small_set)[1]


def test_of_many_conflicts_some_are_named_and_the_rest_counted(large_set: SmallSet) -> None:
    say(large_set, "Ann", accepted="0123456")
    say(large_set, "Bob", rejected="0123456")
    lines = tell(large_set)[1].splitlines()
    assert "**Conflicts**: 7" in lines
    assert sum(line.startswith("- foreground-") for line in lines) == CONFLICTS
    assert "- and 2 more: see the view *conflicts*" in lines


def test_an_audit_is_told_from_its_sample_and_for_the_whole(large_set: SmallSet) -> None:
    set_audit(large_set.workspace, Audit(per_stage=7, confidence=0.9))
    assert tell(large_set)[1].endswith("**Audit sample**: 0 of 7 judged.")
    say(large_set, "Ann", accepted="012", rejected="3")
    told = tell(large_set)[1].splitlines()[-1]
    assert told.startswith("**Audit sample**: 4 of 7 judged, 75.0% accepted so far; of all 7: between ")
    assert told.endswith("%, with 90% confidence.")
    say(large_set, "Ann", accepted="456")
    assert tell(large_set)[1].splitlines()[-1] == (
        "**Audit sample**: 7 of 7 judged, 85.7% accepted; of all 7: between 85.7% and 85.7%, with 90% confidence."
    )


def test_the_audit_of_another_stage_is_not_told_here(small_set: SmallSet) -> None:
    take_frames(small_set)
    set_audit(small_set.workspace, Audit(per_stage=2))
    judge(small_set.workspace.root, [f"frame-{number}" for number in range(3)], "accept", reviewer="Ann")
    of_foregrounds, of_frames = tell(small_set)[1], tell(small_set, "frames")[1]
    assert of_foregrounds.partition("**Audit sample**: ")[2] == "0 of 2 judged."
    assert of_frames.partition("**Audit sample**: ")[2].startswith("2 of 2 judged, 100.0% accepted; of all 3: ")
    assert of_frames.count("**Audit sample**") == 1
